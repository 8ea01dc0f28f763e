//! Every scenario against a real edge over HTTP, with the very answers that the native run recorded.
//! rows: F02 F37

fn main() -> std::process::ExitCode {
    plat_tests::run(plat_tests::Http::start)
}
