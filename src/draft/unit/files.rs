//! The directories of units and their drop-ins: the load path of `systemd.unit(5)`.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::syntax::{UnitAssignment, UnitNames, UnitSettings, parse};
use crate::draft::DraftError;
use crate::draft::facts::{quoted, shown};
use crate::source::Rooted;

/// The directories of units, in the order in which they count.
const LOAD_PATH: [&str; 6] = [
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
    "/usr/local/share/systemd/system",
];

/// The longest unit file.
const MAX_UNIT: u64 = 1 << 20;

/// The most drop-ins of one unit.
const MAX_DROP_INS: usize = 256;

/// The directories in which units are looked for.
pub(super) struct UnitDirectories {
    root: Rooted,
    directories: Vec<PathBuf>,
}

/// A unit with its drop-ins.
pub(super) struct UnitFile {
    pub(super) names: UnitNames,
    pub(super) settings: UnitSettings,
}

impl UnitDirectories {
    /// The units of the system below a root.
    pub(super) fn system(root: &Rooted) -> UnitDirectories {
        UnitDirectories { root: root.clone(), directories: LOAD_PATH.map(PathBuf::from).to_vec() }
    }

    /// The units of one directory of the machine, in which a unit file lies that the user names.
    pub(super) fn beside(file: &Path) -> Result<(UnitDirectories, String), DraftError> {
        let path = std::path::absolute(file).map_err(|error| failed(file, &error.to_string()))?;
        let (Some(parent), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str())) else {
            return Err(failed(file, "not the path of a unit file"));
        };
        Ok((UnitDirectories { root: Rooted::new("/"), directories: vec![parent.to_owned()] }, name.to_owned()))
    }

    /// Reads a unit and its drop-ins; `None` where there is no such unit.
    pub(super) fn read(&self, name: &str) -> Result<Option<UnitFile>, DraftError> {
        if name.contains('/') || name.contains('\0') {
            return Ok(None);
        }
        let names = UnitNames { full: name.to_owned() };
        let template = name.split_once('@').and_then(|(prefix, rest)| {
            let (instance, suffix) = rest.rsplit_once('.')?;
            (!instance.is_empty()).then(|| format!("{prefix}@.{suffix}"))
        });
        let mut assignments = Vec::new();
        let mut found = false;
        'search: for name in std::iter::once(name).chain(template.as_deref()) {
            for directory in &self.directories {
                let path = directory.join(name);
                match self.root.read(&path, MAX_UNIT) {
                    Ok(text) => {
                        parsed(&path, &text, &mut assignments)?;
                        found = true;
                        break 'search;
                    }
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                    Err(error) => return Err(failed(&path, &error.to_string())),
                }
            }
        }
        if !found {
            return Ok(None);
        }
        for path in self.drop_ins(name, template.as_deref()) {
            // A link to /dev/null takes a drop-in away.
            if let Ok(text) = self.root.read(&path, MAX_UNIT) {
                parsed(&path, &text, &mut assignments)?;
            }
        }
        Ok(Some(UnitFile { names, settings: UnitSettings::new(assignments) }))
    }

    /// The drop-ins of a unit in the order in which they are read: by name, the first directory that has a name counts.
    fn drop_ins(&self, name: &str, template: Option<&str>) -> Vec<PathBuf> {
        let mut units: Vec<String> = std::iter::once(name).chain(template).map(str::to_owned).collect();
        if let Some((stem, suffix)) = name.rsplit_once('.') {
            let dashes = stem.match_indices('-').map(|(at, _)| at).collect::<Vec<_>>();
            let before = dashes.into_iter().rev().take(16).filter_map(|at| stem.get(..=at));
            units.extend(before.map(|prefix| format!("{prefix}.{suffix}")));
            units.push(suffix.to_owned());
        }
        let mut found: BTreeMap<OsString, PathBuf> = BTreeMap::new();
        for unit in &units {
            for directory in &self.directories {
                let directory = directory.join(format!("{unit}.d"));
                for name in self.root.names(&directory).unwrap_or_default() {
                    if name.as_bytes().ends_with(b".conf") && found.len() < MAX_DROP_INS {
                        found.entry(name.clone()).or_insert_with(|| directory.join(&name));
                    }
                }
            }
        }
        found.into_values().collect()
    }
}

fn parsed(path: &Path, text: &[u8], out: &mut Vec<UnitAssignment>) -> Result<(), DraftError> {
    if parse(text, out) { Ok(()) } else { Err(failed(path, "more assignments, or longer ones, than a unit has")) }
}

fn failed(path: &Path, reason: &str) -> DraftError {
    DraftError::Read { path: shown(path.as_os_str().as_bytes()), reason: reason.to_owned() }
}

/// The error for a unit that is not there.
pub(super) fn missing(name: &str) -> DraftError {
    DraftError::Unit { unit: quoted(name.as_bytes()), reason: "no such unit".into() }
}
