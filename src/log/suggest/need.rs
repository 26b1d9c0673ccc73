//! The needs of a program: accesses from a log, those about the same thing joined.

use serde::Serialize;

use crate::analysis::Access;
use crate::analysis::access::{FileAccess, components};
use crate::analysis::perms::{APPEND, EXEC, WRITE};
use crate::log::Event;
use crate::policy::Owner;
use crate::source::Text;

use super::general::has_number_of;

/// An access that a profile has to allow.
///
/// ```
/// use armorer::Access;
/// use armorer::log::suggest::Need;
///
/// let need = Need::new("web", Access::parse(&["file", "owner", "/srv/web/data", "rw"])?).times(3);
/// assert_eq!((need.profile.to_string(), need.times), ("web".into(), 3));
/// # Ok::<(), armorer::analysis::AccessError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Need {
    /// The profile as records name it: with those of its parents (`parent//child`), in a namespace `:namespace:profile`.
    pub profile: Text,
    /// The access.
    pub access: Access,
    /// The number of events.
    pub times: u64,
    /// The profile that the record of an exec names as its target.
    pub target: Option<Text>,
    /// The process, where the record has its number: names that have it are others the next time.
    pub pid: Option<u32>,
}

impl Need {
    /// One event.
    #[must_use]
    pub fn new(profile: impl Into<Text>, access: Access) -> Need {
        Need { profile: profile.into(), access, times: 1, target: None, pid: None }
    }

    /// Returns the accesses that a profile must allow for an event; for a stack, those of each profile in it. Nothing where it
    /// was allowed, or where no rule helps.
    ///
    /// ```
    /// use armorer::log::{events, suggest::Need};
    ///
    /// let line = br#"audit: type=1400 audit(1.5:2): apparmor="DENIED" operation="open" profile="a//&b" name="/etc/x" denied_mask="r""#;
    /// let needs = Need::of(&events(line)[0]);
    /// assert_eq!(needs.iter().map(|need| need.profile.to_string()).collect::<Vec<_>>(), ["a", "b"]);
    /// ```
    #[must_use]
    pub fn of(event: &Event) -> Vec<Need> {
        let (Some(label), Some(access)) = (&event.profile, &event.access) else { return Vec::new() };
        if !event.verdict.is_lacking() || !event.asks_for_rule() {
            return Vec::new();
        }
        let profiles = components(label).filter(|profile| *profile != b"unconfined");
        let need =
            |profile| Need { target: event.target.clone(), pid: event.pid, ..Need::new(profile, access.clone()) };
        profiles.map(need).collect()
    }

    /// The same need, seen so many times.
    #[must_use]
    pub fn times(self, times: u64) -> Need {
        Need { times, ..self }
    }

    /// The same need, of an exec that leads to a profile.
    #[must_use]
    pub fn target(self, profile: impl Into<Text>) -> Need {
        Need { target: Some(profile.into()), ..self }
    }

    /// The same need, of a process.
    #[must_use]
    pub fn pid(self, pid: u32) -> Need {
        Need { pid: Some(pid), ..self }
    }

    /// The program that is executed, where the need is an exec.
    #[must_use]
    pub fn executes(&self) -> Option<&[u8]> {
        match &self.access {
            Access::File(file) if file.permissions & EXEC != 0 => Some(&file.path),
            _ => None,
        }
    }
}

/// Needs of one profile about one thing, which one rule may allow.
#[derive(Clone, Debug)]
pub(super) struct NeedGroup {
    /// One need, with the permissions of all; for files, those on files of the program's user, and the process whose number names have.
    pub(super) need: Need,
    /// The permissions on files that are of others, too.
    pub(super) other: u32,
    /// The numbers of the needs.
    pub(super) members: Vec<usize>,
}

impl NeedGroup {
    fn new(number: usize, need: &Need) -> NeedGroup {
        let mut need = need.clone();
        let mut other = 0;
        if let Access::File(file) = &mut need.access {
            file.permissions = as_letters(file.permissions);
            if file.owner != Some(Owner::Owner) {
                other = std::mem::take(&mut file.permissions);
            }
            file.owner = Some(Owner::Owner);
            let mut names = std::iter::once(&file.path).chain(&file.link_target);
            need.pid = need.pid.filter(|&pid| names.any(|name| has_number_of(name, pid)));
        }
        NeedGroup { need, other, members: vec![number] }
    }

    /// Takes in another need about the same thing.
    fn join(&mut self, number: usize, other: &NeedGroup) {
        self.other |= other.other;
        self.need.times = self.need.times.saturating_add(other.need.times);
        self.need.target = self.need.target.take().or_else(|| other.need.target.clone());
        self.need.pid = self.need.pid.or(other.need.pid);
        if let (Some(mine), Some(theirs)) =
            (permissions(&mut self.need.access), permissions(&mut other.need.access.clone()))
        {
            *mine |= *theirs;
        }
        self.members.push(number);
    }

    /// The accesses that the group is about: to files of the program's user, and to files of anybody.
    pub(super) fn accesses(&self) -> Vec<Access> {
        let Access::File(file) = &self.need.access else { return vec![self.need.access.clone()] };
        let of = |permissions: u32, owner| Access::File(FileAccess { permissions, owner, ..file.clone() });
        let own = file.permissions & !held_by(self.other);
        [(self.other, None), (own, Some(Owner::Owner))]
            .into_iter()
            .filter(|(permissions, _)| *permissions != 0)
            .map(|(permissions, owner)| of(permissions, owner))
            .collect()
    }

    /// The needs of the group: one for each of its accesses.
    pub(super) fn needs(&self) -> Vec<Need> {
        self.accesses().into_iter().map(|access| Need { access, ..self.need.clone() }).collect()
    }
}

/// The permissions that letters of rules stand for: creating, deleting and changing a file is writing it.
fn as_letters(permissions: u32) -> u32 {
    const CHANGES: u32 = 0x10 | 0x20 | 0x100 | 0x1000 | 0x2000;
    if permissions & CHANGES == 0 { permissions } else { permissions & !CHANGES | WRITE }
}

/// Adds the permissions that are implied: writing implies appending.
fn held_by(permissions: u32) -> u32 {
    if permissions & WRITE == 0 { permissions } else { permissions | APPEND }
}

/// The permissions of an access, where those of several accesses may stand in one rule.
fn permissions(access: &mut Access) -> Option<&mut u32> {
    match access {
        Access::File(file) => Some(&mut file.permissions),
        Access::Network(network) => Some(&mut network.permissions),
        Access::Unix(unix) => Some(&mut unix.permissions),
        Access::Signal(signal) => Some(&mut signal.permissions),
        Access::Ptrace(ptrace) => Some(&mut ptrace.permissions),
        Access::Mqueue(mqueue) => Some(&mut mqueue.permissions),
        _ => None,
    }
}

/// Joins needs that are about the same thing, in the order in which they come first.
pub(super) fn group(needs: &[Need]) -> Vec<NeedGroup> {
    let mut groups: Vec<NeedGroup> = Vec::new();
    let mut known: rustc_hash::FxHashMap<String, usize> = rustc_hash::FxHashMap::default();
    for (number, need) in needs.iter().enumerate() {
        let next = NeedGroup::new(number, need);
        let at = *known.entry(subject(&next.need)).or_insert(groups.len());
        match groups.get_mut(at) {
            Some(group) => group.join(number, &next),
            None => groups.push(next),
        }
    }
    groups
}

/// Returns the subject of a need: all of it except its permissions, counts and process.
fn subject(need: &Need) -> String {
    let mut same = Need { times: 0, target: None, pid: None, ..need.clone() };
    if let Some(permissions) = permissions(&mut same.access) {
        *permissions = 0;
    }
    format!("{same:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn need(words: &[&str]) -> Need {
        Need::new("p", Access::parse(words).unwrap())
    }

    #[test]
    fn letters_of_one_path_are_joined_and_owner_stays_with_its_letters() {
        let needs = [
            need(&["file", "owner", "/x", "r"]),
            need(&["file", "/y", "r"]),
            need(&["file", "owner", "/x", "w"]).times(4),
            need(&["file", "other", "/x", "r"]),
        ];
        let groups = group(&needs);
        let shown = |group: &NeedGroup| group.accesses().iter().map(Access::to_string).collect::<Vec<_>>();
        assert_eq!(
            groups.iter().map(shown).collect::<Vec<_>>(),
            [vec!["file /x r", "file owner /x w"], vec!["file /y r"]]
        );
        assert_eq!((groups[0].need.times, &groups[0].members[..]), (6, &[0, 2, 3][..]));
    }

    #[test]
    fn other_classes_join_what_has_the_same_peer() {
        let needs = [
            need(&["signal", "send", "term", "a"]),
            need(&["signal", "receive", "term", "a"]),
            need(&["signal", "send", "term", "b"]),
            need(&["network", "create", "inet", "stream"]),
            need(&["network", "connect", "inet", "stream"]),
            need(&["capability", "chown"]),
        ];
        let groups = group(&needs);
        assert_eq!(groups.iter().map(|group| group.members.len()).collect::<Vec<_>>(), [2, 1, 2, 1]);
        assert_eq!(groups[0].accesses()[0].to_string(), "signal term a");
    }
}
