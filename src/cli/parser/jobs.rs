//! The number of inputs that are worked on at a time, and the order of their results.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

use crate::parallel::STACK;

/// Below this many bytes of available memory, `auto` is one job, as in apparmor_parser from version 6.0 on.
const LOW_MEMORY: u64 = 256 << 20;

/// A number of jobs as it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Jobs {
    /// One a processor: `auto`, `x1`.
    Times(usize),
    /// That many.
    Count(usize),
    /// As many as are allowed.
    Max,
}

impl Jobs {
    /// The cap unless another is asked for.
    pub(super) const DEFAULT_MAX: Jobs = Jobs::Times(8);

    /// `0`, `N`, `auto`, `xN`, `-N` or `max`.
    pub(super) fn parse(text: &str) -> Option<Jobs> {
        match text {
            "auto" => return Some(Jobs::Times(1)),
            "max" => return Some(Jobs::Max),
            _ => {}
        }
        let times = text.strip_prefix('x').or_else(|| text.strip_prefix('-'));
        let digits = times.unwrap_or(text);
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let number = digits.parse().ok()?;
        Some(if times.is_some() { Jobs::Times(number) } else { Jobs::Count(number) })
    }

    /// The number on a machine with so many processors.
    fn on(self, processors: usize, max: usize) -> usize {
        match self {
            Jobs::Times(number) => number.saturating_mul(processors),
            Jobs::Count(number) => number,
            Jobs::Max => max,
        }
    }

    /// `auto` on a machine with this much available memory, in bytes; all other numbers are unchanged.
    pub(super) fn with_memory(self, available: Option<u64>) -> Jobs {
        match (self, available) {
            (Jobs::Times(1), Some(available)) if available < LOW_MEMORY => Jobs::Count(1),
            _ => self,
        }
    }
}

/// The available memory in bytes, from the text of `/proc/meminfo` (proc_meminfo(5)).
pub(super) fn available_memory(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix("kB")?.trim_end().parse::<u64>().ok()?.checked_mul(1024)
}

/// The number of jobs under a cap, and the number asked for where that is larger.
pub(super) fn number(jobs: Jobs, max: Option<Jobs>, processors: usize) -> (usize, Option<usize>) {
    let cap = max.unwrap_or(Jobs::DEFAULT_MAX).on(processors, usize::MAX);
    let asked = jobs.on(processors, cap);
    match (jobs, max) {
        // A plain number raises the default cap.
        (Jobs::Count(_), None) => (asked, None),
        _ if asked > cap => (cap, Some(asked)),
        _ => (asked, None),
    }
}

/// Works on items on several threads, and hands the results over in the order of the items, on the calling thread, each as soon
/// as it and those before it are there. Where `commit` breaks off, items not begun are left out.
///
/// # Errors
/// When threads cannot be had.
pub(super) fn in_order<T: Sync, R: Send>(
    items: &[T],
    threads: usize,
    work: impl Fn(&T) -> R + Sync,
    mut commit: impl FnMut(R) -> ControlFlow<()>,
) -> Result<(), rayon::ThreadPoolBuildError> {
    let pool = rayon::ThreadPoolBuilder::new().stack_size(STACK).num_threads(threads.max(1)).build()?;
    let stopped = AtomicBool::new(false);
    let (sender, receiver) = mpsc::channel();
    pool.in_place_scope(|scope| {
        let (work, stopped) = (&work, &stopped);
        for (index, item) in items.iter().enumerate() {
            let sender = sender.clone();
            scope.spawn(move |_| {
                if !stopped.load(Ordering::Relaxed) {
                    // Nobody receives once it has stopped.
                    let _ = sender.send((index, work(item)));
                }
            });
        }
        drop(sender);
        let mut early = std::collections::BTreeMap::new();
        let mut next = 0;
        while let Ok((index, result)) = receiver.recv() {
            early.insert(index, result);
            while let Some(result) = early.remove(&next) {
                next += 1;
                if commit(result).is_break() {
                    stopped.store(true, Ordering::Relaxed);
                    return;
                }
            }
        }
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        let parsed = ["0", "7", "auto", "x3", "-3", "max"].map(|text| Jobs::parse(text).unwrap());
        let expected = [Jobs::Count(0), Jobs::Count(7), Jobs::Times(1), Jobs::Times(3), Jobs::Times(3), Jobs::Max];
        assert_eq!(parsed, expected);
        for wrong in ["", "foo", "x", "-", "3x", "+3", "--3", "99999999999999999999999"] {
            assert_eq!(Jobs::parse(wrong), None, "{wrong}");
        }
        assert_eq!(number(Jobs::Times(1), None, 4), (4, None));
        assert_eq!(number(Jobs::Count(100), None, 4), (100, None));
        assert_eq!(number(Jobs::Count(100), Some(Jobs::Count(3)), 4), (3, Some(100)));
        assert_eq!(number(Jobs::Times(100), Some(Jobs::Times(1)), 2), (2, Some(200)));
        assert_eq!(number(Jobs::Max, None, 2), (16, None));
        assert_eq!(number(Jobs::Times(usize::MAX), None, 2), (16, Some(usize::MAX)));
    }

    #[test]
    fn little_memory_is_left_to_one_job() {
        let meminfo = "MemTotal:       24629764 kB\nMemFree:          120000 kB\nMemAvailable:     262143 kB\n";
        assert_eq!(available_memory(meminfo), Some(262_143 << 10));
        assert_eq!(available_memory("MemTotal: 1 kB\n"), None);
        assert_eq!(available_memory("MemAvailable: x kB\n"), None);
        let little = available_memory(meminfo);
        assert_eq!(Jobs::Times(1).with_memory(little), Jobs::Count(1));
        assert_eq!(Jobs::Times(1).with_memory(Some(256 << 20)), Jobs::Times(1));
        assert_eq!(Jobs::Times(1).with_memory(None), Jobs::Times(1));
        assert_eq!(Jobs::Count(4).with_memory(little), Jobs::Count(4));
        assert_eq!(Jobs::Times(2).with_memory(little), Jobs::Times(2));
    }

    #[test]
    fn results_come_in_order_and_stop() {
        let items: Vec<u64> = (0..50).collect();
        let mut seen = Vec::new();
        in_order(
            &items,
            4,
            |&item| item * 2,
            |result| {
                seen.push(result);
                ControlFlow::Continue(())
            },
        )
        .unwrap();
        assert!(seen.iter().copied().eq((0..50).map(|item| item * 2)));
        let mut seen = 0;
        in_order(
            &items,
            0,
            |&item| item,
            |item| {
                seen += 1;
                if item == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            },
        )
        .unwrap();
        assert_eq!(seen, 4);
    }
}
