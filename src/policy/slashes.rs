//! Runs of slashes in paths.

/// Collapses runs of slashes to one each, as the kernel never shows a doubled one. Exactly two slashes at the beginning stay:
/// they mean what the implementation likes (POSIX, "Pathname Resolution"). One slash at the end stays, too: it says
/// "directory".
///
/// ```
/// use armorer::policy::slashes::filter;
/// assert_eq!(filter(b"/a//b///"), b"/a/b/");
/// assert_eq!(filter(b"//a//b/"), b"//a/b/");
/// assert_eq!(filter(b"///a"), b"/a");
/// ```
#[must_use]
pub fn filter(path: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(path.len());
    let rest = match path {
        [b'/', b'/'] => return path.to_vec(),
        [b'/', b'/', next, ..] if *next != b'/' => {
            out.extend_from_slice(b"//");
            path.get(2..).unwrap_or_default()
        }
        _ => path,
    };
    for &byte in rest {
        if byte != b'/' || out.last() != Some(&b'/') {
            out.push(byte);
        }
    }
    out
}

/// Whether [`filter`] changes nothing: true for nearly every path, so that it need not be copied.
#[must_use]
pub fn is_filtered(path: &[u8]) -> bool {
    let rest = match path {
        [b'/', b'/'] => return true,
        [b'/', b'/', next, ..] if *next != b'/' => path.get(1..).unwrap_or_default(),
        _ => path,
    };
    !rest.windows(2).any(|pair| pair == b"//")
}

#[cfg(test)]
mod tests {
    use super::{filter, is_filtered};

    #[test]
    fn runs_collapse() {
        for (path, expected) in [
            ("", ""),
            ("/", "/"),
            ("//", "//"),
            ("///", "/"),
            ("//usr", "//usr"),
            ("///usr", "/usr"),
            ("//a//b///", "//a/b/"),
            ("/a/b/", "/a/b/"),
            ("a//b", "a/b"),
            ("/a//", "/a/"),
            ("[//]", "[/]"),
        ] {
            assert_eq!(filter(path.as_bytes()), expected.as_bytes(), "{path}");
            assert_eq!(is_filtered(path.as_bytes()), path == expected, "{path}");
        }
    }
}
