//! The profiles that an argument stands for.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::{env, fs};

use super::tree::{ProfileTree, RejectedFile, real, shown};
use crate::cli::links::ProfileList;
use crate::diagnostic::Escaped;

/// The files or profiles that an argument stands for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ArgumentMatch {
    /// All of these files, as indices of the tree.
    Files(Vec<usize>),
    /// Profiles: files with the indices of their headers. `others` attach to the program as well, less specifically.
    Profiles { profiles: Vec<(usize, usize)>, others: Vec<String> },
}

/// Reasons why an argument stands for nothing.
#[derive(Debug)]
pub(super) enum NoMatch {
    /// There is no such profile, program or file.
    Nothing(String),
    /// There is, but it cannot be used.
    Unusable(RejectedFile),
}

impl From<String> for NoMatch {
    fn from(message: String) -> NoMatch {
        NoMatch::Unusable(RejectedFile { message, is_text: false })
    }
}

impl From<RejectedFile> for NoMatch {
    fn from(unread: RejectedFile) -> NoMatch {
        NoMatch::Unusable(unread)
    }
}

/// Finds what an argument stands for: a directory or file of profiles, else the name of a profile of the base, the name of a file of the
/// base, or a program that profiles of the base attach to.
pub(super) fn find(tree: &mut ProfileTree<'_>, argument: &OsStr) -> Result<ArgumentMatch, NoMatch> {
    let in_list = entry_of_list(tree.base, Path::new(argument));
    let path = in_list.as_deref().unwrap_or(Path::new(argument));
    let is_word = !argument.as_bytes().contains(&b'/');
    if path.is_dir() && !is_word {
        return directory(tree, path);
    }
    // Programs can be executed, and profiles need not be.
    let is_profile_file = |path: &Path| path.is_file() && (is_below(tree.base, path) || !is_executable(path));
    if !is_word && is_profile_file(path) {
        return file(tree, path);
    }
    let files = tree.files()?;
    if let Some(found) = by_name(tree, &files, argument.as_bytes())? {
        return Ok(found);
    }
    let in_base = tree.base.join(argument);
    if is_word && in_base.is_file() {
        return file(tree, &in_base);
    }
    let programs = programs(path, is_word);
    let mut left_out: Vec<String> = tree.unread().iter().map(|unread| unread.message.clone()).collect();
    if !programs.is_empty() {
        let attachments = tree.attachments(&files);
        if let Some(found) = programs.iter().find_map(|program| attachments.find(program)) {
            return Ok(found);
        }
        left_out.extend_from_slice(attachments.unresolved());
    }
    if path.is_dir() {
        return directory(tree, path);
    }
    if path.is_file() && (programs.is_empty() || !is_executable(path)) {
        return file(tree, path);
    }
    let what = match programs.last() {
        Some(program) if is_word => {
            format!("no profile is named `{}`, and none attaches to {}", show(argument), shown(program))
        }
        Some(_) => format!("no profile is named `{}` or attaches to it", show(argument)),
        None => format!("no profile is named `{}`, and there is no such program", show(argument)),
    };
    let left_out = match &left_out[..] {
        [] => String::new(),
        [one] => format!("; one file could not be searched: {one}"),
        [one, more @ ..] => format!("; {} files could not be searched: {one}, …", more.len() + 1),
    };
    Err(NoMatch::Nothing(format!("{what} in {}{left_out}", shown(tree.base))))
}

fn show(argument: &OsStr) -> String {
    Escaped::line(argument.as_bytes()).to_string()
}

fn is_below(base: &Path, path: &Path) -> bool {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::canonicalize(base).is_ok_and(|base| real(parent).starts_with(base))
}

/// The file of the base that an entry of `disable/` or `force-complain/` stands for.
fn entry_of_list(base: &Path, path: &Path) -> Option<PathBuf> {
    let (parent, name) = (real(path.parent()?), path.file_name()?);
    let is_list = |list: ProfileList| parent == real(&base.join(list.directory()));
    [ProfileList::Disable, ProfileList::ForceComplain].into_iter().any(is_list).then(|| base.join(name))
}

fn is_executable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o111 != 0)
}

fn file(tree: &mut ProfileTree<'_>, path: &Path) -> Result<ArgumentMatch, NoMatch> {
    let index = tree.load(path)?;
    match tree.document(index) {
        Some(document) if !document.profiles.is_empty() => Ok(ArgumentMatch::Files(vec![index])),
        _ => Err(NoMatch::Nothing(format!("{}: no profile in the file", shown(path)))),
    }
}

/// The files of a directory that have profiles.
fn directory(tree: &mut ProfileTree<'_>, path: &Path) -> Result<ArgumentMatch, NoMatch> {
    if entry_of_list(tree.base, &path.join("entry")).is_some() {
        return Err(NoMatch::Nothing(format!("{}: the directory has links to profiles, but no profiles", shown(path))));
    }
    let paths = crate::resolve::policy_files(path).map_err(|error| format!("{}: {error}", shown(path)))?;
    let mut files = Vec::new();
    for path in paths {
        let index = tree.load(&path)?;
        if tree.document(index).is_some_and(|document| !document.profiles.is_empty()) {
            files.push(index);
        }
    }
    match files.is_empty() {
        false => Ok(ArgumentMatch::Files(files)),
        true => Err(NoMatch::Nothing(format!("{}: no profile in the files of the directory", shown(path)))),
    }
}

/// The profile of a name; `None` where there is none. Several are refused: only one of them can be loaded.
fn by_name(tree: &ProfileTree<'_>, files: &[usize], name: &[u8]) -> Result<Option<ArgumentMatch>, NoMatch> {
    let of_file = |&file: &usize| {
        let profiles = tree.document(file).map(|document| &document.profiles[..]).unwrap_or_default().iter();
        let named = profiles.enumerate().filter(|(_, profile)| profile.name == name || profile.written == name);
        named.map(move |(index, profile)| (file, index, profile.line)).collect::<Vec<_>>()
    };
    let found: Vec<_> = files.iter().flat_map(of_file).collect();
    match &found[..] {
        [] => Ok(None),
        [(file, index, _)] => Ok(Some(ArgumentMatch::Profiles { profiles: vec![(*file, *index)], others: Vec::new() })),
        several => {
            let place = |&(file, _, line): &(usize, usize, u32)| {
                tree.document(file).map(|document| format!("{}:{line}", shown(&document.path)))
            };
            let places: Vec<String> = several.iter().filter_map(place).collect();
            Err(NoMatch::from(format!("several profiles are named `{}`: {}", Escaped::line(name), places.join(", "))))
        }
    }
}

/// The paths of a program as the kernel may see it: links followed first.
fn programs(path: &Path, is_word: bool) -> Vec<PathBuf> {
    let found = match is_word {
        false if path.is_absolute() => Some(path.to_owned()),
        false => std::path::absolute(path).ok().filter(|path| path.exists()),
        true => {
            let directories = env::var_os("PATH").unwrap_or_default();
            let mut candidates = env::split_paths(&directories).map(|directory| directory.join(path));
            candidates.find(|path| path.is_absolute() && path.is_file() && is_executable(path))
        }
    };
    let Some(found) = found else { return Vec::new() };
    match fs::canonicalize(&found) {
        Ok(real) if real != found => vec![real, found],
        _ => vec![found],
    }
}
