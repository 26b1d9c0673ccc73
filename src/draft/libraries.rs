//! The libraries that the dynamic linker loads for a program: `ld.so(8)`, below a root.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use super::elf::{self, Elf};
use crate::source::{FileKind, Rooted};

/// The most libraries of one program.
const MAX_LIBRARIES: usize = 512;

/// The most directories that are searched for a library.
const MAX_DIRECTORIES: usize = 128;

/// The most files that are looked for.
const MAX_LOOKUPS: usize = 10_000;

/// The longest file of the dynamic linker's configuration.
const MAX_CONFIGURATION: u64 = 64 << 10;

/// A library and what it is loaded for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LoadedLibrary {
    /// The name that is asked for.
    pub(super) name: Vec<u8>,
    /// Its path, links followed; `None` where it was not found.
    pub(super) path: Option<PathBuf>,
    /// The file that needs it.
    pub(super) needed_by: PathBuf,
    /// Whether the program itself needs it.
    pub(super) direct: bool,
}

/// The search for the libraries of one program.
struct LibrarySearch<'a> {
    root: &'a Rooted,
    architecture: (bool, u16),
    /// Directories of the dynamic linker's configuration, and those that it knows.
    system: Vec<PathBuf>,
    lookups: usize,
}

/// Every library that a program needs, directly or not, in the order in which they are loaded.
pub(super) fn of(root: &Rooted, program: &Path, elf: &Elf) -> Vec<LoadedLibrary> {
    let mut search =
        LibrarySearch { root, architecture: elf.architecture, system: system(root, elf), lookups: MAX_LOOKUPS };
    let mut found: Vec<LoadedLibrary> = Vec::new();
    let mut known: BTreeSet<Vec<u8>> = BTreeSet::new();
    // The files whose needs are still to be looked at, with the directories of `DT_RPATH` that they inherit.
    let mut queue = vec![(program.to_owned(), elf.clone(), Vec::new())];
    let mut at = 0;
    while let Some((file, elf, inherited)) = queue.get(at).cloned() {
        let direct = at == 0;
        at += 1;
        let origin = file.parent().unwrap_or(Path::new("/"));
        let own = |list: &Option<Vec<u8>>| list.as_deref().map(|list| directories(list, origin)).unwrap_or_default();
        let rpath: Vec<PathBuf> = match elf.runpath {
            None => own(&elf.rpath).into_iter().chain(inherited).take(MAX_DIRECTORIES).collect(),
            Some(_) => Vec::new(),
        };
        let runpath = own(&elf.runpath);
        for name in &elf.needed {
            if found.len() >= MAX_LIBRARIES || !known.insert(name.clone()) {
                continue;
            }
            let library = search.find(name, &rpath, &runpath);
            let path = library.as_ref().map(|(path, _)| path.clone());
            found.push(LoadedLibrary { name: name.clone(), path, needed_by: file.clone(), direct });
            if let Some((path, elf)) = library {
                queue.push((path, elf, rpath.clone()));
            }
        }
    }
    found
}

impl LibrarySearch<'_> {
    fn find(&mut self, name: &[u8], rpath: &[PathBuf], runpath: &[PathBuf]) -> Option<(PathBuf, Elf)> {
        if name.is_empty() {
            return None;
        }
        if name.contains(&b'/') {
            // A path relative to the directory that the program is started in.
            return if name.starts_with(b"/") { self.open(Path::new(OsStr::from_bytes(name))) } else { None };
        }
        let directories: Vec<PathBuf> = rpath.iter().chain(runpath).chain(&self.system).cloned().collect();
        directories.into_iter().find_map(|directory| self.open(&directory.join(OsStr::from_bytes(name))))
    }

    /// A library for the program's architecture.
    fn open(&mut self, path: &Path) -> Option<(PathBuf, Elf)> {
        self.lookups = self.lookups.checked_sub(1)?;
        let place = self.root.resolve(path).ok().filter(|place| place.kind == FileKind::File)?;
        let elf = elf::read(&place.open().ok()?, false).ok()?;
        (elf.architecture == self.architecture).then_some((place.path, elf))
    }
}

/// The directories of a list in a file, with `$ORIGIN` replaced. Relative ones, which depend on where the program is started, and
/// those with other variables are left out.
fn directories(list: &[u8], origin: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in list.split(|&byte| byte == b':').take(MAX_DIRECTORIES) {
        let mut text = entry.to_vec();
        for variable in [&b"${ORIGIN}"[..], b"$ORIGIN"] {
            while let Some(at) = memchr::memmem::find(&text, variable) {
                if text.len() > 4096 {
                    break;
                }
                text.splice(at..at + variable.len(), origin.as_os_str().as_bytes().iter().copied());
            }
        }
        if text.starts_with(b"/") && !text.contains(&b'$') && text.len() <= 4096 {
            out.push(PathBuf::from(std::ffi::OsString::from_vec(text)));
        }
    }
    out
}

/// The directories that are searched for every program.
fn system(root: &Rooted, elf: &Elf) -> Vec<PathBuf> {
    let mut out = Vec::new();
    let interpreter = elf.interpreter.as_deref().unwrap_or_default();
    if let Some(at) = memchr::memmem::find(interpreter, b"/ld-musl-") {
        let architecture = interpreter.get(at + 9..).unwrap_or_default();
        let architecture = String::from_utf8_lossy(architecture).replace(".so.1", "");
        let text = root.read(format!("/etc/ld-musl-{architecture}.path"), MAX_CONFIGURATION).unwrap_or_default();
        out.extend(text.split(|byte| b":\n".contains(byte)).filter_map(directory));
        if out.is_empty() {
            out.extend(["/lib", "/usr/local/lib", "/usr/lib"].map(PathBuf::from));
        }
        return out;
    }
    configured(root, Path::new("/etc/ld.so.conf"), 4, &mut out);
    let triplet = triplet(elf.architecture);
    for directory in ["/lib", "/usr/lib"] {
        out.extend(triplet.map(|triplet| Path::new(directory).join(triplet)));
        if elf.architecture.0 {
            out.push(PathBuf::from(format!("{directory}64")));
        } else {
            out.push(PathBuf::from(format!("{directory}32")));
        }
        out.push(PathBuf::from(directory));
    }
    out.truncate(MAX_DIRECTORIES);
    out
}

/// The directory that Debian has for the libraries of an architecture.
fn triplet((is_64, machine): (bool, u16)) -> Option<&'static str> {
    use object::elf::{EM_386, EM_AARCH64, EM_ARM, EM_PPC64, EM_RISCV, EM_S390, EM_X86_64};
    let known = [
        (EM_X86_64, true, "x86_64-linux-gnu"),
        (EM_386, false, "i386-linux-gnu"),
        (EM_AARCH64, true, "aarch64-linux-gnu"),
        (EM_ARM, false, "arm-linux-gnueabihf"),
        (EM_PPC64, true, "powerpc64le-linux-gnu"),
        (EM_S390, true, "s390x-linux-gnu"),
        (EM_RISCV, true, "riscv64-linux-gnu"),
    ];
    known.into_iter().find(|(number, wide, _)| number.0 == machine && *wide == is_64).map(|(_, _, name)| name)
}

fn directory(line: &[u8]) -> Option<PathBuf> {
    let line = line.split(|&byte| byte == b'#').next().unwrap_or_default().trim_ascii();
    line.starts_with(b"/").then(|| PathBuf::from(OsStr::from_bytes(line)))
}

/// `ld.so.conf`, whose `include` lines are globs of files in one directory.
fn configured(root: &Rooted, file: &Path, depth: usize, out: &mut Vec<PathBuf>) {
    let Ok(text) = root.read(file, MAX_CONFIGURATION) else { return };
    for line in text.split(|&byte| byte == b'\n') {
        if out.len() >= MAX_DIRECTORIES {
            return;
        }
        let Some(glob) = line.trim_ascii().strip_prefix(b"include ") else {
            out.extend(directory(line));
            continue;
        };
        let glob = file.parent().unwrap_or(Path::new("/")).join(OsStr::from_bytes(glob.trim_ascii()));
        let (Some(parent), Some(name)) = (glob.parent(), glob.file_name()) else { continue };
        let Some((before, after)) = name.to_str().and_then(|name| name.split_once('*')) else { continue };
        for entry in root.names(parent).unwrap_or_default().into_iter().take(MAX_DIRECTORIES) {
            let fits = entry.to_str().is_some_and(|entry| {
                entry.len() >= before.len() + after.len() && entry.starts_with(before) && entry.ends_with(after)
            });
            if fits && depth > 0 {
                configured(root, &parent.join(&entry), depth - 1, out);
            }
        }
    }
}
