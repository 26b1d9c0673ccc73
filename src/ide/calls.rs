//! The call hierarchy of profiles: which profile leads to which by exec.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use super::document::TextPlace;
use super::navigate::NameTarget;
use super::snapshot::Snapshot;
use super::symbols::Range;
use super::visit::at;
use super::workspace::{Workspace, resolve};
use crate::policy::{ExecKind, ExecTarget, Profile, Rule, RuleKind, RuleMode};
use crate::source::Text;
use crate::syntax::ast::ItemKind;

/// The facts known about one profile.
#[derive(Clone, Debug)]
pub(super) struct ProfileCalls {
    name: Text,
    /// The name in its header.
    place: TextPlace,
    /// Whether it is at the top level, so that it attaches by itself.
    top: bool,
    attachments: Vec<Text>,
    leads: Vec<TransitionRule>,
}

/// A rule that leads to other profiles.
#[derive(Clone, Debug)]
struct TransitionRule {
    /// The place where it is written; the name of the profile, where an included file has it.
    place: TextPlace,
    to: TransitionPeer,
}

#[derive(Clone, Debug)]
enum TransitionPeer {
    /// The profile of this name.
    Named(Text),
    /// The profile that attaches to what matches.
    Attached(Text),
    /// The child that attaches to it.
    Child(Text),
}

/// A profile in the call hierarchy.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Callee {
    /// The full name.
    pub name: String,
    /// The name in its header.
    pub place: TextPlace,
}

/// A step between two profiles: the profile at the other end, and the rules that lead there, all in one file.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Call {
    /// The profile at the other end.
    pub profile: Callee,
    /// The rules in the file of the profile that they are of; its name, where included files have them.
    pub rules: Vec<TextPlace>,
}

impl Workspace {
    /// The profile at an offset: the one that is named there, or else the one around it.
    pub fn profile_at(&mut self, path: &Path, offset: u32) -> Option<Callee> {
        let named = self.symbol(path, offset).and_then(|symbol| match symbol.what {
            NameTarget::Profile(name) => Some(name),
            _ => None,
        });
        let name = named.filter(|name| !self.index().profiles(name).is_empty()).or_else(|| {
            let cursor = self.cursor(path, offset)?;
            let found = at(&cursor.tree.file, cursor.offset)?;
            let own = match &found.item.kind.value {
                ItemKind::Profile(profile) => Some(profile.name.span),
                _ => None,
            };
            let around = found.around.iter().rev().find_map(|item| match &item.kind.value {
                ItemKind::Profile(profile) => Some(profile.name.span),
                _ => None,
            });
            let span = own.or(around)?;
            let resolved = self.resolved(&cursor.path)?;
            let profile = resolved.policy.all_profiles().find(|profile| profile.span == span)?;
            Some(profile.name.clone())
        })?;
        let found = self.index().profiles(&name).into_iter().next()?;
        let place = self.places(vec![found]).pop()?;
        Some(Callee { name: name.to_string(), place })
    }

    /// The path at an offset, variables expanded, if the rule there executes it under the profile that attaches to it.
    pub fn executed(&mut self, path: &Path, offset: u32) -> Option<Text> {
        let cursor = self.cursor(path, offset)?;
        let item = at(&cursor.tree.file, cursor.offset)?.item.kind.span;
        let resolved = self.resolved(&cursor.path)?;
        let profiles = resolved.policy.all_profiles();
        let rule = profiles.flat_map(|profile| &profile.rules).find(|rule| rule.span == item)?;
        match to(rule)? {
            TransitionPeer::Attached(path) => Some(path),
            TransitionPeer::Named(_) | TransitionPeer::Child(_) => None,
        }
    }

    /// The files with profiles.
    pub(super) fn roots(&mut self) -> Vec<PathBuf> {
        let files = self.index().files().filter(|(_, symbols)| !symbols.profiles.is_empty());
        let mut roots: Vec<PathBuf> = files.map(|(path, _)| path.to_owned()).collect();
        roots.sort_unstable();
        roots
    }
}

impl Snapshot {
    /// The profiles that a profile leads to by exec and `change_profile`.
    #[must_use]
    pub fn outgoing(&self, name: &str) -> Vec<Call> {
        let members = self.members();
        let mut calls: Vec<(usize, Vec<TextPlace>)> = Vec::new();
        let all: Vec<&ProfileCalls> = members.iter().flat_map(|list| list.iter()).collect();
        for from in all.iter().filter(|member| member.name.as_bytes() == name.as_bytes()) {
            for lead in &from.leads {
                for (number, _) in all.iter().enumerate().filter(|(_, to)| self.leads_to(from, lead, to)) {
                    let place = lead.place.clone();
                    match calls.iter_mut().find(|(known, _)| *known == number) {
                        Some((_, rules)) => rules.push(place),
                        None => calls.push((number, vec![place])),
                    }
                }
            }
        }
        let calls = calls
            .into_iter()
            .filter_map(|(number, rules)| Some(Call { profile: callee(all.get(number)?), rules: once(rules) }));
        calls.collect()
    }

    /// The profiles that lead to a profile.
    #[must_use]
    pub fn incoming(&self, name: &str) -> Vec<Call> {
        let members = self.members();
        let all: Vec<&ProfileCalls> = members.iter().flat_map(|list| list.iter()).collect();
        let wanted: Vec<&&ProfileCalls> =
            all.iter().filter(|member| member.name.as_bytes() == name.as_bytes()).collect();
        let mut calls = Vec::new();
        for from in &all {
            let leading = from.leads.iter().filter(|lead| wanted.iter().any(|to| self.leads_to(from, lead, to)));
            let rules: Vec<TextPlace> = leading.map(|lead| lead.place.clone()).collect();
            if !rules.is_empty() {
                calls.push(Call { profile: callee(from), rules: once(rules) });
            }
        }
        calls
    }

    /// Returns the places of the profiles that attach to a path.
    #[must_use]
    pub fn attached(&self, path: &Text) -> Vec<TextPlace> {
        let members = self.members();
        let fits = |member: &&ProfileCalls| {
            member.top && member.attachments.iter().any(|attachment| self.memory.common(path, attachment).is_some())
        };
        members.iter().flat_map(|list| list.iter()).filter(fits).map(|member| member.place.clone()).collect()
    }

    fn leads_to(&self, from: &ProfileCalls, lead: &TransitionRule, to: &ProfileCalls) -> bool {
        let attached =
            |path: &Text| to.attachments.iter().any(|attachment| self.memory.common(path, attachment).is_some());
        let is_child = || {
            let rest = to.name.strip_prefix(from.name.as_bytes()).and_then(|rest| rest.strip_prefix(b"//"));
            rest.is_some_and(|rest| memchr::memmem::find(rest, b"//").is_none())
        };
        match &lead.to {
            TransitionPeer::Named(name) => to.name == *name,
            TransitionPeer::Attached(path) => to.top && attached(path),
            TransitionPeer::Child(path) => is_child() && attached(path),
        }
    }

    /// All profiles of the workspace.
    fn members(&self) -> Vec<Arc<Vec<ProfileCalls>>> {
        let members = self.roots.iter().map(|root| {
            let known = self.members.lock().unwrap_or_else(PoisonError::into_inner).get(root).cloned();
            known.unwrap_or_else(|| {
                let found = Arc::new(self.members_of(root));
                let mut all = self.members.lock().unwrap_or_else(PoisonError::into_inner);
                all.insert(root.clone(), Arc::clone(&found));
                found
            })
        });
        members.collect()
    }

    fn members_of(&self, root: &Path) -> Vec<ProfileCalls> {
        let Some(resolved) = resolve(&self.session, root, &self.settings) else { return Vec::new() };
        let top = |profile: &Profile| resolved.policy.profiles.iter().any(|it| std::ptr::eq(it, profile));
        let profiles = resolved.policy.all_profiles();
        profiles.filter_map(|profile| self.member(profile, top(profile))).collect()
    }

    fn member(&self, profile: &Profile, top: bool) -> Option<ProfileCalls> {
        let place = self.place(profile.span)?;
        let attachments = profile.attachment.iter().chain(&profile.alias_attachments);
        let mut attachments: Vec<Text> = attachments.map(|glob| glob.value.clone()).collect();
        if attachments.is_empty() && !top {
            attachments.push(profile.name_glob.value.clone());
        }
        let leads = profile.rules.iter().filter_map(|rule| {
            let own = rule.span.source == profile.span.source;
            let place = if own { self.place(rule.span)? } else { place.clone() };
            Some(TransitionRule { place, to: to(rule)? })
        });
        let leads = leads.collect();
        Some(ProfileCalls { name: profile.name.clone(), place, top, attachments, leads })
    }
}

fn callee(member: &ProfileCalls) -> Callee {
    Callee { name: member.name.to_string(), place: member.place.clone() }
}

/// Returns the profiles that a rule leads to, if any.
fn to(rule: &Rule) -> Option<TransitionPeer> {
    if rule.prefix.mode == Some(RuleMode::Deny) {
        return None;
    }
    match &rule.kind {
        RuleKind::File(file) => {
            let exec = file.exec.as_ref()?;
            match (&exec.target, exec.mode.kind()) {
                (Some(ExecTarget::Named(name)), _) => Some(TransitionPeer::Named(name.clone())),
                (Some(ExecTarget::ChildByPath), _) | (None, ExecKind::Child) => {
                    Some(TransitionPeer::Child(file.path.value.clone()))
                }
                (None, ExecKind::Profile) => Some(TransitionPeer::Attached(file.path.value.clone())),
                _ => None,
            }
        }
        RuleKind::ChangeProfile(change) => Some(TransitionPeer::Named(change.target.as_ref()?.value.clone())),
        _ => None,
    }
}

/// Each place once.
fn once(mut places: Vec<TextPlace>) -> Vec<TextPlace> {
    let mut seen: Vec<(PathBuf, Range)> = Vec::new();
    places.retain(|place| {
        let key = (place.path.clone(), place.span.start..place.span.end);
        let new = !seen.contains(&key);
        if new {
            seen.push(key);
        }
        new
    });
    places
}
