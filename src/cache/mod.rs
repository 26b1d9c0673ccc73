//! An on-disk cache of compiled policy, for runs over files that have not changed.
//!
//! An entry is found by what its policy depends on before a single include is looked up: the text and its name, the kernel's
//! features, those that the policy is taken to be written for, where includes are looked up, the options, and the version of
//! armorer. It holds the blob, the diagnostics of the text, and every observation of the file system that led to them: files
//! read, directories listed, places where nothing was found. It counts only while all of them still hold.
//!
//! Entries are written to a temporary file and renamed, so that two processes may share a directory; each begins with a digest of
//! the rest, so that a damaged one is noticed and made again. Nothing is ever deleted: a directory can be emptied at any time.

mod entry;
mod observed;

use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use sha2::{Digest, Sha256};

use crate::atomic::AtomicReplacement;
use crate::diagnostic::Diagnostic;
use crate::encode::CompiledProfile;
use crate::policy::Dependency;
use crate::resolve::Session;
use crate::source::SourceId;
use entry::CacheEntry;
use observed::Observations;

/// A digest of some bytes.
type Hash = [u8; 32];

/// A directory with compiled policies.
///
/// ```no_run
/// use armorer::{Compiler, Features, Input, cache::Cache};
///
/// let cache = Cache::open("/var/cache/armorer")?;
/// let compiler = Compiler::new(Features::builtin("linux-6.12").ok_or("built in")?).cache(cache);
/// let compiled = compiler.compile(Input::path("/etc/apparmor.d/usr.bin.man"))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Cache {
    directory: PathBuf,
    observations: Observations,
    hits: AtomicUsize,
    misses: AtomicUsize,
    failures: AtomicUsize,
}

/// Statistics about the use of a cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheStatistics {
    /// Policies that were taken from it.
    pub hits: usize,
    /// Policies that were not there, or not any more.
    pub misses: usize,
    /// Policies that could not be written to it: they are compiled again next time.
    pub failures: usize,
}

/// A policy from the cache.
pub(crate) struct Cached {
    pub(crate) blob: Vec<u8>,
    pub(crate) profiles: Vec<CompiledProfile>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// The name of an entry.
#[derive(Clone, Debug)]
pub(crate) struct EntryKey(String);

impl EntryKey {
    /// The key for parts of any contents.
    pub(crate) fn of<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> EntryKey {
        let mut hasher = Sha256::new();
        let fixed: [&[u8]; 2] = [env!("CARGO_PKG_VERSION").as_bytes(), entry::FORMAT];
        for part in fixed.into_iter().chain(parts) {
            // With its length, so that no two lists of parts run into the same bytes.
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        EntryKey(hex(&hasher.finalize().into()))
    }
}

fn hex(hash: &Hash) -> String {
    use std::fmt::Write;
    hash.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

impl Cache {
    /// Opens a cache, and makes its directory where it is not there.
    ///
    /// # Errors
    /// When the directory cannot be made.
    pub fn open(directory: impl Into<PathBuf>) -> io::Result<Cache> {
        let directory = directory.into();
        std::fs::create_dir_all(&directory)?;
        Ok(Cache {
            directory,
            observations: Observations::default(),
            hits: AtomicUsize::new(0),
            misses: AtomicUsize::new(0),
            failures: AtomicUsize::new(0),
        })
    }

    /// Returns the statistics so far.
    #[must_use]
    pub fn statistics(&self) -> CacheStatistics {
        let count = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
        CacheStatistics { hits: count(&self.hits), misses: count(&self.misses), failures: count(&self.failures) }
    }

    /// Looks at files again that were looked at before.
    pub(crate) fn forget_observations(&self) {
        self.observations.forget();
    }

    fn path(&self, key: &EntryKey) -> PathBuf {
        self.directory.join(&key.0)
    }

    /// Looks an entry up. `input` is the text that was looked up, which diagnostics point into.
    pub(crate) fn get(&self, key: &EntryKey, input: SourceId, session: &Session) -> Option<Cached> {
        let found = std::fs::read(self.path(key)).ok().and_then(CacheEntry::read);
        let valid = found.filter(|entry| entry.observed.iter().all(|seen| self.observations.holds(seen, session)));
        let cached = valid.and_then(|entry| entry.restore(input, session));
        let counter = if cached.is_some() { &self.hits } else { &self.misses };
        counter.fetch_add(1, Ordering::Relaxed);
        cached
    }

    /// Keeps a policy. That it cannot be kept is no reason to fail: it is counted.
    pub(crate) fn put(
        &self,
        key: &EntryKey,
        policy: &Cached,
        dependencies: &[Dependency],
        input: SourceId,
        session: &Session,
    ) {
        let kept = CacheEntry::of(policy, dependencies, input, session)
            .and_then(|entry| entry.write())
            .is_some_and(|bytes| AtomicReplacement::default().write(&self.path(key), &bytes).is_ok());
        if !kept {
            self.failures.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests;
