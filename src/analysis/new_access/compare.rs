//! The comparison of one profile with another.

use super::automata::{self, PairOutcome};
use super::pairs::{self, PairedPolicies};
use super::{NewAccessFinding, NewAccessKind, NewAccessOptions, fields};
use crate::analysis::diff::{DiffOptions, xmatch};
use crate::analysis::difference::{Difference, ProfilePart};
use crate::analysis::perms::mediates;
use crate::blob::{Automaton, BlobProfile};
use crate::vocab::ProfileMode;
use crate::vocab::classes::FILE;

/// The bit in the version word for complain, whatever the mode is.
pub(super) const FORCE_COMPLAIN: u32 = 1 << 11;

/// The parts of a profile of BASE that are enforced.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Enforcement {
    /// Its rules.
    Rules,
    /// Nothing: what it does not allow is logged, and done.
    Complain,
    /// Only classes that it mediates all the same.
    Unconfined,
}

impl Enforcement {
    pub(super) fn of(profile: &BlobProfile) -> Self {
        match ProfileMode::from_number(profile.mode) {
            Some(ProfileMode::Unconfined) => Enforcement::Unconfined,
            Some(ProfileMode::Complain) => Enforcement::Complain,
            _ if profile.version & FORCE_COMPLAIN != 0 => Enforcement::Complain,
            _ => Enforcement::Rules,
        }
    }
}

/// Compares a profile of BASE with one of NEW, both by index.
pub(super) fn pair(pairing: &PairedPolicies<'_>, base: usize, new: usize, options: &NewAccessOptions) -> PairOutcome {
    let mut outcome = PairOutcome::default();
    let (Some(a), Some(b)) = (pairing.base.get(base), pairing.new.get(new)) else { return outcome };
    let enforced = Enforcement::of(a);
    fields::compare(a, b, options, &mut outcome.findings);
    attachment(pairing, a, b, options, &mut outcome);
    let lacks_files = |profile: &BlobProfile| profile.file.is_none() && !mediates(profile, FILE);
    let loses_files = lacks_files(b) && !lacks_files(a);
    if enforced == Enforcement::Rules && Enforcement::of(b) == Enforcement::Rules && loses_files {
        let difference = Difference::new(ProfilePart::Field("file"), "mediates files".into(), "does not".into());
        outcome.findings.push(finding(NewAccessKind::NewAccess, None, difference));
    }
    automata::policydb(a, b, options, &mut outcome);
    if enforced != Enforcement::Unconfined {
        automata::file(pairing, (base, new), options, &mut outcome);
    }
    let other_name = (a.name != b.name || a.namespace != b.namespace).then(|| pairs::name(a));
    for NewAccessFinding { base: name, difference, .. } in &mut outcome.findings {
        name.clone_from(&other_name);
        difference.namespace = b.namespace.as_ref().map(|namespace| namespace.escape_ascii().to_string());
        difference.profile = b.name.escape_ascii().to_string();
        difference.indices = [Some(base), Some(new)];
    }
    outcome
}

pub(super) fn finding(kind: NewAccessKind, reason: Option<&str>, difference: Difference) -> NewAccessFinding {
    NewAccessFinding { kind, base: None, reason: reason.map(str::to_owned), difference }
}

/// A profile that attaches to other programs lets go of some, or takes some from another profile.
fn attachment(
    pairing: &PairedPolicies<'_>,
    a: &BlobProfile,
    b: &BlobProfile,
    options: &NewAccessOptions,
    outcome: &mut PairOutcome,
) {
    const REASON: &str = "programs would run under another profile, or none";
    let mut note = |difference| outcome.findings.push(finding(NewAccessKind::NotProven, Some(REASON), difference));
    // Kernels attach by the last part of the name where there is no automaton.
    let by_name = |profile: &BlobProfile| {
        let last = profile.name.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
        profile.xmatch.is_none() && (profile.name.starts_with(b"/") || last.starts_with(b"/"))
    };
    let attaches = |profile: &BlobProfile| profile.xmatch.is_some() || by_name(profile);
    // Beside a baseline, not in its place: attaching to nothing takes nothing from it.
    if pairing.has_baseline() && !attaches(b) {
        return;
    }
    let field = |name, a: String, b: String| Difference::new(ProfilePart::Field(name), a, b);
    let (Some(of_a), Some(of_b)) = (&a.xmatch, &b.xmatch) else {
        let says = |profile: &BlobProfile| if attaches(profile) { "attaches" } else { "does not attach" }.to_owned();
        let same_name = a.name == b.name || !by_name(b);
        if a.xmatch.is_some() != b.xmatch.is_some() || attaches(a) != attaches(b) || !same_name {
            note(field("attachment", says(a), says(b)));
        }
        return;
    };
    let names = |profile: &BlobProfile| {
        let names: Vec<String> = profile.xattrs.iter().map(|name| name.escape_ascii().to_string()).collect();
        format!("has {}", if names.is_empty() { "none".to_owned() } else { names.join(" ") })
    };
    if a.xattrs != b.xattrs {
        note(field("xattrs", names(a), names(b)));
    } else if let Ok((found, _)) = xmatch((of_a, &a.xattrs), of_b, &DiffOptions::default().max_pairs(options.max_pairs))
    {
        for found in found {
            let mut witnesses = found.witnesses.into_iter();
            let (access, witness) = witnesses.next().map(|first| (first.access, first.string)).unzip();
            let place = ProfilePart::Automaton(Automaton::Xmatch);
            note(Difference {
                access,
                witness: witness.unwrap_or_default(),
                permissions: found.permissions,
                ..Difference::new(place, found.a, found.b)
            });
        }
        if of_a.len != of_b.len {
            note(field("attachment length", format!("has {}", of_a.len), format!("has {}", of_b.len)));
        }
    } else {
        note(field("attachment", "is too large".into(), "is too large to compare".into()));
    }
}
