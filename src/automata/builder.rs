//! The front door: patterns with labels in, a deterministic automaton out.

use super::absorb::Absorbs;
use super::determinise::Subsets;
use super::ids::Id;
use super::merged::Merged;
use super::nfa::{Nfa, NfaError, NfaStateId, normalise};
use super::nodes::MAX_DEPTH;
use super::{Dfa, LabelId, MinimalDfa, Pattern, StateId, Unclassified};
use rustc_hash::FxHashMap;
use std::cmp::Reverse;

/// Limits on what a [`Builder`] may use. A pattern such as `.*a` followed by twenty times `.` has a deterministic automaton
/// of a million states, and nobody can do anything about it but say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// Most states of the deterministic automaton. The default, 2¹⁹, is 6 times what the largest automaton met so far needs.
    pub max_states: usize,
    /// Most 32-bit words in all sets of states and all transitions together. The default, 2²⁵, is 128 MiB.
    pub max_words: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self { max_states: 1 << 19, max_words: 1 << 25 }
    }
}

/// The reason why no automaton could be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[allow(clippy::enum_variant_names, reason = "each says of what there is too much")]
pub enum BuildError {
    /// More than [`Config::max_states`] states.
    #[error("the automaton needs more than {limit} states")]
    TooManyStates {
        /// The limit.
        limit: usize,
        /// The labels that have most part in the states, the worst first.
        labels: Vec<LabelId>,
    },
    /// More than [`Config::max_words`] words.
    #[error("memory limit exceeded after {states} states of the automaton")]
    TooLarge {
        /// States built by then; 0 if the patterns alone were too large.
        states: usize,
        /// The labels that have most part in the states, the worst first.
        labels: Vec<LabelId>,
    },
    /// A pattern that is nested too deeply.
    #[error("the pattern is nested more than {limit} levels deep")]
    TooDeep {
        /// The limit.
        limit: usize,
        /// The label of the pattern.
        label: LabelId,
    },
}

/// The reason why no minimal automaton could be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MinimalError<E> {
    /// A limit is reached.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// A label set has no meaning.
    #[error("a set of labels has no meaning")]
    Unclassified(Unclassified<E>),
}

/// Collects labelled patterns and makes one deterministic automaton of them.
///
/// Several patterns may have the same label, and should if the caller does not need to tell them apart: then equal ends of
/// patterns share states.
///
/// ```
/// use armorer::automata::{Builder, Config, LabelId, Pattern};
///
/// let mut builder = Builder::new(Config::default());
/// builder.add(&Pattern::literal("/tmp/a"), LabelId::new(1));
/// builder.add(&Pattern::concat([Pattern::literal("/tmp/"), Pattern::any_byte()]), LabelId::new(2));
/// let dfa = builder.build()?;
/// let state = dfa.walk(b"/tmp/a");
/// assert_eq!(dfa.labels(state), [LabelId::new(1), LabelId::new(2)]);
/// # Ok::<(), armorer::automata::BuildError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Builder {
    config: Config,
    patterns: Vec<(Pattern, LabelId)>,
}

impl Builder {
    /// A builder without patterns.
    pub fn new(config: Config) -> Self {
        Self { config, patterns: Vec::new() }
    }

    /// Adds a pattern. Inputs that match it get the label.
    pub fn add(&mut self, pattern: &Pattern, label: LabelId) {
        self.patterns.push((pattern.clone(), label));
    }

    /// Builds the automaton of all patterns.
    ///
    /// # Errors
    ///
    /// When a limit of the [`Config`] is reached, or a pattern is nested more than 500 levels deep.
    pub fn build(self) -> Result<Dfa, BuildError> {
        self.build_absorbing(|_, _| false)
    }

    /// Builds the automaton of all patterns, but does not keep track of labels that do not matter any more.
    ///
    /// `absorbs(a, b)` says that whatever has label `a` means the same with or without label `b`, no matter which further
    /// labels it has. It must be transitive. Label sets then may or may not contain a `b` beside an `a`. Where broad
    /// patterns stand beside many narrow ones this saves most states.
    ///
    /// # Errors
    ///
    /// As for [`Builder::build`].
    pub fn build_absorbing(self, absorbs: impl Fn(LabelId, LabelId) -> bool) -> Result<Dfa, BuildError> {
        self.build_with(&mut BuildCache::<()>::default(), &absorbs)
    }

    /// Like [`Builder::build_absorbing`], with a cache of earlier automata. Once classified and minimised, the result is the
    /// same as without.
    ///
    /// Labels must mean the same in all automata of a cache, and `absorbs` must say the same about them.
    pub(super) fn build_with<A: Meaning>(
        &self,
        cache: &mut BuildCache<A>,
        absorbs: Absorbs<'_>,
    ) -> Result<Dfa, BuildError> {
        cache.make_room();
        let fresh = cache.is_empty();
        let mut built = cache.build(self, absorbs);
        if built.is_err() && !fresh {
            // What is too large must not depend on what was built before.
            *cache = BuildCache::default();
            built = cache.build(self, absorbs);
        }
        if built.is_err() {
            // It may be half done.
            *cache = BuildCache::default();
        }
        built
    }

    /// The minimal automaton from minimal states that the cache shares between automata. `None` where a label set has no
    /// meaning, or a limit is reached.
    pub(super) fn merge_with<A: Meaning>(
        &self,
        cache: &mut BuildCache<A>,
        absorbs: Absorbs<'_>,
        meaning: &mut dyn FnMut(&[LabelId]) -> Option<A>,
    ) -> Option<MinimalDfa<A>> {
        cache.make_room();
        let added = cache.add(self);
        let minimal = added.ok().and_then(|()| cache.minimal(self.config, absorbs, meaning));
        if minimal.is_none() {
            // It may be half done.
            *cache = BuildCache::default();
        }
        minimal
    }

    /// Builds the minimal automaton of all patterns: the result of [`Builder::build_absorbing`], [`Dfa::classify`] and
    /// [`ClassifiedDfa::minimise`](super::ClassifiedDfa::minimise), most of which is known already where other automata of
    /// the cache are like this one.
    ///
    /// `meaning` gives a label set its value, as for [`Dfa::classify`], and may remark on it. The remark on the label set with
    /// the shortest input is returned with the automaton.
    ///
    /// Labels must mean the same in all automata of a cache, and `absorbs` and `meaning` must say the same about them.
    ///
    /// # Errors
    ///
    /// As for [`Builder::build`] and [`Dfa::classify`].
    ///
    /// ```
    /// use armorer::automata::{BuildCache, Builder, Config, LabelId, Pattern};
    /// use std::convert::Infallible;
    ///
    /// let mut builder = Builder::new(Config::default());
    /// builder.add(&Pattern::literal("/tmp/a"), LabelId::new(1));
    /// let mut cache = BuildCache::default();
    /// let (minimal, remark) = builder
    ///     .minimal(&mut cache, |_, _| false, |labels, _: &mut Option<()>| Ok::<_, Infallible>(labels.len()))
    ///     .unwrap();
    /// assert_eq!(*minimal.value(minimal.walk(b"/tmp/a")), 1);
    /// assert_eq!(remark, None);
    /// ```
    pub fn minimal<A: Meaning, R, E>(
        &self,
        cache: &mut BuildCache<A>,
        absorbs: impl Fn(LabelId, LabelId) -> bool,
        mut meaning: impl FnMut(&[LabelId], &mut Option<R>) -> Result<A, E>,
    ) -> Result<(MinimalDfa<A>, Option<R>), MinimalError<E>> {
        let mut unremarkable = |labels: &[LabelId]| {
            let mut remark = None;
            meaning(labels, &mut remark).ok().filter(|_| remark.is_none())
        };
        if let Some(minimal) = self.merge_with(cache, &absorbs, &mut unremarkable) {
            return Ok((minimal, None));
        }
        // Something is to be reported. Only states in the order of their inputs say what comes first.
        let mut first = None;
        let classified = self.build_with(cache, &absorbs)?.classify(|labels| {
            let mut remark = None;
            let value = meaning(labels, &mut remark);
            first = first.take().or(remark);
            value
        });
        Ok((classified.map_err(MinimalError::Unclassified)?.minimise(), first))
    }
}

/// The traits that the values of minimal automata need.
pub trait Meaning: Clone + Default + Eq + std::hash::Hash {}

impl<A: Clone + Default + Eq + std::hash::Hash> Meaning for A {}

/// The maximum number of words that the subsets of a cache take when the next automaton is built; above it they are dropped.
/// Little of a larger cache is used again, and access to it is slower.
const KEPT_WORDS: usize = 3 << 19;
/// The same for patterns and states of the NFA, with which everything else is dropped.
const KEPT_NFA_WORDS: usize = 3 << 18;

/// Parts of automata that later ones share: patterns, states of the NFA, and states of the DFA with their rows, before and
/// after they are merged. Its size is bounded.
#[derive(Debug)]
pub struct BuildCache<A> {
    nfa: Nfa,
    subsets: Subsets,
    merged: Merged<A>,
    /// The NFA states that the latest automaton begins with.
    start: Vec<NfaStateId>,
}

impl<A: Meaning> Default for BuildCache<A> {
    fn default() -> Self {
        Self { nfa: Nfa::new(), subsets: Subsets::default(), merged: Merged::default(), start: Vec::new() }
    }
}

impl<A: Meaning> BuildCache<A> {
    /// Returns the number of states of the automaton that was built last before it was minimised, the trap included.
    pub fn states_before(&mut self) -> usize {
        let start = self.subsets.state(&self.nfa, &self.start);
        self.subsets.reachable(start)
    }

    /// Whether nothing was built yet.
    fn is_empty(&self) -> bool {
        self.nfa.states.len() == 0
    }

    fn make_room(&mut self) {
        let (words, nfa_words) = (self.subsets.words() + self.merged.words(), self.nfa.words());
        if words > 2 * KEPT_WORDS || nfa_words > 2 * KEPT_NFA_WORDS {
            // The memory of a giant is more than others need.
            *self = Self::default();
        } else if nfa_words > KEPT_NFA_WORDS {
            self.nfa.clear();
            self.subsets.clear_all();
            self.merged.clear();
        } else if words > KEPT_WORDS {
            self.subsets.clear();
            self.merged.clear();
        }
    }

    /// Adds the patterns, and finds the NFA states that the automaton begins with.
    fn add(&mut self, builder: &Builder) -> Result<(), BuildError> {
        self.nfa.allow(max_words(&builder.config));
        self.start.clear();
        for (pattern, label) in &builder.patterns {
            self.nfa.add(pattern, *label, &mut self.start).map_err(|error| match error {
                NfaError::TooDeep => BuildError::TooDeep { limit: MAX_DEPTH, label: *label },
                NfaError::TooLarge => BuildError::TooLarge { states: 0, labels: most_frequent(self.nfa.all_labels()) },
            })?;
        }
        normalise(&mut self.start);
        Ok(())
    }

    fn build(&mut self, builder: &Builder, absorbs: Absorbs<'_>) -> Result<Dfa, BuildError> {
        self.add(builder)?;
        let config = Config { max_words: max_words(&builder.config), ..builder.config };
        self.subsets.determinise(&mut self.nfa, &self.start, absorbs, &config)
    }

    fn minimal(
        &mut self,
        config: Config,
        absorbs: Absorbs<'_>,
        meaning: &mut dyn FnMut(&[LabelId]) -> Option<A>,
    ) -> Option<MinimalDfa<A>> {
        let config = Config { max_words: max_words(&config), ..config };
        self.merged.automaton(&mut self.subsets, &mut self.nfa, &self.start, absorbs, &config, meaning)
    }
}

/// The budget, cut to what ids can number: everything that has an id takes a word or more.
fn max_words(config: &Config) -> usize {
    config.max_words.min(<StateId as Id>::LIMIT / 4)
}

/// The labels that occur most often: at most five, and none that occurs ten times less than the first.
pub(super) fn most_frequent(labels: impl IntoIterator<Item = LabelId>) -> Vec<LabelId> {
    let mut counts = FxHashMap::<LabelId, usize>::default();
    for label in labels {
        *counts.entry(label).or_default() += 1;
    }
    let mut labels: Vec<_> = counts.into_iter().collect();
    labels.sort_unstable_by_key(|&(label, count)| (Reverse(count), label));
    let most = labels.first().map_or(0, |&(_, count)| count);
    labels.into_iter().take(5).filter(|&(_, count)| count * 10 > most).map(|(label, _)| label).collect()
}
