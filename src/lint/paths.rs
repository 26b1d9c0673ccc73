//! Patterns of paths, made once for each text however many profiles have it.

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use rustc_hash::FxHashMap;

use crate::automata::{Pattern, Symbol};
use crate::encode;
use crate::source::Text;

use super::check::Probe;

/// A path's pattern and what is known of it.
#[derive(Debug)]
pub(super) struct KnownPath {
    /// `None` where the text is no valid pattern.
    pub(super) pattern: Option<Arc<Pattern>>,
    facts: u8,
    /// The file that it gives away, by the code of the rule that asked.
    given: Mutex<Vec<(&'static str, Option<&'static str>)>>,
}

/// A property of a path that is asked for many paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PathFact {
    /// Matches a file that nobody thought of.
    Broad = 1,
}

impl KnownPath {
    pub(super) fn has(&self, fact: PathFact) -> bool {
        self.facts & fact as u8 != 0
    }

    /// The first file of a rule's probe that the path matches.
    pub(super) fn given(&self, code: &'static str, probe: &Probe) -> Option<&'static str> {
        let pattern = self.pattern.as_ref()?;
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(&(_, known)) = given.iter().find(|(known, _)| *known == code) {
            return known;
        }
        let found = probe.first(pattern);
        given.push((code, found));
        found
    }
}

/// The patterns met so far; threads share them.
#[derive(Debug, Default)]
pub(super) struct PathPatterns {
    known: RwLock<FxHashMap<Text, Arc<KnownPath>>>,
}

/// Files that only a pattern for everything matches.
const ANYTHING: [&str; 2] = ["/\u{1}q/\u{1}z\u{2}", "/usr/\u{1}q/\u{1}z\u{2}"];

impl PathPatterns {
    /// Returns their number.
    pub(super) fn len(&self) -> usize {
        self.known.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// The pattern of a path in stored form, variables expanded.
    pub(super) fn get(&self, path: &Text) -> Arc<KnownPath> {
        if let Some(known) = self.known.read().unwrap_or_else(PoisonError::into_inner).get(path) {
            return Arc::clone(known);
        }
        let pattern = encode::path_pattern(path);
        let broad = pattern.as_ref().is_some_and(|p| ANYTHING.iter().all(|file| p.matches(&symbols(file))));
        let facts = if broad { PathFact::Broad as u8 } else { 0 };
        let known = Arc::new(KnownPath { pattern: pattern.map(Arc::new), facts, given: Mutex::default() });
        let mut map = self.known.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(map.entry(path.clone()).or_insert(known))
    }
}

/// Text as input for patterns.
pub(super) fn symbols(text: impl AsRef<[u8]>) -> Vec<Symbol> {
    text.as_ref().iter().copied().map(Symbol::Byte).collect()
}

/// A path for a message: long ones, with the values of many variables in them, are cut.
pub(super) fn shortened(path: &Text) -> String {
    const MOST: usize = 70;
    let text = path.to_str_lossy();
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.into_owned(),
    }
}
