//! A file that grows, as `tail -F` reads it.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The interval at which a log is looked at.
const INTERVAL: Duration = Duration::from_millis(200);

/// A file without an end: reading waits for what is added. A file that was made shorter is read from its start, and another one that has
/// its name, as after a rotation, in its place.
pub(super) struct FollowedFile {
    path: PathBuf,
    file: File,
    position: u64,
}

impl FollowedFile {
    pub(super) fn new(path: &Path, file: File) -> io::Result<FollowedFile> {
        // A pipe has its own end, and waits by itself.
        if !file.metadata()?.is_file() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "only a regular file or /dev/kmsg can be followed",
            ));
        }
        Ok(FollowedFile { path: path.to_owned(), file, position: 0 })
    }

    /// Looks whether the file is another one now.
    fn look(&mut self) -> io::Result<()> {
        if self.file.metadata()?.len() < self.position {
            self.file.rewind()?;
            self.position = 0;
        }
        // While a rotation goes on there is none.
        let Ok(now) = File::open(&self.path) else { return Ok(()) };
        if !is_same(&now, &self.file)? && now.metadata()?.is_file() {
            (self.file, self.position) = (now, 0);
        }
        Ok(())
    }
}

#[cfg(unix)]
fn is_same(a: &File, b: &File) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let (a, b) = (a.metadata()?, b.metadata()?);
    Ok((a.dev(), a.ino()) == (b.dev(), b.ino()))
}

#[cfg(not(unix))]
fn is_same(_: &File, _: &File) -> io::Result<bool> {
    Ok(true)
}

impl Read for FollowedFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.file.read(buffer)?;
            if count > 0 {
                self.position += count as u64;
                return Ok(count);
            }
            std::thread::sleep(INTERVAL);
            self.look()?;
        }
    }
}
