//! Checking, compiling and formatting the profiles in Kubernetes manifests.

use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::{EmbeddedProfile, Form, Manifest, Replacement, rewrite};
use crate::source::SourceId;
use crate::syntax::{FormatOptions, Formatted};

use super::{CompileError, CompiledBlob, Compiler};

impl Compiler {
    /// Like [`Compiler::check_text`], for every profile in a YAML file, and what is wrong with the YAML itself. Places are those
    /// of the YAML.
    ///
    /// ```
    /// use armorer::{Compiler, Features, source::Memory};
    ///
    /// let compiler = Compiler::new(Features::builtin("linux-6.12").unwrap()).loader(Memory::new());
    /// let yaml = b"kind: ConfigMap\ndata:\n  p: |\n    profile p {\n      capability chwon,\n    }\n";
    /// let diagnostics = compiler.check_manifest("m.yaml", yaml)?;
    /// assert_eq!(diagnostics[0].code.as_str(), "cap-invalid");
    /// assert_eq!(compiler.sources().describe(diagnostics[0].span()), "m.yaml:5:18");
    /// # Ok::<(), armorer::CompileError>(())
    /// ```
    ///
    /// # Errors
    /// When the text is too large.
    pub fn check_manifest(&self, name: impl Into<String>, yaml: &[u8]) -> Result<Vec<Diagnostic>, CompileError> {
        let manifest = self.manifest(self.session.sources.add(name, yaml)?);
        let mut diagnostics = self.levels.apply(manifest.diagnostics);
        for profile in &manifest.profiles {
            let id = self.session.sources.add(profile.title(), profile.text.as_slice())?;
            let mut found = self.check_source(id);
            profile.relocate(id, &mut found);
            diagnostics.append(&mut found);
        }
        Ok(diagnostics)
    }

    /// Like [`Compiler::compile_blob_text`], for a YAML file: the policy of all its profiles. A file without any is an empty policy.
    ///
    /// # Errors
    /// When the YAML or a profile in it has errors, or a policy does not fit the format.
    pub fn compile_manifest(&self, name: impl Into<String>, yaml: &[u8]) -> Result<CompiledBlob, CompileError> {
        let manifest = self.manifest(self.session.sources.add(name, yaml)?);
        let mut diagnostics = self.levels.apply(manifest.diagnostics);
        let mut rejected = diagnostics.iter().any(Diagnostic::is_error);
        let mut all = CompiledBlob { bytes: Vec::new(), profiles: 0, diagnostics: Vec::new(), timings: None };
        for profile in &manifest.profiles {
            let id = self.session.sources.add(profile.title(), profile.text.as_slice())?;
            let mut found = match self.compile_blob_source(id) {
                Ok(blob) => {
                    all.bytes.extend(blob.bytes);
                    all.profiles += blob.profiles;
                    if let Some(took) = blob.timings {
                        let sum = all.timings.get_or_insert_default();
                        sum.resolve_us += took.resolve_us;
                        sum.write_us += took.write_us;
                        sum.profiles.extend(took.profiles);
                    }
                    blob.diagnostics
                }
                Err(CompileError::Rejected { diagnostics }) => {
                    rejected = true;
                    diagnostics
                }
                Err(error) => return Err(error),
            };
            profile.relocate(id, &mut found);
            diagnostics.append(&mut found);
        }
        if rejected {
            return Err(CompileError::Rejected { diagnostics });
        }
        Ok(CompiledBlob { diagnostics, ..all })
    }

    /// Like [`Compiler::format_text`], for a YAML file: the texts of its profiles change, and not one byte beside them. Profiles
    /// in an abstract form have no text. [`FormatOptions::lines`] are those of each profile's text.
    ///
    /// # Errors
    /// When the YAML or a profile in it has errors; then nothing of the file is formatted.
    pub fn format_manifest(
        &self,
        name: impl Into<String>,
        yaml: &[u8],
        options: &FormatOptions,
    ) -> Result<Formatted, CompileError> {
        let yaml_id = self.session.sources.add(name, yaml)?;
        let Manifest { profiles, mut diagnostics, .. } = self.manifest(yaml_id);
        let mut notes = Vec::new();
        let mut sorted = false;
        let mut texts: Vec<(&EmbeddedProfile, Vec<u8>)> = Vec::new();
        for profile in profiles.iter().filter(|profile| profile.form != Form::Abstract) {
            let id = self.session.sources.add(profile.title(), profile.text.as_slice())?;
            let mut found = match self.format_source(id, options) {
                Ok(formatted) => {
                    sorted |= formatted.sorted;
                    // The line ends at the end are the YAML's business.
                    if formatted.text.trim_ascii_end() != profile.text.trim_ascii_end() {
                        texts.push((profile, formatted.text));
                    }
                    formatted.notes
                }
                Err(CompileError::Rejected { diagnostics }) => diagnostics,
                Err(error) => return Err(error),
            };
            profile.relocate(id, &mut found);
            let (errors, others): (Vec<_>, Vec<_>) = found.into_iter().partition(Diagnostic::is_error);
            diagnostics.extend(errors);
            notes.extend(others);
        }
        if diagnostics.iter().any(Diagnostic::is_error) {
            return Err(CompileError::Rejected { diagnostics });
        }
        if texts.is_empty() {
            return Ok(Formatted { text: yaml.to_vec(), sorted: false, notes });
        }
        let replacements: Vec<_> =
            texts.iter().map(|(profile, text)| Replacement { profile, text: text.as_slice() }).collect();
        match rewrite(&self.session.sources.get(yaml_id), &replacements) {
            Ok(text) => Ok(Formatted { text, sorted, notes }),
            Err(error) => {
                let span = replacements.first().map_or(crate::source::Span::NONE, |first| first.profile.span);
                let diagnostic = Diagnostic::new(Code::FormatChanged, error.to_string(), span);
                let help = "write the profile as a block scalar: `key: |`, and the text below";
                Err(CompileError::Rejected { diagnostics: vec![diagnostic.with_help(help)] })
            }
        }
    }

    fn manifest(&self, id: SourceId) -> Manifest {
        Manifest::read(&self.session.sources.get(id), id)
    }
}
