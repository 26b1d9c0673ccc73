//! Reads files only beneath given directories.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{CWD, Dir, FileType, Mode, OFlags, fstat, fstatfs, openat, readlinkat};

use super::loader::read_at_most;
use super::{DirEntry, FileKind, Loader};

/// The most symbolic links that one path may lead through; the kernel has the same limit.
pub(super) const MAX_LINKS: usize = 40;

/// The most directories between a root and a file. Each of them is held open on the way.
pub(super) const MAX_DEPTH: usize = 64;

/// The most entries of a directory that is listed.
const MAX_ENTRIES: usize = 100_000;

/// The largest file that is read unless a caller sets another limit.
const MAX_LEN: u64 = 16 << 20;

/// File systems whose files the kernel makes up (`include/uapi/linux/magic.h`): reading may block for ever, have effects, or show
/// what is nobody's business.
const MADE_UP: [u32; 20] = [
    0x0000_1cd1, // devpts
    0x0000_9fa0, // proc
    0x0027_e0eb, // cgroup
    0x0765_5821, // resctrl
    0x0904_1934, // anonymous inodes
    0x1980_0202, // mqueue
    0x4249_4e4d, // binfmt_misc
    0x4341_5d53, // smackfs
    0x5049_5045, // pipefs
    0x6165_676c, // pstore
    0x6265_6570, // configfs
    0x6265_6572, // sysfs
    0x6367_7270, // cgroup2
    0x6462_6720, // debugfs
    0x6573_5543, // fusectl
    0x6e73_6673, // nsfs
    0x7363_6673, // securityfs
    0x7472_6163, // tracefs
    0xcafe_4a11, // bpf
    0xf97c_ff8c, // selinuxfs
];

/// The files beneath some directories, the roots, for text that nobody vouches for.
///
/// A path is walked name by name from the root that it begins with. A symbolic link is followed if it stays beneath that root, or is
/// absolute and its target begins with a root; `..` does not lead out of a root. Only regular files are read, and none of a file
/// system that the kernel makes up (procfs, securityfs and others). What is checked is the open file, so that nothing can take
/// its place in between, and opening or reading never waits for somebody to write.
///
/// ```
/// use armorer::source::{Beneath, Loader};
///
/// let directory = tempfile::tempdir()?;
/// std::fs::write(directory.path().join("own"), "/etc/own.conf r,\n")?;
/// std::os::unix::fs::symlink("/etc/passwd", directory.path().join("link"))?;
/// let loader = Beneath::new([directory.path()]);
/// assert_eq!(loader.read(&directory.path().join("own"))?, b"/etc/own.conf r,\n");
/// assert!(loader.read(&directory.path().join("link")).is_err());
/// assert!(loader.read("/etc/passwd".as_ref()).is_err());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Beneath {
    roots: Vec<PathBuf>,
    max_len: u64,
}

/// The file that a path leads to.
struct BeneathFile {
    /// Opened for its metadata only.
    entry: OwnedFd,
    file_type: FileType,
    /// The directory it lies in, and its name there; `None` for a directory.
    parent: Option<(OwnedFd, OsString)>,
    /// The root it lies beneath.
    root: PathBuf,
}

impl Beneath {
    /// Reads beneath these directories, whose own paths may contain links. One that does not exist yet may do so later.
    #[must_use]
    pub fn new(roots: impl IntoIterator<Item = impl Into<PathBuf>>) -> Beneath {
        let roots = roots.into_iter().map(Into::into);
        let roots = roots.map(|root| std::path::absolute(&root).unwrap_or(root)).collect();
        Beneath { roots, max_len: MAX_LEN }
    }

    /// The largest file that is read, in bytes.
    #[must_use]
    pub fn max_len(mut self, bytes: u64) -> Beneath {
        self.max_len = bytes;
        self
    }

    /// The contents of a file, and the root that it lies beneath once links are followed.
    pub(crate) fn read_with_root(&self, path: &Path) -> io::Result<(Vec<u8>, PathBuf)> {
        let place = self.resolve(path)?;
        let file = open(&place.entry, place.parent.as_ref())?;
        Ok((read_at_most(file, self.max_len)?, place.root))
    }

    /// The names in a directory, in byte order.
    pub(crate) fn names(&self, path: &Path) -> io::Result<Vec<OsString>> {
        list(&self.resolve(path)?.entry)
    }

    fn resolve(&self, path: &Path) -> io::Result<BeneathFile> {
        self.resolve_within(path, MAX_LINKS)
    }

    /// Returns the file that a path leads to, through at most this number of links.
    fn resolve_within(&self, path: &Path, links: usize) -> io::Result<BeneathFile> {
        let path = std::path::absolute(path)?;
        let mut result = Err(outside());
        for root in &self.roots {
            let Some(rest) = strip_root(&path, root) else { continue };
            result = self.walk(root, rest, links);
            // A root may lie within another, from which a link may lead further.
            if !result.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::PermissionDenied) {
                break;
            }
        }
        result
    }

    fn walk(&self, root: &Path, rest: PathBuf, mut links: usize) -> io::Result<BeneathFile> {
        let look = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut directories = Vec::new();
        let mut here = openat(CWD, root, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
        let mut todo: Vec<OsString> = names_reversed(&rest);
        while let Some(name) = todo.pop() {
            if name == ".." {
                here = directories.pop().ok_or_else(outside)?;
                continue;
            }
            let entry = openat(&here, &name, look, Mode::empty())?;
            match FileType::from_raw_mode(fstat(&entry)?.st_mode) {
                FileType::Symlink => {
                    links = links.checked_sub(1).ok_or(rustix::io::Errno::LOOP)?;
                    let target = PathBuf::from(OsString::from_vec(readlinkat(&entry, "", Vec::new())?.into_bytes()));
                    if target.is_absolute() {
                        let rest: PathBuf = todo.iter().rev().collect();
                        return self.resolve_within(&target.join(rest), links);
                    }
                    todo.extend(names_reversed(&target));
                }
                FileType::Directory if directories.len() < MAX_DEPTH => {
                    directories.push(std::mem::replace(&mut here, entry));
                }
                FileType::Directory => return Err(io::Error::other(format!("deeper than {MAX_DEPTH} directories"))),
                file_type if todo.is_empty() => {
                    return Ok(BeneathFile { entry, file_type, parent: Some((here, name)), root: root.to_owned() });
                }
                _ => return Err(io::ErrorKind::NotADirectory.into()),
            }
        }
        Ok(BeneathFile { entry: here, file_type: FileType::Directory, parent: None, root: root.to_owned() })
    }
}

/// The path from a root on: the root as it was given, or as it is without links, which links name.
fn strip_root(path: &Path, root: &Path) -> Option<PathBuf> {
    let rest = path.strip_prefix(root).ok().map(Path::to_owned);
    rest.or_else(|| Some(path.strip_prefix(root.canonicalize().ok()?).ok()?.to_owned()))
}

/// The names of a path below a root, last one first.
pub(super) fn names_reversed(path: &Path) -> Vec<OsString> {
    let names = path.components().rev().filter_map(|component| match component {
        Component::Normal(name) => Some(name),
        Component::ParentDir => Some(OsStr::new("..")),
        Component::CurDir | Component::RootDir | Component::Prefix(_) => None,
    });
    names.map(OsStr::to_owned).collect()
}

fn outside() -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, "is outside of the directories that may be read")
}

fn check_file(file: impl AsFd) -> io::Result<()> {
    if FileType::from_raw_mode(fstat(&file)?.st_mode) != FileType::RegularFile {
        return Err(io::Error::other("not a regular file"));
    }
    check_file_system(file)
}

fn check_file_system(file: impl AsFd) -> io::Result<()> {
    // The numbers have 32 bits; the type of the field differs between architectures.
    let magic = fstatfs(file)?.f_type as u32;
    if MADE_UP.contains(&magic) {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "is in a virtual file system of the kernel"));
    }
    Ok(())
}

impl Loader for Beneath {
    fn kind(&self, path: &Path) -> io::Result<FileKind> {
        Ok(match self.resolve(path)?.file_type {
            FileType::RegularFile => FileKind::File,
            FileType::Directory => FileKind::Directory,
            _ => FileKind::Other,
        })
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.read_with_root(path).map(|(text, _)| text)
    }

    fn read_dir(&self, path: &Path) -> io::Result<Vec<DirEntry>> {
        let entries = self.names(path)?.into_iter().map(|name| {
            let kind = self.kind(&path.join(&name)).map_err(|error| error.kind());
            DirEntry { name: name.to_string_lossy().into_owned(), kind }
        });
        Ok(entries.collect())
    }
}

/// Opens a regular file for reading, without waiting for anybody. `parent` is the directory that it is in, and its name there; a directory
/// has none.
pub(super) fn open(entry: &OwnedFd, parent: Option<&(OwnedFd, OsString)>) -> io::Result<File> {
    let Some((parent, name)) = parent else { return Err(io::ErrorKind::IsADirectory.into()) };
    // Opening a device may have an effect: not even that is done.
    check_file(entry)?;
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = openat(parent, name, flags, Mode::empty())?;
    check_file(&file)?;
    Ok(File::from(file))
}

/// The names in a directory, in byte order.
pub(super) fn list(directory: &OwnedFd) -> io::Result<Vec<OsString>> {
    check_file_system(directory)?;
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let mut names = Vec::new();
    for entry in Dir::new(openat(directory, ".", flags, Mode::empty())?)? {
        let name = entry?.file_name().to_bytes().to_vec();
        if name != b"." && name != b".." {
            names.push(OsString::from_vec(name));
        }
        if names.len() > MAX_ENTRIES {
            return Err(io::Error::other(format!("more than {MAX_ENTRIES} entries")));
        }
    }
    names.sort_unstable();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    /// A volume as the kubelet lays it out, a base, and a secret beside them.
    fn tree() -> (tempfile::TempDir, Beneath) {
        let directory = tempfile::tempdir().unwrap();
        let at = |path: &str| directory.path().join(path);
        for path in ["volume/..2026_1", "base/abstractions"] {
            fs::create_dir_all(at(path)).unwrap();
        }
        fs::write(at("volume/..2026_1/web"), "web").unwrap();
        symlink("..2026_1", at("volume/..data")).unwrap();
        symlink("..data/web", at("volume/web")).unwrap();
        fs::write(at("base/abstractions/own"), "own").unwrap();
        fs::write(at("secret"), "hunter2").unwrap();
        let loader = Beneath::new([at("base"), at("volume")]);
        (directory, loader)
    }

    fn refused(loader: &Beneath, path: impl AsRef<Path>) -> String {
        loader.read(path.as_ref()).unwrap_err().to_string()
    }

    const OUTSIDE: &str = "is outside of the directories that may be read";

    #[test]
    fn volumes_and_links_between_roots() {
        let (directory, loader) = tree();
        let at = |path: &str| directory.path().join(path);
        assert_eq!(loader.read(&at("volume/web")).unwrap(), b"web");
        assert_eq!(loader.names(&at("volume/..data")).unwrap(), ["web"]);
        symlink(at("base/abstractions"), at("volume/abstractions")).unwrap();
        let (text, root) = loader.read_with_root(&at("volume/abstractions/own")).unwrap();
        assert_eq!((&text[..], root), (&b"own"[..], at("base")));
        assert_eq!(loader.kind(&at("volume/abstractions")).unwrap(), FileKind::Directory);
        assert_eq!(loader.read(&at("base/abstractions/../abstractions/own")).unwrap(), b"own");
        assert_eq!(loader.kind(&at("base/gone")).unwrap_err().kind(), io::ErrorKind::NotFound);
        assert_eq!(loader.kind(&at("volume/web/x")).unwrap_err().kind(), io::ErrorKind::NotADirectory);
    }

    #[test]
    fn nothing_leads_out() {
        let (directory, loader) = tree();
        let at = |path: &str| directory.path().join(path);
        symlink(at("secret"), at("volume/absolute")).unwrap();
        symlink("../secret", at("volume/relative")).unwrap();
        symlink("..", at("volume/up")).unwrap();
        symlink("/proc/self/cwd", at("volume/magic")).unwrap();
        for path in ["secret", "volume/../secret", "volume/absolute", "volume/relative", "volume/up/secret"] {
            assert_eq!(refused(&loader, at(path)), OUTSIDE, "{path}");
        }
        assert_eq!(refused(&loader, at("volume/magic/x")), OUTSIDE);
        assert_eq!(refused(&loader, "/etc/passwd"), OUTSIDE);
        assert_eq!(refused(&loader, "../../../../../../etc/passwd"), OUTSIDE);
    }

    #[test]
    fn loops_and_depth_are_bounded() {
        let (directory, loader) = tree();
        let at = |path: &str| directory.path().join(path);
        symlink("loop", at("volume/loop")).unwrap();
        assert!(refused(&loader, at("volume/loop")).contains("Too many levels"));
        for number in 0..12 {
            symlink(".", at(&format!("volume/self{number}"))).unwrap();
        }
        assert_eq!(loader.read(&at("volume/self0/self1/self2/web")).unwrap(), b"web");
        let deep = (0..MAX_DEPTH + 1).fold(at("volume"), |path, _| path.join("d"));
        fs::create_dir_all(&deep).unwrap();
        assert!(refused(&loader, deep.join("x")).contains("deeper than"));
    }

    #[test]
    fn regular_files_of_real_file_systems_only() {
        let (directory, loader) = tree();
        let at = |path: &str| directory.path().join(path);
        nix::unistd::mkfifo(&at("volume/fifo"), nix::sys::stat::Mode::S_IRWXU).unwrap();
        let socket = std::os::unix::net::UnixListener::bind(at("volume/socket")).unwrap();
        symlink("fifo", at("volume/to-fifo")).unwrap();
        for path in ["volume/fifo", "volume/to-fifo", "volume/socket"] {
            assert_eq!(refused(&loader, at(path)), "not a regular file", "{path}");
            assert_eq!(loader.kind(&at(path)).unwrap(), FileKind::Other);
        }
        drop(socket);
        let anywhere = Beneath::new(["/"]);
        assert_eq!(anywhere.read(&at("secret")).unwrap(), b"hunter2");
        for path in ["/proc/self/status", "/proc/self/fd/0", "/dev/zero", "/sys/kernel/profiling"] {
            let refusal = anywhere.read(path.as_ref());
            assert!(refusal.is_err(), "{path}");
        }
        assert!(refused(&anywhere, "/proc/self/status").contains("a virtual file system of the kernel"));
        assert!(refused(&loader.max_len(2), at("volume/web")).contains("larger than 2 bytes"));
    }
}
