//! Policy that is not given to the kernel, because it mishandles it.

use std::collections::BTreeSet;
use std::fmt;

use super::error::quoted;
use super::sets::{LoadedMember, ProfileSet};
use super::{Kernel, KernelError, Operation};
use crate::diagnostic::Code;
use crate::policy::names::{self, NameFault};

/// Reasons why a profile is not given to the kernel. [The module](super#what-kernels-mishandle) says what kernels make of each.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hazard {
    /// Its name.
    Name(NameFault),
    /// The name of its namespace.
    Namespace(NameFault),
    /// It is a hat or child, and its parent is neither loaded nor before it in the policy.
    NoParent(Vec<u8>),
    /// The policy has another profile of this name.
    Twice,
}

impl Hazard {
    /// The code under which compilers report the same.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Hazard::Name(_) | Hazard::Namespace(_) => Code::NameUnloadable,
            Hazard::NoParent(_) => Code::ParentMissing,
            Hazard::Twice => Code::DupProfile,
        }
    }
}

impl fmt::Display for Hazard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Hazard::Name(fault) => write!(f, "the name has {fault}"),
            Hazard::Namespace(fault) => write!(f, "the name of the namespace has {fault}"),
            Hazard::NoParent(parent) => {
                write!(f, "its parent {} is not loaded; load both together or the parent first", quoted(parent))
            }
            Hazard::Twice => f.write_str("the policy defines it twice"),
        }
    }
}

impl Kernel {
    /// Checks all sets of a policy, before anything of it is written.
    pub(super) fn check(&self, operation: Operation, sets: &[ProfileSet]) -> Result<(), KernelError> {
        let mut before = BTreeSet::new();
        for set in sets {
            for member in &set.profiles {
                if let Some(hazard) = self.hazard(set, member, &before)? {
                    return Err(KernelError::Hazard { operation, what: quoted(&set.listed(member)), hazard });
                }
                before.insert((set.namespace.as_deref(), &member.name[..]));
            }
        }
        Ok(())
    }

    fn hazard(
        &self,
        set: &ProfileSet,
        member: &LoadedMember,
        before: &BTreeSet<(Option<&[u8]>, &[u8])>,
    ) -> Result<Option<Hazard>, KernelError> {
        let namespace = set.namespace.as_deref();
        if let Some(fault) = namespace.and_then(names::namespace_fault) {
            return Ok(Some(Hazard::Namespace(fault)));
        }
        if let Some(fault) = names::profile_fault(&member.name) {
            return Ok(Some(Hazard::Name(fault)));
        }
        if before.contains(&(namespace, &member.name[..])) {
            return Ok(Some(Hazard::Twice));
        }
        match names::parent(&member.name) {
            Some(parent) if !before.contains(&(namespace, parent)) && !self.has(namespace, parent)? => {
                Ok(Some(Hazard::NoParent(parent.to_vec())))
            }
            _ => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::blob::{self, BlobProfile};

    fn policy(names: &[(Option<&str>, &str)]) -> Vec<u8> {
        let profile = |&(namespace, name): &(Option<&str>, &str)| BlobProfile {
            version: 7,
            name: name.into(),
            namespace: namespace.map(Into::into),
            ..BlobProfile::default()
        };
        blob::write(&names.iter().map(profile).collect::<Vec<_>>()).unwrap()
    }

    /// Returns the hazard for a kernel that has loaded `p`, and `q` in a namespace.
    fn refused(names: &[(Option<&str>, &str)]) -> Option<String> {
        let directory = tempfile::tempdir().unwrap();
        for (path, text) in [
            (".load", ""),
            (".replace", ""),
            ("profiles", "p (enforce)\nforged (enforce)\n:ns:q (enforce)\n"),
            ("policy/profiles/p.1/name", "p\n"),
            ("policy/namespaces/ns/profiles/q.1/name", "q\n"),
        ] {
            let path = directory.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let (kernel, policy) = (Kernel::at(directory.path()), policy(names));
        let [load, replace] = [kernel.load(&policy), kernel.replace(&policy)];
        let written = [".load", ".replace"].map(|file| fs::read(directory.path().join(file)).unwrap());
        match (load, replace) {
            (Ok(()), Ok(())) => {
                assert!(written.iter().all(|bytes| !bytes.is_empty()));
                None
            }
            (Err(load), Err(replace)) => {
                assert!(written.iter().all(Vec::is_empty), "nothing is written of a policy with a hazard");
                assert!(load.code().is_some() && load.code() == replace.code());
                Some(replace.to_string().strip_prefix("cannot replace ").unwrap().to_owned())
            }
            outcomes => panic!("{outcomes:?}"),
        }
    }

    #[test]
    fn children_have_parents() {
        for names in [
            &[(None, "a"), (None, "a//b"), (None, "a//b//c")][..],
            &[(None, "p//h")],
            &[(Some("ns"), "q//h")],
            &[(None, "a"), (Some("n"), "a"), (Some("n"), "a//b")],
        ] {
            assert_eq!(refused(names), None, "{names:?}");
        }
        for (names, child, parent) in [
            (&[(None, "g"), (None, "a//b")][..], "a//b", "a"),
            (&[(None, "a//b"), (None, "a")], "a//b", "a"),
            (&[(None, "a"), (None, "a//b//c")], "a//b//c", "a//b"),
            (&[(None, "forged//b")], "forged//b", "forged"),
            (&[(Some("ns"), "p//h")], ":ns:p//h", "p"),
            (&[(None, "q//h")], "q//h", "q"),
            (&[(Some("n"), "a"), (None, "g"), (None, "a//b")], "a//b", "a"),
        ] {
            let message = format!(
                "\"{child}\": its parent \"{parent}\" is not loaded; load both together or the parent first \
                 [parent-missing]"
            );
            assert_eq!(refused(names), Some(message), "{names:?}");
        }
    }

    #[test]
    fn every_set_is_checked_before_the_first_is_written() {
        let refused = refused(&[(None, "good"), (Some("n"), "x"), (Some("n"), "a\nb")]).unwrap();
        assert!(refused.starts_with("\":n:a\\nb\": the name has a control character"), "{refused}");
        assert!(refused.ends_with("[name-unloadable]"), "{refused}");
    }

    #[test]
    fn names() {
        let twice = refused(&[(None, "a"), (None, "b"), (None, "a")]);
        assert_eq!(twice.unwrap(), "\"a\": the policy defines it twice [dup-profile]");
        assert_eq!(refused(&[(None, "a"), (Some("n"), "a")]), None);
        let namespace = refused(&[(Some("a/b"), "x")]).unwrap();
        assert!(namespace.contains("the name of the namespace has a slash"), "{namespace}");
    }
}
