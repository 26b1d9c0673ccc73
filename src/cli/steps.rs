//! Changes of several files: all of them, or none.

use std::io;
use std::path::Path;

use crate::diagnostic::Escaped;

/// A change of the file system that can be taken back.
pub(super) trait ReversibleStep {
    /// The file or link that changes.
    fn path(&self) -> &Path;

    fn make(&self) -> io::Result<()>;

    fn take_back(&self) -> io::Result<()>;
}

/// Makes all changes, or none: those before one that fails are taken back.
pub(super) fn make_all(steps: &[impl ReversibleStep]) -> Result<(), String> {
    for (number, step) in steps.iter().enumerate() {
        if let Err(error) = step.make() {
            let done = steps.get(..number).unwrap_or_default();
            let lost = done.iter().rev().filter(|step| step.take_back().is_err());
            let lost: Vec<String> = lost.map(|step| shown(step.path())).collect();
            let rest = match lost.is_empty() {
                true => "nothing is changed".to_owned(),
                false => format!("these changes could not be undone: {}", lost.join(", ")),
            };
            return Err(format!("{}: {error}; {rest}", shown(step.path())));
        }
    }
    Ok(())
}

/// A path in messages.
pub(super) fn shown(path: &Path) -> String {
    shown_bytes(path.as_os_str().as_encoded_bytes())
}

/// A name in messages.
pub(super) fn shown_bytes(name: &[u8]) -> String {
    Escaped::line(name).to_string()
}
