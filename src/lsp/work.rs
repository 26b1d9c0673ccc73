//! Threads for what takes long.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crossbeam_channel::{Sender, unbounded};

/// A queue of pieces of work, which a thread does one after the other.
#[derive(Debug)]
pub(super) struct WorkQueue {
    pieces: Sender<Box<dyn FnOnce() + Send>>,
}

impl WorkQueue {
    /// A thread that waits for work; it ends when its `WorkQueue` is gone.
    ///
    /// # Errors
    /// When the system has no thread to give.
    pub(super) fn new(name: &str) -> std::io::Result<WorkQueue> {
        let (pieces, receiver) = unbounded::<Box<dyn FnOnce() + Send>>();
        let work = move || {
            for piece in receiver {
                // A fault in one answer is none in the next.
                _ = catch_unwind(AssertUnwindSafe(piece));
            }
        };
        std::thread::Builder::new().name(name.to_owned()).stack_size(STACK).spawn(work)?;
        Ok(WorkQueue { pieces })
    }

    /// Hands over a piece of work.
    pub(super) fn give(&self, piece: impl FnOnce() + Send + 'static) {
        // The thread is there as long as this is.
        _ = self.pieces.send(Box::new(piece));
    }
}

/// The stack size, which is that of a main thread: trees are as deep as their text, within the parser's limit.
pub(super) const STACK: usize = 8 << 20;
