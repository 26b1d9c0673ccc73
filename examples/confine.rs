//! Confines itself: compiles a profile, loads it, changes to it, then into a hat of it and back. Needs a kernel with AppArmor, and
//! the right to load policy.
//!
//! ```sh
//! sudo target/debug/examples/confine
//! ```

use std::error::Error;
use std::hash::{BuildHasher, Hasher, RandomState};

use armorer::kernel::{Kernel, task};
use armorer::{Compiler, Input};

// ANCHOR: main
/// The permissions of the program, and those while it serves a request. It has to write to its own attributes to get out of a hat.
const PROFILE: &str = "
profile worker {
  owner /proc/*/task/*/attr/{,apparmor/}current rw,
  /dev/** rw,

  hat request {
    owner /proc/*/task/*/attr/{,apparmor/}current rw,
    /dev/** rw,
  }
}
";

fn main() -> Result<(), Box<dyn Error>> {
    let kernel = Kernel::running()?;
    let compiler = Compiler::new(kernel.features()?);
    kernel.replace(&compiler.compile(Input::text("worker", PROFILE))?)?;
    println!("{}", task::current()?);
    task::change_profile("worker")?;
    println!("{}", task::current()?);
    // Whoever knows the token can leave the hat: it must not be guessed.
    let token = RandomState::new().build_hasher().finish() | 1;
    task::change_hat(token, &["request"])?;
    println!("{}", task::current()?);
    task::leave_hat(token)?;
    println!("{}", task::current()?);
    Ok(())
}
// ANCHOR_END: main
