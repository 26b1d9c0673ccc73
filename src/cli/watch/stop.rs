//! Signals that end the agent.

use std::io::{self, PipeReader, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use nix::sys::signal::{SigSet, Signal};

/// The time to end in good order, with what is being done at the moment. After it the process ends wherever it is, as it may at any
/// moment.
const GRACE: Duration = Duration::from_millis(700);

/// A flag that is set when SIGTERM or SIGINT arrives.
pub(super) struct StopFlag {
    wanted: Arc<AtomicBool>,
    /// Readable from then on.
    pipe: PipeReader,
}

impl StopFlag {
    /// Blocks the signals for this thread and those that it starts, and waits for them in one. `status`: that of a process which does
    /// not end in good order.
    pub(super) fn on_signals(status: i32) -> Result<StopFlag, String> {
        let mut signals = SigSet::empty();
        signals.add(Signal::SIGTERM);
        signals.add(Signal::SIGINT);
        signals.thread_block().map_err(|errno| errno.to_string())?;
        let (pipe, mut writer) = io::pipe().map_err(|error| error.to_string())?;
        let wanted = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&wanted);
        thread::spawn(move || {
            while signals.wait().is_err() {}
            seen.store(true, Ordering::SeqCst);
            let _ = writer.write_all(b"\n");
            thread::sleep(GRACE);
            process::exit(status);
        });
        Ok(StopFlag { wanted, pipe })
    }

    pub(super) fn is_wanted(&self) -> bool {
        self.wanted.load(Ordering::SeqCst)
    }

    /// Something that tells whether the agent goes on.
    pub(super) fn running(&self) -> impl Fn() -> bool + Send + 'static {
        let wanted = Arc::clone(&self.wanted);
        move || !wanted.load(Ordering::SeqCst)
    }
}

impl AsFd for StopFlag {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.pipe.as_fd()
    }
}
