//! Every scenario in wasm in Node, with the very answers that the native run recorded.
//! rows: F02 F37

fn main() -> std::process::ExitCode {
    plat_tests::run(plat_tests::Lines::node)
}
