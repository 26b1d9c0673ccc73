//! Permission letters and exec modes of file rules.

use super::{Description, WordTable};
use crate::source::Span;
use crate::syntax::ast::{FileLetter, FileLetters};
use crate::vocab::{FilePermissions, Vocabulary};

/// The letters.
pub(super) const LETTERS: WordTable = &[
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
pub(super) const EXEC: WordTable = &[
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
    let written = FileLetters::read(permissions, Span::NONE)?;
    let line = |table: WordTable, word: &str| {
        table.iter().find(|(known, _)| *known == word).map(|(_, text)| format!("- `{word}`: {text}"))
    };
    let has = |letter: &str| {
        let letter = FilePermissions::from_word(letter.as_bytes()).map(FileLetter::Permission);
        written.letters().iter().any(|one| Some(one.value) == letter)
    };
    let mut lines: Vec<String> =
        LETTERS.iter().filter(|(letter, _)| has(letter)).filter_map(|(letter, _)| line(LETTERS, letter)).collect();
    for exec in written.execs() {
        let word = exec.to_word();
        lines.extend(line(EXEC, &word).or_else(|| line(LETTERS, "x")).filter(|text| !lines.contains(text)));
    }
    let title = String::from_utf8_lossy(permissions).into_owned();
    Some(Description { title, text: lines.join("\n") })
}
