//! Every scenario in this process, with every invariant checked after every step.
//! rows: F02 F37

fn main() -> std::process::ExitCode {
    plat_tests::run(|| Ok(plat_tests::Native::default()))
}
