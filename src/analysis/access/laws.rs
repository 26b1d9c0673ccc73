//! Law: decoding the strings of an access gives the same access, in every class and for every feature set.
//!
//! The normal form: each permission by itself; whose file it is does not count; a peer that is not named is `unconfined`, and of a
//! stack each string names the whole or one of its profiles; fields that a permission is not about are empty; a name of a
//! profile does not begin with a slash.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use proptest::collection::btree_set;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::plan::{LookupPlace, PermissionLookup, components};
use super::words::names;
use super::*;
use crate::analysis::perms::{EXEC, EXEC_MMAP, LINK, LOCK, READ, WRITE, mediates};
use crate::automata::Symbol;
use crate::compiler::{Compiler, Input};
use crate::features::Features;
use crate::policy::Owner;
use crate::source::Text;
use crate::vocab::{
    self, AddressFamily, DbusPermissions, IoUringPermissions, MqueuePermissions, NetworkPermissions, PermissionSet,
    PtracePermissions, SignalPermissions, SocketType, Vocabulary, classes, dbus as bus, families, io_uring as ring,
    mount as flags, network,
};

/// A profile with rules of every class, for each feature set; and one with the classes that no kernel announces.
static PROFILES: LazyLock<Vec<BlobProfile>> = LazyLock::new(|| {
    let text = "profile p { file, capability, network, unix, dbus, signal, ptrace, mount, umount, pivot_root, userns, \
                mqueue, io_uring, }";
    let compile = |features| {
        let policy = Compiler::new(features).compile(Input::text("p", text)).unwrap();
        policy.records()[0].clone()
    };
    let mut profiles: Vec<BlobProfile> =
        ["linux-6.1", "linux-6.12", "linux-7.2"].map(|name| compile(Features::builtin(name).unwrap())).into();
    profiles.push(tests::mediating(&[classes::NETWORK_V7, classes::POSIX_MQUEUE, classes::SYSV_MQUEUE]));
    profiles
});

fn symbols(bytes: &[u8]) -> Vec<Symbol> {
    bytes.iter().copied().map(Symbol::Byte).collect()
}

/// The accesses that the strings of a check are about, each by the permission of the check.
fn decode(check: &PermissionLookup) -> Vec<Access> {
    let permission = if check.permission == "connect" { network::CONNECT } else { check.mask };
    let file = |string: &[u8]| back(Asked::of_file(&symbols(string), permission), permission);
    match &check.way {
        LookupPlace::File(strings) => strings.attempts.concat().iter().map(|string| file(string)).collect(),
        LookupPlace::Exec(path) => vec![file(path)],
        LookupPlace::Link(link) => vec![file(&link.encode())],
        LookupPlace::OnExec { pairs, .. } => pairs.attempts.concat().iter().map(|string| file(string)).collect(),
        LookupPlace::Policy(strings) => {
            let class = |string: &Vec<u8>| back(Asked::of_class(&symbols(string), permission), permission);
            strings.attempts.concat().iter().map(class).collect()
        }
        &LookupPlace::Capability(number) => vec![Access::Capability(CapabilityAccess { numbers: vec![number] })],
        &LookupPlace::Sockets { family, kind } => {
            let bit = NetworkPermissions::from_word(check.permission.as_bytes()).unwrap().bits();
            vec![back(
                Asked::Network(AskedSocket { family: Some(family), r#type: Some(kind), ..AskedSocket::default() }),
                bit,
            )]
        }
        LookupPlace::Attachment(path) => vec![back(Asked::of_attachment(&symbols(path), &[]), EXEC)],
    }
}

/// The access that a decoded string is about.
fn back(asked: Asked, permissions: u32) -> Access {
    let name = |address: Option<Text>| match address.as_deref() {
        None | Some(b"none" | b"auto") => UnixName::Unbound,
        Some([b'@', name @ ..]) => UnixName::Abstract(name.into()),
        Some(path @ [b'/', ..]) => UnixName::Path(path.into()),
        Some(other) => panic!("not an address: {other:?}"),
    };
    let there = |text: Option<Text>| text.filter(|text| !text.is_empty());
    match asked {
        Asked::File(AskedFile { path }) => {
            Access::File(FileAccess { path, permissions, link_target: None, owner: None })
        }
        Asked::Link(AskedLink { link, target }) => {
            Access::File(FileAccess { path: link, permissions, link_target: Some(target), owner: None })
        }
        Asked::ChangeProfile(AskedChangeProfile { target }) => {
            Access::ChangeProfile(ChangeProfileAccess { program: None, target })
        }
        Asked::Onexec(AskedOnexec { path, target }) => {
            Access::ChangeProfile(ChangeProfileAccess { program: Some(path), target })
        }
        Asked::Attachment(AskedAttachment { path, xattrs }) if xattrs.is_empty() => {
            Access::Attach(AttachAccess { path })
        }
        Asked::Signal(AskedSignal { signal: Some(signal), peer: Some(peer) }) => {
            Access::Signal(SignalAccess { permissions, signal, peer })
        }
        Asked::Ptrace(AskedPtrace { peer: Some(peer) }) => Access::Ptrace(PtraceAccess { permissions, peer }),
        Asked::Network(AskedSocket { family: Some(families::UNIX), r#type: Some(kind), .. }) => {
            let (local, peer) = Default::default();
            Access::Unix(UnixAccess { permissions, kind, local, peer, label: None })
        }
        Asked::Network(AskedSocket {
            family: Some(family),
            r#type: Some(kind),
            protocol,
            local: None,
            peer: None,
            ..
        }) => Access::Network(NetworkAccess {
            permissions,
            family,
            kind,
            protocol: protocol.unwrap_or(0),
            local: None,
            peer: None,
        }),
        Asked::Unix(AskedUnix { r#type: Some(kind), address, peer_address, peer_label, .. }) => {
            let (local, peer) = (name(address), name(peer_address));
            Access::Unix(UnixAccess { permissions, kind, local, peer, label: peer_label })
        }
        Asked::Dbus(dbus) => Access::Dbus(DbusAccess {
            permissions,
            bus: dbus.bus,
            name: dbus.name.unwrap_or_default(),
            label: dbus.label,
            path: dbus.path.unwrap_or_default(),
            interface: dbus.interface.unwrap_or_default(),
            member: dbus.member.unwrap_or_default(),
        }),
        Asked::Mount(AskedMount { source, target, fstype, flags: Some(flags), data: None }) => {
            let flags = flags.iter().fold(0, |all, bit| all | 1 << (bit - 1));
            Access::Mount(MountAccess { source: there(source), point: target, fstype: there(fstype), flags })
        }
        Asked::Umount(AskedUmount { target }) => Access::Umount(UmountAccess { point: target }),
        Asked::PivotRoot(AskedPivotRoot { new_root, old_root }) => {
            Access::PivotRoot(PivotRootAccess { new_root, old_root })
        }
        Asked::Userns(AskedUserns { rest }) if rest.is_empty() => Access::Userns(UsernsAccess {}),
        Asked::Mqueue(AskedMqueue { name: QueueName::Posix(Some(name)), label, .. }) => {
            Access::Mqueue(MqueueAccess { permissions, queue: Queue::Posix(name), label })
        }
        Asked::Mqueue(AskedMqueue { name: QueueName::Sysv(Some(key)), label, .. }) => {
            Access::Mqueue(MqueueAccess { permissions, queue: Queue::Sysv(key), label })
        }
        Asked::IoUring(AskedIoUring { label }) => Access::IoUring(IoUringAccess { permissions, label }),
        other => panic!("no access: {other:?}"),
    }
}

/// The normal forms of an access for one permission.
fn normal(access: &Access, check: &PermissionLookup, coarse: bool) -> Vec<Access> {
    let permissions = if check.permission == "connect" { network::CONNECT } else { check.mask };
    let label = |label: &Text| {
        let parts: Vec<Text> = components(label).map(Text::from).collect();
        if parts.len() > 1 { [&[label.clone()][..], &parts].concat() } else { parts }
    };
    match access.clone() {
        Access::File(access) => vec![Access::File(FileAccess { permissions, owner: None, ..access })],
        Access::Capability(_) => {
            let number = vocab::Capability::from_word(check.permission.as_bytes()).unwrap().number();
            vec![Access::Capability(CapabilityAccess { numbers: vec![number] })]
        }
        Access::Network(access) => {
            let permissions = NetworkPermissions::from_word(check.permission.as_bytes()).unwrap().bits();
            // Of these policies no string has addresses.
            let bare = NetworkAccess { permissions, local: None, peer: None, ..access.clone() };
            let of = |protocol| Access::Network(NetworkAccess { protocol, ..bare.clone() });
            match &check.way {
                LookupPlace::Sockets { .. } => vec![of(0)],
                _ => vec![of(0), of(access.protocol)],
            }
        }
        Access::Unix(access) => {
            let permissions = NetworkPermissions::from_word(check.permission.as_bytes()).unwrap().bits();
            let (local, peer) = Default::default();
            let bare = UnixAccess { permissions, kind: access.kind, local, peer, label: None };
            let own = UnixAccess { local: access.local, ..bare.clone() };
            match permissions {
                _ if coarse => vec![Access::Unix(bare)],
                network::CREATE => vec![Access::Unix(bare)],
                network::CONNECT | network::SEND | network::RECEIVE => {
                    let label = access.label.unwrap_or_else(|| "unconfined".into());
                    let of = |part: &[u8]| {
                        Access::Unix(UnixAccess { peer: access.peer.clone(), label: Some(part.into()), ..own.clone() })
                    };
                    components(&label).map(of).collect()
                }
                _ => vec![Access::Unix(own)],
            }
        }
        Access::Dbus(access) => {
            let (name, label, path, interface, member) = Default::default();
            let bare = DbusAccess { permissions, bus: access.bus.clone(), name, label, path, interface, member };
            vec![Access::Dbus(match permissions {
                bus::EAVESDROP => bare,
                bus::BIND => DbusAccess { name: access.name, ..bare },
                _ => DbusAccess {
                    permissions,
                    label: Some(access.label.unwrap_or_else(|| "unconfined".into())),
                    ..access
                },
            })]
        }
        Access::Signal(access) => {
            let of = |peer| Access::Signal(SignalAccess { permissions, peer, ..access.clone() });
            label(&access.peer).into_iter().map(of).collect()
        }
        Access::Ptrace(access) => {
            label(&access.peer).into_iter().map(|peer| Access::Ptrace(PtraceAccess { permissions, peer })).collect()
        }
        Access::ChangeProfile(access) => {
            let program = access.program.filter(|_| check.permission == "onexec of the program");
            let (stack, target) = match access.target.strip_prefix(b"&") {
                Some(target) => (&b"&"[..], Text::from(target)),
                None => (&b""[..], access.target),
            };
            let of = |part: Text| {
                let target = [stack, &*part].concat().into();
                Access::ChangeProfile(ChangeProfileAccess { program: program.clone(), target })
            };
            label(&target).into_iter().map(of).collect()
        }
        Access::Mqueue(access) => vec![Access::Mqueue(MqueueAccess { permissions, ..access })],
        Access::IoUring(access) => match access.label {
            Some(given) if permissions == ring::OVERRIDE_CREDS => {
                let of = |part| Access::IoUring(IoUringAccess { permissions, label: Some(part) });
                label(&given).into_iter().map(of).collect()
            }
            _ => vec![Access::IoUring(IoUringAccess { permissions, label: None })],
        },
        access => vec![access],
    }
}

fn text() -> impl Strategy<Value = Text> {
    "[a-z.:_-]{1,6}".prop_map(|text| Text::from(text.as_str()))
}

/// The name of a profile, or of a stack of profiles.
fn label() -> impl Strategy<Value = Text> {
    "[a-z]{1,3}(//[a-z]{1,3})?(//&[a-z]{1,3}){0,2}".prop_map(|text| Text::from(text.as_str()))
}

fn path() -> impl Strategy<Value = Text> {
    "(/[a-z@.]{0,4}){1,3}".prop_map(|text| Text::from(text.as_str()))
}

/// One or more of the permissions of a class.
fn permissions<P: PermissionSet>() -> impl Strategy<Value = u32> {
    let bits: Vec<u32> = names::<P>().map(|(_, bits)| bits).collect();
    subsequence(bits.clone(), 1..=bits.len()).prop_map(|some| some.iter().fold(0, |all, bit| all | bit))
}

/// The number of one of the values of a vocabulary.
fn number<V: Vocabulary + 'static, N: std::fmt::Debug + 'static>(number: fn(V) -> N) -> impl Strategy<Value = N> {
    let words: Vec<&str> = V::words().collect();
    select(words).prop_map(move |word| number(V::from_word(word.as_bytes()).unwrap()))
}

fn network_type() -> impl Strategy<Value = u16> {
    number(SocketType::number).prop_filter("a type of unix sockets only", |&kind| {
        SocketType::from_number(kind).is_some_and(SocketType::is_of_network_rules)
    })
}

fn unix_name() -> impl Strategy<Value = UnixName> {
    prop_oneof![Just(UnixName::Unbound), text().prop_map(UnixName::Abstract), path().prop_map(UnixName::Path)]
}

fn mount_access() -> impl Strategy<Value = MountAccess> {
    let plain = !(flags::COMMANDS | flags::REC);
    let kinds = [
        (flags::REMOUNT, flags::REMOUNT | plain & 0x00ff_ffff, false, false),
        (flags::BIND, flags::BIND_MASK, true, false),
        (flags::PROPAGATION & flags::PROPAGATION.wrapping_neg(), flags::REC, false, false),
        (flags::MOVE, 0, true, false),
        (0, plain & 0x00ff_ffff, true, true),
    ];
    (select(kinds.to_vec()), any::<u32>(), path(), path(), text()).prop_map(
        |((set, may, source, fstype), bits, from, point, kind)| MountAccess {
            source: source.then_some(from),
            point,
            fstype: fstype.then_some(kind),
            flags: set | bits & may,
        },
    )
}

fn access() -> impl Strategy<Value = Access> {
    let bit = |bits: &'static [u32]| {
        subsequence(bits.to_vec(), 1..=bits.len()).prop_map(|bits| bits.iter().fold(0, |a, b| a | b))
    };
    let family = number(AddressFamily::number).prop_filter("a class of its own", |&family| family != families::UNIX);
    let others =
        prop_oneof![
            (
                path(),
                bit(&[READ, WRITE, LOCK, EXEC, EXEC_MMAP, 0x10, 0x20]),
                option::of(select(vec![Owner::Owner, Owner::Other]))
            )
                .prop_map(|(path, permissions, owner)| Access::File(FileAccess {
                    path,
                    permissions,
                    link_target: None,
                    owner
                })),
            (path(), path()).prop_map(|(path, target)| {
                Access::File(FileAccess { path, permissions: LINK, link_target: Some(target), owner: None })
            }),
            btree_set(number(vocab::Capability::number), 1..4).prop_map(|numbers| {
                Access::Capability(CapabilityAccess { numbers: numbers.into_iter().collect() })
            }),
            (
                permissions::<NetworkPermissions>(),
                family,
                network_type(),
                any::<u16>(),
                option::of(endpoint()),
                option::of(endpoint())
            )
                .prop_map(|(permissions, family, kind, protocol, local, peer)| Access::Network(
                    NetworkAccess { permissions, family, kind, protocol, local, peer }
                )),
            (permissions::<NetworkPermissions>(), network_type(), unix_name(), unix_name(), option::of(label()))
                .prop_map(|(permissions, kind, local, peer, label)| Access::Unix(UnixAccess {
                    permissions,
                    kind,
                    local,
                    peer,
                    label
                })),
            (permissions::<DbusPermissions>(), text(), text(), option::of(label()), (path(), text(), text())).prop_map(
                |(permissions, bus, name, label, (path, interface, member))| {
                    Access::Dbus(DbusAccess { permissions, bus, name, label, path, interface, member })
                }
            ),
            (permissions::<SignalPermissions>(), number(vocab::Signal::number), label())
                .prop_map(|(permissions, signal, peer)| Access::Signal(SignalAccess { permissions, signal, peer })),
            (permissions::<PtracePermissions>(), label())
                .prop_map(|(permissions, peer)| Access::Ptrace(PtraceAccess { permissions, peer })),
        ];
    let more = prop_oneof![
        mount_access().prop_map(Access::Mount),
        path().prop_map(|point| Access::Umount(UmountAccess { point })),
        (path(), path()).prop_map(|(new_root, old_root)| Access::PivotRoot(PivotRootAccess { new_root, old_root })),
        (option::of(path()), label(), any::<bool>()).prop_map(|(program, target, stack)| {
            let target = if stack { [b"&", &*target].concat().into() } else { target };
            Access::ChangeProfile(ChangeProfileAccess { program, target })
        }),
        Just(Access::Userns(UsernsAccess {})),
        (permissions::<MqueuePermissions>(), path(), option::of(label())).prop_map(|(permissions, name, label)| {
            Access::Mqueue(MqueueAccess { permissions, queue: Queue::Posix(name), label })
        }),
        (permissions::<MqueuePermissions>(), any::<u32>(), option::of(label())).prop_map(
            |(permissions, key, label)| {
                Access::Mqueue(MqueueAccess { permissions, queue: Queue::Sysv(key), label })
            }
        ),
        (permissions::<IoUringPermissions>(), label()).prop_map(|(permissions, label)| {
            let label = (permissions & ring::OVERRIDE_CREDS != 0).then_some(label);
            Access::IoUring(IoUringAccess { permissions, label })
        }),
        path().prop_map(|path| Access::Attach(AttachAccess { path })),
    ];
    prop_oneof![others, more]
}

fn endpoint() -> impl Strategy<Value = Endpoint> {
    let ip = option::of(any::<std::net::IpAddr>());
    (any::<u16>(), ip).prop_map(|(port, ip)| Endpoint { port, ip, ..Endpoint::default() })
}

/// Sockets with addresses, which no access has.
fn addressed() -> impl Strategy<Value = AskedSocket> {
    let operation =
        prop_oneof![any::<u16>().prop_map(SocketOperation::Listen), any::<u32>().prop_map(SocketOperation::Option)];
    let whole = (endpoint(), endpoint(), option::of(text()), text(), text(), text(), option::of(operation));
    (0..5, whole).prop_map(|(shape, (local, peer, label, from, to, wire, operation))| {
        let network =
            AskedSocket { family: Some(families::INET), r#type: Some(1), protocol: Some(6), ..AskedSocket::default() };
        let labelled = |side: Endpoint, label| Endpoint { label: Some(label), ..side };
        let on = |side: Endpoint, wire| Endpoint { interface: Some(wire), ..side };
        match shape {
            0 => AskedSocket { local: Some(Endpoint { label, ..local }), operation, ..network },
            1 => AskedSocket { peer: Some(Endpoint { label, ..peer }), ..network },
            2 => AskedSocket { local: Some(labelled(local, from)), peer: Some(labelled(peer, to)), ..network },
            3 => AskedSocket { packet: true, peer: Some(on(labelled(peer, to), wire)), ..network },
            _ => AskedSocket {
                packet: true,
                peer: Some(on(labelled(peer, to), wire.clone())),
                local: Some(on(local, wire)),
                ..network
            },
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn encoded_accesses_decode_to_themselves(access in access()) {
        for profile in &*PROFILES {
            // Older kernels look at no more than the type of unix sockets.
            let coarse = ![classes::NETWORK_V9, classes::NETWORK_V7].iter().any(|&class| mediates(profile, class))
                || !mediates(profile, classes::NETWORK_V9) && mediates(profile, classes::NETWORK_V8);
            for check in &access.plan(profile).checks {
                let of = |accesses: Vec<Access>| -> BTreeSet<String> {
                    accesses.iter().map(|access| format!("{access:?}")).collect()
                };
                prop_assert_eq!(of(decode(check)), of(normal(&access, check, coarse)), "{:?}", check);
            }
        }
    }

    #[test]
    fn encoded_addresses_decode_to_themselves(network in addressed()) {
        let class = if network.packet { classes::NETWORK_V9_SKB } else { classes::NETWORK_V9 };
        let string = symbols(&[&[class][..], &network.encode()].concat());
        prop_assert_eq!(Asked::of_class(&string, 0), Asked::Network(network));
    }
}
