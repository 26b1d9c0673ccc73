//! Inputs named by the operands.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::output::{errno_status, strerror};
use crate::resolve::is_skipped;

/// One thing to do, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum WorkItem {
    Stdin,
    File(InputFile),
    /// Something to say, and the exit status that it means.
    Note {
        text: String,
        status: u8,
    },
}

/// A file to work on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct InputFile {
    pub(super) path: PathBuf,
    /// The word on the command line that led to it: the directory that it is in.
    pub(super) operand: String,
}

impl InputFile {
    /// Returns its name in the cache, in `disable/` and in `force-complain/`.
    pub(super) fn name(&self) -> Option<&OsStr> {
        self.path.file_name()
    }
}

/// Endings that are left out with a word about it.
const NOTED: [&[u8]; 5] = [b".rpmnew", b".rpmsave", b".orig", b".rej", b"~"];

/// Returns the message about a skipped directory entry; `None` if it is skipped silently.
pub(super) fn ignored(name: &OsStr, shown: &Path) -> Option<String> {
    let bytes = name.as_bytes();
    let noted = is_skipped(&name.to_string_lossy()) && !bytes.starts_with(b".");
    let noted = noted && NOTED.iter().any(|ending| bytes.ends_with(ending));
    noted.then(|| format!("Ignoring: '{}'\n", shown.display()))
}

/// The inputs that operands stand for; standard input without any.
pub(super) fn expand(operands: &[OsString]) -> Vec<WorkItem> {
    if operands.is_empty() {
        return vec![WorkItem::Stdin];
    }
    let mut inputs = Vec::new();
    for operand in operands {
        let path = Path::new(operand);
        let shown = path.display().to_string();
        match fs::metadata(path) {
            Err(error) => {
                let text = format!("File {shown} not found, skipping...\n");
                inputs.push(WorkItem::Note { text, status: errno_status(&error) });
            }
            Ok(metadata) if metadata.is_dir() => {
                if let Err(error) = directory(path, &shown, &mut inputs) {
                    let text = format!("Error: Could not read profile {shown}: {}.\n", strerror(&error));
                    inputs.push(WorkItem::Note { text, status: errno_status(&error) });
                }
            }
            Ok(_) => inputs.push(WorkItem::File(InputFile { path: path.to_owned(), operand: shown })),
        }
    }
    inputs
}

/// The profile files of a directory, by name.
fn directory(path: &Path, operand: &str, inputs: &mut Vec<WorkItem>) -> io::Result<()> {
    let mut names = fs::read_dir(path)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>()?;
    names.sort();
    let mut failure = None;
    for name in names {
        if is_skipped(&name.to_string_lossy()) {
            inputs.extend(ignored(&name, Path::new(&name)).map(|text| WorkItem::Note { text, status: 0 }));
            continue;
        }
        let path = path.join(&name);
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_file() => {
                inputs.push(WorkItem::File(InputFile { path, operand: operand.to_owned() }));
            }
            Ok(_) => {}
            Err(error) => failure = Some(error),
        }
    }
    if let Some(error) = failure {
        let text = format!("There was an error while loading profiles from {operand}\n");
        inputs.push(WorkItem::Note { text, status: errno_status(&error) });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_a_directory() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        for name in ["b", "a", ".hid", "README", "x.dpkg-new", "y.orig", "z~", "k.bak", "q.rpmnew"] {
            fs::write(at(name), "").unwrap();
        }
        fs::create_dir(at("sub")).unwrap();
        std::os::unix::fs::symlink("a", at("link")).unwrap();
        std::os::unix::fs::symlink("nowhere", at("dangling")).unwrap();
        let inputs = expand(&[directory.path().into(), "/no/such".into(), at("y.orig").into()]);
        let shown: Vec<String> = inputs
            .iter()
            .map(|input| match input {
                WorkItem::Stdin => "stdin".into(),
                WorkItem::File(file) => file.name().unwrap().to_string_lossy().into_owned(),
                WorkItem::Note { text, status } => format!("{} {status}", text.trim_end()),
            })
            .collect();
        let failure = format!("There was an error while loading profiles from {} 2", directory.path().display());
        assert_eq!(
            shown,
            [
                "a",
                "b",
                "k.bak",
                "link",
                "Ignoring: 'q.rpmnew' 0",
                "Ignoring: 'y.orig' 0",
                "Ignoring: 'z~' 0",
                &failure,
                "File /no/such not found, skipping... 2",
                "y.orig",
            ]
        );
        assert_eq!(expand(&[]), [WorkItem::Stdin]);
    }
}
