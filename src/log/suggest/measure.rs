//! The accesses that rules open beyond a policy, measured on automata.

use rustc_hash::FxHashMap;
use serde::Serialize;

use crate::analysis::access::Asked;
use crate::analysis::classes;
use crate::analysis::perms::{ClassPerms, EXEC, EXEC_MMAP, FilePerms, GETATTR, LINK, LOCK, READ, WRITE};
use crate::automata::{Symbol, Tables};
use crate::blob::{BlobProfile, PolicyDb};
use crate::vocab::Capability;

/// The most pairs of states that a measurement looks at.
const MAX_PAIRS: usize = 4_000;
/// The most examples.
const MAX_EXAMPLES: usize = 3;
/// The longest string that is counted.
const MAX_LEN: usize = 64;

/// The accesses that a candidate allows and the profile does not allow now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AddedAccess {
    /// Sensitive accesses that it allows, in words.
    pub sensitive: Vec<String>,
    /// Shortest examples of what else it allows.
    pub examples: Vec<String>,
    /// The binary logarithm of the number of new strings of up to 64 bytes, rounded up: 0 where nothing more is allowed.
    pub size: u32,
}

/// Compares what rules allow alone with what a profile allows; `path` is what they are for.
pub(super) fn measure(rules: &BlobProfile, profile: &BlobProfile, path: Option<&[u8]>) -> AddedAccess {
    // What is needed is not counted: of files the walk leaves it out, of others one string is taken off.
    let mut found = OpenedStrings { path, examples: Vec::new(), strings: if path.is_some() { 0.0 } else { -1.0 } };
    let fresh = rules.capabilities.allow & !profile.capabilities.allow;
    found.strings += f64::from(fresh.count_ones());
    if fresh.count_ones() > 1 {
        let names = Capability::ALL.iter().filter(|capability| capability.mask() & fresh != 0);
        found.examples.extend(names.map(|capability| format!("the capability {}", capability.name())));
    }
    if let Some(db) = &rules.file {
        let new = |a: usize, b: Option<(&PolicyDb, usize)>| {
            let of = FilePerms::of_state(db, a);
            let have = b.map(|(db, state)| FilePerms::of_state(db, state)).unwrap_or_else(FilePerms::none);
            (of.owner.allow & !have.owner.allow | of.other.allow & !have.other.allow) & !GETATTR
        };
        found.walk(db, profile.file.as_ref(), (db.start.unwrap_or(1), start(profile.file.as_ref())), &[], &new);
    }
    if let Some(db) = &rules.policydb {
        let theirs = profile.policydb.as_ref();
        for class in 1..=u8::MAX {
            let step = |db: &PolicyDb| db.dfa.step(db.start.unwrap_or(1), Symbol::Byte(class));
            let (a, b) = (step(db), theirs.map_or(0, step));
            if a == 0 {
                continue;
            }
            let new = |a: usize, b: Option<(&PolicyDb, usize)>| {
                let of = ClassPerms::of_state(db, rules.version, a);
                let have = b.map(|(db, state)| ClassPerms::of_state(db, profile.version, state)).unwrap_or_default();
                of.allow & !have.allow & !LOCK & !classes::unasked(class)
            };
            found.walk(db, theirs, (a, b), &[class], &new);
        }
    }
    let size = (found.strings.max(0.0) + 1.0).min(f64::MAX).log2().ceil();
    // The logarithm of no such number is larger.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 1024")]
    let size = size as u32;
    AddedAccess { sensitive: Vec::new(), examples: found.examples, size }
}

fn start(db: Option<&PolicyDb>) -> u32 {
    db.map_or(0, |db| db.start.unwrap_or(1))
}

struct OpenedStrings<'a> {
    path: Option<&'a [u8]>,
    examples: Vec<String>,
    strings: f64,
}

/// A state of the rules, one of the profile, and how many bytes of the path that is needed have led there and no others.
type MeasuredPair = (u32, u32, Option<usize>);

/// The permissions that are new in a pair of states.
type NewPermissions<'a> = &'a dyn Fn(usize, Option<(&PolicyDb, usize)>) -> u32;

impl OpenedStrings<'_> {
    /// Walks all strings that the rules say something about, shortest first.
    fn walk(
        &mut self,
        rules: &PolicyDb,
        profile: Option<&PolicyDb>,
        from: (u32, u32),
        head: &[u8],
        new: NewPermissions<'_>,
    ) {
        let step = |tables: &Tables, state: u32, byte: u8| tables.step(state, Symbol::Byte(byte));
        let wanted = self.path.filter(|_| head.is_empty());
        let from = (from.0, from.1, wanted.map(|_| 0));
        let mut pairs = vec![(from, 0_usize, 0_u8)];
        let mut known: FxHashMap<MeasuredPair, usize> = FxHashMap::from_iter([(from, 0)]);
        let mut edges: Vec<Vec<(usize, f64)>> = Vec::new();
        let mut fresh = Vec::new();
        let mut at = 0;
        while let Some(&((a, b, same), ..)) = pairs.get(at) {
            let index = |state: u32| usize::try_from(state).unwrap_or(usize::MAX);
            let is_wanted = same.is_some() && same == wanted.map(<[u8]>::len);
            let permissions = if is_wanted { 0 } else { new(index(a), profile.map(|db| (db, index(b)))) };
            fresh.push(permissions != 0);
            if permissions != 0 && self.examples.len() < MAX_EXAMPLES {
                self.example(&pairs, at, head, permissions);
            }
            let mut out: Vec<(usize, f64)> = Vec::new();
            for byte in nice_bytes() {
                let same = same.filter(|&at| wanted.and_then(|path| path.get(at)) == Some(&byte)).map(|at| at + 1);
                let to = (step(&rules.dfa, a, byte), profile.map_or(0, |db| step(&db.dfa, b, byte)), same);
                if to.0 == 0 {
                    continue;
                }
                let next = *known.entry(to).or_insert(pairs.len());
                if next == pairs.len() {
                    if next >= MAX_PAIRS {
                        known.remove(&to);
                        // Too much to count is as good as everything.
                        self.strings = f64::MAX;
                        continue;
                    }
                    pairs.push((to, at, byte));
                }
                match out.iter_mut().find(|(known, _)| *known == next) {
                    Some((_, count)) => *count += 1.0,
                    None => out.push((next, 1.0)),
                }
            }
            edges.push(out);
            at += 1;
        }
        if fresh.iter().any(|fresh| *fresh) {
            self.strings = (self.strings + count(&edges, &fresh)).min(f64::MAX);
        }
    }

    fn example(&mut self, pairs: &[(MeasuredPair, usize, u8)], mut at: usize, head: &[u8], permissions: u32) {
        let mut string = Vec::new();
        while let Some(&(_, before, byte)) = pairs.get(at).filter(|_| at != 0) {
            string.push(byte);
            at = before;
        }
        string.reverse();
        let symbols: Vec<Symbol> = head.iter().chain(&string).copied().map(Symbol::Byte).collect();
        let asked = if head.is_empty() {
            Asked::of_file(&symbols, permissions)
        } else {
            Asked::of_class(&symbols, permissions)
        };
        let text = match &asked {
            Asked::File(file) => format!("{} {}", verbs(permissions), file.path.escape_ascii()),
            other => other.to_string(),
        };
        self.examples.push(text);
    }
}

/// The number of strings of up to [`MAX_LEN`] bytes that end in a fresh state.
fn count(edges: &[Vec<(usize, f64)>], fresh: &[bool]) -> f64 {
    let mut now = vec![0.0_f64; edges.len()];
    if let Some(first) = now.first_mut() {
        *first = 1.0;
    }
    let mut total = 0.0;
    for _ in 0..=MAX_LEN {
        total += now.iter().zip(fresh).filter(|(_, fresh)| **fresh).map(|(count, _)| count).sum::<f64>();
        let mut next = vec![0.0; edges.len()];
        for (count, out) in now.iter().zip(edges).filter(|(count, _)| **count > 0.0) {
            for &(to, bytes) in out {
                if let Some(slot) = next.get_mut(to) {
                    *slot += count * bytes;
                }
            }
        }
        now = next;
    }
    total
}

/// Every byte, those first that are nice to show.
fn nice_bytes() -> impl Iterator<Item = u8> {
    let class = |byte: &u8| match byte {
        b'a'..=b'z' => 0,
        b'0'..=b'9' => 1,
        b'!'..=b'~' => 2,
        _ => 3,
    };
    (0..4).flat_map(move |wanted| (0..=u8::MAX).filter(move |byte| class(byte) == wanted))
}

fn verbs(permissions: u32) -> String {
    let words = [
        (READ, "reading"),
        (WRITE, "writing"),
        (EXEC, "executing"),
        (EXEC_MMAP, "mapping"),
        (LOCK, "locking"),
        (LINK, "linking"),
    ];
    let said: Vec<&str> = words.into_iter().filter(|(bit, _)| permissions & bit != 0).map(|(_, word)| word).collect();
    if said.is_empty() { "access to".into() } else { said.join(" and ") }
}

/// Accesses that a profile should not gain by the way, with their description.
pub(super) const SENSITIVE: [(&[&str], &str); 24] = [
    (&["file", "/etc/shadow", "r"], "reading /etc/shadow"),
    (&["file", "/home/user/.ssh/id_rsa", "r"], "reading /home/*/.ssh/id_rsa"),
    (&["file", "/root/.ssh/id_rsa", "r"], "reading /root/.ssh/id_rsa"),
    (&["file", "/home/user/.gnupg/secring.gpg", "r"], "reading /home/*/.gnupg/**"),
    (&["file", "/home/user/.aws/credentials", "r"], "reading /home/*/.aws/credentials"),
    (&["file", "/home/user/.bash_history", "r"], "reading /home/*/.bash_history"),
    (&["file", "/etc/ssl/private/site.key", "r"], "reading /etc/ssl/private/**"),
    (&["file", "/etc/ssh/ssh_host_rsa_key", "r"], "reading the host keys of /etc/ssh"),
    (&["file", "/proc/1/environ", "r"], "reading /proc/1/environ"),
    (&["file", "/proc/kcore", "r"], "reading /proc/kcore"),
    (&["file", "/dev/mem", "r"], "reading /dev/mem"),
    (&["file", "/dev/sda", "r"], "reading /dev/sda"),
    (&["file", "/etc/passwd", "w"], "writing /etc/passwd"),
    (&["file", "/etc/cron.d/job", "w"], "writing /etc/cron.d/**"),
    (&["file", "/etc/systemd/system/a.service", "w"], "writing /etc/systemd/system/**"),
    (&["file", "/etc/ld.so.preload", "w"], "writing /etc/ld.so.preload"),
    (&["file", "/usr/bin/program", "w"], "writing /usr/bin/**"),
    (&["file", "/home/user/.bashrc", "w"], "writing /home/*/.bashrc"),
    (&["file", "/home/user/.config/autostart/a.desktop", "w"], "writing /home/*/.config/autostart/**"),
    (&["file", "/home/user/.ssh/authorized_keys", "w"], "writing /home/*/.ssh/authorized_keys"),
    (&["file", "/run/docker.sock", "w"], "writing /run/docker.sock"),
    (&["signal", "send", "kill", "unconfined"], "killing unconfined processes"),
    (&["ptrace", "trace", "unconfined"], "tracing unconfined processes"),
    (&["capability", "sys_admin"], "the capability sys_admin"),
];
