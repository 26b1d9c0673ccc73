//! The rules of a profile that an answer depends on: those that logs show to be used, and those that tests cover.

use std::collections::BTreeMap;
use std::path::Path;

use rustc_hash::FxHashSet;

use super::query::{Answer, PermissionVerdict, RuleUse};
use super::rules::RulePlace;
use crate::compiler::Compiled;
use crate::policy::{Profile, Rule};
use crate::source::Span;

/// The places of the rules that are part of what is compiled, for each profile: features may lack others.
pub(crate) fn compiled_spans(policy: &Compiled) -> Vec<FxHashSet<Span>> {
    let spans = |at| policy.provenance(at).into_iter().flat_map(|provenance| provenance.spans()).collect();
    (0..policy.profiles().len()).map(spans).collect()
}

/// The rules of a profile as they are written, each once, in the order of the files.
pub(crate) fn written_rules(profile: &Profile, takes: impl Fn(&Rule) -> bool) -> Vec<&Rule> {
    let rules: BTreeMap<_, _> = { profile.rules.iter() }
        .filter(|rule| takes(rule))
        .map(|rule| ((rule.span.source, rule.span.start), rule))
        .collect();
    rules.into_values().collect()
}

/// The rules that decide about the permissions of an answer that count.
pub(crate) fn deciding<'a>(
    answer: &'a Answer,
    counts: impl Fn(&PermissionVerdict) -> bool + 'a,
) -> impl Iterator<Item = &'a RuleUse> {
    let verdicts = answer.verdicts.iter().filter(move |verdict| counts(verdict));
    verdicts.flat_map(|verdict| &verdict.decided_by).filter_map(|&at| answer.rules.get(at))
}

/// Whether rules of a file are a profile's own: it is the one that holds the profile, or one of `local/`.
pub(crate) fn is_own(file: &str, of_profile: &str) -> bool {
    let directory = Path::new(file).parent().and_then(Path::file_name);
    file == of_profile || directory.is_some_and(|directory| directory == "local")
}

impl RuleUse {
    /// The place of the rule.
    pub(crate) fn rule_place(&self) -> RulePlace {
        RulePlace { file: self.file.clone(), line: self.line, column: self.column }
    }
}
