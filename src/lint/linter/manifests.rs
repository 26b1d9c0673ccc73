//! Manifests: their profiles are linted like files, and findings are placed in the YAML.

use std::path::Path;

use rustc_hash::FxHashMap;

use super::LintPass;
use super::settle::{FindingKey, LintRun, finding};
use crate::edit::Edit;
use crate::kubernetes::{EmbeddedProfile, Manifest, is_manifest};
use crate::lint::check::{Check, Reporter};
use crate::lint::finding::{Finding, Fix};
use crate::lint::manifest::ManifestView;
use crate::lint::suppress;
use crate::source::{SourceError, SourceId, Span};

/// The name of standard input, which is not a path; other inputs are recognised as manifests by their path.
const STDIN: &str = "<stdin>";

impl LintPass<'_> {
    /// Puts the profiles of manifests into the place of the manifests.
    pub(super) fn open_manifests(&self, ids: Vec<SourceId>, run: &mut LintRun) -> Result<Vec<SourceId>, SourceError> {
        let mut all = Vec::with_capacity(ids.len());
        for id in ids {
            let source = self.session.sources.get(id);
            let path = (source.name() != STDIN).then(|| Path::new(source.name()));
            if !is_manifest(path, source.text()) {
                all.push(id);
                continue;
            }
            run.inputs.insert(source.name().to_owned());
            let mut manifest = Manifest::read(&source, id);
            run.findings.extend(std::mem::take(&mut manifest.diagnostics).into_iter().filter_map(finding));
            let mut comments = suppress::in_yaml(&source, id);
            // What is in a scalar is the profile's.
            comments.retain(|comment| {
                let within = |outer: Span| outer.start <= comment.span.start && comment.span.end <= outer.end;
                !manifest.profiles.iter().any(|profile| within(profile.span))
            });
            for profile in std::mem::take(&mut manifest.profiles) {
                let text =
                    self.session.sources.add(format!("{}: {}", source.name(), profile.title()), &*profile.text)?;
                run.embedded.insert(text, profile);
                all.push(text);
            }
            if !comments.is_empty() {
                run.suppressions.insert(source.name().to_owned(), comments);
            }
            run.manifests.push(manifest);
        }
        Ok(all)
    }

    /// Collects the findings of rules about manifests.
    pub(super) fn examine_manifests(&self, run: &mut LintRun) {
        let profiles = run.members.iter().map(|member| member.name.to_vec()).collect();
        for manifest in &run.manifests {
            let view = ManifestView { manifest, profiles: &profiles };
            for rule in self.linter.running() {
                if let Check::Manifest(check) = rule.check {
                    check(&view, &mut Reporter { rule, findings: &mut run.findings });
                }
            }
        }
    }

    /// Moves the findings about the profiles of manifests to the YAML.
    pub(super) fn relocate(
        &self,
        embedded: &FxHashMap<SourceId, EmbeddedProfile>,
        keyed: &mut [(FindingKey, Finding)],
    ) {
        for (key, finding) in keyed {
            let about = embedded.get(&finding.span().source);
            if let Some(profile) = about
                && let Some(fix) = finding.fix.take()
            {
                finding.fix = self.fix_in_yaml(profile, fix);
                if finding.fix.is_none() {
                    let help = "write the text as a literal block scalar (`key: |`) to make the fix applicable";
                    finding.help = Some(match finding.help.take() {
                        Some(before) => format!("{before}; {help}"),
                        None => help.to_owned(),
                    });
                }
            }
            let labels = finding.labels.iter_mut().map(|label| &mut label.span).chain(&mut finding.include_chain);
            for span in labels {
                if let Some(profile) = embedded.get(&span.source) {
                    *span = profile.locate(*span);
                }
            }
            if let Some(profile) = about {
                let manifest = self.session.sources.get(profile.span.source);
                *key = (manifest.name().to_owned(), finding.span().start, finding.code);
            }
        }
    }

    /// A fix of a profile's text as one of the YAML. `None` where the text is not written as it is.
    fn fix_in_yaml(&self, profile: &EmbeddedProfile, fix: Fix) -> Option<Fix> {
        let yaml = self.session.sources.get(profile.span.source);
        let edits = fix.edits.iter().map(|edit| {
            let (span, replacement) = profile.edit(&yaml, edit.span, &edit.replacement)?;
            Some(Edit { span, replacement })
        });
        let edits = edits.collect::<Option<Vec<_>>>()?;
        Some(Fix { edits, ..fix })
    }
}
