//! `abi` rules: the features that a policy is written for.

use std::sync::Arc;

use crate::diagnostic::{Code, Detail, Diagnostic};
use crate::features::Features;
use crate::policy::Dependency;
use crate::source::{FileKind, Span};
use crate::syntax::ast::{self, PathForm};

use super::Resolver;
use super::include::SearchOutcome;
use super::session::UnusableFile;

impl Resolver<'_> {
    /// An `abi` rule; in the preamble the first one decides.
    pub(super) fn abi(&mut self, abi: &ast::Abi, span: Span, in_body: bool) {
        let Some(features) = self.abi_features(abi) else { return };
        if self.options.ignore_abi_rules {
            self.abi = self.abi.or(Some(span));
            return;
        }
        match self.abi {
            None if !in_body => {
                self.policy = features;
                self.abi = Some(span);
            }
            before if *features != *self.policy => {
                let diagnostic = Diagnostic::new(
                    Code::AbiDiffers,
                    "this `abi` rule differs from the one in effect and is ignored",
                    span,
                );
                self.diagnostics.push(match before {
                    Some(before) => diagnostic.and_label(before, "the `abi` rule in effect"),
                    None => diagnostic.with_help("move it to the beginning of the file"),
                });
            }
            _ => {}
        }
    }

    fn abi_features(&mut self, abi: &ast::Abi) -> Option<Arc<Features>> {
        let span = abi.path.path.span;
        if abi.path.form == PathForm::Angle {
            match abi.path.text().as_str() {
                "kernel" => return Some(Arc::clone(&self.options.kernel)),
                "default" => return Some(Arc::new(Features::default_policy())),
                _ => {}
            }
        }
        // What the preamble has included may be named again: an abi file is no include.
        let once = std::mem::take(&mut self.once);
        let search = self.search(&abi.path);
        self.once = once;
        let (found, trouble) = match search {
            SearchOutcome::Found(found) => (Some(found), None),
            SearchOutcome::Missing(trouble) => (None, trouble),
            SearchOutcome::Before => (None, None),
        };
        let Some(found) = found else {
            let diagnostic = self.not_found(Code::AbiOpen, &abi.path, trouble.as_ref());
            self.diagnostics.push(diagnostic);
            return None;
        };
        if found.kind != FileKind::File {
            let message = format!("`{}` is not a file", found.key);
            self.diagnostics.push(Diagnostic::new(Code::AbiNotFile, message, span));
            return None;
        }
        self.once.insert(&found.key, self.dead);
        match self.session.features(&found.path) {
            Ok(features) => {
                let dependency = Dependency::Features { path: found.path, features: Arc::clone(&features) };
                self.dependencies.add(dependency);
                Some(features)
            }
            Err(unusable) => {
                self.diagnostics.push(match &*unusable {
                    UnusableFile::Read(error) => {
                        let message = format!("cannot read `{}`: {error}", found.key);
                        Diagnostic::new(Code::AbiOpen, message, span)
                            .with_detail(Detail::Unreadable { path: found.key })
                    }
                    UnusableFile::Features(error) => {
                        Diagnostic::new(Code::FeaturesInvalid, format!("`{}`: {error}", found.key), span)
                    }
                });
                None
            }
        }
    }
}
