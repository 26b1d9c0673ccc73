//! The reference compiler as a process.

use std::ffi::OsString;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// The reference compiler, for one feature set.
///
/// `ARMORER_REFERENCE_CACHE`, where set, names a directory that keeps what it made of each text: it needs minutes for large trees.
/// The key is the text, not what it includes, so the directory is good for unchanged trees only.
pub(crate) struct Reference {
    program: PathBuf,
    features: PathBuf,
    /// Options that say where includes are found, and where the process works.
    options: Vec<OsString>,
    directory: PathBuf,
    patience: Duration,
    cache: Option<PathBuf>,
}

/// The beginning of the answer of a reference that did not come to an end.
const HANGS: &str = "hangs";
/// The time limit of the reference for one file: some inputs never let it go (`code` of the shared corpus needs 6 minutes).
const PATIENCE: Duration = Duration::from_secs(900);

impl Reference {
    pub(crate) fn new(oracle: &Path, features: &Path) -> Reference {
        let cache = std::env::var_os("ARMORER_REFERENCE_CACHE").map(PathBuf::from);
        if let Some(cache) = &cache {
            std::fs::create_dir_all(cache).expect("the cache can be made");
        }
        Reference {
            program: oracle.join("apparmor_parser"),
            features: features.to_owned(),
            options: Vec::new(),
            directory: PathBuf::from("/"),
            patience: PATIENCE,
            cache,
        }
    }

    /// Looks includes up in a tree of profiles.
    pub(crate) fn base(mut self, tree: &Path) -> Reference {
        self.options.extend(["-b".into(), tree.into()]);
        self
    }

    /// Looks includes up in a directory relative to a working directory.
    pub(crate) fn include(mut self, directory: &Path, include: &str) -> Reference {
        self.options.extend(["-I".into(), include.into()]);
        self.directory = directory.to_owned();
        self
    }

    /// Waits only so many seconds.
    pub(crate) fn patience(mut self, seconds: u64) -> Reference {
        self.patience = Duration::from_secs(seconds);
        self
    }

    /// The blob of a text, or what the reference says against it.
    pub(crate) fn compile(&self, text: &[u8]) -> Result<Vec<u8>, String> {
        let Some(cache) = &self.cache else { return self.run(text) };
        let mut hasher = DefaultHasher::new();
        (&self.program, &self.features, &self.options, &self.directory, text).hash(&mut hasher);
        let place = cache.join(format!("{:016x}", hasher.finish()));
        let (good, bad) = (place.with_extension("blob"), place.with_extension("refused"));
        if let Ok(blob) = std::fs::read(&good) {
            return Ok(blob);
        }
        if let Ok(message) = std::fs::read_to_string(&bad) {
            return Err(message);
        }
        let result = self.run(text);
        if matches!(&result, Err(message) if message.starts_with(HANGS)) {
            // A slow machine is no verdict.
            return result;
        }
        let (place, content) = match &result {
            Ok(blob) => (good, blob.as_slice()),
            Err(message) => (bad, message.as_bytes()),
        };
        let partial = place.with_extension(format!("{:?}", std::thread::current().id()));
        std::fs::write(&partial, content).expect("the cache is writable");
        std::fs::rename(partial, place).expect("the cache is writable");
        result
    }

    fn run(&self, text: &[u8]) -> Result<Vec<u8>, String> {
        let mut child = Command::new("timeout")
            .arg(self.patience.as_secs().to_string())
            .arg(&self.program)
            .args(["--config-file", "/dev/null", "-K", "-Q", "-q", "-j1", "-M"])
            .arg(&self.features)
            .args(&self.options)
            .arg("-S")
            .current_dir(&self.directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the reference runs");
        let mut stdin = child.stdin.take().expect("piped");
        let output = std::thread::scope(|scope| {
            // It may end without reading everything.
            scope.spawn(move || _ = stdin.write_all(text));
            child.wait_with_output().expect("the reference ends")
        });
        if output.status.success() {
            Ok(output.stdout)
        } else {
            // `timeout` ends with 124 when it had to stop the child, and as the child did otherwise.
            let how = match output.status.code() {
                Some(124) => HANGS.to_owned(),
                // The process that does the work died.
                Some(10) | None => "crashes".to_owned(),
                Some(_) => "refuses".to_owned(),
            };
            Err(format!("{how}: {}", String::from_utf8_lossy(&output.stderr)))
        }
    }
}
