//! Examines inputs, included files and the set of all profiles with the rules that are on.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::LintPass;
use super::settle::{LintRun, finding};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::encode::{self, Provenance};
use crate::lint::check::{Check, FileView, ProfileView, Reporter, Role, paths, walk};
use crate::lint::finding::Finding;
use crate::lint::rule::Rule;
use crate::lint::rules;
use crate::lint::semantics::Semantics;
use crate::lint::set::{Mediates, SetProfile, SetView, members};
use crate::lint::suppress::{Suppression, suppressions};
use crate::parallel;
use crate::policy::{Dependency, Policy, RuleOrigin};
use crate::resolve;
use crate::source::{SourceId, Span};
use crate::syntax::ast::{File, ItemKind};

/// The facts found about one input.
#[derive(Default)]
pub(super) struct Examined {
    pub(super) findings: Vec<Finding>,
    /// Findings about included files that only count where every profile that includes them has them.
    pub(super) shared: Vec<Finding>,
    /// The number of profiles that have a rule of an included file.
    pub(super) included: FxHashMap<Span, u32>,
    pub(super) members: Vec<SetProfile>,
    /// The included files.
    pub(super) files: Vec<SourceId>,
    pub(super) suppressions: Vec<Suppression>,
    /// Whether errors kept rules from being checked.
    pub(super) broken: bool,
}

impl LintPass<'_> {
    /// Everything about one input.
    pub(super) fn examine(&self, id: SourceId) -> Examined {
        let mut examined = Examined::default();
        let source = self.session.sources.get(id);
        let parsed = self.session.tree(id);
        let file = &parsed.file;
        let role = if file.items.iter().any(|item| matches!(item.kind.value, ItemKind::Profile(_))) {
            Role::Profiles
        } else {
            Role::Fragment
        };
        self.examine_text(FileView { id, source: &source, file, role }, &mut examined);
        if role == Role::Fragment {
            examined.findings.extend(parsed.diagnostics.iter().cloned().filter_map(finding));
            return examined;
        }
        let mut diagnostics = Diagnostics::new();
        let policy = resolve::resolve(&self.session, id, &self.linter.options, &mut diagnostics);
        examined.files.extend(policy.dependencies.iter().filter_map(|dependency| match dependency {
            Dependency::File { source, .. } => Some(*source),
            _ => None,
        }));
        let target = encode::Target { kernel: Arc::clone(&self.linter.options.kernel) };
        let mut provenance = Vec::new();
        if !diagnostics.has_errors() {
            let cache = &self.memory.encode_cache;
            match self.linter.automata {
                true => provenance = encode::check(&policy, &target, &self.linter.encode, cache, &mut diagnostics),
                false => encode::check_rules(&policy, &target, &self.linter.encode, cache, &mut diagnostics),
            }
        }
        // Errors leave holes in the policy, and then rules would find what is not there.
        let sound = !diagnostics.has_errors();
        examined.broken = !sound;
        // Who writes `all,` counts on nothing of it in particular.
        let all = all_rules(&policy);
        let told = |diagnostic: &Diagnostic| diagnostic.code != Code::NotEnforced || !all.contains(&diagnostic.span());
        let diagnostics: Vec<Diagnostic> = diagnostics.into_vec().into_iter().filter(told).collect();
        self.examine_hidden(&policy, &target, &diagnostics, &mut examined);
        examined.findings.extend(diagnostics.into_iter().filter_map(finding));
        if sound {
            self.examine_policy(&policy, (id, file), &provenance, &mut examined);
        }
        examined
    }

    /// Collects the findings of rules about a tree.
    fn examine_text(&self, view: FileView<'_>, examined: &mut Examined) {
        let findings = &mut examined.findings;
        let on: Vec<&'static Rule> = self.linter.running().collect();
        for &rule in &on {
            if let Check::File(check) = rule.check {
                check(&view, &mut Reporter { rule, findings });
            }
        }
        let items: Vec<_> = on
            .iter()
            .filter_map(|&rule| match rule.check {
                Check::Item(check) => Some((rule, check)),
                _ => None,
            })
            .collect();
        let path_rules: Vec<_> = on
            .iter()
            .filter_map(|&rule| match rule.check {
                Check::Path(check) => Some((rule, check)),
                _ => None,
            })
            .collect();
        walk(&view, &view.file.items, &mut |item| {
            for &(rule, check) in &items {
                check(item, &mut Reporter { rule, findings });
            }
            paths(item, &mut |path| {
                for &(rule, check) in &path_rules {
                    check(path, &mut Reporter { rule, findings });
                }
            });
        });
        examined.suppressions = suppressions(view.file, view.source);
    }

    /// Collects the findings about rules that are not enforced, although the kernel could.
    fn examine_hidden(
        &self,
        policy: &Policy,
        target: &encode::Target,
        diagnostics: &[Diagnostic],
        examined: &mut Examined,
    ) {
        let on = self.linter.running().filter_map(|rule| match rule.check {
            Check::Hidden(check) => Some((rule, check)),
            _ => None,
        });
        let on: Vec<_> = on.collect();
        let not_enforced = diagnostics.iter().filter(|found| found.code == Code::NotEnforced);
        let mut spans: Vec<Span> = not_enforced.map(Diagnostic::span).collect();
        spans.dedup();
        if on.is_empty() || spans.is_empty() || policy.features == target.kernel {
            return;
        }
        let unknown = encode::unknown_to_kernel(policy, target, &self.linter.encode);
        for span in spans.into_iter().filter(|span| !unknown.contains(span)) {
            for &(rule, check) in &on {
                check(span, &mut Reporter { rule, findings: &mut examined.findings });
            }
        }
    }

    /// Collects the findings of rules about a policy.
    fn examine_policy(
        &self,
        policy: &Policy,
        (input, file): (SourceId, &File),
        provenance: &[Provenance],
        examined: &mut Examined,
    ) {
        for (at, profile) in policy.all_profiles().enumerate() {
            let view = ProfileView::new(profile, policy, &self.session.sources, (input, file), &self.memory.patterns);
            let mut found = Vec::new();
            for rule in self.linter.running() {
                match rule.check {
                    Check::Profile(check) => check(&view, &mut Reporter { rule, findings: &mut found }),
                    Check::Probe(_) => rules::probe(&view, &mut Reporter { rule, findings: &mut found }),
                    _ => {}
                }
            }
            examined.findings.append(&mut found);
            let Some(provenance) = provenance.get(at) else { continue };
            let semantics = Semantics::new(&view, provenance, &self.memory.relations);
            for rule in self.linter.running() {
                if let Check::Automata(check) = rule.check {
                    check(&semantics, &mut Reporter { rule, findings: &mut found });
                }
            }
            for &(span, _) in semantics.rules.iter().filter(|(span, _)| span.source != input) {
                *examined.included.entry(span).or_default() += 1;
            }
            let (own, shared): (Vec<_>, Vec<_>) = found.into_iter().partition(|found| found.span().source == input);
            examined.findings.extend(own);
            examined.shared.extend(shared);
        }
        let mediates = Mediates::of(&self.linter.options.kernel, &policy.features);
        for profile in &policy.profiles {
            members(profile, true, mediates, &mut examined.members);
        }
    }

    /// The text of included files, each once.
    pub(super) fn examine_included(&self, run: &mut LintRun) {
        let trees = self.session.trees();
        let wanted: Vec<_> = trees
            .iter()
            .filter(|(id, _)| {
                let name = self.session.sources.get(*id).name().to_owned();
                run.files.contains(id) && !run.inputs.contains(&name) && self.is_below(&name)
            })
            .collect();
        let examined = parallel::map(&wanted, |(id, included)| {
            let source = self.session.sources.get(*id);
            let mut examined = Examined::default();
            let view = FileView { id: *id, source: &source, file: &included.file, role: Role::Fragment };
            self.examine_text(view, &mut examined);
            examined
        });
        for (&(id, _), examined) in wanted.into_iter().zip(examined) {
            run.take(self.session.sources.get(id).name().to_owned(), examined);
        }
    }

    /// Collects the findings of rules about all profiles together.
    pub(super) fn examine_set(&self, run: &mut LintRun) {
        let set = SetView { members: &run.members, complete: self.linter.complete, patterns: &self.memory.patterns };
        for rule in self.linter.running() {
            if let Check::Set(check) = rule.check {
                check(&set, &mut Reporter { rule, findings: &mut run.findings });
            }
        }
    }
}

/// The places of `all,` rules.
fn all_rules(policy: &Policy) -> Vec<Span> {
    let rules = policy.all_profiles().flat_map(|profile| &profile.rules);
    let mut spans: Vec<Span> = rules.filter(|rule| rule.origin == RuleOrigin::All).map(|rule| rule.span).collect();
    spans.dedup();
    spans
}
