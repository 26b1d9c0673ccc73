//! Joining what was found: each finding once, without those that comments allow, in order.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::examine::Examined;
use super::{LintOutcome, LintPass};
use crate::diagnostic::Diagnostic;
#[cfg(feature = "kubernetes")]
use crate::kubernetes::{EmbeddedProfile, Manifest};
use crate::lint::finding::Finding;
use crate::lint::paths::symbols;
use crate::lint::rule::Rule;
use crate::lint::rules;
use crate::lint::set::SetProfile;
use crate::lint::suppress::Suppression;
use crate::source::{Source, SourceId, Span};

/// The sort key of findings: file, place, code.
pub(super) type FindingKey = (String, u32, &'static str);

/// The results collected so far.
#[derive(Default)]
pub(super) struct LintRun {
    pub(super) findings: Vec<Finding>,
    /// The names of the inputs.
    pub(super) inputs: FxHashSet<String>,
    /// The findings by rule and place, with the number of profiles that have it.
    pub(super) shared: FxHashMap<(&'static str, Span), (Finding, u32)>,
    pub(super) included: FxHashMap<Span, u32>,
    pub(super) members: Vec<SetProfile>,
    /// The included files.
    pub(super) files: FxHashSet<SourceId>,
    /// The suppressions by file name.
    pub(super) suppressions: BTreeMap<String, Vec<Suppression>>,
    /// The names of files in which errors kept rules from being checked.
    pub(super) broken: FxHashSet<String>,
    #[cfg(feature = "kubernetes")]
    pub(super) manifests: Vec<Manifest>,
    /// The profiles of manifests, by their texts.
    #[cfg(feature = "kubernetes")]
    pub(super) embedded: FxHashMap<SourceId, EmbeddedProfile>,
}

impl LintRun {
    /// Takes in what is found out about a file.
    pub(super) fn take(&mut self, name: String, examined: Examined) {
        let Examined { findings, shared, included, members, files, suppressions, broken } = examined;
        if broken {
            self.broken.insert(name.clone());
        }
        self.findings.extend(findings);
        for finding in shared {
            let key = (finding.code, finding.span());
            self.shared.entry(key).or_insert_with(|| (finding, 0)).1 += 1;
        }
        for (span, count) in included {
            *self.included.entry(span).or_default() += count;
        }
        self.members.extend(members);
        self.files.extend(files);
        if !suppressions.is_empty() {
            self.suppressions.entry(name).or_default().extend(suppressions);
        }
    }
}

/// Returns the finding for a diagnostic of another stage.
pub(super) fn finding(diagnostic: Diagnostic) -> Option<Finding> {
    let rule = rules::of_code(diagnostic.code).filter(|_| !diagnostic.is_error());
    let twice = rule.is_some_and(|rule| !rule.instead_of.is_empty());
    (!twice).then(|| Finding::raised(diagnostic, rule))
}

impl LintPass<'_> {
    /// Whether a file lies below one of the directories in scope.
    pub(super) fn is_below(&self, name: &str) -> bool {
        self.linter.scope.iter().any(|directory| Path::new(name).starts_with(directory))
    }

    /// Whether the selection keeps a finding: errors, and findings of rules that are on where they were found. Other stages raise
    /// findings of rules that are off, too.
    fn keeps(&self, finding: &Finding, run: &LintRun) -> bool {
        finding.rule.is_none_or(|rule| {
            self.linter.runs(rule) && !self.is_off_in(rule, &self.file_name(finding.span().source, run))
        })
    }

    /// Whether a rule is off in a file.
    fn is_off_in(&self, rule: &Rule, name: &str) -> bool {
        let relative = Path::new(name).strip_prefix(&self.linter.root).unwrap_or(Path::new(name));
        let path =
            symbols(format!("/{}", relative.display().to_string().trim_start_matches("./").trim_start_matches('/')));
        self.linter
            .per_file
            .iter()
            .any(|(glob, rules)| rules.iter().any(|off| off.code == rule.code) && glob.matches(&path))
    }

    /// Drops what nobody wants to know, and puts the rest in order.
    pub(super) fn settle(self, mut run: LintRun) -> LintOutcome {
        let shared = std::mem::take(&mut run.shared).into_iter();
        let everywhere = shared.filter(|((_, span), (_, count))| run.included.get(span) == Some(count));
        run.findings.extend(everywhere.map(|(_, (finding, _))| finding));
        let (mut keyed, suppressed) = self.wanted(&mut run);
        self.judge_suppressions(&run, &mut keyed);
        #[cfg(feature = "kubernetes")]
        self.relocate(&run.embedded, &mut keyed);
        keyed.sort_by(|(a, _), (b, _)| a.cmp(b));
        let findings = keyed.into_iter().map(|(_, finding)| finding).collect();
        LintOutcome { findings, suppressed, sources: self.session.sources }
    }

    /// The findings of rules that are on where they were found, each once; and how many others comments allow.
    fn wanted(&self, run: &mut LintRun) -> (Vec<(FindingKey, Finding)>, usize) {
        let mut names: FxHashMap<SourceId, Arc<Source>> = FxHashMap::default();
        let mut seen = FxHashSet::default();
        let mut keyed = Vec::new();
        let mut suppressed = 0;
        for finding in std::mem::take(&mut run.findings) {
            let span = finding.span();
            let source = Arc::clone(names.entry(span.source).or_insert_with(|| self.session.sources.get(span.source)));
            let in_scope = run.inputs.contains(source.name()) || self.is_below(source.name());
            if finding.rule.is_some() && !in_scope || !self.keeps(&finding, run) {
                continue;
            }
            if !seen.insert((finding.code, source.name().to_owned(), span.start, span.end)) {
                continue;
            }
            let line = source.line_column(span.start).0;
            if let (Some(rule), Some(list)) = (finding.rule, run.suppressions.get_mut(source.name())) {
                // All of them, so that each knows that it is used.
                let quieting = list.iter_mut().filter_map(|each| each.quiets(rule, line).then_some(()));
                if quieting.count() > 0 {
                    suppressed += 1;
                    continue;
                }
            }
            keyed.push(((source.name().to_owned(), span.start, finding.code), finding));
        }
        (keyed, suppressed)
    }

    /// The file that a text stands in: of a profile in a manifest, the manifest.
    fn file_name(&self, id: SourceId, run: &LintRun) -> String {
        #[cfg(feature = "kubernetes")]
        let id = run.embedded.get(&id).map_or(id, |profile| profile.span.source);
        #[cfg(not(feature = "kubernetes"))]
        let _ = run;
        self.session.sources.get(id).name().to_owned()
    }

    /// Collects the findings about the comments themselves.
    fn judge_suppressions(&self, run: &LintRun, keyed: &mut Vec<(FindingKey, Finding)>) {
        for (name, list) in &run.suppressions {
            let mut found = Vec::new();
            let checked = !run.broken.contains(name);
            rules::meta::judge(list, &self.session.sources, |rule| checked && self.linter.runs(rule), &mut found);
            keyed.extend(
                found
                    .into_iter()
                    .filter(|finding| self.keeps(finding, run))
                    .map(|finding| ((name.clone(), finding.span().start, finding.code), finding)),
            );
        }
    }
}
