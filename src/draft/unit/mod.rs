//! Facts about a service from its systemd unit: `systemd.exec(5)`, `systemd.service(5)`, `systemd.socket(5)`.

mod files;
mod sockets;
mod syntax;

#[cfg(test)]
mod tests;

use std::path::Path;

use super::DraftError;
use super::facts::DraftSubject;
use super::facts::{FileFact, PathExtent, ProgramFacts, READ, capability, quoted, read_write, read_write_lock};
use super::program;
use crate::Pattern;
use crate::ast::{CapabilityRule, DbusRule, NetworkRule};
use crate::source::{FileKind, Rooted};
use crate::vocab::{AddressFamily, Capability, DbusPermissions, FilePermissions, SocketType};
use files::{UnitDirectories, UnitFile, missing};
use syntax::words;

const SERVICE: &str = "Service";

/// The keys of commands of a service, the main one first.
const COMMANDS: [&str; 7] =
    ["ExecStart", "ExecStartPre", "ExecStartPost", "ExecCondition", "ExecReload", "ExecStop", "ExecStopPost"];

/// Reads the facts of a unit: a file of the machine, or a name that is looked for below the root.
pub(super) fn read(root: &Rooted, unit: &str) -> Result<(ProgramFacts, DraftSubject), DraftError> {
    let (units, mut name) = match unit.contains('/') {
        true => UnitDirectories::beside(Path::new(unit))?,
        false => (UnitDirectories::system(root), unit.to_owned()),
    };
    if !name.ends_with(".service") && !name.ends_with(".socket") {
        name.push_str(".service");
    }
    let mut facts = ProgramFacts::default();
    let first = units.read(&name)?.ok_or_else(|| missing(&name))?;
    if name.ends_with(".service") {
        let subject = service(root, &first, &mut facts)?;
        for socket in sockets_of(&first, &units)? {
            sockets::add(&socket, &mut facts);
        }
        return Ok((facts, subject));
    }
    let accepts = first.settings.is_true("Socket", "Accept");
    let served = match first.settings.last("Socket", "Service") {
        Some(service) => service.to_owned(),
        None if accepts => format!("{}@.service", first.names.prefix()),
        None => format!("{}.service", first.names.prefix()),
    };
    let service_unit = units.read(&served)?.ok_or_else(|| missing(&served))?;
    let subject = service(root, &service_unit, &mut facts)?;
    sockets::add(&first, &mut facts);
    Ok((facts, subject))
}

/// The socket units of a service: those that it names, and the one of its name.
fn sockets_of(service: &UnitFile, units: &UnitDirectories) -> Result<Vec<UnitFile>, DraftError> {
    let listed = service.settings.list(SERVICE, "Sockets");
    let mut names: Vec<String> = listed.iter().flat_map(|list| list.split_whitespace()).map(str::to_owned).collect();
    if names.is_empty() {
        names.push(format!("{}.socket", service.names.prefix()));
    }
    let mut sockets = Vec::new();
    for name in names.iter().take(64) {
        sockets.extend(units.read(name)?);
    }
    Ok(sockets)
}

/// A unit while it is read: the facts say `key= of unit`.
struct UnitReader<'a> {
    unit: &'a UnitFile,
    facts: &'a mut ProgramFacts,
}

impl UnitReader<'_> {
    fn origin(&self, key: &str) -> String {
        format!("{key}= of {}", super::facts::shown(self.unit.names.full.as_bytes()))
    }

    /// The words of a list, with specifiers replaced. What cannot be known is a remark.
    fn words(&mut self, key: &str) -> Vec<String> {
        let mut out = Vec::new();
        for value in self.unit.settings.list(SERVICE, key) {
            let Some(words) = words(value) else {
                self.skip(key, value);
                continue;
            };
            for word in words {
                match self.unit.names.expand(&word) {
                    Some(word) => out.push(word),
                    None => self.skip(key, &word),
                }
            }
        }
        out
    }

    fn skip(&mut self, key: &str, value: &str) {
        let origin = self.origin(key);
        self.facts.remark(format!("no rule for {origin}: {}", quoted(value.as_bytes())));
    }
}

fn service(root: &Rooted, unit: &UnitFile, facts: &mut ProgramFacts) -> Result<DraftSubject, DraftError> {
    let mut reader = UnitReader { unit, facts };
    let subject = commands(root, &mut reader)?;
    capabilities(&mut reader);
    directories(&mut reader);
    paths(root, &mut reader);
    communication(&mut reader);
    for key in ["RootDirectory", "RootImage"] {
        if let Some(value) = unit.settings.last(SERVICE, key) {
            reader.skip(key, value);
        }
    }
    Ok(subject)
}

/// The programs of the commands; those beside the first of `ExecStart=` only where the unit names the profile, for it is theirs as well.
fn commands(root: &Rooted, reader: &mut UnitReader<'_>) -> Result<DraftSubject, DraftError> {
    let unit = reader.unit;
    let profile = unit.settings.last(SERVICE, "AppArmorProfile");
    let profile = profile.map(|name| name.strip_prefix('-').unwrap_or(name)).filter(|name| *name != "unconfined");
    let mut main = None;
    for key in COMMANDS {
        for value in unit.settings.list(SERVICE, key) {
            let command = value.trim_start_matches(['@', '-', ':', '+', '!', '|']);
            let program = words(command).and_then(|words| words.into_iter().next());
            let Some(program) = program.and_then(|word| unit.names.expand(&word)) else {
                reader.skip(key, value);
                continue;
            };
            match (&main, profile) {
                (None, _) if key == "ExecStart" => {
                    let place = program::find(root, program.as_bytes())?;
                    program::add(reader.facts, root, &place)?;
                    main = Some(place.path);
                }
                (_, Some(_)) => match program::find(root, program.as_bytes()) {
                    Ok(place) => program::add(reader.facts, root, &place)?,
                    Err(error) => {
                        let origin = reader.origin(key);
                        reader.facts.remark(format!("{origin}: {error}"));
                    }
                },
                (Some(main), None) => {
                    if !program::find(root, program.as_bytes()).is_ok_and(|place| place.path == *main) {
                        let origin = reader.origin(key);
                        let program = quoted(program.as_bytes());
                        reader.facts.remark(format!("{origin} runs {program}, to which this profile does not attach"));
                    }
                }
                (None, None) => {}
            }
        }
    }
    let Some(program) = main else {
        let unit = quoted(unit.names.full.as_bytes());
        return Err(DraftError::Unit { unit, reason: "no program in ExecStart=".into() });
    };
    Ok(match profile {
        Some(name) => {
            DraftSubject { name: Some(name.as_bytes().to_vec()), program: Some(program), ..DraftSubject::default() }
        }
        None => DraftSubject { attaches: true, program: Some(program), ..DraftSubject::default() },
    })
}

fn capabilities(reader: &mut UnitReader<'_>) {
    let settings = &reader.unit.settings;
    let user = settings.last(SERVICE, "User").filter(|user| !matches!(*user, "root" | "0"));
    let is_root = user.is_none() && !settings.is_true(SERVICE, "DynamicUser");
    let bounding: Vec<&str> = settings.list(SERVICE, "CapabilityBoundingSet");
    let is_positive = !bounding.is_empty() && bounding.iter().all(|value| !value.starts_with('~'));
    let bounds = |name: &str| {
        let listed = |value: &&str| value.split_whitespace().any(|word| capability(word) == capability(name));
        !is_positive || bounding.iter().any(listed)
    };
    // What the kernel gives the program of another user is the ambient set; a set with `~` says what it must not have.
    let mut granted: Vec<(&str, &str)> = Vec::new();
    for value in settings.list(SERVICE, "AmbientCapabilities").iter().filter(|value| !value.starts_with('~')) {
        granted.extend(value.split_whitespace().filter(|name| bounds(name)).map(|name| ("AmbientCapabilities", name)));
    }
    if is_root && is_positive {
        let names = bounding.iter().flat_map(|value| value.split_whitespace());
        granted.extend(names.map(|name| ("CapabilityBoundingSet", name)));
    }
    for (key, name) in granted.into_iter().take(Capability::ALL.len() * 4) {
        let origin = reader.origin(key);
        match capability(name) {
            Some(capability) => reader.facts.rule(origin, CapabilityRule::new(capability)),
            None => reader.skip(key, name),
        }
    }
}

/// The directories that systemd makes for the service.
fn directories(reader: &mut UnitReader<'_>) {
    let kinds: [(&str, &str, FilePermissions); 5] = [
        ("RuntimeDirectory", "/run", read_write_lock()),
        ("StateDirectory", "/var/lib", read_write_lock()),
        ("CacheDirectory", "/var/cache", read_write_lock()),
        ("LogsDirectory", "/var/log", read_write()),
        ("ConfigurationDirectory", "/etc", READ),
    ];
    let dynamic = reader.unit.settings.is_true(SERVICE, "DynamicUser");
    for (key, parent, permissions) in kinds {
        for word in reader.words(key) {
            // `source:link`
            let name = word.split(':').next().unwrap_or_default();
            let Some(path) = clean(&format!("{parent}/{name}")).filter(|_| !name.is_empty() && !name.starts_with('/'))
            else {
                reader.skip(key, &word);
                continue;
            };
            let origin = reader.origin(key);
            reader.facts.tree(&origin, &path, permissions);
            if dynamic && permissions != READ && parent != "/run" {
                let private = [parent.as_bytes(), b"/private", path.get(parent.len()..).unwrap_or_default()].concat();
                reader.facts.tree(&origin, &private, permissions);
            }
        }
    }
}

/// The paths that the unit opens in its view of the file system.
fn paths(root: &Rooted, reader: &mut UnitReader<'_>) {
    let kinds = [
        ("ReadWritePaths", read_write_lock()),
        ("BindPaths", read_write_lock()),
        ("ReadOnlyPaths", READ),
        ("BindReadOnlyPaths", READ),
    ];
    for (key, permissions) in kinds {
        for word in reader.words(key) {
            let path = word.trim_start_matches(['-', '+']);
            // `source:destination:options`
            let mut parts = path.split(':');
            let source = parts.next().unwrap_or_default();
            let path = if key.starts_with("Bind") { parts.next().unwrap_or(source) } else { source };
            match clean(path).filter(|_| path.starts_with('/')) {
                Some(path) => {
                    let origin = reader.origin(key);
                    any_file(root, reader.facts, &origin, &path, permissions);
                }
                None => reader.skip(key, &word),
            }
        }
    }
    if let Some(value) = reader.unit.settings.last(SERVICE, "PIDFile") {
        let path = reader.unit.names.expand(value);
        let path = path.map(|path| if path.starts_with('/') { path } else { format!("/run/{path}") });
        match path.and_then(|path| clean(&path)) {
            Some(path) => {
                let origin = reader.origin("PIDFile");
                reader.facts.file(origin, FileFact::new(&path, PathExtent::File, read_write_lock()));
            }
            None => reader.skip("PIDFile", value),
        }
    }
}

/// Rules for a path of which it is not known whether it is a directory.
pub(super) fn any_file(
    root: &Rooted,
    facts: &mut ProgramFacts,
    origin: &str,
    path: &[u8],
    permissions: FilePermissions,
) {
    use std::os::unix::ffi::OsStrExt;
    let place = root.resolve(Path::new(std::ffi::OsStr::from_bytes(path)));
    // AppArmor sees paths with links followed.
    let (path, kind) = match &place {
        Ok(place) => (place.path.as_os_str().as_bytes(), Some(place.kind)),
        Err(_) => (path, None),
    };
    if kind != Some(FileKind::Directory) {
        facts.file(origin, FileFact::new(path, PathExtent::File, permissions));
    }
    if matches!(kind, None | Some(FileKind::Directory)) {
        facts.tree(origin, path, permissions);
    }
}

/// Sockets, D-Bus and the notification socket of systemd.
fn communication(reader: &mut UnitReader<'_>) {
    let settings = &reader.unit.settings;
    if matches!(settings.last(SERVICE, "Type"), Some("notify" | "notify-reload"))
        || settings.last(SERVICE, "WatchdogSec").is_some_and(|value| value != "0")
    {
        let origin = format!("Type= or WatchdogSec= of {}", super::facts::shown(reader.unit.names.full.as_bytes()));
        reader.facts.file(origin, FileFact::new(b"/run/systemd/notify", PathExtent::File, FilePermissions::WRITE));
    }
    if let Some(value) = settings.last(SERVICE, "BusName") {
        let name = reader.unit.names.expand(value).and_then(|name| Pattern::literal(name).ok());
        match (name, DbusRule::new().permissions(DbusPermissions::BIND)) {
            (Some(name), Ok(rule)) => {
                let origin = reader.origin("BusName");
                reader.facts.abstraction(&["dbus-strict"], origin.clone());
                if let Ok(bus) = Pattern::literal("system") {
                    reader.facts.rule(origin, rule.bus(bus).name(name));
                }
            }
            _ => reader.skip("BusName", value),
        }
    }
    for value in settings.list(SERVICE, "RestrictAddressFamilies").iter().filter(|value| !value.starts_with('~')) {
        let origin = reader.origin("RestrictAddressFamilies");
        for family in value.split_whitespace() {
            let socket = |family, kind| NetworkRule::new().family(family).kind(kind);
            match family {
                "AF_INET" | "AF_INET6" => {
                    let family = if family == "AF_INET" { AddressFamily::Inet } else { AddressFamily::Inet6 };
                    reader.facts.rule(&origin, socket(family, SocketType::Stream));
                    reader.facts.rule(&origin, socket(family, SocketType::Dgram));
                }
                "AF_NETLINK" => reader.facts.rule(&origin, socket(AddressFamily::Netlink, SocketType::Raw)),
                // Sockets with paths are files, and others are a matter of `unix` rules.
                "AF_UNIX" | "none" => {}
                other => reader.skip("RestrictAddressFamilies", other),
            }
        }
    }
}

/// An absolute path without `.`, doubled slashes and a slash at its end; `None` for one with `..`, and for the root. The directories
/// that are links on every system are followed.
pub(super) fn clean(path: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    for name in path.split('/').filter(|name| !name.is_empty() && *name != ".") {
        if name == ".." || name.contains('\0') {
            return None;
        }
        out.push(b'/');
        out.extend_from_slice(name.as_bytes());
    }
    for (link, target) in [(&b"/var/run"[..], &b"/run"[..]), (b"/var/lock", b"/run/lock")] {
        if out.strip_prefix(link).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/")) {
            out.splice(..link.len(), target.iter().copied());
        }
    }
    (!out.is_empty() && out.len() <= 4096).then_some(out)
}
