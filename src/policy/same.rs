//! Comparison of the meaning of two policies.

use std::borrow::Cow;

use rustc_hash::FxHashSet;

use super::{ChangeProfileRule, Policy, Prefix, Profile, RuleKind, Safety, merged};

impl Policy {
    /// Whether another policy has the same profiles, each with the same rules in any order, wherever they are written.
    ///
    /// Rules of a resolved profile are a set: which of two decides depends on what they say, not on where they stand. What
    /// depends on order, such as the last of two limits for a resource, was decided when the text was resolved.
    #[must_use]
    pub fn has_same_meaning(&self, other: &Policy) -> bool {
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
        && rule_set(a) == rule_set(b)
        && all_same(children, &b.children)
}

/// The rules of a profile, those merged that differ only in permissions.
fn rule_set(profile: &Profile) -> FxHashSet<(Prefix, RuleKind)> {
    let rules = merged(&profile.rules).into_iter().map(Cow::into_owned);
    let each = rules.map(|rule| match rule.kind {
        // `safe` is what holds without a word, too; merged rules have the word of the first.
        RuleKind::ChangeProfile(change) if change.safety == Some(Safety::Safe) => {
            (rule.prefix, RuleKind::ChangeProfile(ChangeProfileRule { safety: None, ..change }))
        }
        kind => (rule.prefix, kind),
    });
    each.collect()
}
