//! Events that a team knows of and lives with.
//!
//! ```toml
//! [[ignore]]
//! reason = "ls colours its output by the type of each file; harmless"
//! profile = "backup"
//! name = "/home/*"
//! ```

use std::path::Path;

use serde::Deserialize;

use crate::cli::eprint_line;
use crate::cli::steps::shown;
use crate::log::Event;

/// The entries of an ignore file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ignored {
    #[serde(default)]
    ignore: Vec<IgnoreEntry>,
}

/// Conditions of an event that is left out: all that are given hold. A `*` at the end of a text stands for any text that follows.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct IgnoreEntry {
    reason: String,
    profile: Option<String>,
    operation: Option<String>,
    name: Option<String>,
    comm: Option<String>,
    peer: Option<String>,
    #[serde(skip)]
    used: bool,
}

impl Ignored {
    pub(super) fn load(path: &Path) -> Result<Ignored, String> {
        let name = shown(path);
        let text = std::fs::File::open(path)
            .and_then(crate::source::read_limited)
            .map_err(|error| format!("{name}: {error}"))?;
        let text = String::from_utf8(text).map_err(|_| format!("{name}: the file is not UTF-8"))?;
        let ignored: Ignored = toml::from_str(&text).map_err(|error| format!("{name}: {error}"))?;
        for (at, entry) in ignored.ignore.iter().enumerate() {
            let number = at + 1;
            if entry.reason.trim().is_empty() {
                return Err(format!("{name}: entry {number} has an empty reason; state why its events do not matter"));
            }
            if entry.conditions().all(|(condition, _)| condition.is_none()) {
                return Err(format!(
                    "{name}: entry {number} would ignore every event; add a profile, operation, name, comm or peer"
                ));
            }
        }
        Ok(ignored)
    }

    /// Whether an event is to be left out.
    pub(super) fn takes(&mut self, event: &Event) -> bool {
        let entry = self.ignore.iter_mut().find(|entry| entry.matches(event));
        entry.is_some_and(|entry| {
            entry.used = true;
            true
        })
    }

    /// Prints a note for each entry that no event matched.
    pub(super) fn note_unused_entries(&self) {
        for entry in self.ignore.iter().filter(|entry| !entry.used) {
            eprint_line(format_args!("note: no event matched the entry \"{}\"", entry.reason));
        }
    }
}

/// A field of an event that a condition looks at.
type Field = fn(&Event) -> Option<&[u8]>;

impl IgnoreEntry {
    fn conditions(&self) -> impl Iterator<Item = (Option<&str>, Field)> {
        let fields: [(&Option<String>, Field); 5] = [
            (&self.profile, |event| event.profile.as_deref()),
            (&self.operation, |event| Some(&event.operation)),
            (&self.name, |event| event.name.as_deref()),
            (&self.comm, |event| event.comm.as_deref()),
            (&self.peer, |event| event.peer.as_deref()),
        ];
        fields.into_iter().map(|(condition, field)| (condition.as_deref(), field))
    }

    fn matches(&self, event: &Event) -> bool {
        self.conditions().all(|(condition, field)| {
            let Some(condition) = condition.map(str::as_bytes) else { return true };
            field(event).is_some_and(|value| match condition.strip_suffix(b"*") {
                Some(start) => value.starts_with(start),
                None => value == condition,
            })
        })
    }
}
