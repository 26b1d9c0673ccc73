//! Patterns that allow more than one name: the tree's variables, process numbers, random names.

use std::ops::Range;

use crate::automata::Symbol;
use crate::encode::path_pattern;
use crate::resolve::VariableValue;
use crate::source::Text;
use crate::syntax::Pattern;

/// The most values of a variable that is looked at.
const MAX_VALUES: usize = 64;
/// The most patterns for a path.
const MAX_PATTERNS: usize = 6;

/// A path that is about to be generalised: pieces of a glob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct GeneralPath {
    /// The pattern.
    pub(super) pattern: Pattern,
    /// Whether a part that differs in each run is general.
    pub(super) is_stable: bool,
}

/// Whether a path has parts that differ each time: process numbers, that of the process itself in any place, random names.
pub(super) fn is_volatile(path: &[u8], pid: Option<u32>) -> bool {
    let parts: Vec<&[u8]> = path.split(|&byte| byte == b'/').collect();
    parts.windows(2).any(|pair| matches!(pair, [b"proc", number] if is_number(number)))
        || parts.windows(2).any(|pair| matches!(pair, [b"task", number] if is_number(number)))
        || parts.iter().any(|part| is_unnamed(part) || random_tail(part).is_some() || own_number(part, pid).is_some())
}

/// Whether a part of a path has the number of a process.
pub(super) fn has_number_of(path: &[u8], pid: u32) -> bool {
    path.split(|&byte| byte == b'/').any(|part| own_number(part, Some(pid)).is_some())
}

/// Returns the range of the number of the process in a name. Numbers of one or two digits are in too many names by chance.
fn own_number(name: &[u8], pid: Option<u32>) -> Option<Range<usize>> {
    let number = pid.filter(|&pid| pid >= 100)?.to_string();
    let is_digit = |at: Option<usize>| at.and_then(|at| name.get(at)).is_some_and(u8::is_ascii_digit);
    let mut places = memchr::memmem::rfind_iter(name, number.as_bytes()).map(|at| at..at + number.len());
    places.find(|place| !is_digit(place.start.checked_sub(1)) && !is_digit(Some(place.end)))
}

fn is_number(text: &[u8]) -> bool {
    !text.is_empty() && text.len() <= 10 && text.iter().all(u8::is_ascii_digit)
}

/// Whether a name is what the kernel calls a file without one (`O_TMPFILE`): `#` and the number of its inode.
fn is_unnamed(name: &[u8]) -> bool {
    name.strip_prefix(b"#").is_some_and(is_number)
}

/// Returns the start of the end of a name that is another one each time: six letters and digits or more of at least two kinds
/// (`foo.Xa81Kz`, mkstemp), a long number (`foo.140109900583904`, a time or an address), or all of Python's temporary names after `tmp`.
fn random_tail(name: &[u8]) -> Option<usize> {
    let is_python = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'_';
    if let Some(tail) = name.strip_prefix(b"tmp").filter(|tail| tail.len() == 8 && tail.iter().all(is_python))
        && tail.iter().any(|byte| !byte.is_ascii_lowercase())
    {
        return Some(name.len() - tail.len());
    }
    let tail = name.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let at = name.len() - tail;
    let separated = at > 0 && b"._-".contains(name.get(at - 1)?);
    let text = name.get(at..)?;
    let upper = text.iter().any(u8::is_ascii_uppercase);
    let lower = text.iter().any(u8::is_ascii_lowercase);
    let digit = text.iter().any(u8::is_ascii_digit);
    let is_random = (6..=12).contains(&tail) && upper && (lower || digit);
    let is_number = (10..=20).contains(&tail) && digit && !upper && !lower;
    (separated && (is_random || is_number)).then_some(at)
}

/// The pattern for a path whose parts differ each time; `None` for any other path.
pub(super) fn stable(path: &[u8], variables: &[VariableValue], pid: Option<u32>) -> Option<GeneralPath> {
    is_volatile(path, pid).then_some(())?;
    general(b"", path, variables, pid, true)
}

/// More general patterns that match a path, by the variables of a tree.
pub(super) fn patterns(path: &[u8], variables: &[VariableValue], pid: Option<u32>) -> Vec<GeneralPath> {
    let mut found: Vec<GeneralPath> = stable(path, variables, pid).into_iter().collect();
    let volatile = is_volatile(path, pid);
    for (name, prefix) in prefixes(path, variables) {
        if found.len() >= MAX_PATTERNS {
            break;
        }
        let rest = path.get(prefix..).unwrap_or_default();
        let head = [b"@{", &**name, b"}"].concat();
        found.extend(general(&head, rest, variables, pid, volatile).filter(|general| !found.contains(general)));
    }
    found
}

/// Variables whose values match the beginning of a path, with the length of that.
fn prefixes<'a>(path: &[u8], variables: &'a [VariableValue]) -> Vec<(&'a Text, usize)> {
    let mut found = Vec::new();
    for variable in variables {
        let VariableValue::Set { name, expanded: Some(values), .. } = variable else { continue };
        if values.len() > MAX_VALUES || !values.iter().all(|value| value.starts_with(b"/") && value.len() > 1) {
            continue;
        }
        let ends = path.iter().enumerate().filter(|&(at, &byte)| byte == b'/' && at > 0).map(|(at, _)| at);
        let longest =
            ends.filter(|&end| values.iter().any(|value| matches(value, path.get(..end).unwrap_or_default())));
        if let Some(end) = longest.max() {
            found.push((name, end));
        }
    }
    // What leaves less of the path open comes first.
    found.sort_by_key(|&(name, end)| (std::cmp::Reverse(end), name.len()));
    found
}

/// Whether a value, without the slash at its end, is a beginning without `**` that matches.
fn matches(value: &Text, prefix: &[u8]) -> bool {
    let value = value.strip_suffix(b"/").unwrap_or(value);
    let head = value.iter().position(|byte| b"*?[{\\".contains(byte)).unwrap_or(value.len());
    if value.windows(2).any(|two| two == b"**") || !prefix.starts_with(value.get(..head).unwrap_or_default()) {
        return false;
    }
    if head == value.len() {
        return prefix == value;
    }
    let symbols: Vec<Symbol> = prefix.iter().copied().map(Symbol::Byte).collect();
    path_pattern(value).is_some_and(|pattern| pattern.matches(&symbols))
}

/// The rest of a path after a head, with numbers and random names made general.
fn general(
    head: &[u8],
    rest: &[u8],
    variables: &[VariableValue],
    pid: Option<u32>,
    stable: bool,
) -> Option<GeneralPath> {
    let has = |wanted: &str| {
        variables.iter().any(|known| matches!(known, VariableValue::Set { name, .. } if **name == *wanted.as_bytes()))
    };
    let number = |wanted: &str| if has(wanted) { format!("@{{{wanted}}}") } else { "[0-9]*".to_owned() };
    let mut glob = head.to_vec();
    let mut before: &[u8] = if head.is_empty() { b"" } else { head };
    for (at, part) in rest.split(|&byte| byte == b'/').enumerate() {
        if at > 0 {
            glob.push(b'/');
        }
        match before {
            b"proc" | b"@{PROC}" if is_number(part) => glob.extend(number("pid").bytes()),
            b"task" if is_number(part) => glob.extend(number("tid").bytes()),
            _ if is_unnamed(part) => glob.extend(b"#[0-9]*"),
            _ => {
                if let Some(place) = own_number(part, pid) {
                    glob.extend(escaped(part.get(..place.start)?)?);
                    glob.extend(number("pid").bytes());
                    glob.extend(escaped(part.get(place.end..)?)?);
                } else if let Some(tail) = random_tail(part) {
                    glob.extend(escaped(part.get(..tail)?)?);
                    glob.extend(std::iter::repeat_n(b'?', part.len() - tail));
                } else {
                    glob.extend(escaped(part)?);
                }
            }
        }
        if at > 0 || !part.is_empty() {
            before = part;
        }
    }
    let pattern = Pattern::glob(&glob).ok()?;
    Some(GeneralPath { pattern, is_stable: stable })
}

/// A part of a path as a glob that matches it alone; `None` where that takes more than backslashes.
fn escaped(part: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(part.len());
    for &byte in part {
        match byte {
            b'\\' | b'"' | b'@' => return None,
            byte if !(byte.is_ascii_graphic() || byte == b' ') => return None,
            b'*' | b'?' | b'[' | b']' | b'{' | b'}' | b'^' | b',' => out.extend([b'\\', byte]),
            byte => out.push(byte),
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(name: &str, values: &[&str]) -> VariableValue {
        let values: Vec<Text> = values.iter().copied().map(Text::from).collect();
        VariableValue::Set { name: name.into(), written: Vec::new(), expanded: Some(values) }
    }

    fn shown(path: &str) -> Vec<String> {
        shown_to(None, path)
    }

    fn shown_to(pid: Option<u32>, path: &str) -> Vec<String> {
        let variables = [
            set("HOME", &["/home/*/", "/root/"]),
            set("PROC", &["/proc/"]),
            set("pid", &["[1-9]"]),
            set("run", &["/run", "/var/run"]),
            set("deep", &["/srv/**"]),
        ];
        patterns(path.as_bytes(), &variables, pid).iter().map(|general| general.pattern.to_string()).collect()
    }

    #[test]
    fn variables_numbers_and_random_names() {
        assert_eq!(shown("/home/alice/.cache/x"), ["@{HOME}/.cache/x"]);
        assert_eq!(shown("/run/lock/x"), ["@{run}/lock/x"]);
        assert_eq!(shown("/proc/123/stat"), ["/proc/@{pid}/stat", "@{PROC}/@{pid}/stat"]);
        assert_eq!(shown("/tmp/foo.Xa81Kz"), ["/tmp/foo.??????"]);
        assert_eq!(shown("/tmp/a.pyc.140109900583904"), ["/tmp/a.pyc.???????????????"]);
        assert_eq!(shown("/tmp/tmp0u03d8g6"), ["/tmp/tmp????????"]);
        assert_eq!(shown("/tmp/#1524"), [r##""/tmp/#[0-9]*""##]);
        for stable in ["/tmp/foo.profile", "/tmp/tmpfilesdir", "/tmp/backup-20261128", "/tmp/1400000000"] {
            assert_eq!(shown(stable), [""; 0], "{stable}");
        }
        assert_eq!(shown_to(Some(190), "/etc/key.tmp190"), ["/etc/key.tmp@{pid}"]);
        assert_eq!(shown_to(Some(190), "/run/x/190/a"), ["/run/x/@{pid}/a", "@{run}/x/@{pid}/a"]);
        assert_eq!(shown_to(Some(190), "/srv/temp-190.rdb"), ["/srv/temp-@{pid}.rdb"]);
        for other in ["/etc/key.tmp1190", "/etc/key1900.tmp", "/etc/key.tmp19"] {
            assert_eq!(shown_to(Some(190), other), [""; 0], "{other}");
        }
        assert_eq!(shown_to(Some(19), "/etc/key.tmp19"), [""; 0]);
        assert_eq!(shown("/srv/a/b"), [""; 0]);
        assert_eq!(shown("/run/a*b\""), [""; 0]);
    }
}
