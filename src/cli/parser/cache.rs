//! The cache in the reference's layout: `LOCATION/ID.N/NAME`, where ID is that of the kernel's features, whose text lies in
//! `.features` beside, and N tells apart features with the same id. A file of it is used while none of its sources is newer.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::options::{EarlyExit, ParserOptions};
use super::output::{StreamOutput, strerror};
use super::warnings::WarningClasses;
use crate::atomic::AtomicReplacement;
use crate::blob;
use crate::features::Features;
use crate::policy::{Dependency, Policy};

/// The file that holds the features' text.
const FEATURES: &str = ".features";

/// Directories of one id that are looked at: two features texts with the same id are rare, three unheard of.
const MAX_COLLISIONS: u32 = 64;

/// The beginning of every uncompressed policy; the version word follows.
const HEADER: &[u8] = b"\x04\x08\0version\0\x02";

/// The shortest policy.
const MIN_LEN: usize = 16;

/// A cache that is there.
#[derive(Debug)]
pub(super) struct PolicyCache {
    /// Absolute, the one that is written first.
    directories: Vec<PathBuf>,
    pub(super) read: bool,
    pub(super) write: bool,
}

/// A place for a policy.
#[derive(Clone, Debug)]
pub(super) struct CacheSlot {
    path: PathBuf,
    modified: SystemTime,
}

/// The result of a cache lookup.
pub(super) enum CacheLookup {
    Hit {
        path: PathBuf,
        bytes: Vec<u8>,
    },
    /// The reason for `--debug-cache`; `None` where there is nothing to report.
    Miss(Option<(WarningClasses, String)>),
}

/// The directory for a feature set in a location, and whether it is there.
fn slot(location: &Path, features: &Features) -> io::Result<(PathBuf, bool)> {
    let id = features.id();
    for number in 0..MAX_COLLISIONS {
        let directory = location.join(format!("{id:08x}.{number}"));
        match fs::read(directory.join(FEATURES)) {
            Ok(text) if text == features.to_text() => return Ok((directory, true)),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((directory, false)),
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other("too many directories with one id"))
}

/// `--print-cache-dir`
pub(super) fn print_directories(
    options: &ParserOptions,
    features: &Features,
    output: &mut StreamOutput,
) -> Result<(), EarlyExit> {
    use std::os::unix::ffi::OsStrExt;
    for location in &options.cache_locations {
        let (directory, _) = slot(location, features).map_err(|error| {
            output.err_line(&format!("Failed setting up policy cache ({}): {}", location.display(), strerror(&error)));
            EarlyExit(1)
        })?;
        output.out([directory.as_os_str().as_bytes(), b"\n"].concat());
    }
    Ok(())
}

/// `--purge-cache`
pub(super) fn purge(options: &ParserOptions, output: &mut StreamOutput) -> Result<(), EarlyExit> {
    let Some(location) = options.cache_locations.first() else { return Ok(()) };
    empty(location).map_err(|error| {
        output.err_line(&format!("Failed to clear cache files ({}): {}", location.display(), strerror(&error)));
        EarlyExit(1)
    })
}

/// Removes all that a directory holds; links are removed, not followed.
fn empty(directory: &Path) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

impl PolicyCache {
    /// Opens the cache that the options ask for, and makes its directory if it is to be written; `None` without one.
    pub(super) fn open(
        options: &ParserOptions,
        features: &Features,
        output: &mut StreamOutput,
    ) -> Result<Option<PolicyCache>, EarlyExit> {
        let (read, write) = (!options.skip_read_cache, options.write_cache);
        let [primary, overlays @ ..] = options.cache_locations.as_slice() else { return Ok(None) };
        if options.skip_cache || !(read || write) {
            return Ok(None);
        }
        let say = |output: &mut StreamOutput, text: String| {
            if options.show_cache {
                output.err_line(&text);
            }
        };
        let (directory, exists) = match slot(primary, features) {
            Ok(found) => found,
            Err(error) => {
                output.err_line(&format!(
                    "Failed setting up policy cache ({}): {}",
                    primary.display(),
                    strerror(&error)
                ));
                return Err(EarlyExit(1));
            }
        };
        if !exists {
            if !write || options.skip_bad_cache {
                say(output, "Cache read/write disabled: Policy cache is invalid: No such file or directory".into());
                return Ok(None);
            }
            if let Err(error) = create(primary, &directory, features) {
                let (primary, error) = (primary.display(), strerror(&error));
                say(output, format!("Cache write disabled: Cannot create cache '{primary}': {error}"));
                return Ok(None);
            }
        }
        say(output, format!("Cache: added primary location '{}'", primary.display()));
        let mut directories = vec![absolute(directory)];
        for overlay in overlays {
            match slot(overlay, features) {
                Ok((directory, true)) => {
                    if options.show_cache {
                        let text = format!("Cache: added readonly location '{}'", overlay.display());
                        options.warn(WarningClasses::CACHE, &text, output)?;
                    }
                    directories.push(absolute(directory));
                }
                _ => {
                    let text = format!(
                        "Cache: failed to add read only location '{}', does not contain valid cache directory for the \
                         specified feature set",
                        overlay.display()
                    );
                    options.warn(WarningClasses::CACHE, &text, output)?;
                }
            }
        }
        Ok(Some(PolicyCache { directories, read, write }))
    }

    /// Looks for the policy of an input with that name, which depends on these sources.
    pub(super) fn lookup(&self, name: &OsStr, sources: &Sources, version: u32) -> CacheLookup {
        let miss = |text: String| CacheLookup::Miss(Some((WarningClasses::DEBUG_CACHE, text)));
        let mut paths = self.directories.iter().map(|directory| directory.join(name));
        // The first location that has a file of the name decides.
        let Some((metadata, path)) = paths.find_map(|path| Some((fs::metadata(&path).ok()?, path))) else {
            let first = self.directories.first().map(|directory| directory.join(name)).unwrap_or_default();
            let first = first.display();
            return miss(format!("Invalid or missing cache file '{first}' (No such file or directory)"));
        };
        let shown = path.display();
        let Ok(modified) = metadata.modified() else { return CacheLookup::Miss(None) };
        if let Some((newer, _)) = sources.list.iter().find(|(_, time)| *time > modified) {
            return miss(format!("file '{}' is newer than cache file", newer.display()));
        }
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) => return miss(format!("Invalid or missing cache file '{shown}' ({})", strerror(&error))),
        };
        if blob::is_compressed(&bytes) {
            let text = "Compressed cache found but compression is disabled: ignoring".to_owned();
            return CacheLookup::Miss(Some((WarningClasses::CACHE, text)));
        }
        if bytes.len() < MIN_LEN {
            return miss(format!("cache file '{shown}' invalid size"));
        }
        let Some(rest) = bytes.strip_prefix(HEADER) else {
            return miss(format!("cache file '{shown}' has wrong header"));
        };
        if !rest.starts_with(&version.to_le_bytes()) {
            return miss(format!("cache file '{shown}' has wrong version"));
        }
        CacheLookup::Hit { path, bytes }
    }

    /// Returns the place for the policy of an input.
    pub(super) fn entry(&self, name: &OsStr, sources: &Sources) -> Option<CacheSlot> {
        let directory = self.directories.first().filter(|_| self.write)?;
        Some(CacheSlot { path: directory.join(name), modified: sources.newest()? })
    }
}

impl CacheSlot {
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a policy, all of it or nothing, as old as the newest of its sources.
    pub(super) fn write(&self, blob: &[u8]) -> io::Result<()> {
        let mut prefix = self.path.file_name().map(OsStr::to_owned).unwrap_or_default();
        prefix.push("-");
        AtomicReplacement { prefix: &prefix, modified: Some(self.modified), ..AtomicReplacement::default() }
            .write(&self.path, blob)
    }
}

/// Makes the directory of a feature set, empty but for the features.
fn create(location: &Path, directory: &Path, features: &Features) -> io::Result<()> {
    for directory in [location, directory] {
        match DirBuilder::new().mode(0o700).create(directory) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            result => result?,
        }
    }
    // Nobody knows what policy without features was made for.
    empty(directory)?;
    let text = features.to_text();
    let replacement = AtomicReplacement { prefix: FEATURES.as_ref(), mode: 0o644, ..AtomicReplacement::default() };
    replacement.write(&directory.join(FEATURES), text)
}

fn absolute(path: PathBuf) -> PathBuf {
    std::path::absolute(&path).unwrap_or(path)
}

/// The files that a policy was made from, with the time of the last change of each.
#[derive(Debug)]
pub(super) struct Sources {
    list: Vec<(PathBuf, SystemTime)>,
    /// Whether they are known to be unchanged since they were read.
    settled: bool,
}

impl Sources {
    /// The input, whose time is that of before it was read, and all that it includes. `began`: before the first of them was read.
    pub(super) fn of(input: (&Path, SystemTime), policy: &Policy, began: SystemTime) -> Sources {
        let mut list = vec![(input.0.to_owned(), input.1)];
        let mut settled = true;
        for dependency in &policy.dependencies {
            match dependency {
                Dependency::Kind { .. } => {}
                Dependency::File { path, .. }
                | Dependency::Features { path, .. }
                | Dependency::Directory { path, .. } => {
                    match fs::metadata(path).and_then(|metadata| metadata.modified()) {
                        Ok(time) => list.push((path.clone(), time)),
                        // It was there a moment ago.
                        Err(_) => settled = false,
                    }
                }
            }
        }
        // What changed since may have done so after it was read: policy of the old text would pass for that of the new.
        let now = SystemTime::now();
        settled &= list.iter().all(|&(_, time)| time <= began || time > now);
        Sources { list, settled }
    }

    /// The time of the newest; `None` where one changes meanwhile.
    fn newest(&self) -> Option<SystemTime> {
        self.list.iter().map(|&(_, time)| time).max().filter(|_| self.settled)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn features(text: &str) -> Features {
        Features::parse(text.as_bytes()).unwrap()
    }

    fn open(location: &Path, words: impl Fn(&mut ParserOptions), features: &Features) -> (Option<PolicyCache>, String) {
        let (mut options, mut output) = (ParserOptions::new("PROG".into()), StreamOutput::default());
        options.cache_locations = vec![location.to_owned()];
        options.show_cache = true;
        words(&mut options);
        let cache = PolicyCache::open(&options, features, &mut output).unwrap();
        (cache, output.text().1)
    }

    fn sources(list: &[(&str, u64)]) -> Sources {
        let time = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        Sources { list: list.iter().map(|&(path, seconds)| (path.into(), time(seconds))).collect(), settled: true }
    }

    #[test]
    fn layout() {
        let directory = tempfile::tempdir().unwrap();
        let location = directory.path().join("c");
        let set = features("a {b {c}}\n");
        assert!(open(&location, |_| (), &set).0.is_none());
        let (cache, said) = open(&location, |options| options.write_cache = true, &set);
        assert!(said.starts_with("Cache: added primary location '"), "{said}");
        assert_eq!(fs::read(location.join("d2aecdad.0/.features")).unwrap(), b"a {b {c}}\n");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&location), 0o700);
        assert_eq!(mode(&location.join("d2aecdad.0")), 0o700);
        let cache = cache.unwrap();
        let blob = [HEADER, &7_u32.to_le_bytes(), b"rest"].concat();
        cache.entry("p".as_ref(), &sources(&[("p", 100), ("q", 200)])).unwrap().write(&blob).unwrap();
        let path = location.join("d2aecdad.0/p");
        assert_eq!((mode(&path), fs::read(&path).unwrap()), (0o600, blob.clone()));
        assert!(
            matches!(cache.lookup("p".as_ref(), &sources(&[("p", 200)]), 7), CacheLookup::Hit { bytes, .. } if bytes == blob)
        );
        let reason =
            |name: &str, list: &[(&str, u64)], version| match cache.lookup(name.as_ref(), &sources(list), version) {
                CacheLookup::Hit { .. } => String::new(),
                CacheLookup::Miss(reason) => reason.unwrap().1.replace(path.to_str().unwrap(), "PATH"),
            };
        assert_eq!(reason("p", &[("p", 201)], 7), "file 'p' is newer than cache file");
        assert_eq!(reason("p", &[("p", 1)], 8), "cache file 'PATH' has wrong version");
        assert!(reason("q", &[("p", 1)], 7).starts_with("Invalid or missing cache file"));
        for (content, text) in [(&b""[..], "invalid size"), (b"0123456789abcdef", "has wrong header")] {
            fs::write(&path, content).unwrap();
            assert_eq!(reason("p", &[("p", 1)], 7), format!("cache file 'PATH' {text}"));
        }
        assert_eq!(fs::read_dir(location.join("d2aecdad.0")).unwrap().count(), 2, "no temporary file is left");
    }

    #[test]
    fn collisions_and_lost_features() {
        let directory = tempfile::tempdir().unwrap();
        let set = features("a {b {c}}\n");
        let taken = directory.path().join("d2aecdad.0");
        fs::create_dir(&taken).unwrap();
        fs::write(taken.join(FEATURES), "of others").unwrap();
        let (cache, _) = open(directory.path(), |options| options.write_cache = true, &set);
        assert!(cache.unwrap().directories[0].ends_with("d2aecdad.1"));
        let lost = directory.path().join("d2aecdad.1");
        fs::remove_file(lost.join(FEATURES)).unwrap();
        fs::write(lost.join("p"), "policy for nobody knows what").unwrap();
        let skip = |options: &mut ParserOptions| (options.write_cache, options.skip_bad_cache) = (true, true);
        assert!(open(directory.path(), skip, &set).0.is_none());
        assert!(open(directory.path(), |options| options.write_cache = true, &set).0.is_some());
        assert!(!lost.join("p").exists());
        assert!(taken.join(FEATURES).exists());
    }

    #[test]
    fn what_changes_meanwhile_is_not_kept() {
        let policy =
            Policy { profiles: Vec::new(), features: std::sync::Arc::new(features("")), dependencies: Vec::new() };
        let began = SystemTime::now() - Duration::from_secs(10);
        let settled = |time| Sources::of((Path::new("p"), time), &policy, began).newest().is_some();
        assert!(settled(began));
        assert!(!settled(began + Duration::from_secs(5)));
        // A clock that goes wrong is no change.
        assert!(settled(began + Duration::from_secs(1000)));
    }
}
