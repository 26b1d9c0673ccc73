//! Equal events as one, with their number.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use rustc_hash::FxBuildHasher;
use serde::Serialize;

use super::{Event, Time, Verdict};
use crate::source::Text;

/// The properties shared by events that are counted together.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct EventKind {
    /// The outcome.
    pub verdict: Verdict,
    /// The label of the process.
    pub profile: Option<Text>,
    /// The operation.
    pub operation: Text,
    /// The attempted access, as in [`Event::what`].
    pub what: String,
}

/// The number of times that something happened, and when.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct EventCount {
    /// The number of events.
    pub times: u64,
    /// The first time, where the records say.
    pub first: Option<Time>,
    /// The last time.
    pub last: Option<Time>,
    /// The first such event.
    pub event: Event,
}

/// Events by what happened, in the order in which they were first seen.
///
/// It holds at most as many kinds as it was made for; what comes after is counted only.
///
/// ```
/// use armorer::log::{Reader, Summary};
///
/// let line = br#"audit: type=1400 audit(1.5:2): apparmor="DENIED" operation="open" profile="p" name="/etc/x" denied_mask="r""#;
/// let log = [&line[..], line].join(&b'\n');
/// let mut summary = Summary::new(10_000);
/// for event in Reader::new(&log[..]) {
///     summary.add(event?);
/// }
/// let counts: Vec<_> = summary.iter().map(|(kind, count)| (kind.what.as_str(), count.times)).collect();
/// assert_eq!(counts, [("file /etc/x r", 2)]);
/// assert_eq!(summary.uncounted(), 0);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Summary {
    places: HashMap<EventKind, usize, FxBuildHasher>,
    counts: Vec<(EventKind, EventCount)>,
    most: usize,
    uncounted: u64,
}

impl Summary {
    /// A summary of at most `most` kinds.
    #[must_use]
    pub fn new(most: usize) -> Summary {
        Summary { places: HashMap::default(), counts: Vec::new(), most, uncounted: 0 }
    }

    /// Counts an event.
    pub fn add(&mut self, event: Event) {
        let room = self.counts.len() < self.most;
        match self.places.entry(event.kind()) {
            Entry::Occupied(place) => {
                if let Some((_, count)) = self.counts.get_mut(*place.get()) {
                    count.times += 1;
                    count.first = count.first.into_iter().chain(event.time).min();
                    count.last = count.last.max(event.time);
                }
            }
            Entry::Vacant(place) if room => {
                let kind = place.key().clone();
                place.insert(self.counts.len());
                self.counts.push((kind, EventCount { times: 1, first: event.time, last: event.time, event }));
            }
            Entry::Vacant(_) => self.uncounted += 1,
        }
    }

    /// The kinds with their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (&EventKind, &EventCount)> {
        self.counts.iter().map(|(kind, count)| (kind, count))
    }

    /// Returns the number of events of further kinds.
    #[must_use]
    pub fn uncounted(&self) -> u64 {
        self.uncounted
    }
}
