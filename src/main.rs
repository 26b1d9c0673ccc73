//! The `armorer` command line. All of it lives in the library's `cli` module.

fn main() -> std::process::ExitCode {
    armorer::cli::main()
}
