//! Comparing two policies by meaning.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use thiserror::Error;

use super::difference::{Diff, Difference, Place};
use super::perms::{ClassPerms, FilePerms, attaches};
use super::product::{Depth, Side, Walk, walk};
use super::{classes, describe, fields};
use crate::automata::{Symbol, Tables};
use crate::blob::{Automaton, PolicyDb, Profile, VerifyError, Xmatch, verify_profile};

/// What to compare, and how far to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiffOptions {
    /// Do not compare the attachment lengths: the reference compiler computes a lower one where an alternative ends in the
    /// same bytes as a sibling with a wildcard.
    pub ignore_xmatch_len: bool,
    /// Take hats and children without namespace to be in that of their parent: the reference compiler writes the
    /// namespace of the source for the parent only.
    pub children_in_parent_namespace: bool,
    /// How many differences to report for each automaton, each of other permissions; at least one.
    pub max_per_automaton: usize,
    /// How many pairs of states to visit in each automaton before giving up.
    pub max_pairs: usize,
}

impl Default for DiffOptions {
    fn default() -> Self {
        Self {
            ignore_xmatch_len: false,
            children_in_parent_namespace: false,
            max_per_automaton: 1,
            // Two automata of the same meaning need as many pairs as the larger has states; the largest real
            // ones have 25,000. A pair takes about 50 bytes.
            max_pairs: 2_000_000,
        }
    }
}

/// Why two policies cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DiffError {
    /// A policy that no kernel would load has no meaning.
    #[error("policy {policy} is unsound: {error}")]
    Unsound {
        /// `A` or `B`.
        policy: char,
        /// What is wrong with it.
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
/// use armorer::analysis::{DiffOptions, diff};
/// use armorer::blob::{Capabilities, Profile};
///
/// let a = Profile { version: 7, name: b"p".to_vec(), ..Profile::default() };
/// let b = Profile { capabilities: Capabilities { allow: 1, ..Default::default() }, ..a.clone() };
/// let options = DiffOptions::default();
/// assert!(diff(&[a.clone()], &[a.clone()], &options)?.is_empty());
/// assert_eq!(diff(&[a], &[b], &options)?.to_string(), "p: capabilities allow: A has 0x0, B has 0x1\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn diff(a: &[Profile], b: &[Profile], options: &DiffOptions) -> Result<Diff, DiffError> {
    sound('A', a)?;
    sound('B', b)?;
    let mut pairs: BTreeMap<Key<'_>, [Option<&Profile>; 2]> = BTreeMap::new();
    for (side, profiles) in [a, b].into_iter().enumerate() {
        for (key, profile) in keys(profiles, options) {
            if let Some(place) = pairs.entry(key).or_default().get_mut(side) {
                *place = Some(profile);
            }
        }
    }
    let mut differences = Vec::new();
    for ((namespace, name, _), pair) in pairs {
        let found = match pair {
            [Some(a), Some(b)] => profile(a, b, options)?,
            [a, _] => vec![fields::missing(a.is_some())],
        };
        differences.extend(found.into_iter().map(|difference| Difference {
            namespace: namespace.map(|namespace| namespace.escape_ascii().to_string()),
            profile: name.escape_ascii().to_string(),
            ..difference
        }));
    }
    Ok(Diff { differences })
}

fn sound(policy: char, profiles: &[Profile]) -> Result<(), DiffError> {
    for (index, profile) in profiles.iter().enumerate() {
        verify_profile(profile)
            .map_err(|error| DiffError::Unsound { policy, error: VerifyError { index, ..error } })?;
    }
    Ok(())
}

/// Namespace, name, and how many profiles of that name came before.
type Key<'a> = (Option<&'a [u8]>, &'a [u8], usize);

fn keys<'a>(profiles: &'a [Profile], options: &DiffOptions) -> Vec<(Key<'a>, &'a Profile)> {
    let mut seen: FxHashMap<(Option<&[u8]>, &[u8]), usize> = FxHashMap::default();
    let mut parent: Option<&Profile> = None;
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

/// The differences of two profiles, without their name.
fn profile(a: &Profile, b: &Profile, options: &DiffOptions) -> Result<Vec<Difference>, DiffError> {
    let mut found = Vec::new();
    let mut note = |place, witness, a, b| {
        found.push(Difference { namespace: None, profile: String::new(), place, witness, a, b });
    };
    for (place, a, b) in fields::compare(a, b, options.ignore_xmatch_len) {
        note(place, Vec::new(), a, b);
    }
    let mut automata = Vec::new();
    if let (Some(a), Some(b)) = (&a.xmatch, &b.xmatch) {
        automata.push((Automaton::Xmatch, xmatch(a, b, options)));
    }
    automata.push((Automaton::Policydb, policydb(a, b, options)));
    automata.push((Automaton::File, file(a.file.as_ref(), b.file.as_ref(), options)));
    for (automaton, hits) in automata {
        let too_large = |_| DiffError::OutOfBudget {
            profile: a.name.escape_ascii().to_string(),
            automaton,
            pairs: options.max_pairs,
        };
        for Found { witness, a, b } in hits.map_err(too_large)? {
            note(Place::Automaton(automaton), witness, a, b);
        }
    }
    Ok(found)
}

/// A string on which two automata differ, and what they say to it.
struct Found {
    witness: Vec<Symbol>,
    a: String,
    b: String,
}

/// The mediation class of mount, umount and pivot_root.
const MOUNT: u8 = 7;

type Result<T, E = super::product::OutOfBudget> = std::result::Result<T, E>;

fn xmatch(a: &Xmatch, b: &Xmatch, options: &DiffOptions) -> Result<Vec<Found>> {
    if a.dfa == b.dfa {
        return Ok(Vec::new());
    }
    let side = |xmatch: &'_ Xmatch| (0..xmatch.dfa.accept.len()).map(|state| attaches(xmatch, state).into()).collect();
    let sides = [Side { dfa: &a.dfa, start: 1, meaning: side(a) }, Side { dfa: &b.dfa, start: 1, meaning: side(b) }];
    // The trap after the out-of-band symbol means that an extended attribute must be there and is not, whatever
    // its value would have to be.
    let how = Walk { trap_counts: |_, symbol| symbol == Symbol::OutOfBand, ..options.walk(false) };
    let [a_side, b_side] = &sides;
    let say = |trap, yes| match (trap, yes) {
        (true, true) => "goes on".to_owned(),
        (true, false) => "does not go on".to_owned(),
        (false, true) => "attaches".to_owned(),
        (false, false) => "does not attach".to_owned(),
    };
    let hits = walk(a_side, b_side, &how)?.into_iter().map(|hit| {
        let yes = |xmatch, state| if hit.trap { state != 0 } else { attaches(xmatch, index(state)) };
        Found { a: say(hit.trap, yes(a, hit.a)), b: say(hit.trap, yes(b, hit.b)), witness: hit.witness }
    });
    Ok(hits.collect())
}

fn policydb(a: &Profile, b: &Profile, options: &DiffOptions) -> Result<Vec<Found>> {
    if a.policydb == b.policydb && a.version & 0x3ff == b.version & 0x3ff {
        return Ok(Vec::new());
    }
    let absent = nothing();
    let dbs =
        [(a.policydb.as_ref().unwrap_or(&absent), a.version), (b.policydb.as_ref().unwrap_or(&absent), b.version)];
    let mut meanings = Meanings::default();
    let [a_side, b_side] = dbs.map(|(db, version)| meanings.side(db, |x, y| ClassPerms::of_words(db, version, x, y)));
    // Whether a class is mediated at all hangs on the state after its byte, not on its permissions.
    let trap_counts = |depth, symbol| {
        depth == Depth::First && matches!(symbol, Symbol::Byte(class) if classes::MEDIATED.contains(&class))
    };
    let observable = |field, a: u32, b: u32| {
        let perms = |(db, version), state| ClassPerms::of_state(db, version, index(state)).only(asked(field));
        let [db_a, db_b] = dbs;
        perms(db_a, a) != perms(db_b, b)
    };
    let how = Walk {
        trap_counts,
        field: mount_field,
        marks: &[0, MOUNT],
        observable: &observable,
        ..options.walk(dbs.iter().any(|(db, _)| db.perms.is_some()))
    };
    let [a, b] = dbs;
    let hits = walk(&a_side, &b_side, &how)?.into_iter().map(|hit| {
        let say = |(db, version): (&PolicyDb, u32), state: u32| match (hit.trap, state) {
            (true, 0) => "does not mediate it".to_owned(),
            (true, _) => "mediates it".to_owned(),
            (false, _) => describe::class(&ClassPerms::of_state(db, version, index(state)), &hit.witness),
        };
        let (a, b) = (say(a, hit.a), say(b, hit.b));
        Found { a, b, witness: hit.witness }
    });
    Ok(hits.collect())
}

fn file(a: Option<&PolicyDb>, b: Option<&PolicyDb>, options: &DiffOptions) -> Result<Vec<Found>> {
    if a == b {
        return Ok(Vec::new());
    }
    // No file rules: every access is denied, as by rules that grant nothing.
    let absent = nothing();
    let dbs = [a, b].map(|db| db.unwrap_or(&absent));
    let mut meanings = Meanings::default();
    let [a_side, b_side] = dbs.map(|db| meanings.side(db, |x, y| FilePerms::of_words(db, x, y)));
    let how = Walk { trap_counts: |_, _| false, ..options.walk(dbs.iter().any(|db| db.perms.is_some())) };
    let [a, b] = dbs;
    let hits = walk(&a_side, &b_side, &how)?.into_iter().map(|hit| {
        let say = |db, state| describe::file(&FilePerms::of_state(db, index(state)));
        Found { a: say(a, hit.a), b: say(b, hit.b), witness: hit.witness }
    });
    Ok(hits.collect())
}

impl DiffOptions {
    /// With permission tables the start state's own permissions are not written, so they cannot be compared.
    fn walk(&self, table: bool) -> Walk<'static> {
        Walk {
            limit: self.max_per_automaton.max(1),
            max_pairs: self.max_pairs,
            skip_start: table,
            trap_counts: |_, _| false,
            field: |_, _, _| 0,
            marks: &[],
            observable: &|_, _, _| true,
        }
    }
}

/// Which field of a mount string follows a symbol: 1 behind the class byte, one more behind each NUL; 0 in other classes.
fn mount_field(field: u8, depth: Depth, symbol: Symbol) -> u8 {
    match (depth, field, symbol) {
        (Depth::First, _, Symbol::Byte(MOUNT)) => 1,
        (Depth::First, ..) | (_, 0, _) => 0,
        (_, 1..=5, Symbol::Byte(0)) => field + 1,
        _ => field,
    }
}

/// What the kernel asks for in that field (`security/apparmor/mount.c`): `umount` behind the mount point, `pivot_root` behind
/// the old root, `mount` behind the flags or the data. A compiler may leave the bits of merged rules on the other strings.
fn asked(field: u8) -> u32 {
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
fn nothing() -> PolicyDb {
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

fn index(state: u32) -> usize {
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
    fn side<'a>(&mut self, db: &'a PolicyDb, decode: impl Fn(u32, u32) -> P) -> Side<'a> {
        let mut known: FxHashMap<(u32, u32), u32> = FxHashMap::default();
        let second = db.dfa.accept2.iter().flatten().copied().chain(std::iter::repeat(0));
        let meaning = db.dfa.accept.iter().copied().zip(second).map(|words| {
            *known.entry(words).or_insert_with(|| {
                let next = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
                *self.0.entry(decode(words.0, words.1)).or_insert(next)
            })
        });
        let meaning = meaning.collect();
        Side { dfa: &db.dfa, start: db.start.unwrap_or(1), meaning }
    }
}
