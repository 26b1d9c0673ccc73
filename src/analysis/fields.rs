//! Comparing what of a profile is not an automaton.

use super::difference::{Difference, Place};
use crate::blob::Profile;

/// The fields that differ: name, value of A, value of B.
pub(super) fn compare(a: &Profile, b: &Profile, ignore_xmatch_len: bool) -> Vec<(Place, String, String)> {
    let mut found = Vec::new();
    let mut note = |name, a: String, b: String| {
        if a != b {
            found.push((Place::Field(name), format!("has {a}"), format!("has {b}")));
        }
    };
    note("version", hex(a.version), hex(b.version));
    note("flags", hex(a.flags), hex(b.flags));
    note("mode", mode(a.mode), mode(b.mode));
    note("audit", (a.audit != 0).to_string(), (b.audit != 0).to_string());
    // Absent is not 0: it means "mediate deleted", whichever bit that is for the kernel at hand.
    note("path_flags", optional(a.path_flags, hex), optional(b.path_flags, hex));
    note("disconnected", text(&a.disconnected), text(&b.disconnected));
    note("disconnected_ipc", text(&a.disconnected_ipc), text(&b.disconnected_ipc));
    note("kill", optional(a.kill, decimal), optional(b.kill, decimal));
    note("error", optional(a.error, decimal), optional(b.error, decimal));
    // As for permissions: audit counts on what is allowed, quiet on what is not; kernels ignore the fourth mask.
    note("capabilities allow", bits(a.capabilities.allow), bits(b.capabilities.allow));
    note("capabilities audit", audit(a), audit(b));
    note("capabilities quiet", quiet(a), quiet(b));
    note("identity", optional(a.identity.as_deref(), list), optional(b.identity.as_deref(), list));
    note("xattrs", list(&a.xattrs), list(&b.xattrs));
    rlimits(a, b, &mut note);
    note("net_allowed_af", families(a), families(b));
    note("rename", text(&a.foreign.rename), text(&b.foreign.rename));
    note("attach", text(&a.foreign.attach), text(&b.foreign.attach));
    note("tags", format!("{:?}", a.foreign.tags), format!("{:?}", b.foreign.tags));
    note("capsx", optional(a.foreign.capsx, bits), optional(b.foreign.capsx, bits));
    note("secmark", format!("{:?}", a.foreign.secmark), format!("{:?}", b.foreign.secmark));
    note("data", format!("{:?}", a.foreign.data), format!("{:?}", b.foreign.data));
    let attachment = |profile: &Profile| if profile.xmatch.is_some() { "an automaton" } else { "none" }.to_owned();
    note("xmatch", attachment(a), attachment(b));
    if let (Some(a), Some(b), false) = (&a.xmatch, &b.xmatch, ignore_xmatch_len) {
        note("xmatch length", a.len.to_string(), b.len.to_string());
    }
    found
}

/// Limits one by one; what is not in the mask has no value.
fn rlimits(a: &Profile, b: &Profile, note: &mut impl FnMut(&'static str, String, String)) {
    const NAMES: [&str; 16] = [
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
    let limit = |profile: &Profile, index: usize| {
        let rlimits = profile.rlimits.filter(|rlimits| rlimits.mask >> index & 1 != 0)?;
        rlimits.values.get(index).copied()
    };
    let value = |value: u64| if value == u64::MAX { "infinity".to_owned() } else { value.to_string() };
    for (index, name) in NAMES.into_iter().enumerate() {
        note(name, optional(limit(a, index), value), optional(limit(b, index), value));
    }
}

fn audit(profile: &Profile) -> String {
    bits(profile.capabilities.audit & profile.capabilities.allow)
}

fn quiet(profile: &Profile) -> String {
    bits(profile.capabilities.quiet & !profile.capabilities.allow)
}

fn mode(mode: u32) -> String {
    let name = match mode {
        0 => "enforce",
        1 => "complain",
        2 => "kill",
        3 => "unconfined",
        4 => "prompt",
        _ => return mode.to_string(),
    };
    name.to_owned()
}

fn families(profile: &Profile) -> String {
    optional(profile.net_allowed_af.as_ref(), |families| format!("{families:x?}"))
}

fn text(text: &Option<Vec<u8>>) -> String {
    optional(text.as_ref(), |text| format!("\"{}\"", text.escape_ascii()))
}

fn list(strings: &[Vec<u8>]) -> String {
    let quoted: Vec<_> = strings.iter().map(|string| format!("\"{}\"", string.escape_ascii())).collect();
    format!("[{}]", quoted.join(", "))
}

fn optional<T>(value: Option<T>, show: impl Fn(T) -> String) -> String {
    value.map_or_else(|| "none".to_owned(), show)
}

fn hex(value: u32) -> String {
    format!("{value:#x}")
}

fn decimal(value: u32) -> String {
    value.to_string()
}

fn bits(value: u64) -> String {
    format!("{value:#x}")
}

/// A difference that says that one policy has the profile and the other has not.
pub(super) fn missing(in_a: bool) -> Difference {
    let say = |present| if present { "has it" } else { "lacks it" }.to_owned();
    Difference {
        namespace: None,
        profile: String::new(),
        place: Place::Profile,
        witness: Vec::new(),
        a: say(in_a),
        b: say(!in_a),
    }
}
