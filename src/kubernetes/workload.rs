//! Pods and what makes pods: which profiles they select.

use crate::source::Spanned;

use super::reader::ManifestReader;
use super::yaml::YamlNode;
use super::{Annotation, Container, ContainerRole, Object, Setting, Workload};

/// Annotations that select a profile begin so; the name of a container follows.
const ANNOTATION: &str = "container.apparmor.security.beta.kubernetes.io/";

const SETTING_HELP: &str =
    "write `type: RuntimeDefault`, `type: Unconfined`, or `type: Localhost` with `localhostProfile: NAME`";

/// Returns the node that describes the pod of an object.
fn pod<'a>(node: &'a YamlNode, kind: &str) -> Option<&'a YamlNode> {
    match kind {
        "Pod" => Some(node),
        "PodTemplate" => node.get("template"),
        "Deployment" | "DaemonSet" | "StatefulSet" | "ReplicaSet" | "ReplicationController" | "Job" => {
            node.get("spec")?.get("template")
        }
        "CronJob" => node.get("spec")?.get("jobTemplate")?.get("spec")?.get("template"),
        _ => None,
    }
}

pub(super) fn read(node: &YamlNode, object: Object, reader: &mut ManifestReader<'_>) {
    let Some(pod) = pod(node, &object.kind.value) else { return };
    let annotations = annotations(pod, reader);
    let outer_annotations = if std::ptr::eq(pod, node) { Vec::new() } else { self::annotations(node, reader) };
    let spec = pod.get("spec");
    let setting = spec.and_then(|spec| setting(spec, reader));
    let mut containers = Vec::new();
    for (list, role) in [
        ("initContainers", ContainerRole::Init),
        ("containers", ContainerRole::Regular),
        ("ephemeralContainers", ContainerRole::Ephemeral),
    ] {
        for container in spec.and_then(|spec| spec.get(list)).into_iter().flat_map(YamlNode::elements) {
            if !reader.spend(container.span) {
                return;
            }
            let Some(name) = container.get("name").and_then(YamlNode::text) else {
                reader.invalid(
                    container.span,
                    "container without a `name`",
                    "add a `name`: every container of a pod has one",
                );
                continue;
            };
            containers.push(Container { role, name, setting: self::setting(container, reader) });
        }
    }
    reader.manifest.workloads.push(Workload { object, setting, containers, annotations, outer_annotations });
}

/// `securityContext.appArmorProfile` of a pod's spec or of a container.
fn setting(node: &YamlNode, reader: &mut ManifestReader<'_>) -> Option<Spanned<Setting>> {
    let field = node.get("securityContext")?.get("appArmorProfile").filter(|field| !field.is_null())?;
    let kind = field.get("type");
    let Some(kind) = kind.and_then(YamlNode::text) else {
        reader.invalid(kind.unwrap_or(field).span, "`appArmorProfile` without a `type`", SETTING_HELP);
        return None;
    };
    let name = field.get("localhostProfile").filter(|name| !name.is_null());
    let value = match kind.value.as_str() {
        "RuntimeDefault" => Setting::RuntimeDefault,
        "Unconfined" => Setting::Unconfined,
        "Localhost" => match name.and_then(YamlNode::text).filter(|name| !name.value.trim().is_empty()) {
            Some(name) => Setting::Localhost(name),
            None => {
                let message = "`type: Localhost` without the name of a profile";
                reader.invalid(name.map_or(kind.span, |name| name.span), message, "add `localhostProfile: NAME`");
                return None;
            }
        },
        other => {
            let message = format!("unknown type `{other}` of `appArmorProfile`");
            reader.invalid(kind.span, message, SETTING_HELP);
            return None;
        }
    };
    match (&value, name) {
        (Setting::Localhost(name), _) if name.value.trim() != name.value => {
            reader.invalid(name.span, "whitespace around the name of a profile", "remove the whitespace");
        }
        (Setting::RuntimeDefault | Setting::Unconfined, Some(name)) => {
            let message = format!("`localhostProfile` with `type: {}`", kind.value);
            reader.invalid(name.span, message, "remove it, or write `type: Localhost`");
        }
        _ => {}
    }
    Some(Spanned::new(value, field.span))
}

fn annotations(node: &YamlNode, reader: &mut ManifestReader<'_>) -> Vec<Annotation> {
    let mut found = Vec::new();
    let Some(annotations) = node.get("metadata").and_then(|metadata| metadata.get("annotations")) else { return found };
    for (key, value) in annotations.entries() {
        if !reader.spend(key.span) {
            break;
        }
        let (Some(key), Some(value)) = (key.text(), value.text()) else { continue };
        let Some(container) = key.value.strip_prefix(ANNOTATION) else { continue };
        let setting = match value.value.as_str() {
            "" => continue,
            "runtime/default" => Setting::RuntimeDefault,
            "unconfined" => Setting::Unconfined,
            other => match other.strip_prefix("localhost/").filter(|name| !name.is_empty()) {
                Some(name) => Setting::Localhost(Spanned::new(name.to_owned(), value.span)),
                None => {
                    let message = format!("`{other}` does not select a profile");
                    let help = "write `localhost/NAME`, `runtime/default` or `unconfined`";
                    reader.invalid(value.span, message, help);
                    continue;
                }
            },
        };
        let container = Spanned::new(container.to_owned(), key.span);
        found.push(Annotation { container, setting: Spanned::new(setting, value.span) });
    }
    found
}
