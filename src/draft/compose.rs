//! Facts about the services of a compose file (the Compose Specification).

use super::DraftError;
use super::container;
use super::facts::{
    DraftSubject, FileFact, PathExtent, ProgramFacts, READ, capability, quoted, read_write_lock, shown,
};
use super::unit::clean;
use crate::ast::CapabilityRule;
use crate::diagnostic::Diagnostic;
use crate::kubernetes::yaml::{self, YamlNode};
use crate::source::{Rooted, SourceMap};
use crate::vocab::{Capability, FilePermissions, SocketType};

/// The most services of a file.
const MAX_SERVICES: usize = 256;

/// The most elements of a list that are looked at; aliases make a small file say much.
const MAX_ELEMENTS: usize = 1_000;

/// The capabilities that Docker and containerd give a container by default.
const DEFAULT_CAPABILITIES: [Capability; 14] = [
    Capability::AuditWrite,
    Capability::Chown,
    Capability::DacOverride,
    Capability::Fowner,
    Capability::Fsetid,
    Capability::Kill,
    Capability::Mknod,
    Capability::NetBindService,
    Capability::NetRaw,
    Capability::Setfcap,
    Capability::Setgid,
    Capability::Setpcap,
    Capability::Setuid,
    Capability::SysChroot,
];

/// Reads the facts of every service.
pub(super) fn read(root: Option<&Rooted>, text: &[u8]) -> Result<Vec<(ProgramFacts, DraftSubject)>, DraftError> {
    let invalid = |reason: String| DraftError::Text { what: "compose file", reason };
    let sources = SourceMap::new();
    let id = sources.add("compose file", text).map_err(|error| invalid(error.to_string()))?;
    let (documents, diagnostics) = yaml::read(&sources.get(id), id);
    if let Some(error) = diagnostics.iter().find(|found| found.is_error()) {
        let (line, column) = sources.get(id).line_column(error.span().start);
        return Err(invalid(format!("line {line}, column {column}: {}", message(error))));
    }
    let [document] = documents.as_slice() else { return Err(invalid("not one YAML document".into())) };
    let services = document.get("services").filter(|services| services.is_mapping());
    let services = services.ok_or_else(|| invalid("there is no mapping `services`".into()))?;
    let mut out = Vec::new();
    for (key, service) in services.entries() {
        if out.len() >= MAX_SERVICES {
            return Err(invalid(format!("more than {MAX_SERVICES} services")));
        }
        let Some(name) = key.text().filter(|_| service.is_mapping()) else {
            return Err(invalid("a service that is not a mapping with a name".into()));
        };
        if name.value != "<<" {
            out.push(read_service(root, &name.value, service));
        }
    }
    if out.is_empty() { Err(invalid("there are no services".into())) } else { Ok(out) }
}

fn message(error: &Diagnostic) -> String {
    shown(error.message.as_bytes())
}

/// The texts of a list, or of a single scalar; `$$` stands for `$`.
fn texts(node: &YamlNode, key: &str) -> Vec<String> {
    let Some(value) = node.get(key) else { return Vec::new() };
    let one = value.text().filter(|_| !value.is_null());
    let many = value.elements().take(MAX_ELEMENTS).filter_map(YamlNode::text);
    one.into_iter().chain(many).map(|text| text.value).collect()
}

/// A text without variables; `None` where one of them is in it, whose value another place decides.
fn constant(text: &str) -> Option<String> {
    let plain = text.replace("$$", "\0");
    (!plain.contains('$')).then(|| plain.replace('\0', "$"))
}

fn is_true(node: &YamlNode, key: &str) -> bool {
    node.get(key).and_then(YamlNode::text).is_some_and(|text| matches!(text.value.as_str(), "true" | "yes" | "on"))
}

fn read_service(root: Option<&Rooted>, name: &str, service: &YamlNode) -> (ProgramFacts, DraftSubject) {
    let mut facts = ProgramFacts::default();
    let origin = |key: &str| container::origin(key, &format!("service {name}"));
    let command = ["entrypoint", "command"].into_iter().find_map(|key| {
        let words = texts(service, key);
        let is_text = service.get(key).is_some_and(|value| value.scalar().is_some());
        let first = words.first()?;
        let first = if is_text { first.split_whitespace().next()? } else { first.as_str() };
        Some((key, first.to_owned()))
    });
    if let Some((key, command)) = &command {
        container::command(root, &mut facts, &origin(key), command);
    } else {
        let image = texts(service, "image").first().map(|image| format!(" {}", quoted(image.as_bytes())));
        let (name, image) = (shown(name.as_bytes()), image.unwrap_or_default());
        facts.remark(format!("the program of service {name} is that of the image{image}"));
    }
    add_capabilities(&mut facts, service, &origin);
    add_volumes(&mut facts, service, &origin);
    add_ports(&mut facts, service, &origin);
    if is_true(service, "privileged") {
        facts.remark(format!("service {} is privileged, and Docker gives it no profile", shown(name.as_bytes())));
    }
    let profile = texts(service, "security_opt").into_iter().find_map(|option| {
        let name = option.strip_prefix("apparmor=").or_else(|| option.strip_prefix("apparmor:"))?;
        (name != "unconfined").then(|| name.to_owned())
    });
    let own = texts(service, "container_name").first().and_then(|name| constant(name));
    let default_name = Some(own.unwrap_or_else(|| name.to_owned()).into_bytes());
    let name = profile.map(String::into_bytes);
    (facts, DraftSubject { name, default_name, container: true, ..DraftSubject::default() })
}

fn add_capabilities(facts: &mut ProgramFacts, service: &YamlNode, origin: &impl Fn(&str) -> String) {
    let dropped = texts(service, "cap_drop");
    let is_dropped =
        |one: Capability| dropped.iter().any(|name| name.eq_ignore_ascii_case("all") || capability(name) == Some(one));
    for one in DEFAULT_CAPABILITIES.into_iter().filter(|one| !is_dropped(*one)) {
        facts.rule(origin("the default capabilities, less cap_drop,"), CapabilityRule::new(one));
    }
    for name in texts(service, "cap_add") {
        if name.eq_ignore_ascii_case("all") {
            facts.remark(format!("no rule for {}: ALL", origin("cap_add")));
        } else {
            facts.capability(&origin("cap_add"), &name);
        }
    }
}

fn add_volumes(facts: &mut ProgramFacts, service: &YamlNode, origin: &impl Fn(&str) -> String) {
    let volumes = service.get("volumes");
    for volume in volumes.into_iter().flat_map(YamlNode::elements).take(MAX_ELEMENTS) {
        let volume = match volume.text() {
            Some(text) => Volume::short(&text.value),
            None => Volume::long(volume),
        };
        let permissions = if volume.read_only { READ } else { read_write_lock() };
        add_target(facts, &origin("volumes"), &volume.target, permissions, volume.may_be_file);
    }
    for target in texts(service, "tmpfs") {
        let target = target.split(':').next().unwrap_or_default();
        add_target(facts, &origin("tmpfs"), target, read_write_lock(), false);
    }
    for (key, directory) in [("secrets", "/run/secrets/"), ("configs", "/")] {
        let listed = service.get(key);
        for entry in listed.into_iter().flat_map(YamlNode::elements).take(MAX_ELEMENTS) {
            let word = |key: &str| entry.get(key).and_then(YamlNode::text).map(|text| text.value);
            let name = entry.text().map(|text| text.value).or_else(|| word("target")).or_else(|| word("source"));
            let name = name.unwrap_or_default();
            let target = if name.starts_with('/') { name } else { format!("{directory}{name}") };
            match constant(&target).and_then(|target| clean(&target)) {
                Some(path) => facts.file(origin(key), FileFact::new(&path, PathExtent::File, READ)),
                None => facts.remark(format!("no rule for {}: {}", origin(key), quoted(target.as_bytes()))),
            }
        }
    }
}

struct Volume {
    target: String,
    read_only: bool,
    /// Whether a file of the machine may be mounted; a volume with a name is a directory.
    may_be_file: bool,
}

impl Volume {
    /// `[source:]target[:options]`
    fn short(text: &str) -> Volume {
        let parts: Vec<&str> = text.split(':').collect();
        let (source, target, options) = match parts.as_slice() {
            [target] => ("", *target, ""),
            [source, target] => (*source, *target, ""),
            [source, target, options, ..] => (*source, *target, *options),
            [] => ("", "", ""),
        };
        Volume {
            target: target.to_owned(),
            read_only: options.split(',').any(|option| option == "ro"),
            may_be_file: source.contains(['/', '.', '~', '$']) && !target.ends_with('/'),
        }
    }

    fn long(node: &YamlNode) -> Volume {
        let word = |key: &str| node.get(key).and_then(YamlNode::text).map(|text| text.value);
        let target = word("target").unwrap_or_default();
        Volume { target, read_only: is_true(node, "read_only"), may_be_file: word("type").as_deref() == Some("bind") }
    }
}

fn add_target(facts: &mut ProgramFacts, origin: &str, target: &str, permissions: FilePermissions, may_be_file: bool) {
    match constant(target).filter(|target| target.starts_with('/')).and_then(|target| clean(&target)) {
        Some(path) => {
            if may_be_file {
                facts.file(origin, FileFact::new(&path, PathExtent::File, permissions));
            }
            facts.tree(origin, &path, permissions);
        }
        None => facts.remark(format!("no rule for {origin}: {}", quoted(target.as_bytes()))),
    }
}

fn add_ports(facts: &mut ProgramFacts, service: &YamlNode, origin: &impl Fn(&str) -> String) {
    for key in ["ports", "expose"] {
        let listed = service.get(key);
        for port in listed.into_iter().flat_map(YamlNode::elements).take(MAX_ELEMENTS) {
            let protocol = match port.text() {
                Some(text) => text.value.rsplit_once('/').map(|(_, protocol)| protocol.to_owned()),
                None => port.get("protocol").and_then(YamlNode::text).map(|text| text.value),
            };
            let kind = match protocol.as_deref() {
                None | Some("tcp") => SocketType::Stream,
                Some("udp") => SocketType::Dgram,
                Some(other) => {
                    facts.remark(format!("no rule for {}: the protocol {}", origin(key), quoted(other.as_bytes())));
                    continue;
                }
            };
            facts.internet(&origin(key), kind);
        }
    }
}
