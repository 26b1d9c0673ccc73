//! The counterparts of profiles, and what names of exec targets stand for.

use rustc_hash::FxHashMap;

use super::{NewAccessFinding, NewAccessKind, NewAccessOptions};
use crate::analysis::difference::{Difference, ProfilePart};
use crate::blob::BlobProfile;

/// Namespace and name of a profile.
type NamespacedName<'a> = (Option<&'a [u8]>, &'a [u8]);

/// Both policies, and which profiles belong together.
pub(super) struct PairedPolicies<'a> {
    pub(super) base: &'a [BlobProfile],
    pub(super) new: &'a [BlobProfile],
    base_names: FxHashMap<NamespacedName<'a>, Vec<usize>>,
    new_names: FxHashMap<NamespacedName<'a>, Vec<usize>>,
    options: &'a NewAccessOptions,
    /// Whether BASE has profiles that are nobody's counterpart.
    pub(super) any_removed: bool,
    /// Whether a profile that attaches to programs is missing in NEW.
    pub(super) attachments_removed: bool,
}

fn names(profiles: &[BlobProfile]) -> FxHashMap<NamespacedName<'_>, Vec<usize>> {
    let mut names: FxHashMap<NamespacedName<'_>, Vec<usize>> = FxHashMap::default();
    for (index, profile) in profiles.iter().enumerate() {
        names.entry((profile.namespace.as_deref(), profile.name.as_slice())).or_default().push(index);
    }
    names
}

impl<'a> PairedPolicies<'a> {
    pub(super) fn new(base: &'a [BlobProfile], new: &'a [BlobProfile], options: &'a NewAccessOptions) -> Self {
        let mut pairing = PairedPolicies {
            base,
            new,
            base_names: names(base),
            new_names: names(new),
            options,
            any_removed: false,
            attachments_removed: false,
        };
        pairing.any_removed = options.baseline.is_none() && pairing.unpaired().next().is_some();
        pairing.attachments_removed = options.baseline.is_none()
            && pairing.unpaired().any(|profile| profile.xmatch.is_some() || profile.name.starts_with(b"/"));
        pairing
    }

    /// Whether profiles are paired by other means than their names.
    pub(super) fn renames(&self) -> bool {
        self.options.baseline.is_some() || !self.options.map.is_empty()
    }

    /// Whether one profile is the counterpart of all.
    pub(super) fn has_baseline(&self) -> bool {
        self.options.baseline.is_some()
    }

    /// The index of the counterpart of a profile of NEW, or why it has none.
    pub(super) fn counterpart(&self, index: usize) -> Result<usize, String> {
        let Some(profile) = self.new.get(index) else { return Err("there is no such profile".into()) };
        let namespace = profile.namespace.as_deref();
        let own = (namespace, profile.name.as_slice());
        let namesakes = self.new_names.get(&own).map(Vec::as_slice).unwrap_or_default();
        let mapped: Vec<u8>;
        let key = if let Some(baseline) = &self.options.baseline {
            mapped = baseline.clone().into_bytes();
            parse(&mapped, None)
        } else {
            mapped = self.mapped(&profile.name);
            parse(&mapped, namespace)
        };
        let found = key.and_then(|key| self.base_names.get(&key)).map(Vec::as_slice);
        let at = namesakes.iter().position(|&namesake| namesake == index);
        match found {
            Some(&[one]) if self.has_baseline() || namesakes.len() == 1 => Ok(one),
            // Each replaces those before it: the same number of them, one by one, is the same order.
            Some(all) if all.len() == namesakes.len() => {
                at.and_then(|at| all.get(at)).copied().ok_or_else(|| "BASE has no counterpart".to_owned())
            }
            Some(_) => Err("BASE and NEW have different numbers of profiles of this name".into()),
            None => Err("BASE has no counterpart".into()),
        }
    }

    /// The name in BASE; hats and children go with their profile.
    fn mapped(&self, name: &[u8]) -> Vec<u8> {
        let renamed = self.options.map.iter().find_map(|(base, new)| {
            let rest = name.strip_prefix(new.as_bytes())?;
            (rest.is_empty() || rest.starts_with(b"//")).then(|| [base.as_bytes(), rest].concat())
        });
        renamed.unwrap_or_else(|| name.to_vec())
    }

    /// The profiles of BASE that are nobody's counterpart.
    fn unpaired(&self) -> impl Iterator<Item = &'a BlobProfile> {
        let paired: rustc_hash::FxHashSet<usize> =
            (0..self.new.len()).filter_map(|index| self.counterpart(index).ok()).collect();
        self.base.iter().enumerate().filter(move |(index, _)| !paired.contains(index)).map(|(_, profile)| profile)
    }

    pub(super) fn removed(&self) -> Vec<String> {
        if self.has_baseline() {
            return Vec::new();
        }
        self.unpaired().map(name).collect()
    }

    /// The profile of BASE that a name in one of its profiles stands for.
    pub(super) fn in_base(&self, from: &BlobProfile, name: &[u8]) -> Option<usize> {
        one(&self.base_names, from, name)
    }

    /// The same in NEW.
    pub(super) fn in_new(&self, from: &BlobProfile, name: &[u8]) -> Option<usize> {
        one(&self.new_names, from, name)
    }

    /// The finding about a profile without counterpart.
    pub(super) fn alone(&self, index: usize, reason: String) -> Option<NewAccessFinding> {
        let profile = self.new.get(index)?;
        let difference = Difference {
            namespace: profile.namespace.as_ref().map(|namespace| namespace.escape_ascii().to_string()),
            profile: profile.name.escape_ascii().to_string(),
            indices: [None, Some(index)],
            ..Difference::new(ProfilePart::Profile, "has no profile to compare".into(), "has the profile".into())
        };
        Some(NewAccessFinding { kind: NewAccessKind::NotProven, base: None, reason: Some(reason), difference })
    }
}

/// A profile's name with its namespace, unprintable bytes escaped.
pub(super) fn name(profile: &BlobProfile) -> String {
    let name = profile.name.escape_ascii();
    match &profile.namespace {
        Some(namespace) => format!(":{}:{name}", namespace.escape_ascii()),
        None => name.to_string(),
    }
}

fn one(names: &FxHashMap<NamespacedName<'_>, Vec<usize>>, from: &BlobProfile, name: &[u8]) -> Option<usize> {
    match names.get(&parse(name, from.namespace.as_deref())?).map(Vec::as_slice) {
        Some(&[one]) => Some(one),
        _ => None,
    }
}

/// A name as it is seen from a namespace. `None` for stacks, and for namespaces below another one.
fn parse<'a>(name: &'a [u8], namespace: Option<&'a [u8]>) -> Option<NamespacedName<'a>> {
    match name.strip_prefix(b":") {
        None if name.starts_with(b"&") => None,
        None => Some((namespace, name)),
        Some(_) if namespace.is_some() => None,
        Some(rest) => {
            let colon = rest.iter().position(|&byte| byte == b':')?;
            let (namespace, name) = rest.split_at_checked(colon)?;
            let name = name.strip_prefix(b":").unwrap_or_default();
            Some((Some(namespace), name.strip_prefix(b"//").unwrap_or(name)))
        }
    }
}
