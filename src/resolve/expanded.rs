//! Values multiplied out: sets of text without references, what stands for them in a rule, and those of the automatic variables.

use std::cell::OnceCell;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::source::Text;

/// The variables that every profile has of its own.
pub(super) const AUTOMATIC: [&[u8]; 3] = [b"profile_name", b"attach_path", b"exec_path"];

/// The most values of one variable, nested references multiplied out.
pub(super) const MAX_VALUES: usize = 1 << 16;

/// The most text of one expansion in bytes.
pub(super) const MAX_TEXT: usize = 1 << 20;

/// A variable multiplied out, or `None` where its values are wrong, which was reported.
pub(super) type Expansion = Option<Rc<ExpandedValues>>;

/// The values of a variable without references, sorted by bytes, each once.
#[derive(Debug, Default)]
pub(super) struct ExpandedValues {
    /// The values.
    pub(super) values: Vec<Text>,
    /// Whether an automatic variable took part.
    pub(super) automatic: bool,
    /// The alternation for uses, by whether leading and trailing slashes are trimmed.
    alternations: [OnceCell<Box<[u8]>>; 4],
}

impl ExpandedValues {
    pub(super) fn new(mut values: Vec<Text>, automatic: bool) -> Self {
        values.sort_unstable();
        values.dedup();
        ExpandedValues { values, automatic, alternations: Default::default() }
    }

    /// Returns the replacement of the variable: a single value by itself, else `{a,b}`. Trimmed values stay in the order of the untrimmed.
    pub(super) fn alternation(&self, trim_start: bool, trim_end: bool) -> &[u8] {
        let [neither, start, end, both] = &self.alternations;
        let cell = match (trim_start, trim_end) {
            (false, false) => neither,
            (true, false) => start,
            (false, true) => end,
            (true, true) => both,
        };
        cell.get_or_init(|| {
            let trimmed = self.values.iter().map(|value| {
                let mut value = value.as_bytes();
                while let (true, [b'/', rest @ ..]) = (trim_start, value) {
                    value = rest;
                }
                while let (true, [rest @ .., b'/']) = (trim_end, value) {
                    value = rest;
                }
                value
            });
            let trimmed: Vec<&[u8]> = trimmed.collect();
            match trimmed.as_slice() {
                [one] => (*one).into(),
                several => [&b"{"[..], &several.join(&b','), b"}"].concat().into(),
            }
        })
    }
}

/// The automatic variables of one profile, and the expansions that depend on them.
#[derive(Debug, Default)]
pub(super) struct AutomaticVariables {
    pub(super) values: FxHashMap<&'static [u8], Expansion>,
    pub(super) expanded: FxHashMap<Text, Expansion>,
}

impl AutomaticVariables {
    /// The variables of a profile with that full name and, where it has one, that attachment.
    pub(super) fn new(full_name: &[u8], attachment: Option<&[u8]>) -> Self {
        let mut escaped = Vec::with_capacity(full_name.len());
        let mut bytes = full_name.iter().copied();
        while let Some(byte) = bytes.next() {
            if matches!(byte, b'{' | b'}' | b'[' | b']' | b'*' | b'?') {
                escaped.push(b'\\');
            }
            escaped.push(byte);
            if byte == b'\\' {
                // What is escaped already stays as it stands.
                escaped.extend(bytes.next());
            }
        }
        let one = |value: Vec<u8>| Some(Rc::new(ExpandedValues::new(vec![value.into()], true)));
        let [name, attach, exec] = AUTOMATIC;
        let mut values = FxHashMap::default();
        values.insert(name, one(escaped));
        if let Some(attachment) = attachment {
            values.insert(attach, one(attachment.to_vec()));
            values.insert(exec, one(attachment.to_vec()));
        }
        AutomaticVariables { values, expanded: FxHashMap::default() }
    }
}

/// Multiplies values out within the limits.
#[derive(Default)]
pub(super) struct ValueProduct {
    pub(super) values: Vec<Text>,
    /// Bytes of the values.
    pub(super) text: usize,
    /// Whether an automatic variable took part.
    pub(super) automatic: bool,
}

impl ValueProduct {
    /// Continues each partial value with each of `endings`; `false` where that is too much.
    pub(super) fn append(&mut self, partial: &mut Vec<Vec<u8>>, endings: &[&[u8]]) -> bool {
        let count = partial.len().saturating_mul(endings.len());
        let ending_bytes: usize = endings.iter().map(|ending| ending.len()).sum();
        let partial_bytes: usize = partial.iter().map(Vec::len).sum();
        let bytes =
            partial_bytes.saturating_mul(endings.len()).saturating_add(ending_bytes.saturating_mul(partial.len()));
        if self.values.len().saturating_add(count) > MAX_VALUES || self.text.saturating_add(bytes) > MAX_TEXT {
            return false;
        }
        if let [ending] = endings {
            partial.iter_mut().for_each(|text| text.extend_from_slice(ending));
        } else {
            *partial =
                partial.iter().flat_map(|text| endings.iter().map(move |ending| [text, *ending].concat())).collect();
        }
        true
    }
}
