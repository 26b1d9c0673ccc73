//! Comparison of the meaning of two policies.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::{ChangeProfileRule, Policy, Prefix, Profile, RuleKind, Safety};

impl Policy {
    /// Whether another policy has the same profiles, each with the same rules in any order, wherever they are written.
    ///
    /// Rules of a resolved profile are a set: which of two decides depends on what they say, not on where they stand. What
    /// depends on order, such as the last of two limits for a resource, was decided when the text was resolved.
    #[must_use]
    pub fn says_the_same(&self, other: &Policy) -> bool {
        self.features == other.features && all_same(&self.profiles, &other.profiles)
    }
}

fn all_same(a: &[Profile], b: &[Profile]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
}

fn same(a: &Profile, b: &Profile) -> bool {
    // Every field is named, so that a new one is not forgotten; spans do not count.
    let Profile {
        name,
        written_name,
        namespace,
        hat,
        span: _,
        attachment,
        name_glob,
        alias_attachments,
        xattrs,
        identities,
        flags,
        rlimits,
        rules: _,
        children,
    } = a;
    *name == b.name
        && *written_name == b.written_name
        && *namespace == b.namespace
        && *hat == b.hat
        && *attachment == b.attachment
        && *name_glob == b.name_glob
        && *alias_attachments == b.alias_attachments
        && *xattrs == b.xattrs
        && *identities == b.identities
        && *flags == b.flags
        && *rlimits == b.rlimits
        && a.rules.len() == b.rules.len()
        && counted(a) == counted(b)
        && all_same(children, &b.children)
}

/// How often each rule stands in a profile.
fn counted(profile: &Profile) -> FxHashMap<(&Prefix, Cow<'_, RuleKind>), usize> {
    let mut counts = FxHashMap::default();
    for rule in &profile.rules {
        let kind = match &rule.kind {
            // `safe` is what holds without a word, too; merged rules have the word of the first.
            RuleKind::ChangeProfile(change) if change.safety == Some(Safety::Safe) => {
                Cow::Owned(RuleKind::ChangeProfile(ChangeProfileRule { safety: None, ..change.clone() }))
            }
            kind => Cow::Borrowed(kind),
        };
        *counts.entry((&rule.prefix, kind)).or_default() += 1;
    }
    counts
}
