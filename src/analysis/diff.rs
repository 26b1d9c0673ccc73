//! Comparing two policies by meaning.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};
use thiserror::Error;

use super::access::{self, Asked};
use super::difference::{Diff, Difference, ProfilePart, Witness};
use super::perms::{self, ClassPerms, FilePerms, LOCK, attaches};
use super::product::{AutomatonSide, OutOfBudget, WalkOptions, WalkResult, walk};
use super::{classes, describe, fields, networks};
use crate::automata::{Symbol, Tables};
use crate::blob::{Automaton, BlobProfile, PolicyDb, VerifyError, Xmatch, verify_profile};
use crate::vocab::classes::{LABEL, MOUNT, NETWORK_V8, NETWORK_V9};

/// The scope of a comparison, and its limits.
///
/// ```
/// use armorer::analysis::DiffOptions;
///
/// // All differences from a blob of the reference compiler but those that it is known for, with some examples of each.
/// let options = DiffOptions::default()
///     .ignore_xmatch_len(true)
///     .children_in_parent_namespace(true)
///     .max_per_automaton(100)
///     .examples(3)
///     .max_pairs(1_000_000);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiffOptions {
    pub(super) ignore_xmatch_len: bool,
    pub(super) children_in_parent_namespace: bool,
    pub(super) max_per_automaton: usize,
    pub(super) examples: usize,
    pub(super) max_pairs: usize,
}

impl Default for DiffOptions {
    fn default() -> Self {
        Self {
            ignore_xmatch_len: false,
            children_in_parent_namespace: false,
            max_per_automaton: 1,
            examples: 1,
            // Two automata of the same meaning need as many pairs as the larger has states; the largest real
            // ones have 25,000. A pair takes about 50 bytes.
            max_pairs: 2_000_000,
        }
    }
}

/// Reasons why two policies cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DiffError {
    /// A policy that no kernel would load has no meaning.
    #[error("policy {policy} is unsound: {error}")]
    Unsound {
        /// `A` or `B`.
        policy: char,
        /// The fault.
        error: VerifyError,
    },
    /// The product of two automata is too large.
    #[error("profile `{profile}`: the {automaton} automata need more than {pairs} pairs of states to compare")]
    OutOfBudget {
        /// The profile, unprintable bytes escaped.
        profile: String,
        /// The automaton.
        automaton: Automaton,
        /// [`DiffOptions::max_pairs`].
        pairs: usize,
    },
}

/// Compares two policies.
///
/// Profiles are paired by namespace and name. What counts is what a kernel makes of them: numbers of states, encodings of
/// permissions and of tables, the order of transition tables and whether a section without permissions is there at all
/// are no differences (see [`super::perms`]). The numbers of the states of attachment automata, which old kernels
/// look at when they rank overlapping attachments, are not compared.
///
/// # Errors
///
/// [`DiffError`] if a policy is unsound or the product of two automata too large.
///
/// # Examples
///
/// ```
/// use armorer::analysis::{DiffOptions, Side, diff};
/// use armorer::{Compiler, Features, Input};
///
/// let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
/// let a = compiler.compile(Input::text("a", "profile p { }\n"))?;
/// let b = compiler.compile(Input::text("b", "profile p {\n  capability chown,\n}\n"))?;
/// let options = DiffOptions::default();
/// assert!(diff(a.records(), a.records(), &options)?.is_empty());
///
/// let mut differences = diff(a.records(), b.records(), &options)?;
/// assert_eq!(differences.to_string(), "p: capability chown: A denies, B allows\n");
/// differences.name_rules(Side::B, |profile| b.provenance(profile), b.diagnosis().sources());
/// assert_eq!(differences.to_string(), "p: capability chown: A denies, B allows; rule at b:2:3\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn diff(a: &[BlobProfile], b: &[BlobProfile], options: &DiffOptions) -> Result<Diff, DiffError> {
    sound('A', a)?;
    sound('B', b)?;
    let mut pairs: BTreeMap<ProfileKey<'_>, [Option<(usize, &BlobProfile)>; 2]> = BTreeMap::new();
    for (side, profiles) in [a, b].into_iter().enumerate() {
        for (index, (key, profile)) in keys(profiles, options).into_iter().enumerate() {
            if let Some(place) = pairs.entry(key).or_default().get_mut(side) {
                *place = Some((index, profile));
            }
        }
    }
    let mut diff = Diff::default();
    for ((namespace, name, _), pair) in pairs {
        let indices = pair.map(|profile| profile.map(|(index, _)| index));
        let found = match pair {
            [Some((_, a)), Some((_, b))] => profile(a, b, options, &mut diff.more)?,
            [a, _] => vec![fields::missing(a.is_some())],
        };
        diff.differences.extend(found.into_iter().map(|difference| Difference {
            namespace: namespace.map(|namespace| namespace.escape_ascii().to_string()),
            profile: name.escape_ascii().to_string(),
            indices,
            ..difference
        }));
    }
    Ok(diff)
}

pub(super) fn sound(policy: char, profiles: &[BlobProfile]) -> Result<(), DiffError> {
    for (index, profile) in profiles.iter().enumerate() {
        verify_profile(profile)
            .map_err(|error| DiffError::Unsound { policy, error: VerifyError { index, ..error } })?;
    }
    Ok(())
}

/// Namespace, name, and how many profiles of that name came before.
type ProfileKey<'a> = (Option<&'a [u8]>, &'a [u8], usize);

fn keys<'a>(profiles: &'a [BlobProfile], options: &DiffOptions) -> Vec<(ProfileKey<'a>, &'a BlobProfile)> {
    let mut seen: FxHashMap<(Option<&[u8]>, &[u8]), usize> = FxHashMap::default();
    let mut parent: Option<&BlobProfile> = None;
    let mut keys = Vec::with_capacity(profiles.len());
    for profile in profiles {
        let family = parent.filter(|parent| {
            let rest = profile.name.strip_prefix(parent.name.as_slice());
            rest.is_some_and(|rest| rest.starts_with(b"//"))
        });
        let inherited = match family {
            Some(parent) if options.children_in_parent_namespace => parent.namespace.as_deref(),
            _ => None,
        };
        if family.is_none() {
            parent = Some(profile);
        }
        let namespace = profile.namespace.as_deref().or(inherited);
        let count = seen.entry((namespace, &profile.name)).or_default();
        keys.push(((namespace, profile.name.as_slice(), *count), profile));
        *count += 1;
    }
    keys
}

/// The differences of two profiles, without their name; `more` is set if there may be others.
fn profile(
    a: &BlobProfile,
    b: &BlobProfile,
    options: &DiffOptions,
    more: &mut bool,
) -> Result<Vec<Difference>, DiffError> {
    let mut differences = fields::compare(a, b, options.ignore_xmatch_len);
    let mut automata = Vec::new();
    if let (Some(of_a), Some(of_b)) = (&a.xmatch, &b.xmatch) {
        automata.push((Automaton::Xmatch, xmatch((of_a, &a.xattrs), of_b, options)));
    }
    automata.push((Automaton::Policydb, policydb(a, b, options)));
    automata.push((Automaton::File, file(a.file.as_ref(), b.file.as_ref(), options)));
    for (automaton, outcome) in automata {
        let too_large = |OutOfBudget| DiffError::OutOfBudget {
            profile: a.name.escape_ascii().to_string(),
            automaton,
            pairs: options.max_pairs,
        };
        let (found, complete) = outcome.map_err(too_large)?;
        *more |= !complete;
        differences.extend(found.into_iter().map(|AutomatonDifference { witnesses, a, b, permissions }| {
            let mut witnesses = witnesses.into_iter();
            let (access, witness) = witnesses.next().map(|first| (first.access, first.string)).unzip();
            Difference {
                access,
                witness: witness.unwrap_or_default(),
                permissions,
                examples: witnesses.collect(),
                ..Difference::new(ProfilePart::Automaton(automaton), a, b)
            }
        }));
    }
    Ok(differences)
}

/// Strings on which two automata differ, and what they say to them.
pub(super) struct AutomatonDifference {
    pub(super) witnesses: Vec<Witness>,
    pub(super) a: String,
    pub(super) b: String,
    pub(super) permissions: u32,
}

/// Differences, and whether there are no others.
pub(super) type AutomatonDiffResult = Result<(Vec<AutomatonDifference>, bool), OutOfBudget>;

/// Compares two attachment automata, with the names of the extended attributes, which are those of A: a difference in them is one of its
/// own.
pub(super) fn xmatch((a, names): (&Xmatch, &[Vec<u8>]), b: &Xmatch, options: &DiffOptions) -> AutomatonDiffResult {
    if a.dfa == b.dfa {
        return Ok((Vec::new(), true));
    }
    let side = |xmatch: &'_ Xmatch| (0..xmatch.dfa.accept.len()).map(|state| attaches(xmatch, state).into()).collect();
    let sides = [
        AutomatonSide { dfa: &a.dfa, start: 1, meaning: side(a) },
        AutomatonSide { dfa: &b.dfa, start: 1, meaning: side(b) },
    ];
    // The trap after the out-of-band symbol means that an extended attribute must be there and is not, whatever
    // its value would have to be.
    let how = WalkOptions { trap_counts: |symbol| symbol == Symbol::OutOfBand, ..options.walk(false) };
    let [a_side, b_side] = &sides;
    let say = |trap, yes| match (trap, yes) {
        (true, true) => "goes on".to_owned(),
        (true, false) => "does not go on".to_owned(),
        (false, true) => "attaches".to_owned(),
        (false, false) => "does not attach".to_owned(),
    };
    let WalkResult { hits, complete } = walk(a_side, b_side, &how)?;
    let hits = hits.into_iter().map(|hit| {
        let yes = |xmatch, state| if hit.trap { state != 0 } else { attaches(xmatch, index(state)) };
        let (a, b) = (say(hit.trap, yes(a, hit.a)), say(hit.trap, yes(b, hit.b)));
        let witnesses = hit.witnesses.into_iter();
        let witnesses = witnesses.map(|string| Witness { access: Asked::of_attachment(&string, names), string });
        AutomatonDifference { a, b, witnesses: witnesses.collect(), permissions: perms::EXEC }
    });
    Ok((hits.collect(), complete))
}

fn policydb(a: &BlobProfile, b: &BlobProfile, options: &DiffOptions) -> AutomatonDiffResult {
    if a.policydb == b.policydb && a.version & 0x3ff == b.version & 0x3ff {
        return Ok((Vec::new(), true));
    }
    let absent = nothing();
    let dbs =
        [(a.policydb.as_ref().unwrap_or(&absent), a.version), (b.policydb.as_ref().unwrap_or(&absent), b.version)];
    let mut meanings = Meanings::default();
    let mut sides = dbs.map(|(db, version)| meanings.side(db, |x, y| ClassPerms::of_words(db, version, x, y)));
    let starts = [sides[0].start, sides[1].start];
    let mut found: Vec<AutomatonDifference> = Vec::new();
    let mut complete = true;
    let generations = networks::generations([(&sides[0], starts[0]), (&sides[1], starts[1])]);
    if let Some(generations) = generations {
        found.extend(networks::compare(generations, dbs, options.examples.max(1)));
    }
    for class in 0..=u8::MAX {
        if generations.is_some() && matches!(class, NETWORK_V8 | NETWORK_V9) {
            continue;
        }
        let first = Symbol::Byte(class);
        let [a, b] = &mut sides;
        (a.start, b.start) = (a.dfa.step(starts[0], first), b.dfa.step(starts[1], first));
        // Whether a class is mediated at all hangs on the state after its byte, not on its permissions; where it is not, all
        // is granted, and there is nothing more to compare.
        // No kernel asks whether the label class is there: the class after it decides.
        let asked = classes::MEDIATED.contains(&class) && class != LABEL;
        if asked && (a.start == 0) != (b.start == 0) {
            let say = |state: u32| if state == 0 { "does not mediate it" } else { "mediates it" }.to_owned();
            let witnesses = vec![Witness { access: Asked::class(class), string: vec![first] }];
            found.push(AutomatonDifference { witnesses, a: say(a.start), b: say(b.start), permissions: 0 });
        } else if (a.start, b.start) != (0, 0) {
            let (more, all) = one_class(class, [&sides[0], &sides[1]], dbs, starts, options)?;
            complete &= all;
            found.extend(more);
        }
    }
    // What is asked for in two ways, once with the label class, is one difference.
    let first = |found: &AutomatonDifference| found.witnesses.first().map(|witness| witness.access.clone());
    let signals =
        found.iter().any(|found| matches!(first(found), Some(Asked::Signal(signal)) if signal.signal.is_some()));
    let mut told = FxHashSet::default();
    found.retain(|found| {
        let access = first(found);
        let again = signals
            && matches!(&access, Some(Asked::Signal(signal)) if signal.signal.is_none() && signal.peer.is_some());
        !again && told.insert((access.map(|access| access.to_string()), found.a.clone(), found.b.clone()))
    });
    Ok((found, complete))
}

/// Compares the strings of one class; the sides begin after its byte.
fn one_class(
    class: u8,
    [a_side, b_side]: [&AutomatonSide<'_>; 2],
    [a, b]: [(&PolicyDb, u32); 2],
    starts: [u32; 2],
    options: &DiffOptions,
) -> AutomatonDiffResult {
    let of = |(db, version), state| ClassPerms::of_state(db, version, index(state));
    let observable = |field, in_a: u32, in_b: u32| {
        let asked = asked(class, field);
        of(a, in_a).only(asked) != of(b, in_b).only(asked)
    };
    let how = WalkOptions { observable: &observable, ..options.class_walk(class) };
    let WalkResult { hits, complete } = walk(a_side, b_side, &how)?;
    let hits = hits.into_iter().map(|hit| {
        let perms = [of(a, hit.a), of(b, hit.b)];
        let permissions = perms::class_difference(&perms[0], &perms[1]) & !classes::unasked(class);
        let strings = hit.witnesses.into_iter().map(|rest| {
            let mut string = [&[Symbol::Byte(class)][..], &rest].concat();
            access::polish(Automaton::Policydb, &mut string, [(&a.0.dfa, starts[0]), (&b.0.dfa, starts[1])]);
            string
        });
        let witnesses: Vec<Witness> =
            strings.map(|string| Witness { access: Asked::of_class(&string, permissions), string }).collect();
        let string = witnesses.first().map(|witness| witness.string.as_slice()).unwrap_or_default();
        let [a, b] = perms.map(|perms| describe::class(&perms, string));
        AutomatonDifference { a, b, witnesses, permissions }
    });
    Ok((hits.collect(), complete))
}

fn file(a: Option<&PolicyDb>, b: Option<&PolicyDb>, options: &DiffOptions) -> AutomatonDiffResult {
    if a == b {
        return Ok((Vec::new(), true));
    }
    // No file rules: every access is denied, as by rules that grant nothing.
    let absent = nothing();
    let dbs = [a, b].map(|db| db.unwrap_or(&absent));
    let mut meanings = Meanings::default();
    let [a_side, b_side] = dbs.map(|db| meanings.side(db, |x, y| FilePerms::of_words(db, x, y)));
    // With permission tables the start state's own permissions are not written, so they cannot be compared.
    let how = options.file_walk(dbs.iter().any(|db| db.perms.is_some()));
    let [a, b] = dbs;
    let WalkResult { hits, complete } = walk(&a_side, &b_side, &how)?;
    let hits = hits.into_iter().map(|hit| {
        let perms = [FilePerms::of_state(a, index(hit.a)), FilePerms::of_state(b, index(hit.b))];
        let permissions = perms::file_difference(&perms[0], &perms[1]);
        let witnesses = hit.witnesses.into_iter();
        let witnesses = witnesses.map(|string| Witness { access: Asked::of_file(&string, permissions), string });
        let [a, b] = perms.map(|perms| describe::file(&perms));
        AutomatonDifference { a, b, witnesses: witnesses.collect(), permissions }
    });
    Ok((hits.collect(), complete))
}

impl DiffOptions {
    /// Whether the attachment lengths are not compared: the reference compiler computes a lower one where an alternative ends in
    /// the same bytes as a sibling with a wildcard.
    #[must_use]
    pub fn ignore_xmatch_len(mut self, ignore: bool) -> Self {
        self.ignore_xmatch_len = ignore;
        self
    }

    /// Whether hats and children without namespace are taken to be in that of their parent: the reference compiler writes the
    /// namespace of the source for the parent only.
    #[must_use]
    pub fn children_in_parent_namespace(mut self, taken: bool) -> Self {
        self.children_in_parent_namespace = taken;
        self
    }

    /// Sets the maximum number of differences to report for each automaton, in that of the rules for each class, each of other
    /// permissions; at least one.
    #[must_use]
    pub fn max_per_automaton(mut self, differences: usize) -> Self {
        self.max_per_automaton = differences;
        self
    }

    /// Sets the number of strings to report for each difference; at least one. More than one takes a walk over all strings.
    #[must_use]
    pub fn examples(mut self, strings: usize) -> Self {
        self.examples = strings;
        self
    }

    /// Sets the maximum number of pairs of states to visit in each automaton.
    #[must_use]
    pub fn max_pairs(mut self, pairs: usize) -> Self {
        self.max_pairs = pairs;
        self
    }

    /// Returns the options for walking the strings of one class of a policydb, after its byte.
    pub(super) fn class_walk(&self, class: u8) -> WalkOptions<'static> {
        WalkOptions {
            first_field: u8::from(class == MOUNT),
            field: match class {
                // After each NUL of a mount string begins the next field.
                MOUNT => {
                    |field, symbol| if matches!((field, symbol), (1..=5, Symbol::Byte(0))) { field + 1 } else { field }
                }
                // Two bytes each are family, type and protocol, which decide alone or with what is after them.
                class if networks::CLASSES.contains(&class) => |field, _| field.saturating_add(1).min(7),
                _ => |field, _| field,
            },
            marks: &[0],
            first: if networks::CLASSES.contains(&class) { &[0, 1, 2] } else { &[] },
            ..self.walk(false)
        }
    }

    /// Returns the options for walking the strings of files.
    pub(super) fn file_walk(&self, skip_start: bool) -> WalkOptions<'static> {
        WalkOptions {
            // After a NUL begins the target of a link or a change of profile.
            field: |field, symbol| if symbol == Symbol::Byte(0) { 1 } else { field },
            marks: &[0],
            ..self.walk(skip_start)
        }
    }

    pub(super) fn walk(&self, skip_start: bool) -> WalkOptions<'static> {
        WalkOptions {
            limit: self.max_per_automaton.max(1),
            examples: self.examples.max(1),
            max_pairs: self.max_pairs,
            skip_start,
            trap_counts: |_| false,
            first_field: 0,
            field: |field, _| field,
            marks: &[],
            first: &[],
            within_right: false,
            observable: &|_, _, _| true,
        }
    }
}

/// The permissions that the kernel asks for in that field of a class.
///
/// Lock is asked for in no class: compilers grant it everywhere, or everywhere but where nothing matches (see
/// `fields::lock_without_file_rules`).
pub(super) fn asked(class: u8, field: u8) -> u32 {
    if class == MOUNT { asked_of_mounts(field) } else { !LOCK & !classes::unasked(class) }
}

/// The permissions that the kernel asks for in that field (`security/apparmor/mount.c`): `umount` after the mount point, `pivot_root` after
/// the old root, `mount` after the flags or the data. A compiler may leave the bits of merged rules on the other strings.
fn asked_of_mounts(field: u8) -> u32 {
    match field {
        0 => u32::MAX,
        1 => 0x4,
        2 => 0x1,
        4 => 0x42,
        5 => 0x2,
        _ => 0,
    }
}

/// A section without any string in it.
pub(super) fn nothing() -> PolicyDb {
    let dfa = Tables {
        accept: vec![0; 2],
        accept2: Some(vec![0; 2]),
        base: vec![0; 2],
        default: vec![0; 2],
        next: vec![0; 256],
        check: vec![0; 256],
        classes: None,
    };
    PolicyDb { dfa, ..PolicyDb::default() }
}

pub(super) fn index(state: u32) -> usize {
    usize::try_from(state).unwrap_or(usize::MAX)
}

/// Numbers for permissions, so that states can be compared by number.
struct Meanings<P>(FxHashMap<P, u32>);

impl<P> Default for Meanings<P> {
    fn default() -> Self {
        Self(FxHashMap::default())
    }
}

impl<P: std::hash::Hash + Eq> Meanings<P> {
    fn side<'a>(&mut self, db: &'a PolicyDb, decode: impl Fn(u32, u32) -> P) -> AutomatonSide<'a> {
        let mut known: FxHashMap<(u32, u32), u32> = FxHashMap::default();
        let second = db.dfa.accept2.iter().flatten().copied().chain(std::iter::repeat(0));
        let meaning = db.dfa.accept.iter().copied().zip(second).map(|words| {
            *known.entry(words).or_insert_with(|| {
                let next = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
                *self.0.entry(decode(words.0, words.1)).or_insert(next)
            })
        });
        let meaning = meaning.collect();
        AutomatonSide { dfa: &db.dfa, start: db.start.unwrap_or(1), meaning }
    }
}
