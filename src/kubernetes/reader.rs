//! Walking the objects of a file.

use std::collections::BTreeSet;

use saphyr_parser::ScalarStyle;

use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Source, SourceId, Span, Spanned};

use super::yaml::{MAX_NODES, YamlKind, YamlNode};
use super::{EmbeddedProfile, Manifest, Object, TextForm, config_map, operator, scalar, workload, yaml};

/// The results collected so far.
pub(super) struct ManifestReader<'a> {
    pub(super) manifest: Manifest,
    yaml: &'a str,
    /// Objects and scalars that were looked at: an alias brings the same again.
    known: BTreeSet<Span>,
    /// The number of values that may still be looked at. With aliases, a small file may stand for many.
    budget: usize,
}

pub(super) fn read(source: &Source, id: SourceId) -> Manifest {
    let (documents, diagnostics) = yaml::read(source, id);
    let mut reader = ManifestReader {
        manifest: Manifest { diagnostics, ..Manifest::default() },
        // Where it is not UTF-8 there are no documents.
        yaml: std::str::from_utf8(source.text()).unwrap_or_default(),
        known: BTreeSet::new(),
        budget: MAX_NODES,
    };
    for document in &documents {
        reader.document(document);
    }
    reader.manifest
}

impl ManifestReader<'_> {
    /// One document: an object, or a list of them (`List`, `PodList`, …).
    fn document(&mut self, node: &YamlNode) {
        let kind = node.get("kind").and_then(YamlNode::text);
        match node.get("items") {
            Some(items) if kind.is_some_and(|kind| kind.value.ends_with("List")) => {
                for item in items.elements() {
                    if !self.spend(item.span) {
                        return;
                    }
                    self.object(item);
                }
            }
            _ => self.object(node),
        }
    }

    fn object(&mut self, node: &YamlNode) {
        let Some(kind) = node.get("kind").and_then(YamlNode::text).filter(|_| self.known.insert(node.span)) else {
            return;
        };
        let metadata = node.get("metadata");
        let word = |key| metadata.and_then(|metadata| metadata.get(key)).and_then(YamlNode::text);
        let object = Object { kind, namespace: word("namespace"), name: word("name") };
        let group = node
            .get("apiVersion")
            .and_then(YamlNode::text)
            .and_then(|version| version.value.rsplit_once('/').map(|(group, _)| group.to_owned()));
        match (object.kind.value.as_str(), group.as_deref()) {
            ("ConfigMap", None) => config_map::read(node, &object, self),
            ("AppArmorProfile", Some(operator::GROUP)) => operator::read(node, &object, self),
            _ => workload::read(node, object, self),
        }
    }

    /// Takes one value off the budget; reports it when it is spent.
    pub(super) fn spend(&mut self, span: Span) -> bool {
        match self.budget {
            0 => return false,
            1 => {
                let message = format!("more than {MAX_NODES} values, including those that aliases repeat");
                self.manifest.diagnostics.push(Diagnostic::new(Code::YamlLimit, message, span));
            }
            _ => {}
        }
        self.budget -= 1;
        self.budget > 0
    }

    /// Reports a field that Kubernetes does not take.
    pub(super) fn invalid(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.manifest.diagnostics.push(Diagnostic::new(Code::ManifestInvalid, message, span).with_help(help));
    }

    /// Takes a scalar for profile text.
    pub(super) fn profile(&mut self, object: &Object, key: Spanned<String>, node: &YamlNode) {
        let YamlKind::Scalar(scalar) = &node.kind else { return };
        if !self.known.insert(node.span) {
            return;
        }
        let span = (node.span.start as usize, node.span.end as usize);
        self.manifest.profiles.push(EmbeddedProfile {
            object: object.clone(),
            key,
            text: scalar.value.clone().into_bytes(),
            span: node.span,
            form: match scalar.style {
                ScalarStyle::Literal => TextForm::Literal,
                ScalarStyle::Folded => TextForm::Folded,
                ScalarStyle::DoubleQuoted => TextForm::DoubleQuoted,
                ScalarStyle::SingleQuoted => TextForm::SingleQuoted,
                ScalarStyle::Plain => TextForm::Plain,
            },
            positions: scalar::positions(self.yaml, span, &scalar.value, scalar.style),
            flow: scalar.flow,
        });
    }
}
