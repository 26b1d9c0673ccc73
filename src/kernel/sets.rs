//! A blob in the pieces that the kernel takes as one change each.
//!
//! The kernel applies the first namespace that it meets in a write to all of it (`security/apparmor/policy.c`, `aa_replace_profiles`),
//! so profiles of different namespaces need a write each. Hats and children stand behind their parents, and belong to the
//! namespace of those, whether they name it or not.

use std::ops::Range;

use crate::blob::{self, ProfileLayout, ReadError};

/// Profiles of one namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Set {
    /// `None`: that of the loader.
    pub(super) namespace: Option<Vec<u8>>,
    /// Its bytes in the blob.
    pub(super) bytes: Range<usize>,
    pub(super) profiles: Vec<Member>,
}

/// A profile of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    /// The name without namespace.
    pub(super) name: Vec<u8>,
    pub(super) version: u32,
    pub(super) layout: ProfileLayout,
}

impl Set {
    /// A profile's name as the kernel lists it.
    pub(super) fn listed(&self, member: &Member) -> Vec<u8> {
        match &self.namespace {
            Some(namespace) => [b":", &namespace[..], b":", &member.name].concat(),
            None => member.name.clone(),
        }
    }
}

/// The sets of a blob that is not compressed, in its order.
pub(super) fn sets(bytes: &[u8]) -> Result<Vec<Set>, ReadError> {
    let mut sets: Vec<Set> = Vec::new();
    for (profile, layout) in blob::read_with_layout(bytes)? {
        let end = layout.offset + layout.bytes;
        let member = Member { name: profile.name, version: profile.version, layout };
        match sets.last_mut().filter(|set| set.namespace == profile.namespace || is_child(&member, set)) {
            Some(set) => {
                set.bytes.end = end;
                set.profiles.push(member);
            }
            None => {
                let bytes = member.layout.offset..end;
                sets.push(Set { namespace: profile.namespace, bytes, profiles: vec![member] });
            }
        }
    }
    Ok(sets)
}

/// Whether a profile without namespace of its own has its parent in the set.
fn is_child(member: &Member, set: &Set) -> bool {
    let is_parent =
        |parent: &Member| member.name.strip_prefix(&parent.name[..]).is_some_and(|rest| rest.starts_with(b"//"));
    set.profiles.iter().any(is_parent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Compiler, Features};

    #[test]
    fn a_set_is_of_one_namespace() {
        let text = "profile b { }\nprofile :ns:p { ^h { } profile c { } }\nprofile a { ^h { } }\nprofile :m:q { }\n";
        let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
        let blob = compiler.compile_text("t", text.as_bytes()).unwrap().to_blob().unwrap();
        let sets = sets(&blob).unwrap();
        let names: Vec<Vec<String>> = sets
            .iter()
            .map(|set| {
                let names = set.profiles.iter().map(|member| set.listed(member));
                names.map(|name| String::from_utf8(name).unwrap()).collect()
            })
            .collect();
        assert_eq!(names, [vec!["a", "a//h", "b"], vec![":m:q"], vec![":ns:p", ":ns:p//c", ":ns:p//h"]]);
        let ends: Vec<_> = sets.iter().map(|set| set.bytes.clone()).collect();
        assert!(ends[0].start == 0 && ends[0].end == ends[1].start && ends[2].end == blob.len());
    }
}
