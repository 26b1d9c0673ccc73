//! Names of profiles and namespaces that kernels mishandle.
//!
//! A kernel makes a directory of each profile in securityfs, removes blanks around names, and takes `//`, `&` and `:` for syntax.
//! These names do not come through that as they are written, and some keep all later policy from being loaded:
//! [`kernel`](crate::kernel) has the table.

use std::fmt;

/// The most bytes of a profile's directory, as a profile's name makes it: with a dot and the longest number, 255 bytes.
const MAX_DIRECTORY: usize = 235;

/// The most bytes of a namespace, whose directory has no number.
const MAX_NAMESPACE: usize = 255;

/// Reasons why no kernel should be given a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NameFault {
    /// A line end or other control character.
    Control,
    /// A blank at the beginning or the end.
    Blank,
    /// A part between two `//`, or before or after one, that is empty.
    Empty,
    /// A component `.` or `..`.
    Dots,
    /// A part that begins with `&`.
    Stack,
    /// A colon where the kernel takes it for the end of a namespace.
    Colon,
    /// A slash in a part of a namespace.
    Slash,
    /// A directory name of this many bytes, without the number that the kernel appends.
    TooLong(usize),
}

impl fmt::Display for NameFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NameFault::Control => {
                f.write_str("a control character, which can forge lines in the kernel's list of profiles")
            }
            NameFault::Blank => f.write_str("a space at the beginning or end, which the kernel removes"),
            NameFault::Empty => f.write_str("an empty part"),
            NameFault::Dots => f.write_str("a component `.` or `..`"),
            NameFault::Stack => f.write_str("a part that begins with `&`, as in a stack"),
            NameFault::Colon => f.write_str("a colon that the kernel takes for that of a namespace"),
            NameFault::Slash => f.write_str("a slash that does not separate namespaces"),
            NameFault::TooLong(bytes) => {
                write!(f, "a part that makes a directory name of {bytes} bytes, more than kernels take")
            }
        }
    }
}

/// Finds out why no kernel should be given the name of a profile, with those of its parents and without namespace.
#[must_use]
pub fn profile_fault(name: &[u8]) -> Option<NameFault> {
    // A colon in front is that of a namespace.
    let colon = name.starts_with(b":").then_some(NameFault::Colon);
    text_fault(name).or(colon).or_else(|| parts(name).find_map(part_fault))
}

/// Finds out why no kernel should be given the name of a namespace, which is `outer//inner` for one in another.
#[must_use]
pub fn namespace_fault(name: &[u8]) -> Option<NameFault> {
    let colon = name.contains(&b':').then_some(NameFault::Colon);
    let part_fault = |part: &[u8]| match part {
        _ if part.len() > MAX_NAMESPACE => Some(NameFault::TooLong(part.len())),
        _ if part.contains(&b'/') => Some(NameFault::Slash),
        _ => component_fault(part),
    };
    text_fault(name).or(colon).or_else(|| parts(name).find_map(part_fault))
}

/// The name of the parent of a hat or child profile.
#[must_use]
pub fn parent(name: &[u8]) -> Option<&[u8]> {
    let last = parts(name).last()?;
    name.get(..name.len().checked_sub(last.len() + 2)?)
}

/// The pieces of a name: as kernels do it, `//` is looked for from the left.
pub(crate) fn parts(name: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(name);
    std::iter::from_fn(move || {
        let text = rest.take()?;
        // Names are short, and every one is looked at: making a searcher for two bytes takes longer than searching.
        let found = memchr::memchr_iter(b'/', text).find(|&at| text.get(at + 1) == Some(&b'/'));
        let Some(at) = found else { return Some(text) };
        rest = text.get(at + 2..);
        text.get(..at)
    })
}

fn text_fault(name: &[u8]) -> Option<NameFault> {
    let has_control = name.utf8_chunks().any(|chunk| chunk.valid().chars().any(char::is_control));
    if has_control {
        return Some(NameFault::Control);
    }
    [name.first(), name.last()].into_iter().flatten().any(|&byte| is_blank(byte)).then_some(NameFault::Blank)
}

fn part_fault(part: &[u8]) -> Option<NameFault> {
    let too_long = Some(directory_length(part)).filter(|&bytes| bytes > MAX_DIRECTORY).map(NameFault::TooLong);
    component_fault(part).or(too_long)
}

fn component_fault(part: &[u8]) -> Option<NameFault> {
    if part.is_empty() {
        Some(NameFault::Empty)
    } else if part.starts_with(b"&") {
        Some(NameFault::Stack)
    } else if part.split(|&byte| byte == b'/').any(|component| matches!(component, b"." | b"..")) {
        Some(NameFault::Dots)
    } else {
        None
    }
}

/// Returns the number of bytes that a kernel makes of a part of a name for its directory: it drops slashes and dots at the beginning and
/// what is neither letter, digit, blank nor one of `_-./`, by its own tables, which are those of Latin 1.
fn directory_length(part: &[u8]) -> usize {
    let stays = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-./".contains(byte) || is_blank(*byte) || *byte >= 0xc0;
    part.iter().skip_while(|byte| b"/.".contains(byte)).filter(|&byte| stays(byte)).count()
}

/// Returns whether a kernel treats a byte as a blank, including the last byte of `à` in UTF-8.
fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r' | 0xa0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_use() {
        for name in [
            "docker-default",
            "/usr/{bin,lib}/x*//null-/bin/sh",
            "/",
            "a///bin/b",
            "x (enforce)",
            "a b",
            "a&b",
            "café",
            "a:b",
            "...",
            "a.",
        ] {
            assert_eq!(profile_fault(name.as_bytes()), None, "{name}");
        }
        assert_eq!(profile_fault(b"\xff\xfe"), None);
        for name in ["n", "outer//inner", "a b", "x.y", "a&b"] {
            assert_eq!(namespace_fault(name.as_bytes()), None, "{name}");
        }
    }

    #[test]
    fn names_to_refuse() {
        for (name, fault) in [
            ("", NameFault::Empty),
            ("a//", NameFault::Empty),
            ("//a", NameFault::Empty),
            ("a////b", NameFault::Empty),
            ("a//&b", NameFault::Stack),
            ("&a", NameFault::Stack),
            ("a//..", NameFault::Dots),
            ("./a", NameFault::Dots),
            ("a//../b", NameFault::Dots),
            ("/a/./b", NameFault::Dots),
            (":ns:a", NameFault::Colon),
            (" a", NameFault::Blank),
            ("a ", NameFault::Blank),
            ("voilà", NameFault::Blank),
            ("a\nb", NameFault::Control),
            ("a\u{7f}", NameFault::Control),
            ("a\u{9b}31m", NameFault::Control),
        ] {
            assert_eq!(profile_fault(name.as_bytes()), Some(fault), "{name:?}");
        }
        for (name, fault) in [
            ("", NameFault::Empty),
            ("a:b", NameFault::Colon),
            ("a/b", NameFault::Slash),
            ("a//..", NameFault::Dots),
            ("a\tb", NameFault::Control),
            (" ", NameFault::Blank),
        ] {
            assert_eq!(namespace_fault(name.as_bytes()), Some(fault), "{name:?}");
        }
    }

    #[test]
    fn the_directory_decides_how_long_a_name_may_be() {
        let long = |name: String| profile_fault(name.as_bytes());
        assert_eq!(long("a".repeat(235)), None);
        assert_eq!(long("a".repeat(236)), Some(NameFault::TooLong(236)));
        assert_eq!(long(format!("/{}", "a".repeat(235))), None, "a slash in front does not count");
        assert_eq!(long("*".repeat(1000)), None, "nor does what is left out");
        assert_eq!(long(format!("{0}//{0}", "a".repeat(200))), None, "each part has its own");
        assert_eq!(long("é".repeat(236)), Some(NameFault::TooLong(236)), "half of the bytes count");
        let namespace = "a".repeat(256);
        assert_eq!(namespace_fault(namespace.as_bytes()), Some(NameFault::TooLong(256)));
        assert_eq!(namespace_fault(namespace.get(1..).unwrap().as_bytes()), None);
    }

    #[test]
    fn parents() {
        assert_eq!(parent(b"a"), None);
        assert_eq!(parent(b"a//b//c"), Some(&b"a//b"[..]));
        assert_eq!(parent(b"a///bin/b"), Some(&b"a"[..]));
        assert_eq!(parent(b"//b"), Some(&b""[..]));
    }
}
