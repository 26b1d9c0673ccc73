//! Queries of the policy of an open text: accesses of a profile, and the costs of rules.

use std::path::Path;

use super::snapshot::Snapshot;
use super::workspace::resolve;
use crate::analysis::{Access, Answer, Subject};
use crate::blob;
use crate::diagnostic::Diagnostics;
use crate::encode::{self, Target};
use crate::policy::{Policy, Profile};
use crate::source::Span;

/// The cost of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuleCost {
    /// After the rule, in the file.
    pub offset: u32,
    /// The number of states that the automata of its profile would lack without it; negative where they would have more.
    pub states: i64,
    /// The number of bytes by which the profile's policy would be smaller.
    pub bytes: i64,
}

/// The maximum number of rules measured in one request: each one compiles its profile once more.
const MOST_RULES: usize = 64;

impl Snapshot {
    /// Answers whether a profile of an open text allows an access. The question is an access as `armorer query` has it, or a
    /// path; the profile may be left out where there is only one.
    ///
    /// # Errors
    /// The reason why there is no answer, in a sentence.
    pub fn query(&self, path: &Path, profile: Option<&str>, question: &str) -> Result<Answer, String> {
        let words: Vec<&str> = question.split_whitespace().collect();
        let words = if question.starts_with('/') { [&["file"][..], &words].concat() } else { words };
        let access = Access::parse(&words).map_err(|error| error.to_string())?;
        let root = self.contexts.get(path).and_then(|roots| roots.first()).map_or(path, std::path::PathBuf::as_path);
        let compiler = self.settings.compiler(self.session.fork(self.overlay.clone()));
        let policy = compiler.compile(root).map_err(|error| error.to_string())?;
        let subject = Subject::from_compiled(policy).map_err(|error| error.to_string())?;
        subject.ask(profile.map(str::as_bytes), &access).map_err(|error| error.to_string())
    }

    /// Returns the costs of the rules in a range of an open text, each measured on top of all others of its profile.
    #[must_use]
    pub fn costs(&self, path: &Path, start: u32, end: u32) -> Vec<RuleCost> {
        let Ok(included) = self.session.open(path) else { return Vec::new() };
        let root = self.contexts.get(path).and_then(|roots| roots.first()).map_or(path, std::path::PathBuf::as_path);
        let Some(resolved) = resolve(&self.session, root, &self.settings).filter(|resolved| resolved.complete) else {
            return Vec::new();
        };
        let here = |span: Span| span.source == included.source && start <= span.end && span.start <= end;
        let mut costs = Vec::new();
        for profile in resolved.policy.all_profiles() {
            let mut spans: Vec<Span> = profile.rules.iter().map(|rule| rule.span).filter(|&span| here(span)).collect();
            spans.dedup();
            if spans.is_empty() {
                continue;
            }
            let alone = Profile { children: Vec::new(), ..profile.clone() };
            let Some(whole) = self.weigh(&resolved.policy, alone.clone()) else { continue };
            for span in spans {
                if costs.len() >= MOST_RULES {
                    return costs;
                }
                let mut without = alone.clone();
                without.rules.retain(|rule| rule.span != span);
                let Some(rest) = self.weigh(&resolved.policy, without) else { continue };
                costs.push(RuleCost { offset: span.end, states: whole.0 - rest.0, bytes: whole.1 - rest.1 });
            }
        }
        costs.sort_by_key(|cost| cost.offset);
        // Of profiles that include the same file, one says what its rules cost.
        costs.dedup_by_key(|cost| cost.offset);
        costs
    }

    /// States and bytes of a profile.
    fn weigh(&self, policy: &Policy, profile: Profile) -> Option<(i64, i64)> {
        let policy = Policy { profiles: vec![profile], ..policy.clone() };
        let target = Target { kernel: std::sync::Arc::clone(&self.settings.options.kernel) };
        let options = encode::EncodeOptions::default();
        let mut raised = Diagnostics::new();
        let encoded = encode::encode(&policy, &target, &options, self.memory.encode_cache(), &mut raised)?;
        let efforts = encoded.iter().flat_map(|each| &each.effort.automata);
        let states: usize = efforts.map(|automaton| automaton.states).sum();
        let records: Vec<blob::BlobProfile> = encoded.into_iter().map(|each| each.record).collect();
        let bytes = blob::write(&records).ok()?.len();
        Some((i64::try_from(states).ok()?, i64::try_from(bytes).ok()?))
    }
}
