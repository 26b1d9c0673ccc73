//! `AppArmorProfile` resources of the security-profiles-operator.
//!
//! The raw form holds profile text (`spec.policy`). The abstract form lists what is allowed; it becomes a profile named like the
//! resource, with a rule for each entry, in the operator's terms:
//!
//! | field of `spec.abstract` | rule |
//! | --- | --- |
//! | `executable.allowedExecutables` | `PATH rix,` |
//! | `executable.allowedLibraries` | `PATH mr,` |
//! | `filesystem.readOnlyPaths`, `writeOnlyPaths`, `readWritePaths` | `PATH r,`, `PATH w,`, `PATH rw,` |
//! | `network.allowRaw` | `network raw,` |
//! | `network.allowedProtocols.allowTcp`, `allowUdp` | `network inet stream,` and `network inet6 stream,`; `dgram` |
//! | `capability.allowedCapabilities` | `capability NAME,` |
//!
//! with `abi <kernel>`, `tunables/global` and `abstractions/base`, and the flags `attach_disconnected` and `mediate_deleted` that
//! containers need; `spec.complainMode` adds `complain`. The operator's own text may hold further rules.

use saphyr_parser::ScalarStyle;

use crate::source::{Span, Spanned};

use super::position::PositionMap;
use super::reader::ManifestReader;
use super::yaml::YamlNode;
use super::{EmbeddedProfile, Object, TextForm};

/// The API group of the resources.
pub(super) const GROUP: &str = "security-profiles-operator.x-k8s.io";

pub(super) fn read(node: &YamlNode, object: &Object, reader: &mut ManifestReader<'_>) {
    let Some(spec) = node.get("spec") else { return };
    // The key's place is that of what it stands for: a key that is merged in has no better one.
    let (policy, form) = (spec.get("policy"), spec.get("abstract").filter(|form| !form.is_null()));
    match (policy, form) {
        (Some(policy), form) => {
            if let Some(form) = form {
                reader.invalid(form.span, "both `abstract` and `policy`", "remove one of the two");
            }
            if policy.scalar().is_none() {
                return reader.invalid(
                    policy.span,
                    "`policy` is not profile text",
                    "write `policy: |`, followed by the text",
                );
            }
            reader.profile(object, Spanned::new("policy".into(), policy.span), policy);
        }
        (None, Some(form)) => abstract_form(spec, form, object, reader),
        (None, None) => reader.invalid(spec.span, "neither `policy` nor `abstract`", "write one of the two"),
    }
}

/// The text in the making.
struct OperatorText {
    bytes: Vec<u8>,
    positions: PositionMap,
}

impl OperatorText {
    /// Marks the following text as made from the text at `span`.
    fn made_from(&mut self, span: Span) {
        self.positions.push_whole(self.bytes.len(), span.start as usize, (span.end - span.start) as usize);
    }

    fn line(&mut self, line: &str, span: Span) {
        self.made_from(span);
        self.bytes.extend_from_slice(line.as_bytes());
        self.bytes.push(b'\n');
    }
}

fn abstract_form(spec: &YamlNode, form: &YamlNode, object: &Object, reader: &mut ManifestReader<'_>) {
    let Some(name) = object.name.clone() else {
        return reader.invalid(
            form.span,
            "`AppArmorProfile` without a name",
            "add `metadata.name`, the name of the profile",
        );
    };
    let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
    if name.value.is_empty() || !name.value.bytes().all(is_name) {
        let message = format!("`{}` is not a valid name of a resource", name.value);
        return reader.invalid(name.span, message, "use lower-case letters, digits, `-` and `.`");
    }
    let complain = spec.get("complainMode").is_some_and(|flag| truth(flag, reader));
    let mut text = OperatorText { bytes: Vec::new(), positions: PositionMap::default() };
    let mode = if complain { "complain," } else { "" };
    text.line("abi <kernel>,", form.span);
    text.line("include <tunables/global>", form.span);
    text.line(&format!("profile {} flags=({mode}attach_disconnected,mediate_deleted) {{", name.value), name.span);
    text.line("  include <abstractions/base>", form.span);
    for (group, list, permissions) in [
        ("executable", "allowedExecutables", "rix"),
        ("executable", "allowedLibraries", "mr"),
        ("filesystem", "readOnlyPaths", "r"),
        ("filesystem", "writeOnlyPaths", "w"),
        ("filesystem", "readWritePaths", "rw"),
    ] {
        for node in words(form, group, list, reader) {
            match node.scalar().and_then(|path| word(&path.value)) {
                Some(path) => {
                    text.made_from(node.span);
                    text.bytes.extend_from_slice(b"  ");
                    let copied = node.scalar().is_some_and(|s| s.style == ScalarStyle::Plain && s.value == path);
                    if copied {
                        text.positions.push(text.bytes.len(), node.span.start as usize, path.len());
                    }
                    text.bytes.extend_from_slice(path.as_bytes());
                    text.line(&format!(" {permissions},"), node.span);
                }
                None => {
                    let help = "begin the path with `/` or `@{`, and remove newlines and quotes";
                    reader.invalid(node.span, format!("entry of `{list}` that is not a path"), help);
                }
            }
        }
    }
    network(form, &mut text, reader);
    for node in words(form, "capability", "allowedCapabilities", reader) {
        let name = node.scalar().map(|name| name.value.as_str()).unwrap_or_default();
        if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
            text.line(&format!("  capability {name},"), node.span);
        } else {
            let message = "entry of `allowedCapabilities` that is not a capability";
            reader.invalid(node.span, message, "write the name without `CAP_`, in lower case: `net_bind_service`");
        }
    }
    text.line("}", form.span);
    reader.manifest.profiles.push(EmbeddedProfile {
        object: object.clone(),
        key: Spanned::new("abstract".into(), form.span),
        text: text.bytes,
        span: form.span,
        form: TextForm::Abstract,
        positions: text.positions,
        flow: false,
    });
}

fn network(form: &YamlNode, text: &mut OperatorText, reader: &mut ManifestReader<'_>) {
    let Some(network) = form.get("network") else { return };
    let protocols = network.get("allowedProtocols");
    for (flag, rules) in [
        (network.get("allowRaw"), &["  network raw,"][..]),
        (protocols.and_then(|node| node.get("allowTcp")), &["  network inet stream,", "  network inet6 stream,"]),
        (protocols.and_then(|node| node.get("allowUdp")), &["  network inet dgram,", "  network inet6 dgram,"]),
    ] {
        if let Some(flag) = flag.filter(|flag| truth(flag, reader)) {
            rules.iter().for_each(|rule| text.line(rule, flag.span));
        }
    }
}

/// The entries of a list, as far as the budget goes.
fn words<'a>(form: &'a YamlNode, group: &str, list: &str, reader: &mut ManifestReader<'_>) -> Vec<&'a YamlNode> {
    let Some(node) = form.get(group).and_then(|group| group.get(list)).filter(|node| !node.is_null()) else {
        return Vec::new();
    };
    if node.scalar().is_some() || node.is_mapping() {
        reader.invalid(node.span, format!("`{list}` is not a list"), "write one entry per line, each after `- `");
    }
    node.elements().take_while(|node| reader.spend(node.span)).collect()
}

/// Reads a boolean.
fn truth(node: &YamlNode, reader: &mut ManifestReader<'_>) -> bool {
    match node.scalar().map(|scalar| (scalar.style, scalar.value.as_str())) {
        Some((ScalarStyle::Plain, "true" | "True" | "TRUE")) => true,
        Some((ScalarStyle::Plain, "false" | "False" | "FALSE" | "" | "null" | "~")) => false,
        _ => {
            reader.invalid(node.span, "neither `true` nor `false`", "write `true` or `false`");
            false
        }
    }
}

/// A path as a word of the profile language: in quotes where it needs them.
fn word(path: &str) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._*?@{}[]^~+:%-".contains(&byte);
    if !(path.starts_with('/') || path.starts_with("@{")) || path.contains(['"', '\n', '\r', '\0']) {
        None
    } else if path.bytes().all(plain) {
        Some(path.to_owned())
    } else {
        Some(format!("\"{path}\""))
    }
}
