//! Features from files and directories.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::{Features, FeaturesError, MAX_DEPTH, MAX_SIZE};

impl Features {
    /// Reads a file that holds a features text, or a directory like that of a kernel.
    ///
    /// # Errors
    /// [`FeaturesError::Read`] and [`FeaturesError::TooLarge`] as the file system gives cause, [`FeaturesError::Syntax`] for the text.
    pub fn from_path(path: impl AsRef<Path>) -> Result<Features, FeaturesError> {
        let path = path.as_ref();
        if path.is_dir() {
            return Features::from_directory(path);
        }
        let mut text = Vec::new();
        append(path, &mut text).map_err(|error| cannot_read(path, error))?;
        Features::parse(&text)
    }

    /// Writes down a directory: entries by name, those whose names begin with a dot left out, links followed.
    ///
    /// ```
    /// use armorer::features::Features;
    ///
    /// let directory = std::env::temp_dir().join(format!("armorer-doc-features-{}", std::process::id()));
    /// std::fs::create_dir_all(directory.join("caps"))?;
    /// std::fs::write(directory.join("caps/mask"), "chown kill\n")?;
    /// let features = Features::from_directory(&directory)?;
    /// assert_eq!(features.to_text(), b"caps {mask {chown kill\n}\n}\n");
    ///
    /// std::fs::write(directory.join("saved"), features.to_text())?;
    /// assert_eq!(Features::from_path(directory.join("saved"))?, features);
    /// # std::fs::remove_dir_all(&directory)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`FeaturesError::Read`] and [`FeaturesError::TooLarge`] as the file system gives cause, [`FeaturesError::Syntax`] where a
    /// file holds braces, or directories nest deeper than [`MAX_DEPTH`].
    pub fn from_directory(path: impl AsRef<Path>) -> Result<Features, FeaturesError> {
        let path = path.as_ref();
        let mut text = Vec::new();
        walk(path, 0, &mut text).map_err(|error| cannot_read(path, error))?;
        Features::parse(&text)
    }
}

fn cannot_read(path: &Path, source: io::Error) -> FeaturesError {
    if source.kind() == io::ErrorKind::FileTooLarge {
        FeaturesError::TooLarge { path: path.into() }
    } else {
        FeaturesError::Read { path: path.into(), source }
    }
}

/// Appends the contents of a file, as long as all stays below [`MAX_SIZE`]: nobody waits for the end of `/dev/zero`.
fn append(path: &Path, text: &mut Vec<u8>) -> io::Result<()> {
    let room = MAX_SIZE.saturating_sub(text.len());
    let limit = u64::try_from(room).unwrap_or(u64::MAX).saturating_add(1);
    let read = File::open(path)?.take(limit).read_to_end(text)?;
    if read > room { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(()) }
}

/// Every entry adds at least four bytes to the text, so the bound on its size bounds the walk, too: also where links lead in circles.
fn walk(directory: &Path, depth: usize, text: &mut Vec<u8>) -> io::Result<()> {
    if depth > MAX_DEPTH {
        return Err(io::Error::other(format!("nested more than {MAX_DEPTH} deep at {}", directory.display())));
    }
    let mut entries = std::fs::read_dir(directory)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_cached_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        let name = name.as_encoded_bytes();
        if name.starts_with(b".") {
            continue;
        }
        if text.len() > MAX_SIZE {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        text.extend_from_slice(name);
        text.extend_from_slice(b" {");
        let path = entry.path();
        if path.is_dir() {
            walk(&path, depth + 1, text)?;
        } else {
            append(&path, text)?;
        }
        text.extend_from_slice(b"}\n");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::tree::FeatureNode;

    /// Lays the tree out in a directory, words of a file on one line.
    fn lay_out(directory: &Path, nodes: &[FeatureNode]) {
        for node in nodes {
            let path = directory.join(std::str::from_utf8(node.name()).unwrap());
            if node.children().iter().all(FeatureNode::is_word) {
                let words: Vec<&[u8]> = node.children().iter().map(FeatureNode::name).collect();
                std::fs::write(path, [words.join(&b' '), b"\n".to_vec()].concat()).unwrap();
            } else {
                std::fs::create_dir(&path).unwrap();
                lay_out(&path, node.children());
            }
        }
    }

    #[test]
    fn directory_and_file_say_the_same() {
        let directory = tempfile::tempdir().unwrap();
        for name in Features::builtin_names() {
            let features = Features::builtin(name).unwrap();
            let path = directory.path().join(name);
            std::fs::create_dir(&path).unwrap();
            lay_out(&path, &features.root);
            std::fs::write(path.join(".stamp"), "hidden").unwrap();
            assert_eq!(Features::from_path(&path).unwrap(), features);
            let file = directory.path().join(format!("{name}.features"));
            std::fs::write(&file, features.to_text()).unwrap();
            assert_eq!(Features::from_path(&file).unwrap(), features);
        }
    }

    #[test]
    fn errors_name_the_path() {
        let missing = Features::from_path("/no/such/path").unwrap_err();
        assert!(missing.to_string().contains("/no/such/path"));
        let directory = tempfile::tempdir().unwrap();
        let big = directory.path().join("big");
        std::fs::write(&big, vec![b'a'; MAX_SIZE + 1]).unwrap();
        assert!(matches!(Features::from_path(&big), Err(FeaturesError::TooLarge { .. })));
        assert!(matches!(Features::from_directory(directory.path()), Err(FeaturesError::TooLarge { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn circles_end() {
        let directory = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(".", directory.path().join("again")).unwrap();
        assert!(matches!(Features::from_directory(directory.path()), Err(FeaturesError::Read { .. })));
    }
}
