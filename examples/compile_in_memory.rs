//! Compiles a profile that nobody ever wrote to a disk, as a container runtime or sandbox would.
//!
//! `cargo run --example compile_in_memory`

use armorer::source::Memory;
use armorer::{CompileError, Compiler, Features, Input};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let features = Features::builtin("linux-6.12").ok_or("a built-in set")?;
    let compiler = Compiler::new(features).base("/profiles").loader(
        Memory::new()
            .with("/profiles/tunables/global", "@{run} = /run /var/run\n")
            .with("/profiles/abstractions/base", "/etc/ld.so.cache r,\n/usr/lib/**.so* mr,\n"),
    );

    let container = "web-1";
    let text = format!(
        "include <tunables/global>\nprofile {container} {{\n  include <abstractions/base>\n  @{{run}}/{container}.pid rw,\n}}\n"
    );
    let compiled = compiler.compile(Input::text(container, text))?;
    println!("{container}: {} profile, {} bytes of policy", compiled.profiles().len(), compiled.blob().len());

    // What is wrong is a list of values, each with a stable code and a place.
    match compiler.compile(Input::text("broken", "profile broken {\n  capability chwon,\n}\n")) {
        Err(CompileError::Rejected(diagnosis)) => print!("{diagnosis}"),
        other => return Err(format!("unexpected: {other:?}").into()),
    }
    Ok(())
}
