//! Comparing what of a profile is not an automaton.

use super::access::{Asked, AskedCapability};
use super::difference::{Difference, ProfilePart};
use super::names::{self, Quoted};
use super::perms::LOCK;
use crate::blob::BlobProfile;
use crate::vocab::rlimits;

/// The fields that differ.
pub(super) fn compare(a: &BlobProfile, b: &BlobProfile, ignore_xmatch_len: bool) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut note = |name, a: String, b: String| {
        if a != b {
            found.push(Difference::new(ProfilePart::Field(name), format!("has {a}"), format!("has {b}")));
        }
    };
    note("version", hex(a.version), hex(b.version));
    note("flags", words(&names::flag_words(a.flags)), words(&names::flag_words(b.flags)));
    note("mode", names::mode(a.mode), names::mode(b.mode));
    note("audit", (a.audit != 0).to_string(), (b.audit != 0).to_string());
    // Absent is not 0: it means "mediate deleted", whichever bit that is for the kernel at hand.
    let path_flags = |profile: &BlobProfile| match profile.path_flags {
        None => "none".to_owned(),
        Some(0) => "none set".to_owned(),
        Some(flags) => words(&names::path_flag_words(flags)),
    };
    note("path_flags", path_flags(a), path_flags(b));
    note("disconnected", text(a.disconnected.as_ref()), text(b.disconnected.as_ref()));
    note("disconnected_ipc", text(a.disconnected_ipc.as_ref()), text(b.disconnected_ipc.as_ref()));
    note("kill", optional(a.kill, names::signal), optional(b.kill, names::signal));
    note("error", optional(a.error, names::error), optional(b.error, names::error));
    note("identity", optional(a.identity.as_deref(), list), optional(b.identity.as_deref(), list));
    note("xattrs", list(&a.xattrs), list(&b.xattrs));
    limits(a, b, &mut note);
    note("rename", text(a.foreign.rename.as_ref()), text(b.foreign.rename.as_ref()));
    note("attach", text(a.foreign.attach.as_ref()), text(b.foreign.attach.as_ref()));
    note("tags", list(&a.foreign.tags), list(&b.foreign.tags));
    let capsx = |profile: &BlobProfile| optional(profile.foreign.capsx, |mask| words(&names::capability_words(mask)));
    note("capsx", capsx(a), capsx(b));
    note("secmark", marks(a), marks(b));
    note("data", data(a), data(b));
    let attachment = |profile: &BlobProfile| if profile.xmatch.is_some() { "an automaton" } else { "none" }.to_owned();
    note("attachment", attachment(a), attachment(b));
    if let (Some(a), Some(b), false) = (&a.xmatch, &b.xmatch, ignore_xmatch_len) {
        note("attachment length", a.len.to_string(), b.len.to_string());
    }
    sockets(a, b, &mut note);
    if let (Some(a), Some(b)) = (lock_without_file_rules(a), lock_without_file_rules(b)) {
        note("lock of files, without rules for files", a.to_string(), b.to_string());
    }
    found.extend(capabilities(a, b));
    found
}

/// Whether files can be locked in a confining profile without rules for files: Linux 7.2 looks them up among the other classes, where
/// nothing matches. `None` for other profiles, and without the permission tables of that kernel.
fn lock_without_file_rules(profile: &BlobProfile) -> Option<bool> {
    const UNCONFINED: u32 = 3;
    if profile.file.is_some() || profile.mode == UNCONFINED {
        return None;
    }
    let entry = profile.policydb.as_ref()?.perms.as_ref()?.first()?;
    Some(entry.allow & LOCK != 0)
}

/// Capabilities, those together that differ the same way.
fn capabilities(a: &BlobProfile, b: &BlobProfile) -> Vec<Difference> {
    let verdict = |profile: &BlobProfile, number: u8| {
        let masks = profile.capabilities;
        let has = |mask: u64| mask >> number & 1 == 1;
        // As for permissions: audit counts on what is allowed, quiet on what is not; kernels ignore the fourth mask.
        verdict(has(masks.allow), has(masks.audit), has(masks.quiet))
    };
    let mut found: Vec<(Difference, Vec<u8>)> = Vec::new();
    for number in 0..64 {
        let (a, b) = (verdict(a, number), verdict(b, number));
        if a == b {
            continue;
        }
        match found.iter_mut().find(|(known, _)| known.a == a && known.b == b) {
            Some((_, numbers)) => numbers.push(number),
            None => {
                found.push((
                    Difference::new(ProfilePart::Field("capability"), a.to_owned(), b.to_owned()),
                    vec![number],
                ));
            }
        }
    }
    let named = |(difference, numbers)| Difference {
        access: Some(Asked::Capability(AskedCapability { numbers })),
        ..difference
    };
    found.into_iter().map(named).collect()
}

fn verdict(allow: bool, audit: bool, quiet: bool) -> &'static str {
    match (allow, audit, quiet) {
        (true, false, _) => "allows",
        (true, true, _) => "allows (audit)",
        (false, _, false) => "denies",
        (false, _, true) => "denies (quiet)",
    }
}

/// The table of socket types by family, as it stands in profiles for out-of-tree kernels.
fn sockets(a: &BlobProfile, b: &BlobProfile, note: &mut impl FnMut(&'static str, String, String)) {
    let show = |profile: &BlobProfile, other: &BlobProfile| {
        let Some(table) = &profile.net_allowed_af else { return "no table".to_owned() };
        let mut rows = Vec::new();
        for (family, row) in table.iter().enumerate() {
            // Only what differs is worth a word.
            if other.net_allowed_af.as_ref().and_then(|other| other.get(family)) == Some(row) {
                continue;
            }
            let [allow, audit, quiet] = *row;
            let family = names::family(u16::try_from(family).unwrap_or(u16::MAX));
            for (name, mask) in [("", allow), ("audit ", audit & allow), ("quiet ", quiet & !allow)] {
                let types: Vec<String> = (0..16).filter(|kind| mask >> kind & 1 == 1).map(names::socket_type).collect();
                if !types.is_empty() {
                    rows.push(format!("{name}{family} {}", types.join(" ")));
                }
            }
        }
        if rows.is_empty() { "nothing".to_owned() } else { rows.join(", ") }
    };
    if a.net_allowed_af != b.net_allowed_af {
        note("net_allowed_af", show(a, b), show(b, a));
    }
}

const LIMITS: [&str; rlimits::COUNT] = [
    "rlimit cpu",
    "rlimit fsize",
    "rlimit data",
    "rlimit stack",
    "rlimit core",
    "rlimit rss",
    "rlimit nproc",
    "rlimit nofile",
    "rlimit memlock",
    "rlimit as",
    "rlimit locks",
    "rlimit sigpending",
    "rlimit msgqueue",
    "rlimit nice",
    "rlimit rtprio",
    "rlimit rttime",
];

/// The value of a limit, where the profile sets it.
pub(super) fn limit(profile: &BlobProfile, index: usize) -> Option<u64> {
    let rlimits = profile.rlimits.filter(|rlimits| rlimits.mask >> index & 1 != 0)?;
    rlimits.values.get(index).copied()
}

/// The index of a limit by the name of its field.
#[cfg(feature = "new-access")]
pub(super) fn limit_index(name: &str) -> Option<usize> {
    LIMITS.iter().position(|known| *known == name)
}

/// Limits one by one; what is not in the mask has no value.
fn limits(a: &BlobProfile, b: &BlobProfile, note: &mut impl FnMut(&'static str, String, String)) {
    for (index, name) in LIMITS.into_iter().enumerate() {
        note(name, optional(limit(a, index), names::limit), optional(limit(b, index), names::limit));
    }
}

fn marks(profile: &BlobProfile) -> String {
    optional(profile.foreign.secmark.as_ref(), |marks| {
        let each = marks.iter().map(|mark| {
            let words = [(mark.audit != 0, "audit "), (mark.deny != 0, "deny ")];
            let words: String = words.into_iter().filter(|(set, _)| *set).map(|(_, word)| word).collect();
            format!("{words}{}", Quoted(&mark.label))
        });
        format!("[{}]", each.collect::<Vec<_>>().join(", "))
    })
}

fn data(profile: &BlobProfile) -> String {
    optional(profile.foreign.data.as_ref(), |pairs| {
        let each = pairs.iter().map(|(key, value)| format!("{}: {}", Quoted(key), Quoted(value)));
        format!("[{}]", each.collect::<Vec<_>>().join(", "))
    })
}

fn text(text: Option<&Vec<u8>>) -> String {
    optional(text, |text| Quoted(text).to_string())
}

fn list(strings: &[Vec<u8>]) -> String {
    let quoted: Vec<_> = strings.iter().map(|string| Quoted(string).to_string()).collect();
    format!("[{}]", quoted.join(", "))
}

fn words(words: &[String]) -> String {
    if words.is_empty() { "none".to_owned() } else { words.join(" ") }
}

fn optional<T>(value: Option<T>, show: impl Fn(T) -> String) -> String {
    value.map_or_else(|| "none".to_owned(), show)
}

fn hex(value: u32) -> String {
    format!("{value:#x}")
}

/// A difference that says that one policy has the profile and the other has not.
pub(super) fn missing(in_a: bool) -> Difference {
    let say = |present| if present { "has it" } else { "lacks it" }.to_owned();
    Difference::new(ProfilePart::Profile, say(in_a), say(!in_a))
}
