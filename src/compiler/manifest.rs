//! Formats the profiles in Kubernetes manifests.

use super::input::OpenedInput;
use super::{CompileError, Compiler, Diagnosis, Reformatted};
use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::{EmbeddedProfile, ProfileReplacement, TextForm, rewrite};
use crate::source::Span;
use crate::syntax::FormatOptions;

impl Compiler {
    /// Formats the texts of the profiles in a manifest, and not one byte beside them. Profiles in an abstract form have no text.
    pub(super) fn format_manifest(
        &self,
        opened: &OpenedInput,
        options: &FormatOptions,
    ) -> Result<Reformatted, CompileError> {
        let OpenedInput { session, id, parts, diagnostics, .. } = opened;
        let yaml = session.sources.get(*id);
        let diagnosis = |diagnostics| Diagnosis { diagnostics, sources: session.sources.clone() };
        let mut diagnostics = diagnostics.clone();
        let mut notes = Vec::new();
        let mut sorted = false;
        let mut texts: Vec<(&EmbeddedProfile, Vec<u8>)> = Vec::new();
        for part in parts {
            let Some(profile) = part.embedded.as_ref().filter(|profile| profile.form != TextForm::Abstract) else {
                continue;
            };
            let mut found = match self.format_part(session, part.id, options)? {
                Ok(formatted) => {
                    sorted |= formatted.sorted;
                    // The line ends at the end are the YAML's business.
                    if formatted.text.trim_ascii_end() != profile.text.trim_ascii_end() {
                        texts.push((profile, formatted.text));
                    }
                    formatted.notes
                }
                Err(errors) => errors,
            };
            part.relocate(&mut found);
            let (errors, others): (Vec<_>, Vec<_>) = found.into_iter().partition(Diagnostic::is_error);
            diagnostics.extend(errors);
            notes.extend(others);
        }
        if diagnostics.iter().any(Diagnostic::is_error) {
            return Err(CompileError::Rejected(diagnosis(diagnostics)));
        }
        if texts.is_empty() {
            return Ok(Reformatted { text: yaml.text().to_vec(), sorted: false, notes: diagnosis(notes) });
        }
        let replacements: Vec<_> =
            texts.iter().map(|(profile, text)| ProfileReplacement { profile, text: text.as_slice() }).collect();
        match rewrite(&yaml, &replacements) {
            Ok(text) => Ok(Reformatted { text, sorted, notes: diagnosis(notes) }),
            Err(error) => {
                let span = replacements.first().map_or(Span::NONE, |first| first.profile.span);
                let diagnostic = Diagnostic::new(Code::FormatChanged, error.to_string(), span);
                let help = "write the profile as a block scalar: `key: |`, followed by the text";
                Err(CompileError::Rejected(diagnosis(vec![diagnostic.with_help(help)])))
            }
        }
    }
}
