//! The layout of drafts: comments, blank lines, and what a file begins with.

use std::collections::BTreeSet;

use super::DraftError;
use super::tree::TreeFacts;
use crate::ProfileName;
use crate::ast::{File, Include, IncludePath, Profile, Trivia};
use crate::source::Spanned;

/// A comment that keeps the linter quiet about how a path is written.
pub(super) fn suppression(codes: &BTreeSet<&'static str>) -> String {
    let codes: Vec<&str> = codes.iter().copied().collect();
    format!("armorer: allow({}) the path is meant as it is written", codes.join(", "))
}

/// The first letter as a capital, unless the text begins with a path or name.
pub(super) fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) if text.starts_with("the ") || text.starts_with("libraries ") => {
            first.to_uppercase().chain(characters).collect()
        }
        _ => text.to_owned(),
    }
}

/// The same profile with a blank line after what it has.
pub(super) fn blank(mut profile: Profile) -> Profile {
    if !profile.body.items.is_empty() && profile.body.tail.last() != Some(&Trivia::Blank) {
        profile.body.tail.push(Trivia::Blank);
    }
    profile
}

/// The file below `local/` that a profile includes.
pub(super) fn local(name: &ProfileName) -> String {
    let text = String::from_utf8_lossy(name.as_bytes()).into_owned();
    let replaced: String = text.chars().map(|c| if "<>\"/".contains(c) || c.is_control() { '.' } else { c }).collect();
    format!("local/{}", replaced.trim())
}

/// Returns the preamble that profiles of the tree have.
pub(super) fn preamble(tree: &TreeFacts, abi: Option<&str>) -> Result<File, DraftError> {
    let failed = |reason| DraftError::Name { name: "abi".into(), reason };
    let abi = IncludePath::new(abi.unwrap_or("kernel")).map_err(failed)?;
    let mut file = File::default().abi(abi);
    if tree.tunables {
        file = file.item(Include::new("tunables/global").map_err(failed)?.into());
        if let Some(item) = file.items.last_mut() {
            item.leading.push(Trivia::Blank);
        }
    }
    if let Some(first) = file.items.first_mut() {
        let text = "# Drafted by `armorer new`: run it in complain mode before you enforce it.";
        first.leading.push(Trivia::Comment(Spanned::bare(text.into())));
        first.leading.push(Trivia::Blank);
    }
    Ok(file)
}

/// A preamble and profiles, with blank lines between them.
pub(super) fn together(mut file: File, profiles: impl IntoIterator<Item = Profile>) -> File {
    for profile in profiles {
        file = file.item(profile.into());
        if let Some(item) = file.items.last_mut() {
            item.leading.push(Trivia::Blank);
        }
    }
    file
}
