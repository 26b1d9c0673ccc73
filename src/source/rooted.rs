//! The file system of another root, such as that of an image: absolute symbolic links in it start at this root.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FileType, Mode, OFlags, fstat, openat, readlinkat};

use super::FileKind;
use super::beneath::{self, MAX_DEPTH, MAX_LINKS, names_reversed};
use super::loader::read_at_most;

/// A directory that stands for `/`. Paths are resolved as the kernel resolves them for a process whose root it is, and nothing leads
/// out of it. Only regular files are opened, and none of a file system that the kernel makes up.
#[derive(Clone, Debug)]
pub(crate) struct Rooted {
    root: PathBuf,
}

/// The file that a path leads to.
#[derive(Debug)]
pub(crate) struct RootedFile {
    /// The path from the root, with all links followed.
    pub(crate) path: PathBuf,
    /// Its kind.
    pub(crate) kind: FileKind,
    entry: OwnedFd,
    /// The directory that it is in, and its name there; `None` for directories.
    parent: Option<(OwnedFd, OsString)>,
}

impl RootedFile {
    /// Opens a regular file for reading, without waiting for anybody.
    pub(crate) fn open(&self) -> io::Result<File> {
        beneath::open(&self.entry, self.parent.as_ref())
    }
}

impl Rooted {
    /// The directory `root` as `/`.
    pub(crate) fn new(root: impl Into<PathBuf>) -> Rooted {
        Rooted { root: root.into() }
    }

    /// Returns the file that a path leads to; one that does not begin with a slash starts at the root.
    pub(crate) fn resolve(&self, path: impl AsRef<Path>) -> io::Result<RootedFile> {
        let look = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let start = || openat(CWD, &self.root, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty());
        let mut links = MAX_LINKS;
        let mut above: Vec<OwnedFd> = Vec::new();
        let mut names: Vec<OsString> = Vec::new();
        let mut here = start()?;
        let mut todo = names_reversed(path.as_ref());
        while let Some(name) = todo.pop() {
            if name == ".." {
                if let Some(parent) = above.pop() {
                    here = parent;
                    names.pop();
                }
                continue;
            }
            let entry = openat(&here, &name, look, Mode::empty())?;
            match FileType::from_raw_mode(fstat(&entry)?.st_mode) {
                FileType::Symlink => {
                    links = links.checked_sub(1).ok_or(rustix::io::Errno::LOOP)?;
                    let target = PathBuf::from(OsString::from_vec(readlinkat(&entry, "", Vec::new())?.into_bytes()));
                    if target.is_absolute() {
                        here = start()?;
                        above.clear();
                        names.clear();
                    }
                    todo.extend(names_reversed(&target));
                }
                FileType::Directory if above.len() < MAX_DEPTH => {
                    above.push(std::mem::replace(&mut here, entry));
                    names.push(name);
                }
                FileType::Directory => return Err(io::Error::other(format!("deeper than {MAX_DEPTH} directories"))),
                file_type if todo.is_empty() => {
                    let kind = if file_type == FileType::RegularFile { FileKind::File } else { FileKind::Other };
                    let path = absolute(names.iter().chain([&name]));
                    return Ok(RootedFile { path, kind, entry, parent: Some((here, name)) });
                }
                _ => return Err(io::ErrorKind::NotADirectory.into()),
            }
        }
        Ok(RootedFile { path: absolute(&names), kind: FileKind::Directory, entry: here, parent: None })
    }

    /// The contents of a regular file of at most this many bytes.
    pub(crate) fn read(&self, path: impl AsRef<Path>, max_len: u64) -> io::Result<Vec<u8>> {
        read_at_most(self.resolve(path)?.open()?, max_len)
    }

    /// The names in a directory, in byte order.
    pub(crate) fn names(&self, path: impl AsRef<Path>) -> io::Result<Vec<OsString>> {
        beneath::list(&self.resolve(path)?.entry)
    }
}

fn absolute<'a>(names: impl IntoIterator<Item = &'a OsString>) -> PathBuf {
    let mut path = PathBuf::from("/");
    path.extend(names);
    path
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_start_at_the_root_and_do_not_lead_out() {
        let directory = tempfile::tempdir().unwrap();
        let at = |path: &str| directory.path().join(path);
        fs::create_dir_all(at("usr/bin")).unwrap();
        fs::create_dir_all(at("etc")).unwrap();
        fs::write(at("usr/bin/tool"), "tool").unwrap();
        symlink("usr/bin", at("bin")).unwrap();
        symlink("/bin/tool", at("etc/link")).unwrap();
        symlink("../../../../../../bin/tool", at("etc/up")).unwrap();
        symlink("/etc/loop", at("etc/loop")).unwrap();
        nix::unistd::mkfifo(&at("etc/fifo"), nix::sys::stat::Mode::S_IRWXU).unwrap();
        let root = Rooted::new(directory.path());
        for path in ["/bin/tool", "/etc/link", "/etc/up", "etc/../etc/./link", "/../../bin/tool"] {
            let found = root.resolve(path).unwrap();
            assert_eq!((found.path, found.kind), ("/usr/bin/tool".into(), FileKind::File), "{path}");
            assert_eq!(root.read(path, 10).unwrap(), b"tool");
        }
        assert!(root.resolve("/etc/passwd").is_err(), "the host has one, the image none");
        assert!(root.resolve("/etc/loop").is_err());
        assert_eq!(root.resolve("/etc/fifo").unwrap().kind, FileKind::Other);
        assert!(root.read("/etc/fifo", 10).is_err(), "nobody waits for a writer");
        assert!(root.read("/bin/tool", 3).is_err());
        assert_eq!(root.names("/bin").unwrap(), ["tool"]);
        assert_eq!(root.resolve("/").unwrap().path, Path::new("/"));
        assert!(Rooted::new("/").read("/proc/self/status", 10_000).is_err());
    }
}
