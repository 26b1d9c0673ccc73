//! The `armorer` command line. All of it lives in the library's `cli` module.

/// Compiling makes and drops many small values; the C library's allocator takes a tenth of the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    armorer::cli::main()
}
