//! The events that the agent waits for: changes in directories, and signals that end it.

use std::os::fd::AsFd;
use std::path::PathBuf;
use std::time::Duration;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify};

use super::stop::StopFlag;

/// The event that ended waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WatchEvent {
    /// Something in a directory.
    Change,
    /// SIGTERM or SIGINT.
    Stop,
    /// The time is over.
    Nothing,
}

pub(super) struct WatchEvents<'a> {
    stop: &'a StopFlag,
    /// `None` where the system has no watches left, or none at all.
    inotify: Option<Inotify>,
    directories: Vec<PathBuf>,
    /// The number of directories that are watched.
    watched: usize,
}

impl WatchEvents<'_> {
    pub(super) fn new<'a>(directories: &[PathBuf], stop: &'a StopFlag) -> WatchEvents<'a> {
        let inotify = Inotify::init(InitFlags::IN_NONBLOCK | InitFlags::IN_CLOEXEC).ok();
        let mut events = WatchEvents { stop, inotify, directories: directories.to_owned(), watched: 0 };
        events.watch();
        events
    }

    /// Whether the system tells of changes in every directory.
    pub(super) fn is_notified(&self) -> bool {
        self.watched == self.directories.len()
    }

    /// Watches the directories, also those that were made or replaced since the last time: adding a watch twice is harmless.
    fn watch(&mut self) {
        let Some(inotify) = &self.inotify else { return };
        let flags = AddWatchFlags::IN_CREATE
            | AddWatchFlags::IN_CLOSE_WRITE
            | AddWatchFlags::IN_MOVE
            | AddWatchFlags::IN_DELETE
            | AddWatchFlags::IN_ATTRIB
            | AddWatchFlags::IN_ONLYDIR;
        let added = self.directories.iter().filter(|directory| inotify.add_watch(directory.as_path(), flags).is_ok());
        self.watched = added.count();
    }

    /// Waits, but no longer than that.
    pub(super) fn wait(&mut self, time: Duration) -> Result<WatchEvent, String> {
        self.watch();
        let timeout = PollTimeout::try_from(time).unwrap_or(PollTimeout::MAX);
        let mut descriptors = vec![PollFd::new(self.stop.as_fd(), PollFlags::POLLIN)];
        descriptors.extend(self.inotify.as_ref().map(|inotify| PollFd::new(inotify.as_fd(), PollFlags::POLLIN)));
        match poll(&mut descriptors, timeout) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno.to_string()),
        }
        if self.stop.is_wanted() {
            return Ok(WatchEvent::Stop);
        }
        let changed =
            self.inotify.as_ref().is_some_and(|inotify| inotify.read_events().is_ok_and(|all| !all.is_empty()));
        Ok(if changed { WatchEvent::Change } else { WatchEvent::Nothing })
    }
}
