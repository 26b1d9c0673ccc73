//! A blob in the pieces that the kernel takes as one change each.
//!
//! The kernel applies the first namespace that it meets in a write to all of it (`security/apparmor/policy.c`, `aa_replace_profiles`),
//! so profiles of different namespaces need a write each. Hats and children stand after their parents, and belong to the
//! namespace of those, whether they name it or not.

use std::ops::Range;

use crate::blob::{self, ReadError};
use crate::compiler::CompiledProfile;

/// Profiles of one namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ProfileSet {
    /// `None`: that of the loader.
    pub(super) namespace: Option<Vec<u8>>,
    /// Its bytes in the blob.
    pub(super) bytes: Range<usize>,
    pub(super) profiles: Vec<LoadedMember>,
}

/// A profile of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LoadedMember {
    /// The name without namespace.
    pub(super) name: Vec<u8>,
    pub(super) version: u32,
    /// Its bytes in the blob.
    pub(super) bytes: Range<usize>,
    /// Offset of its `profile` element.
    pub(super) element: usize,
}

impl ProfileSet {
    /// A profile's name as the kernel lists it.
    pub(super) fn listed(&self, member: &LoadedMember) -> Vec<u8> {
        match &self.namespace {
            Some(namespace) => [b":", &namespace[..], b":", &member.name].concat(),
            None => member.name.clone(),
        }
    }

    /// Sets of one profile each.
    pub(super) fn single(self) -> Vec<ProfileSet> {
        let ProfileSet { namespace, profiles, .. } = self;
        let alone = |member: LoadedMember| ProfileSet {
            namespace: namespace.clone(),
            bytes: member.bytes.clone(),
            profiles: vec![member],
        };
        profiles.into_iter().map(alone).collect()
    }
}

/// The sets of a blob that is not compressed, in its order.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<ProfileSet>, ReadError> {
    let profiles = blob::read_with_layout(bytes)?.into_iter().map(|(profile, layout)| {
        let bytes = layout.offset..layout.offset + layout.bytes;
        let member = LoadedMember { name: profile.name, version: profile.version, bytes, element: layout.element };
        (profile.namespace, member)
    });
    Ok(collect(profiles))
}

/// The sets of profiles that were compiled.
pub(super) fn of(profiles: &[CompiledProfile]) -> Vec<ProfileSet> {
    collect(profiles.iter().map(|profile| {
        let CompiledProfile { name, namespace, version, bytes, element, .. } = profile;
        let member = LoadedMember { name: name.to_vec(), version: *version, bytes: bytes.clone(), element: *element };
        (namespace.as_ref().map(|namespace| namespace.to_vec()), member)
    }))
}

fn collect(profiles: impl Iterator<Item = (Option<Vec<u8>>, LoadedMember)>) -> Vec<ProfileSet> {
    let mut sets: Vec<ProfileSet> = Vec::new();
    for (namespace, member) in profiles {
        match sets.last_mut().filter(|set| set.namespace == namespace || is_child(&member, set)) {
            Some(set) => {
                set.bytes.end = member.bytes.end;
                set.profiles.push(member);
            }
            None => sets.push(ProfileSet { namespace, bytes: member.bytes.clone(), profiles: vec![member] }),
        }
    }
    sets
}

/// Whether a profile without namespace of its own has its parent in the set.
fn is_child(member: &LoadedMember, set: &ProfileSet) -> bool {
    let is_parent =
        |parent: &LoadedMember| member.name.strip_prefix(&parent.name[..]).is_some_and(|rest| rest.starts_with(b"//"));
    set.profiles.iter().any(is_parent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Compiler, Features, Input};

    #[test]
    fn a_set_is_of_one_namespace() {
        let text = "profile b { }\nprofile :ns:p { ^h { } profile c { } }\nprofile a { ^h { } }\nprofile :m:q { }\n";
        let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
        let compiled = compiler.compile(Input::text("t", text)).unwrap();
        let blob = compiled.blob();
        let sets = read(blob).unwrap();
        assert_eq!(of(compiled.profiles()), sets, "what is known is what would be read");
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
