//! The choice of the messages that are shown: one of each repeated warning, and limited numbers of a file and of a run. The rest is
//! counted.

use std::collections::HashMap;

use super::output::counted;
use crate::diagnostic::Severity;
use crate::source::Span;

/// The most messages about one file.
const MAX_OF_FILE: usize = 30;

/// The most messages of a run.
pub(super) const MAX_OF_RUN: usize = 300;

/// A warning in so many places is shown once.
const REPEATED: usize = 3;

/// The properties that decide whether a message is shown.
pub(super) struct MessageKey<'a> {
    pub(super) code: &'a str,
    pub(super) message: &'a str,
    pub(super) severity: Severity,
    pub(super) span: Span,
}

/// The messages that are shown.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ShownMessages {
    /// Indices of messages, each with those of others that say the same of other places.
    pub(super) shown: Vec<(usize, Vec<usize>)>,
    /// The number of errors that are not shown because of the limits.
    errors: usize,
    /// The number of warnings and notes that are not shown because of the limits.
    others: usize,
}

impl ShownMessages {
    /// Every message.
    pub(super) fn all(count: usize) -> ShownMessages {
        ShownMessages { shown: (0..count).map(|index| (index, Vec::new())).collect(), ..ShownMessages::default() }
    }

    /// The messages within the limits, of which `max` is that of the run. Errors have the first claim.
    pub(super) fn of(items: &[MessageKey<'_>], max: usize) -> ShownMessages {
        let mut places: HashMap<(&str, &str), Vec<usize>> = HashMap::new();
        for (index, item) in items.iter().enumerate().filter(|(_, item)| item.severity != Severity::Error) {
            places.entry((item.code, item.message)).or_default().push(index);
        }
        let mut digest = ShownMessages::default();
        let mut of_file: HashMap<_, usize> = HashMap::new();
        let mut left = max;
        for wanted in [true, false] {
            for (index, item) in items.iter().enumerate() {
                if (item.severity == Severity::Error) != wanted {
                    continue;
                }
                let same = places.get(&(item.code, item.message)).filter(|same| !wanted && same.len() >= REPEATED);
                let others = match same.map(Vec::as_slice) {
                    Some([first, others @ ..]) if *first == index => others.to_vec(),
                    Some(_) => continue,
                    None => Vec::new(),
                };
                let shown = of_file.entry(item.span.source).or_default();
                if left == 0 || *shown == MAX_OF_FILE {
                    *(if wanted { &mut digest.errors } else { &mut digest.others }) += 1 + others.len();
                    continue;
                }
                (*shown, left) = (*shown + 1, left - 1);
                digest.shown.push((index, others));
            }
        }
        digest.shown.sort_unstable();
        digest
    }

    /// Describes the messages beyond the limits.
    pub(super) fn rest(&self) -> Option<String> {
        let count = |count: usize, noun: &str| (count > 0).then(|| counted(count, &format!("more {noun}")));
        let parts: Vec<String> =
            [count(self.errors, "error"), count(self.others, "warning")].into_iter().flatten().collect();
        let verb = if self.errors + self.others == 1 { "is" } else { "are" };
        (!parts.is_empty()).then(|| format!("{} {verb} not shown", parts.join(" and ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceMap;

    #[test]
    fn limits() {
        let sources = SourceMap::new();
        let (a, b) = (sources.add("a", *b"x").unwrap(), sources.add("b", *b"x").unwrap());
        let item = |severity, source| MessageKey { code: "c", message: "m", severity, span: Span::new(source, 0, 1) };
        let mut items: Vec<MessageKey<'_>> = (0..1000).map(|_| item(Severity::Error, a)).collect();
        items.push(item(Severity::Error, b));
        let digest = ShownMessages::of(&items, MAX_OF_RUN);
        assert_eq!(digest.shown.len(), MAX_OF_FILE + 1, "each file has its share");
        assert_eq!(digest.rest().unwrap(), "970 more errors are not shown");
        assert_eq!(ShownMessages::of(&items, 1).rest().unwrap(), "1000 more errors are not shown");
        assert_eq!((ShownMessages::all(3).shown.len(), ShownMessages::all(3).rest()), (3, None));
    }

    #[test]
    fn repeated_warnings_are_one() {
        let sources = SourceMap::new();
        let id = sources.add("a", *b"x").unwrap();
        let item = |message, severity| MessageKey { code: "c", message, severity, span: Span::new(id, 0, 1) };
        let mut items: Vec<MessageKey<'_>> = (0..60).map(|_| item("m", Severity::Warning)).collect();
        items.push(item("other", Severity::Warning));
        items.push(item("m", Severity::Error));
        let shown = ShownMessages::of(&items, MAX_OF_RUN).shown;
        assert_eq!(shown, [(0, (1..60).collect()), (60, vec![]), (61, vec![])]);
        let two = items.get(..2).unwrap();
        assert_eq!(ShownMessages::of(two, MAX_OF_RUN), ShownMessages::all(2), "two places are shown both");
    }
}
