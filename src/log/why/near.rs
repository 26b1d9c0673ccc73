//! Accesses that are allowed and differ little from one that is not.

use std::fmt;

use serde::Serialize;

use crate::analysis::Access;
use crate::analysis::access::FileAccess;
use crate::source::Text;

/// An access that is allowed, and nearly the one that was denied.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct NearAccess {
    /// The access.
    pub access: Access,
    /// The meaning of the difference.
    pub hint: String,
}

impl fmt::Display for NearAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is allowed: {}", self.access, self.hint)
    }
}

/// The most accesses that are tried.
const TRIES: usize = 400;
/// The maximum number that is listed.
const TOLD: usize = 3;

/// Names for the same directory that profiles mix up; the first one is a link to the second.
const SAME: [(&str, &str); 7] = [
    ("/var/run/", "/run/"),
    ("/var/lock/", "/run/lock/"),
    ("/bin/", "/usr/bin/"),
    ("/sbin/", "/usr/sbin/"),
    ("/lib/", "/usr/lib/"),
    ("/lib64/", "/usr/lib64/"),
    ("/usr/sbin/", "/usr/bin/"),
];

pub(super) fn of(
    access: &Access,
    variables: &[(Text, Vec<Text>)],
    allows: impl Fn(&Access) -> bool,
) -> Vec<NearAccess> {
    let Access::File(file) = access else { return Vec::new() };
    let mut near: Vec<NearAccess> = Vec::new();
    let with = |path: Vec<u8>| Access::File(FileAccess { path: path.into(), ..file.clone() });
    let tries = slash(&file.path)
        .into_iter()
        .chain(same_directories(&file.path))
        .chain(of_variables(&file.path, variables))
        .take(TRIES);
    for (path, hint) in tries {
        let access = with(path);
        if near.len() < TOLD && near.iter().all(|known| known.access != access) && allows(&access) {
            near.push(NearAccess { access, hint });
        }
    }
    near
}

fn slash(path: &[u8]) -> Option<(Vec<u8>, String)> {
    match path.strip_suffix(b"/") {
        Some(b"") => None,
        Some(file) => {
            Some((file.to_vec(), "the rule is about a file, and this is a directory: its name ends in a slash".into()))
        }
        None => Some(([path, b"/"].concat(), "the name of a directory ends in a slash".into())),
    }
}

fn same_directories(path: &[u8]) -> impl Iterator<Item = (Vec<u8>, String)> {
    SAME.into_iter().flat_map(|(link, target)| [(link, target), (target, link)]).filter_map(move |(from, to)| {
        let rest = path.strip_prefix(from.as_bytes())?;
        let path = [to.as_bytes(), rest].concat();
        Some((path, format!("rules are about paths without links; the kernel sees {from}, and the rule has {to}")))
    })
}

/// The path with one of its first directories replaced by a value of a variable.
fn of_variables<'a>(
    path: &'a [u8],
    variables: &'a [(Text, Vec<Text>)],
) -> impl Iterator<Item = (Vec<u8>, String)> + 'a {
    let ends: Vec<usize> = memchr::memchr_iter(b'/', path).skip(1).collect();
    let literal = |value: &&Text| !value.iter().any(|byte| b"*?[]{}\\^,".contains(byte));
    variables.iter().flat_map(move |(name, values)| {
        let ends = ends.clone();
        values.iter().filter(literal).filter(|value| value.starts_with(b"/")).flat_map(move |value| {
            ends.clone().into_iter().filter_map(move |end| {
                let (start, rest) = path.split_at_checked(end)?;
                let value = value.strip_suffix(b"/").unwrap_or(value);
                if value == start || value.is_empty() {
                    return None;
                }
                let hint = format!("@{{{name}}} has {}, and lacks {}", value.escape_ascii(), start.escape_ascii());
                Some(([value, rest].concat(), hint))
            })
        })
    })
}
