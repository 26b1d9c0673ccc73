//! The output of log lines to standard output, by a thread that alone waits where nobody reads them.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::super::print_styled;

/// The most bytes of lines that wait for their reader; more are lost.
const MAX_WAITING: usize = 1 << 20;

/// A full queue is waited for this long, and no more until it has room again.
const PATIENCE: Duration = Duration::from_secs(1);

/// The time limit for writing the remaining lines at the end.
const LAST: Duration = Duration::from_millis(300);

/// A queue of lines.
#[derive(Clone, Default)]
pub(super) struct Sink {
    shared: Arc<SinkShared>,
}

#[derive(Default)]
struct SinkShared {
    queue: Mutex<LineQueue>,
    changed: Condvar,
}

#[derive(Default)]
struct LineQueue {
    lines: VecDeque<String>,
    bytes: usize,
    /// Whether a line is being written.
    is_writing: bool,
    /// Whether nobody has read for longer than the agent waits.
    is_stuck: bool,
    /// Lines that were lost since the last one that was not.
    lost: usize,
    /// The error after which nothing can be written any more.
    error: Option<String>,
}

impl Sink {
    /// A queue that a thread of its own empties.
    pub(super) fn start() -> Sink {
        let sink = Sink::default();
        let of_thread = sink.clone();
        thread::spawn(move || of_thread.run(&print_styled));
        sink
    }

    fn lock(&self) -> MutexGuard<'_, LineQueue> {
        self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes line after line, as they come.
    fn run(&self, write: &dyn Fn(&str) -> Result<(), String>) {
        loop {
            let mut queue = self.lock();
            while queue.lines.is_empty() {
                queue = self.shared.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
            }
            let Some(line) = queue.lines.pop_front() else { continue };
            queue.is_writing = true;
            drop(queue);
            let written = write(&line);
            let mut queue = self.lock();
            queue.bytes -= line.len();
            (queue.is_writing, queue.is_stuck) = (false, false);
            let failed = written.is_err();
            queue.error = written.err();
            drop(queue);
            self.shared.changed.notify_all();
            if failed {
                return;
            }
        }
    }

    /// Adds a line, or counts it as lost where there is no room. `lost` makes the line about those that were lost before.
    pub(super) fn send(&self, line: String, lost: impl FnOnce(usize) -> Result<String, String>) -> Result<(), String> {
        let mut queue = self.lock();
        let is_full = |queue: &mut LineQueue| queue.bytes + line.len() > MAX_WAITING && queue.error.is_none();
        if is_full(&mut queue) && !queue.is_stuck {
            let waited = self.shared.changed.wait_timeout_while(queue, PATIENCE, is_full);
            queue = waited.unwrap_or_else(PoisonError::into_inner).0;
            queue.is_stuck = is_full(&mut queue);
        }
        if let Some(error) = &queue.error {
            return Err(error.clone());
        }
        if is_full(&mut queue) {
            queue.lost += 1;
            return Ok(());
        }
        if queue.lost > 0 {
            let note = lost(std::mem::take(&mut queue.lost))?;
            queue.bytes += note.len();
            queue.lines.push_back(note);
        }
        queue.bytes += line.len();
        queue.lines.push_back(line);
        drop(queue);
        self.shared.changed.notify_all();
        Ok(())
    }

    /// Waits until all lines are written, but not for long.
    pub(super) fn finish(&self) -> Result<(), String> {
        let deadline = Instant::now() + LAST;
        let mut queue = self.lock();
        while (queue.is_writing || !queue.lines.is_empty()) && queue.error.is_none() {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            queue = self.shared.changed.wait_timeout(queue, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        queue.error.clone().map_or(Ok(()), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_waits_for_a_reader_for_long() {
        let (sink, gate) = (Sink::default(), Arc::new(Mutex::new(Vec::new())));
        let held = gate.lock().unwrap();
        let (of_thread, written) = (sink.clone(), Arc::clone(&gate));
        thread::spawn(move || {
            of_thread.run(&|line| {
                written.lock().unwrap().push(line.trim_end().to_owned());
                Ok(())
            });
        });
        let began = Instant::now();
        let line = "x".repeat(1 << 16);
        for _ in 0..40 {
            sink.send(line.clone(), |lost| Ok(format!("{lost} lost early"))).unwrap();
        }
        sink.finish().unwrap();
        assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
        drop(held);
        sink.finish().unwrap();
        sink.send("last".into(), |lost| Ok(format!("{lost} lost"))).unwrap();
        sink.finish().unwrap();
        let written = gate.lock().unwrap();
        assert_eq!(written.len(), 16 + 2);
        assert_eq!(written[16..], ["24 lost", "last"]);
    }

    #[test]
    fn a_reader_that_is_gone_is_reported() {
        let sink = Sink::default();
        let of_thread = sink.clone();
        thread::spawn(move || of_thread.run(&|_| Err("no room".into())));
        sink.send("a".into(), |_| Ok(String::new())).unwrap();
        assert_eq!(sink.finish(), Err("no room".into()));
        assert_eq!(sink.send("b".into(), |_| Ok(String::new())), Err("no room".into()));
    }
}
