//! The `armorer` command line. All of it lives in the library's `cli` module.

/// Compiling makes and drops many small values; the C library's allocator takes a tenth of the time. Without transparent huge
/// pages (the feature `no_thp`), as a small profile is compiled sooner than the kernel clears those.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    armorer::cli::main()
}
