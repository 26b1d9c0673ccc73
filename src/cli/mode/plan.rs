//! The plan of changes: decided for all arguments before anything is written.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::find::ArgumentMatch;
use super::tree::{HeaderContents, ProfileDocument, ProfileTree, headers, name_in_base, shown};
use super::verb::{NestedProfiles, Request, Verb};
use crate::atomic;
use crate::cli::links::{self, ProfileList};
use crate::cli::steps::{self, ReversibleStep};
use crate::vocab::ProfileMode;

/// The profiles that are meant, as indices of documents and of their headers.
#[derive(Debug, Default)]
pub(super) struct SelectedProfiles(BTreeMap<usize, BTreeSet<usize>>);

impl SelectedProfiles {
    /// Adds what an argument stands for, with the profiles inside.
    pub(super) fn add(&mut self, tree: &ProfileTree<'_>, found: &ArgumentMatch, nested: NestedProfiles) {
        let profiles = match found {
            ArgumentMatch::Profiles { profiles, .. } => profiles.clone(),
            ArgumentMatch::Files(files) => {
                let of_file = |&file: &usize| {
                    let headers = tree.document(file).map(|document| &document.profiles[..]).unwrap_or_default().iter();
                    let top = headers.enumerate().filter(|(_, header)| header.parent.is_none());
                    top.map(move |(index, _)| (file, index)).collect::<Vec<_>>()
                };
                files.iter().flat_map(of_file).collect()
            }
        };
        for (file, index) in profiles {
            let headers = tree.document(file).map(|document| &document.profiles[..]).unwrap_or_default();
            let selected = self.0.entry(file).or_default();
            // Parents stand before what is inside of them.
            let mut meant = BTreeSet::from([index]);
            for (inner, header) in headers.iter().enumerate() {
                let is_meant = nested == NestedProfiles::All || nested == NestedProfiles::Hats && header.is_hat;
                if is_meant && header.parent.is_some_and(|parent| meant.contains(&parent)) {
                    meant.insert(inner);
                }
            }
            selected.extend(meant);
        }
    }
}

/// A mode with the flag that goes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct ModeState {
    #[serde(serialize_with = "word")]
    pub(super) mode: ProfileMode,
    pub(super) audit: bool,
}

fn word<S: serde::Serializer>(mode: &ProfileMode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(mode.name())
}

impl ModeState {
    fn of(header: &HeaderContents) -> ModeState {
        ModeState { mode: header.mode, audit: header.audit }
    }
}

/// A profile that is meant.
#[derive(Debug)]
pub(super) struct SelectedProfile {
    /// Its header in the new text.
    pub(super) header: HeaderContents,
    pub(super) old: ModeState,
    pub(super) new: ModeState,
    /// It stays as it is, for it confines nothing.
    pub(super) is_kept: bool,
}

impl SelectedProfile {
    pub(super) fn is_changed(&self) -> bool {
        self.old != self.new
    }
}

/// A change of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LinkChange {
    pub(super) list: ProfileList,
    pub(super) entry: PathBuf,
    /// Whether the file is added to the list.
    pub(super) adds: bool,
}

/// The planned change of a file.
#[derive(Debug)]
pub(super) struct FilePlan {
    pub(super) path: PathBuf,
    pub(super) old: Vec<u8>,
    pub(super) new: Vec<u8>,
    /// The meant profiles in the order of the text.
    pub(super) profiles: Vec<SelectedProfile>,
    /// The number of profiles inside of selected ones that are not selected themselves.
    pub(super) inner: usize,
    pub(super) links: Vec<LinkChange>,
    /// Whether the file is in `disable/` and in `force-complain/` afterwards.
    pub(super) is_disabled: bool,
    pub(super) is_forced: bool,
}

impl FilePlan {
    pub(super) fn is_edited(&self) -> bool {
        self.old != self.new
    }

    pub(super) fn is_changed(&self) -> bool {
        self.is_edited() || !self.links.is_empty()
    }

    /// The name of its text.
    pub(super) fn name(&self) -> String {
        self.path.display().to_string()
    }
}

/// Decides what becomes of each file that is selected, or returns for each file why it cannot be done.
pub(super) fn make(
    tree: ProfileTree<'_>,
    selection: SelectedProfiles,
    request: Request,
) -> Result<Vec<FilePlan>, Vec<String>> {
    let (base, mut selected) = (tree.base, selection.0);
    let mut outcomes = Vec::new();
    for (index, document) in tree.into_documents().into_iter().enumerate() {
        if let Some(meant) = selected.remove(&index) {
            outcomes.push(plan(base, document, &meant, request));
        }
    }
    let (plans, errors): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    match errors.is_empty() {
        true => Ok(plans.into_iter().flatten().collect()),
        false => Err(errors.into_iter().filter_map(Result::err).collect()),
    }
}

fn plan(base: &Path, document: ProfileDocument, meant: &BTreeSet<usize>, request: Request) -> Result<FilePlan, String> {
    let (links, is_disabled, is_forced) = plan_links(base, &document, meant, request)?;
    let ProfileDocument { path, text, mut editor, profiles } = document;
    let mut kept = BTreeSet::new();
    for &index in meant.iter().filter(|_| !request.by_link) {
        let Some(header) = profiles.get(index) else { continue };
        if keeps_its_mode(header, request) {
            kept.insert(index);
            continue;
        }
        let failed = |why: &str| format!("{}:{}: {}: {why}", shown(&path), header.line, header.shown());
        let name = str::from_utf8(&header.written).map_err(|_| failed("the name is not UTF-8"))?;
        request.verb.edit(&mut editor, name).map_err(|error| failed(&error.to_string()))?;
    }
    let new = headers(&editor);
    let inner = profiles.iter().enumerate().filter(|(index, header)| {
        !meant.contains(index) && header.parent.is_some_and(|parent| meant.contains(&parent))
    });
    let inner = if request.verb.is_about_links() || request.by_link { 0 } else { inner.count() };
    // Headers change in their flags only.
    let pairs = profiles.iter().zip(new).enumerate().filter(|(index, _)| meant.contains(index));
    let profiles = pairs.map(|(index, (old, header))| {
        let (old, new) = (ModeState::of(old), ModeState::of(&header));
        SelectedProfile { header, old, new, is_kept: kept.contains(&index) }
    });
    let profiles = profiles.collect();
    Ok(FilePlan { path, old: text, new: editor.finish(), profiles, inner, links, is_disabled, is_forced })
}

/// Whether a profile is left alone: it confines nothing, and would begin to.
fn keeps_its_mode(header: &HeaderContents, request: Request) -> bool {
    let confines = !matches!(header.mode, ProfileMode::Unconfined | ProfileMode::DefaultAllow);
    let Request { verb, force, .. } = request;
    !confines && !force && !verb.is_about_links() && verb != Verb::Unconfined
}

/// The changes of lists, and whether the file is disabled and complains by force after them.
fn plan_links(
    base: &Path,
    document: &ProfileDocument,
    meant: &BTreeSet<usize>,
    request: Request,
) -> Result<(Vec<LinkChange>, bool, bool), String> {
    let adds = match request.verb {
        Verb::Disable => Some(ProfileList::Disable),
        Verb::Complain if request.by_link => Some(ProfileList::ForceComplain),
        _ => None,
    };
    let Some(name) = name_in_base(base, document) else {
        if adds.is_some() || request.verb == Verb::Enable || request.by_link {
            return Err(format!(
                "{}: the file is not in {}, from which files are loaded at boot",
                shown(&document.path),
                shown(base)
            ));
        }
        return Ok((Vec::new(), false, false));
    };
    let mut state = [ProfileList::Disable, ProfileList::ForceComplain].map(|list| (list, list.has(base, name)));
    let mut links = Vec::new();
    for (list, has) in &mut state {
        let is_added = adds == Some(*list) && !*has;
        let entry = list.entry(base, name);
        // A link that leads nowhere is nothing to the boot scripts, and a leftover to everybody else.
        let is_removed = request.clears.contains(list) && fs::symlink_metadata(&entry).is_ok();
        if is_added || is_removed {
            if is_removed && let Some(why) = links::keeps(&entry).filter(|_| !request.force || entry.is_dir()) {
                return Err(format!("{} cannot be removed: {why}", shown(&entry)));
            }
            links.push(LinkChange { list: *list, entry, adds: is_added });
            *has = is_added;
        }
    }
    let others = document.profiles.iter().enumerate();
    let others = others.filter(|(index, header)| header.parent.is_none() && !meant.contains(index));
    let others: Vec<String> = others.map(|(_, header)| format!("`{}`", header.shown())).collect();
    if let (Some(link), false, false) = (links.first(), others.is_empty(), request.clears_for_others) {
        let (path, others) = (shown(&document.path), others.join(", "));
        let directory = link.list.directory();
        return Err(format!(
            "{path} has other profiles as well ({others}), but links in `{directory}/` apply to whole files; pass the file"
        ));
    }
    let [(_, is_disabled), (_, is_forced)] = state;
    Ok((links, is_disabled, is_forced))
}

/// Writes everything, or nothing: what was written before a failure is taken back.
pub(super) fn write(base: &Path, plans: &[FilePlan]) -> Result<(), String> {
    for plan in plans.iter().filter(|plan| plan.is_edited()) {
        if !fs::read(&plan.path).is_ok_and(|now| now == plan.old) {
            return Err(format!("{}: the file was changed meanwhile; nothing is written", shown(&plan.path)));
        }
    }
    let mut steps: Vec<FileSystemChange<'_>> =
        plans.iter().filter(|plan| plan.is_edited()).map(FileSystemChange::Text).collect();
    steps.extend(plans.iter().flat_map(|plan| &plan.links).map(|link| FileSystemChange::Link(base, link)));
    steps::make_all(&steps)
}

/// A change of the file system.
enum FileSystemChange<'a> {
    Text(&'a FilePlan),
    Link(&'a Path, &'a LinkChange),
}

impl ReversibleStep for FileSystemChange<'_> {
    fn path(&self) -> &Path {
        match self {
            FileSystemChange::Text(plan) => &plan.path,
            FileSystemChange::Link(_, link) => &link.entry,
        }
    }

    fn make(&self) -> io::Result<()> {
        match self {
            FileSystemChange::Text(plan) => atomic::write(&plan.path, &plan.new),
            FileSystemChange::Link(base, link) => set_link(base, link, link.adds),
        }
    }

    fn take_back(&self) -> io::Result<()> {
        match self {
            FileSystemChange::Text(plan) => atomic::write(&plan.path, &plan.old),
            FileSystemChange::Link(base, link) => set_link(base, link, !link.adds),
        }
    }
}

fn set_link(base: &Path, link: &LinkChange, is_there: bool) -> io::Result<()> {
    match link.entry.file_name() {
        Some(name) if is_there => links::create(link.list, base, name),
        _ => fs::remove_file(&link.entry),
    }
}
