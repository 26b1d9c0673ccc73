//! Facts that are the same for all descriptions of containers.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::facts::{FileFact, PathExtent, ProgramFacts, map_read, quoted, shown};
use super::program;
use super::unit::clean;
use crate::source::Rooted;

/// Adds the command of a container: the program is searched in the image where there is one.
pub(super) fn command(root: Option<&Rooted>, facts: &mut ProgramFacts, origin: &str, command: &str) {
    if let Some(root) = root {
        match program::find(root, command.as_bytes()).and_then(|place| program::add(facts, root, &place)) {
            Ok(()) => return,
            Err(error) => facts.remark(format!("{origin}: {error}")),
        }
    }
    if command.contains('$') {
        facts.remark(format!("no rule for {origin}: {}", quoted(command.as_bytes())));
        return;
    }
    let essential = |path: &[u8], extent| FileFact { extent, ..FileFact::essential(path, map_read()) };
    match command.contains('/') {
        true => match clean(command).filter(|_| command.starts_with('/')) {
            Some(path) => facts.file(origin, essential(&path, PathExtent::File)),
            None => facts.remark(format!("no rule for {origin}: {}", quoted(command.as_bytes()))),
        },
        false if command.is_empty() || command.contains('\0') => {}
        false => facts.file(origin, essential(command.as_bytes(), PathExtent::Command)),
    }
}

/// A name for the profile of a container that nobody names.
pub(super) fn name_of(command: Option<&str>) -> Option<Vec<u8>> {
    let name = Path::new(OsStr::from_bytes(command?.as_bytes())).file_name()?;
    Some(name.as_bytes().to_vec())
}

/// The origin of a fact about a container.
pub(super) fn origin(what: &str, of: &str) -> String {
    format!("{what} of {}", shown(of.as_bytes()))
}
