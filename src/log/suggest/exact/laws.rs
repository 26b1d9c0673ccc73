//! Law: no name in a log can add a rule other than for itself. The exact rules for an access, compiled alone, allow it, and deny the
//! same access to every other name.

use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::analysis::Subject;
use crate::analysis::access::{
    ChangeProfileAccess, DbusAccess, FileAccess, IoUringAccess, MountAccess, MqueueAccess, PivotRootAccess,
    PtraceAccess, Queue, SignalAccess, UmountAccess, UnixAccess, UnixName,
};
use crate::compiler::{Compiler, Input};
use crate::features::Features;
use crate::policy::Owner;
use crate::syntax::ast::{File, Profile};
use crate::vocab::{mount as flags, network};

/// For Linux 7.2, with the message queues that no kernel of the main line announces.
static COMPILER: LazyLock<Compiler> = LazyLock::new(|| {
    let features = Features::builtin("linux-7.2").unwrap();
    let text = features.to_text();
    let text = String::from_utf8_lossy(text);
    let queues = "ipc {posix_mqueue {create\n}\nsysv_mqueue {create\n}\n}\nmount {";
    Compiler::new(Features::parse(text.replacen("mount {", queues, 1).as_bytes()).unwrap())
});

pub(super) fn subject(rules: Vec<Rule>) -> Subject {
    let text = File::from(Profile::new("p").unwrap().rules(rules)).to_bytes();
    let shown = text.escape_ascii().to_string();
    let compiled = COMPILER.compile(Input::text("p", text)).unwrap_or_else(|error| panic!("{shown}: {error}"));
    Subject::from_compiled(compiled).unwrap()
}

/// Names with everything in them that means something in a profile.
fn name() -> impl Strategy<Value = Vec<u8>> {
    let pieces: &[&[u8]] = &[
        b"a",
        b"b",
        b"x",
        b"0",
        b" ",
        b"/",
        b"//",
        b"*",
        b"**",
        b"?",
        b"[",
        b"]",
        b"{",
        b"}",
        b",",
        b"^",
        b"\"",
        b"\\",
        b"@",
        b"@{",
        b"@{HOME}",
        b"#",
        b":",
        b"&",
        b"//&",
        b"->",
        b"=",
        b"(",
        b")",
        b"<",
        b">",
        b"\n",
        b"\t",
        b"\r",
        b"\x01",
        b"\x7f",
        b"\xff",
        b"\xc3\xa9",
        b"\xc2\xa0",
        b"\\000",
        b"\\x2a",
        b" rwix, /** rwix,",
        b"}",
        b"deny ",
        b"owner",
        b"none",
        b"auto",
        b"\0",
        b"'",
        b"$",
        b"!",
        b"+",
        b"~",
        b"-",
        b".",
        b"..",
    ];
    vec(select(pieces), 1..7).prop_map(|pieces| pieces.concat())
}

/// Names beside one: shorter, longer, with another byte, and what it would match if it were a pattern.
fn neighbours(name: &[u8]) -> Vec<Vec<u8>> {
    let mut all = vec![[name, b"x"].concat(), [name, b"/"].concat(), [name, b"\0"].concat(), [name, b" "].concat()];
    all.extend(name.split_last().map(|(_, shorter)| shorter.to_vec()));
    for at in 0..name.len() {
        for byte in [b'a', b'/', b'*', name[at] ^ 1, name[at] ^ 0x20] {
            let mut other = name.to_vec();
            other[at] = byte;
            all.push(other);
        }
        all.push([&name[..at], &name[at + 1..]].concat());
    }
    all.extend([b"a".to_vec(), b"/a".to_vec(), b"/x y".to_vec()]);
    // No name is empty.
    all.retain(|other| other != name && !other.is_empty());
    all
}

const KINDS: usize = 20;

/// An access of each class, about these names.
fn access(kind: usize, names: &[Vec<u8>]) -> Access {
    let text = |at: usize| Text::from(&*names[at % names.len()]);
    let path = |at: usize| Text::from([b"/", &*names[at % names.len()]].concat());
    let file =
        |permissions, link_target, owner| Access::File(FileAccess { path: path(0), permissions, link_target, owner });
    let mount = |flags, source, fstype| Access::Mount(MountAccess { source, point: path(0), fstype, flags });
    let unix =
        |permissions, local, peer| Access::Unix(UnixAccess { permissions, kind: 1, local, peer, label: Some(text(2)) });
    match kind {
        0 => file(4, None, None),
        1 => file(0x10 | 4, None, Some(Owner::Owner)),
        2 => file(1, None, None),
        3 => file(0x4_0000, Some(path(1)), None),
        4 => unix(network::CONNECT, UnixName::Unbound, UnixName::Abstract(text(0))),
        5 => unix(network::BIND | network::LISTEN, UnixName::Abstract(text(0)), UnixName::Unbound),
        6 => unix(network::SEND, UnixName::Abstract(text(1)), UnixName::Abstract(text(0))),
        7 => Access::Dbus(DbusAccess {
            permissions: 2,
            bus: text(0),
            name: text(1),
            label: Some(text(2)),
            path: path(3),
            interface: text(4),
            member: text(5),
        }),
        8 => Access::Dbus(DbusAccess {
            permissions: 0x40,
            bus: text(0),
            name: text(1),
            label: None,
            path: Text::default(),
            interface: Text::default(),
            member: Text::default(),
        }),
        9 => Access::Signal(SignalAccess { permissions: 2, signal: 15, peer: text(0) }),
        10 => Access::Ptrace(PtraceAccess { permissions: 4, peer: text(0) }),
        11 => mount(0, Some(text(1)), Some(text(2))),
        12 => mount(flags::BIND, Some(path(1)), None),
        13 => mount(flags::REMOUNT | 1, None, None),
        14 => Access::Umount(UmountAccess { point: path(0) }),
        15 => Access::PivotRoot(PivotRootAccess { new_root: path(0), old_root: path(1) }),
        16 => Access::ChangeProfile(ChangeProfileAccess { program: None, target: text(0) }),
        17 => Access::ChangeProfile(ChangeProfileAccess { program: Some(path(1)), target: text(0) }),
        18 => Access::Mqueue(MqueueAccess { permissions: 4, queue: Queue::Posix(path(0)), label: Some(text(1)) }),
        _ => Access::IoUring(IoUringAccess { permissions: 8, label: Some(text(0)) }),
    }
}

/// Returns the access that the kernel looks up, where that is less than the given one.
fn asked(access: &Access) -> String {
    let mut access = access.clone();
    if let Access::Unix(unix) = &mut access {
        unix.label = Some(unix.peer_profiles().collect::<Vec<_>>().join(&b"//&"[..]).into());
        if unix.permissions & (network::CONNECT | network::SEND) == 0 {
            unix.label = None;
        }
    }
    format!("{access:?}")
}

fn check(kind: usize, names: &[Vec<u8>]) -> Result<(), TestCaseError> {
    let wanted = access(kind, names);
    let rules = match exact(&Need::new("p", wanted.clone()), ExecMode::INHERIT) {
        Ok(rules) => rules,
        Err(error) => {
            let said = matches!(error, NoRule::Name { error: PatternError::Nul | PatternError::Empty, .. });
            prop_assert!(said, "{wanted}: {error}");
            // Of a stack or a label in a namespace, a part may be empty.
            let hollow = |name: &[u8]| name.starts_with(b":") || name.windows(3).any(|three| three == b"//&");
            let unwritable = names.iter().any(|name| name.contains(&0) || hollow(name));
            prop_assert!(unwritable, "{wanted}: {error}");
            return Ok(());
        }
    };
    let written = rules.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    let subject = subject(rules);
    let allows = |access: &Access| subject.ask(None, access).unwrap().is_allowed();
    prop_assert!(allows(&wanted), "{wanted:?}\n{written}");
    for at in 0..names.len() {
        for other in neighbours(&names[at]).into_iter().filter(|name| is_possible_stack(name)) {
            let mut names = names.to_vec();
            names[at] = other;
            let other = access(kind, &names);
            prop_assert!(asked(&other) == asked(&wanted) || !allows(&other), "{other:?}\n{written}");
        }
    }
    Ok(())
}

/// Whether a kernel can have a task with this label: no part of a stack is empty, and none is there twice.
fn is_possible_stack(name: &[u8]) -> bool {
    let name = String::from_utf8_lossy(name);
    let mut parts: Vec<&str> = name.split("//&").collect();
    let count = parts.len();
    parts.sort_unstable();
    parts.dedup();
    count == 1 || parts.len() == count && !parts.contains(&"")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn exact_rules_are_about_their_names_only(kind in 0..KINDS, names in vec(name(), 6)) {
        check(kind, &names)?;
    }
}

#[test]
fn names_of_every_class_can_be_hostile() {
    let hostile: Vec<Vec<u8>> =
        [&b"a\" rw, /** rwix, \"b"[..], b"@{HOME}/{a,b}*", b"c#\n}\nprofile x {", b"d//&e", b"?[f]", b"\\101"]
            .map(<[u8]>::to_vec)
            .into();
    for kind in 0..KINDS {
        check(kind, &hostile).unwrap();
    }
}
