//! Finding and reading files: the real file system, or a tree in memory.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::SourceMap;

/// The kind of file that a path leads to, with symbolic links followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A device, socket or pipe.
    Other,
}

/// One name in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirEntry {
    /// The last component of its path.
    pub name: String,
    /// Its kind, with links followed; an error for a link that leads nowhere.
    pub kind: Result<FileKind, io::ErrorKind>,
}

/// Finds and reads the files that profiles include. Threads share a loader.
///
/// The paths it is asked for are those of the text: an embedding program decides what they mean.
///
/// ```
/// use std::io;
/// use std::path::Path;
///
/// use armorer::source::{DirEntry, FileKind, Loader, Memory};
///
/// /// Shows nothing but what is below one directory.
/// struct Below<L>(&'static str, L);
///
/// impl<L> Below<L> {
///     fn inside<'a>(&self, path: &'a Path) -> io::Result<&'a Path> {
///         path.starts_with(self.0).then_some(path).ok_or_else(|| io::ErrorKind::PermissionDenied.into())
///     }
/// }
///
/// impl<L: Loader> Loader for Below<L> {
///     fn kind(&self, path: &Path) -> io::Result<FileKind> {
///         self.1.kind(self.inside(path)?)
///     }
///
///     fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
///         self.1.read(self.inside(path)?)
///     }
///
///     fn read_dir(&self, path: &Path) -> io::Result<Vec<DirEntry>> {
///         self.1.read_dir(self.inside(path)?)
///     }
/// }
///
/// let loader = Below("/srv", Memory::new().with("/srv/a", "x").with("/etc/b", "y"));
/// assert_eq!(loader.read("/srv/a".as_ref())?, b"x");
/// assert_eq!(loader.read_dir("/srv".as_ref())?.len(), 1);
/// assert!(loader.kind("/etc/b".as_ref()).is_err());
/// # Ok::<(), io::Error>(())
/// ```
pub trait Loader: Send + Sync {
    /// Returns the kind of file that `path` leads to.
    ///
    /// # Errors
    /// [`io::ErrorKind::NotFound`] where nothing is there; others as they come.
    fn kind(&self, path: &Path) -> io::Result<FileKind>;

    /// The contents of a regular file.
    ///
    /// # Errors
    /// As the file system gives them.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// The entries of a directory, in any order, without `.` and `..`.
    ///
    /// # Errors
    /// As the file system gives them.
    fn read_dir(&self, path: &Path) -> io::Result<Vec<DirEntry>>;
}

impl<L: Loader + ?Sized> Loader for Box<L> {
    fn kind(&self, path: &Path) -> io::Result<FileKind> {
        (**self).kind(path)
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        (**self).read(path)
    }

    fn read_dir(&self, path: &Path) -> io::Result<Vec<DirEntry>> {
        (**self).read_dir(path)
    }
}

/// Reads to the end, but no more than a source may hold: there are endless files.
pub(crate) fn read_limited(reader: impl Read) -> io::Result<Vec<u8>> {
    read_at_most(reader, u64::from(SourceMap::MAX_LEN))
}

/// Reads to the end; more bytes than the limit are an error.
pub(super) fn read_at_most(reader: impl Read, limit: u64) -> io::Result<Vec<u8>> {
    // Most profiles fit: one read for the text, and one that finds its end.
    let mut bytes = Vec::with_capacity(8 << 10);
    reader.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("larger than {limit} bytes")));
    }
    Ok(bytes)
}

/// The real file system.
#[derive(Clone, Copy, Debug, Default)]
pub struct FileSystem;

fn kind_of(file: std::fs::FileType) -> FileKind {
    if file.is_file() {
        FileKind::File
    } else if file.is_dir() {
        FileKind::Directory
    } else {
        FileKind::Other
    }
}

impl Loader for FileSystem {
    fn kind(&self, path: &Path) -> io::Result<FileKind> {
        std::fs::metadata(path).map(|metadata| kind_of(metadata.file_type()))
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        read_limited(std::fs::File::open(path)?)
    }

    fn read_dir(&self, path: &Path) -> io::Result<Vec<DirEntry>> {
        std::fs::read_dir(path)?
            .map(|entry| {
                let entry = entry?;
                // The directory knows the kinds of files, but not where links lead.
                let kind = entry.file_type().and_then(|file| match file.is_symlink() {
                    true => self.kind(&entry.path()),
                    false => Ok(kind_of(file)),
                });
                let name = entry.file_name().to_string_lossy().into_owned();
                Ok(DirEntry { name, kind: kind.map_err(|error| error.kind()) })
            })
            .collect()
    }
}

/// A tree of files in memory, for embedding and tests. Directories exist where a file lies below them.
///
/// ```
/// use armorer::source::{FileKind, Loader, Memory};
/// let tree = Memory::new().with("/base/tunables/global", "@{bin} = /bin /usr/bin\n");
/// assert_eq!(tree.kind("/base/tunables".as_ref()).ok(), Some(FileKind::Directory));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Memory {
    files: BTreeMap<PathBuf, Vec<u8>>,
}

impl Memory {
    /// A tree without files.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds or replaces a file.
    #[must_use]
    pub fn with(mut self, path: impl Into<PathBuf>, text: impl Into<Vec<u8>>) -> Self {
        self.files.insert(path.into(), text.into());
        self
    }
}

impl Loader for Memory {
    fn kind(&self, path: &Path) -> io::Result<FileKind> {
        if self.files.contains_key(path) {
            Ok(FileKind::File)
        } else if self.files.keys().any(|file| file.starts_with(path)) {
            Ok(FileKind::Directory)
        } else {
            Err(io::ErrorKind::NotFound.into())
        }
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.files.get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn read_dir(&self, path: &Path) -> io::Result<Vec<DirEntry>> {
        let mut entries: Vec<DirEntry> = Vec::new();
        for rest in self.files.keys().filter_map(|file| file.strip_prefix(path).ok()) {
            let mut components = rest.components();
            let Some(first) = components.next() else { continue };
            let kind = if components.next().is_some() { FileKind::Directory } else { FileKind::File };
            let name = first.as_os_str().to_string_lossy().into_owned();
            if entries.last().is_none_or(|last| last.name != name) {
                entries.push(DirEntry { name, kind: Ok(kind) });
            }
        }
        if entries.is_empty() { Err(io::ErrorKind::NotFound.into()) } else { Ok(entries) }
    }
}
