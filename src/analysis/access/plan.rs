//! The strings that a kernel looks up for an access.

use super::file::AskedLink;
use crate::analysis::perms::mediates;
use crate::blob::BlobProfile;

/// Every look-up for an access.
#[derive(Debug, Default)]
pub(in crate::analysis) struct LookupPlan {
    /// One for each permission asked.
    pub(in crate::analysis) checks: Vec<PermissionLookup>,
    /// The reason why nothing mediates it: then all is allowed.
    pub(in crate::analysis) unmediated: Option<String>,
    /// Whether it is checked in unconfined profiles, too.
    pub(in crate::analysis) binds_unconfined: bool,
    /// Remarks for the user.
    pub(in crate::analysis) notes: Vec<String>,
}

/// The look-up for one permission.
#[derive(Debug)]
pub(in crate::analysis) struct PermissionLookup {
    pub(in crate::analysis) permission: String,
    /// The bits that must all be allowed; for a capability and socket tables bit 0.
    pub(in crate::analysis) mask: u32,
    pub(in crate::analysis) way: LookupPlace,
}

/// The place where a permission is looked up.
#[derive(Clone, Debug)]
pub(in crate::analysis) enum LookupPlace {
    /// In the file automaton.
    File(MatchStrings),
    /// In the file automaton, with a transition. The path.
    Exec(Vec<u8>),
    /// A hard link: its name, then the pair.
    Link(AskedLink),
    /// A change of profile at the exec of a program: the program, and after a NUL the profile.
    OnExec { program: Vec<u8>, pairs: MatchStrings },
    /// In the automaton of the other classes.
    Policy(MatchStrings),
    /// In the mask of the profile.
    Capability(u8),
    /// In the table of socket types.
    Sockets { family: u16, kind: u16 },
    /// In the attachment automaton.
    Attachment(Vec<u8>),
}

/// Strings to match.
#[derive(Clone, Debug, Default)]
pub(in crate::analysis) struct MatchStrings {
    /// The first attempt that is fully allowed decides; otherwise the last one does.
    pub(in crate::analysis) attempts: Vec<Vec<Vec<u8>>>,
    /// The permission without which there is no next attempt; 0: there always is.
    pub(in crate::analysis) goes_on: u32,
}

impl MatchStrings {
    /// One string.
    pub(in crate::analysis) fn one(string: Vec<u8>) -> MatchStrings {
        MatchStrings { attempts: vec![vec![string]], goes_on: 0 }
    }

    /// The strings with a label in them: first the whole, then, of a stack, each profile of it.
    pub(in crate::analysis) fn label(label: &[u8], string: impl Fn(&[u8]) -> Vec<u8>) -> MatchStrings {
        let whole = vec![string(label)];
        let parts: Vec<Vec<u8>> = components(label).map(&string).collect();
        let attempts = if parts.len() > 1 { vec![whole, parts] } else { vec![whole] };
        MatchStrings { attempts, goes_on: 0 }
    }
}

/// The profiles of a stack: what stands between `//&`.
pub(crate) fn components(label: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(label);
    std::iter::from_fn(move || {
        let now = rest?;
        let at = now.windows(3).position(|three| three == b"//&");
        let (part, behind) = match at {
            Some(at) => (now.get(..at).unwrap_or(now), now.get(at + 3..)),
            None => (now, None),
        };
        rest = behind;
        Some(part)
    })
}

impl LookupPlan {
    /// A plan whose checks begin with a class byte; where that is not mediated, everything is allowed.
    pub(super) fn of_class(profile: &BlobProfile, class: u8, what: &str) -> LookupPlan {
        let unmediated = (!mediates(profile, class)).then(|| format!("{what} are not mediated by this policy"));
        LookupPlan { unmediated, ..LookupPlan::default() }
    }

    pub(super) fn check(&mut self, permission: impl Into<String>, mask: u32, way: LookupPlace) {
        self.checks.push(PermissionLookup { permission: permission.into(), mask, way });
    }
}
