//! Concrete accesses that a rule is about.

use crate::automata::{Pattern, Symbol};
use crate::encode;
use crate::lint::samples;
use crate::policy::{FileRule, Glob, MountOperation, Owner, Rule, RuleKind, UnixAddress};
use crate::vocab::{AddressFamily, SocketType};

/// Accesses in words, the first ones those that say most about the rule.
pub(super) fn of_rule(rule: &Rule) -> Vec<Vec<String>> {
    match &rule.kind {
        RuleKind::File(file) => files(file, rule.prefix.owner),
        RuleKind::Capability(capabilities) => {
            let named = crate::vocab::Capability::ALL.iter().filter(|one| capabilities.mask & one.mask() != 0);
            let names: Vec<String> = match capabilities.mask {
                u64::MAX => vec!["sys_admin".into()],
                _ => named.map(ToString::to_string).collect(),
            };
            vec![[vec!["capability".into()], names].concat()]
        }
        RuleKind::Network(network) => {
            let family = network.families.first();
            let name =
                family.and_then(|family| AddressFamily::from_number(family.family)).unwrap_or(AddressFamily::Inet);
            let types = family.map_or(u32::MAX, |family| family.types);
            let kinds = SocketType::ALL.iter().filter(|kind| {
                kind.is_of_network_rules() && types.checked_shr(kind.number().into()).unwrap_or(0) & 1 == 1
            });
            let kind = kinds.map(|kind| kind.name()).next().unwrap_or("stream");
            with_permissions("network", &network.permissions.to_string(), &[name.name(), kind])
        }
        RuleKind::Unix(unix) => {
            let kind = unix.kind.and_then(|kind| SocketType::from_number(kind.into()));
            let mut words = vec![kind.map_or("stream", SocketType::name).to_owned()];
            if let Some(UnixAddress::Abstract(name)) = &unix.address {
                words.extend(sample(name).map(|name| format!("@{name}")));
            }
            if let Some(UnixAddress::Abstract(name)) = &unix.peer_address {
                words.extend(sample(name).map(|name| format!("peer-addr=@{name}")));
            }
            words.extend(unix.peer_label.as_ref().and_then(sample).map(|label| format!("peer={label}")));
            with_permissions("unix", &unix.permissions.to_string(), &words)
        }
        RuleKind::Signal(signal) => {
            let number = signal.signals.first().map_or_else(|| "term".to_owned(), ToString::to_string);
            with_permissions(
                "signal",
                &signal.permissions.to_string(),
                &[number, sample_or(signal.peer.as_ref(), "peer")],
            )
        }
        RuleKind::Ptrace(ptrace) => {
            with_permissions("ptrace", &ptrace.permissions.to_string(), &[sample_or(ptrace.peer.as_ref(), "peer")])
        }
        RuleKind::Dbus(dbus) => {
            let of = |glob: &Option<Glob>, other: &str| sample_or(glob.as_ref(), other);
            let (bus, name) = (of(&dbus.bus, "system"), of(&dbus.name, "org.example"));
            let message = [
                bus.clone(),
                name.clone(),
                of(&dbus.path, "/"),
                of(&dbus.interface, "org.example"),
                of(&dbus.member, "Get"),
            ];
            let peer = dbus.label.as_ref().and_then(sample).map(|label| format!("peer={label}"));
            let message: Vec<String> = message.into_iter().chain(peer).collect();
            let with = |word: &str, rest: &[String]| [&["dbus".to_owned(), word.to_owned()], rest].concat();
            vec![
                with("send", &message),
                with("receive", &message),
                with("bind", &[bus.clone(), name]),
                with("eavesdrop", &[bus]),
            ]
        }
        RuleKind::Mount(mount) => {
            let point = sample_or(mount.point.as_ref(), "/mnt/");
            let keyword = mount.operation.name().to_owned();
            match mount.operation {
                MountOperation::Mount => {
                    let source = sample_or(mount.source.as_ref(), "/dev/sda1");
                    let fstype = sample_or(mount.fstypes.first(), "ext4");
                    let device = vec![keyword.clone(), source.clone(), point.clone(), fstype];
                    let bind = vec![keyword.clone(), source, point.clone(), "bind".into()];
                    vec![device, bind, vec![keyword, point, "make-private".into()]]
                }
                MountOperation::Remount => {
                    vec![vec![keyword.clone(), point.clone()], vec![keyword, point, "ro".into()]]
                }
                MountOperation::Umount => vec![vec![keyword, point]],
            }
        }
        RuleKind::PivotRoot(pivot) => {
            let (new, old) =
                (sample_or(pivot.new_root.as_ref(), "/mnt/"), sample_or(pivot.old_root.as_ref(), "/mnt/old/"));
            vec![vec!["pivot_root".into(), new, old]]
        }
        RuleKind::ChangeProfile(change) => {
            let target = sample_or(change.target.as_ref(), "unconfined");
            let plain = vec!["change_profile".into(), target.clone()];
            let program = change.exec.as_ref().and_then(sample);
            let on_exec = program.map(|program| vec!["change_profile".into(), program, "->".into(), target]);
            on_exec.into_iter().chain([plain]).collect()
        }
        RuleKind::Mqueue(mqueue) => {
            let label = mqueue.label.as_ref().and_then(sample).map(|label| format!("label={label}"));
            let words: Vec<String> = [sample_or(mqueue.name.as_ref(), "/queue")].into_iter().chain(label).collect();
            with_permissions("mqueue", &mqueue.permissions.to_string(), &words)
        }
        RuleKind::Userns => vec![vec!["userns".into()]],
        RuleKind::IoUring(ring) => {
            let label = sample_or(ring.label.as_ref(), "peer");
            vec![vec!["io_uring".into(), "sqpoll".into()], vec!["io_uring".into(), "override_creds".into(), label]]
        }
    }
}

/// The access with all permissions of the rule, then with each alone.
fn with_permissions(class: &str, permissions: &str, rest: &[impl AsRef<str>]) -> Vec<Vec<String>> {
    let words: Vec<&str> = permissions.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    let access = |permissions: String| {
        let rest = rest.iter().map(|word| word.as_ref().to_owned());
        [class.to_owned(), permissions].into_iter().chain(rest).collect()
    };
    let all = access(words.join(","));
    std::iter::once(all).chain(words.iter().map(|word| access((*word).to_owned()))).collect()
}

fn files(file: &FileRule, owner: Option<Owner>) -> Vec<Vec<String>> {
    let whose = match owner {
        Some(Owner::Owner) => Some("owner"),
        Some(Owner::Other) => Some("other"),
        None => None,
    };
    let Some(pattern) = encode::path_pattern(&file.path.value) else { return Vec::new() };
    let mut letters: Vec<char> =
        file.access.letters().map(|(_, letter)| letter).filter(|&letter| letter != 'l').collect();
    if file.exec.is_some() {
        letters.push('x');
    }
    let all: String = letters.iter().collect();
    let sets = std::iter::once(all).chain(letters.iter().map(ToString::to_string)).filter(|set| !set.is_empty());
    let sets: Vec<String> = sets.collect();
    let mut accesses = Vec::new();
    for path in strings(&pattern) {
        for set in &sets {
            let words = ["file"].into_iter().chain(whose).chain([path.as_str(), set.as_str()]);
            accesses.push(words.map(str::to_owned).collect());
        }
    }
    accesses
}

/// Strings that match, a plain one first; none that is no text.
fn strings(pattern: &Pattern) -> impl Iterator<Item = String> + use<> {
    samples(pattern).into_iter().flatten().filter_map(|string| {
        let byte = |symbol: Symbol| match symbol {
            Symbol::Byte(byte) => Some(byte),
            Symbol::OutOfBand => None,
        };
        let text = String::from_utf8(string.into_iter().map(byte).collect::<Option<_>>()?).ok()?;
        (!text.contains(char::is_control)).then_some(text)
    })
}

fn sample(glob: &Glob) -> Option<String> {
    strings(&encode::value_pattern(&glob.value)?).next()
}

fn sample_or(glob: Option<&Glob>, other: &str) -> String {
    glob.and_then(sample).unwrap_or_else(|| other.to_owned())
}
