//! Permission letters and exec modes of file rules.

use super::{Description, Table};
use crate::vocab::file::{EXEC_FORMS, exec_form};

/// The letters.
pub(super) const LETTERS: Table = &[
    ("m", "Map the file as executable memory (`mmap(2)` with `PROT_EXEC`), as programs and shared libraries are."),
    ("r", "Read the file, or list the directory."),
    ("w", "Write, create, delete, rename and truncate the file, and change its attributes."),
    ("a", "Append to the file only. It cannot stand with `w`, which contains it."),
    ("l", "Create a hard link with this path. The link may have no permission that its target does not have."),
    ("k", "Lock the file (`flock(2)`, `fcntl(2)`)."),
    (
        "x",
        "Execute the file. Alone only in `deny` rules: an allowed exec says which profile comes next (`ix`, `Px`, `Cx`, `Ux`).",
    ),
];

/// The exec modes.
pub(super) const EXEC: Table = &[
    ("ix", "Inherit: the new program stays under the current profile. The environment is kept."),
    (
        "px",
        "The new program gets the profile that attaches to it; the exec fails where there is none. The environment is **not** scrubbed, so that `LD_PRELOAD` and the like reach it.",
    ),
    (
        "Px",
        "The new program gets the profile that attaches to it; the exec fails where there is none. The environment is scrubbed.",
    ),
    (
        "cx",
        "The new program gets the child profile that attaches to it; the exec fails where there is none. The environment is **not** scrubbed.",
    ),
    (
        "Cx",
        "The new program gets the child profile that attaches to it; the exec fails where there is none. The environment is scrubbed.",
    ),
    (
        "ux",
        "The new program runs **unconfined**, with the environment as it is: whoever controls a variable such as `LD_PRELOAD` is out of confinement.",
    ),
    ("Ux", "The new program runs **unconfined**. The environment is scrubbed."),
    (
        "pix",
        "The new program gets the profile that attaches to it, else it inherits the current one. The environment is **not** scrubbed.",
    ),
    (
        "Pix",
        "The new program gets the profile that attaches to it, else it inherits the current one. The environment is scrubbed where the profile changes.",
    ),
    (
        "cix",
        "The new program gets the child profile that attaches to it, else it inherits the current one. The environment is **not** scrubbed.",
    ),
    (
        "Cix",
        "The new program gets the child profile that attaches to it, else it inherits the current one. The environment is scrubbed where the profile changes.",
    ),
    (
        "pux",
        "The new program gets the profile that attaches to it, else it runs **unconfined**. The environment is **not** scrubbed.",
    ),
    (
        "PUx",
        "The new program gets the profile that attaches to it, else it runs **unconfined**. The environment is scrubbed.",
    ),
    (
        "cux",
        "The new program gets the child profile that attaches to it, else it runs **unconfined**. The environment is **not** scrubbed.",
    ),
    (
        "CUx",
        "The new program gets the child profile that attaches to it, else it runs **unconfined**. The environment is scrubbed.",
    ),
];

/// A string of permissions, letter by letter, then its exec mode. `None` where it is none.
pub(super) fn describe(permissions: &[u8]) -> Option<Description> {
    if !crate::syntax::parser::classes::is_mode(permissions) {
        return None;
    }
    let (letters, exec) = split(permissions);
    let line = |word: &str, text: &str| format!("- `{word}`: {text}");
    let mut lines: Vec<String> = LETTERS
        .iter()
        .filter(|(letter, _)| *letter != "x" && letters.contains(letter))
        .map(|(letter, text)| line(letter, text))
        .collect();
    for spelling in exec {
        let found = match exec_form(spelling) {
            Some(form) => EXEC.iter().find(|(name, _)| *name == form.name),
            None => LETTERS.iter().find(|(name, _)| *name == "x"),
        };
        let Some((name, text)) = found else { continue };
        let text = line(name, text);
        if !lines.contains(&text) {
            lines.push(text);
        }
    }
    let title = String::from_utf8_lossy(permissions).into_owned();
    Some(Description { title, text: lines.join("\n") })
}

/// The plain letters in lower case, and the spellings of exec.
fn split(permissions: &[u8]) -> (String, Vec<&[u8]>) {
    let mut letters = String::new();
    let mut exec = Vec::new();
    let mut start = None;
    for (at, &byte) in permissions.iter().enumerate() {
        match byte {
            b'x' | b'X' => exec.extend(permissions.get(start.take().unwrap_or(at)..=at)),
            b'p' | b'P' | b'c' | b'C' | b'i' | b'I' | b'u' | b'U' => {
                start.get_or_insert(at);
            }
            _ => letters.push(char::from(byte.to_ascii_lowercase())),
        }
    }
    (letters, exec)
}

/// The exec modes in the order of the table they are encoded from.
pub(super) fn exec() -> impl Iterator<Item = (&'static str, &'static str)> {
    EXEC_FORMS.iter().filter_map(|form| EXEC.iter().find(|(name, _)| *name == form.name).copied())
}
