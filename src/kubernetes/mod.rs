//! AppArmor in Kubernetes manifests: profiles inside YAML, and the references of pods to profiles.
//!
//! [`Manifest::read`] finds, in all documents of a YAML file:
//!
//! - profiles in the `data` of ConfigMaps, in scalars of every style;
//! - `AppArmorProfile` resources of the security-profiles-operator: raw policy, and the abstract form, which becomes profile text;
//! - pods and what makes pods (Deployment, DaemonSet, StatefulSet, ReplicaSet, ReplicationController, Job, CronJob, PodTemplate):
//!   `securityContext.appArmorProfile` and the deprecated annotation.
//!
//! A profile's text is parsed and compiled like any other; [`EmbeddedProfile::relocate`] moves what is said about it to the
//! YAML. [`rewrite()`] replaces the text and leaves the rest of the file byte for byte.
//!
//! ```
//! use armorer::kubernetes::Manifest;
//! use armorer::source::{SourceMap, Span};
//!
//! let sources = SourceMap::new();
//! let yaml = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  demo: |\n    profile demo {\n      /a r\n    }\n";
//! let id = sources.add("manifest.yaml", *yaml)?;
//! let manifest = Manifest::read(&sources.get(id), id);
//! let profile = &manifest.profiles[0];
//! assert_eq!(profile.text, b"profile demo {\n  /a r\n}\n");
//!
//! let text = sources.add(profile.title(), profile.text.as_slice())?;
//! let mut diagnostics = armorer::syntax::parser::parse(&sources.get(text), text).diagnostics;
//! profile.relocate(text, &mut diagnostics);
//! assert_eq!(sources.describe(diagnostics[0].span()), "manifest.yaml:7:11");
//! # Ok::<(), armorer::source::SourceError>(())
//! ```
//!
//! # The YAML parser
//!
//! saphyr-parser (MIT or Apache-2.0) reads all of YAML 1.2, is kept up (0.3.4 repairs how block scalars end), needs no further crate
//! but arraydeque and thiserror, and gives *events* with places, styles and anchors. serde_yaml, which its author has deprecated,
//! knows no places; marked-yaml knows them, but not how a scalar is written, and takes no aliases. From events a tree is made here
//! within limits: bytes, values, depth. An alias shares what it stands for and copies nothing, and what aliases repeat is counted, so
//! that an alias bomb is a small file like any other.

mod config_map;
mod detect;
mod operator;
mod position;
mod reader;
mod rewrite;
mod scalar;
mod workload;
pub(crate) mod yaml;

#[cfg(test)]
mod tests;

use std::fmt;

use serde::Serialize;

use crate::diagnostic::Diagnostic;
use crate::source::{Source, SourceId, Span, Spanned};

use position::PositionMap;

pub use detect::is_manifest;
pub use rewrite::{ProfileReplacement, RewriteError, only_profiles_differ, rewrite};
pub use yaml::{MAX_DEPTH, MAX_LEN, MAX_NODES};

/// The AppArmor profiles and settings in a YAML file.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Manifest {
    /// The profiles in it, in the order of the file; one that several keys share by an alias stands here once.
    pub profiles: Vec<EmbeddedProfile>,
    /// Pods and what makes pods, in the order of the file; those that say nothing of AppArmor too.
    pub workloads: Vec<Workload>,
    /// The problems of the YAML, or of the parts that concern AppArmor. After a YAML error, what stands before it is still
    /// found.
    pub diagnostics: Vec<Diagnostic>,
}

/// A Kubernetes object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Object {
    /// `kind`
    pub kind: Spanned<String>,
    /// `metadata.namespace`
    pub namespace: Option<Spanned<String>>,
    /// `metadata.name`
    pub name: Option<Spanned<String>>,
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.kind.value)?;
        match (&self.namespace, &self.name) {
            (Some(namespace), Some(name)) => write!(f, " {}/{}", namespace.value, name.value),
            (None, Some(name)) => write!(f, " {}", name.value),
            _ => Ok(()),
        }
    }
}

/// A profile inside a manifest.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct EmbeddedProfile {
    /// The object that holds it.
    pub object: Object,
    /// The key in `data`, `policy` or `abstract`, with its place.
    pub key: Spanned<String>,
    /// The profile text.
    #[serde(skip)]
    pub text: Vec<u8>,
    /// The scalar in the YAML, or the mapping of an abstract form.
    pub span: Span,
    /// The form in which the text is written.
    pub form: TextForm,
    /// Maps places in the text to places in the YAML.
    #[serde(skip)]
    positions: PositionMap,
    /// Whether it stands between brackets or braces, where no block scalar can.
    #[serde(skip)]
    flow: bool,
}

/// The form of a text in the YAML.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TextForm {
    /// `|`
    Literal,
    /// `>`
    Folded,
    /// `"…"`
    DoubleQuoted,
    /// `'…'`
    SingleQuoted,
    /// A plain scalar.
    Plain,
    /// It does not: it is made from the abstract form of an `AppArmorProfile`.
    Abstract,
}

impl EmbeddedProfile {
    /// Returns the name of the text in diagnostics: `ConfigMap kube-system/profiles: k8s-nginx`.
    #[must_use]
    pub fn title(&self) -> String {
        format!("{}: {}", self.object, self.key.value)
    }

    /// Moves spans of the text, which a [`SourceMap`](crate::source::SourceMap) knows as `id`, to the YAML. Others stay.
    pub fn relocate<'a>(&self, id: SourceId, diagnostics: impl IntoIterator<Item = &'a mut Diagnostic>) {
        for diagnostic in diagnostics {
            let labels = diagnostic.labels.iter_mut().map(|label| &mut label.span);
            for span in labels.chain(&mut diagnostic.include_chain).filter(|span| span.source == id) {
                *span = self.locate(*span);
            }
        }
    }

    /// The offset in the text of an offset in the YAML; none where the YAML has something else there. Indentation counts as the
    /// text after it, and where an escape stands, its beginning counts.
    #[must_use]
    pub fn offset_in_text(&self, yaml: u32) -> Option<u32> {
        let inside = self.form != TextForm::Abstract && self.span.start <= yaml && yaml <= self.span.end;
        if inside { self.positions.offset_in_text(yaml) } else { None }
    }

    /// The place in the YAML of a place in the text.
    #[must_use]
    pub fn locate(&self, span: Span) -> Span {
        self.positions.locate(span, self.span)
    }
}

/// A pod, or what makes pods.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Workload {
    /// The object.
    pub object: Object,
    /// `securityContext.appArmorProfile` of the pod; the span covers the mapping.
    pub setting: Option<Spanned<Setting>>,
    /// Its containers in the order of the file.
    pub containers: Vec<Container>,
    /// Annotations `container.apparmor.security.beta.kubernetes.io/…` of the pod, in the order of the file.
    pub annotations: Vec<Annotation>,
    /// The same on the object itself where that is no pod: they have no effect, those of the pod template count.
    pub outer_annotations: Vec<Annotation>,
}

/// A container of a pod.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Container {
    /// The list that it stands in.
    pub role: ContainerRole,
    /// Its name.
    pub name: Spanned<String>,
    /// Its own `securityContext.appArmorProfile`; the span covers the mapping.
    pub setting: Option<Spanned<Setting>>,
}

/// The lists of containers of a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ContainerRole {
    /// `initContainers`
    Init,
    /// `containers`
    Regular,
    /// `ephemeralContainers`
    Ephemeral,
}

/// A deprecated annotation that selects a profile.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Annotation {
    /// The container it names; the span covers the whole key.
    pub container: Spanned<String>,
    /// The selected profile; the span covers the value.
    pub setting: Spanned<Setting>,
}

/// The profile that confines a container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Setting {
    /// The container runtime's own profile.
    RuntimeDefault,
    /// Nothing.
    Unconfined,
    /// A profile that is loaded on the node, by name. The span covers the name.
    Localhost(Spanned<String>),
}

/// The place of a reference to a profile.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum ReferenceSite<'a> {
    /// `securityContext` of the pod.
    Pod,
    /// `securityContext` of a container.
    Container(&'a Container),
    /// An annotation.
    Annotation(&'a Annotation),
}

/// A name by which a pod refers to a profile on the node.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ProfileReference<'a> {
    /// The workload that contains the reference.
    pub workload: &'a Workload,
    /// The place.
    pub site: ReferenceSite<'a>,
    /// The profile's name.
    pub profile: &'a Spanned<String>,
}

impl Workload {
    /// The profiles that it refers to by name.
    pub fn profile_references(&self) -> impl Iterator<Item = ProfileReference<'_>> {
        let pod = self.setting.iter().map(|setting| (ReferenceSite::Pod, setting));
        let containers = self.containers.iter().filter_map(|container| {
            container.setting.as_ref().map(|setting| (ReferenceSite::Container(container), setting))
        });
        let annotations =
            self.annotations.iter().map(|annotation| (ReferenceSite::Annotation(annotation), &annotation.setting));
        pod.chain(containers).chain(annotations).filter_map(|(site, setting)| match &setting.value {
            Setting::Localhost(profile) => Some(ProfileReference { workload: self, site, profile }),
            Setting::RuntimeDefault | Setting::Unconfined => None,
        })
    }
}

impl Manifest {
    /// Reads a YAML file; `id` is its place in the spans.
    #[must_use]
    pub fn read(source: &Source, id: SourceId) -> Manifest {
        reader::read(source, id)
    }

    /// Every reference of every workload to a profile by name.
    pub fn profile_references(&self) -> impl Iterator<Item = ProfileReference<'_>> {
        self.workloads.iter().flat_map(Workload::profile_references)
    }
}
