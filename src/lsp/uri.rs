//! Paths as URIs.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use gen_lsp_types::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};

/// The characters of a path that are not encoded (RFC 3986, `pchar` without those that some clients encode, and the slash).
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The path of a `file:` URI; of others, such as those of texts that have no file yet, a path that no file has.
pub(super) fn to_path(uri: &Uri) -> PathBuf {
    let Uri(text) = uri;
    let path = match text.strip_prefix("file://") {
        // An authority (`localhost`) may stand before the path.
        Some(rest) => rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/"),
        None => return Path::new("/\u{0}").join(text.replace('/', "\u{2215}")),
    };
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let bytes: Vec<u8> = percent_decode_str(path).collect();
    PathBuf::from(OsStr::from_bytes(&bytes))
}

/// The URI of a path.
pub(super) fn from_path(path: &Path) -> Uri {
    Uri(format!("file://{}", percent_encode(path.as_os_str().as_bytes(), PATH)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for path in ["/etc/apparmor.d/usr.bin.man", "/a b/ä%/c#d?e", "/x:y"] {
            assert_eq!(to_path(&from_path(path.as_ref())), Path::new(path));
        }
        assert_eq!(to_path(&"file://localhost/etc/x".into()), Path::new("/etc/x"));
        assert_eq!(to_path(&"file:///a%20b%zz".into()), Path::new("/a b%zz"));
        for odd in ["", "untitled:Untitled-1", "file://", "file:", "%"] {
            to_path(&odd.into());
        }
        assert_ne!(to_path(&"untitled:1".into()), to_path(&"untitled:2".into()));
    }
}
