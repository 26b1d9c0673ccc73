//! The profile that the kernel attaches to a program.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rayon::prelude::*;

use super::find::Found;
use super::tree::{Document, shown};
use crate::analysis::{Access, Subject};
use crate::compiler::{Compiler, Input};
use crate::diagnostic::Escaped;
use crate::policy::Profile;

/// The attachments of the profiles of some files.
pub(super) struct Attachments {
    files: Vec<FileAttachments>,
    /// The files that have errors, and so cannot be asked.
    unresolved: Vec<String>,
}

struct FileAttachments {
    /// The index of the document.
    file: usize,
    subject: Subject,
    profiles: Vec<Attachable>,
}

struct Attachable {
    /// The index of the header.
    profile: usize,
    /// The name in the kernel's list.
    name: Vec<u8>,
    /// How specific the attachment is: the kernel takes the profile with the greatest.
    len: u32,
}

impl Attachments {
    pub(super) fn of(documents: &[Document], files: &[usize], compiler: &Compiler) -> Attachments {
        let of_file = |&file: &usize| {
            let document = documents.get(file)?;
            Some(attachments(compiler, file, document).ok_or_else(|| shown(&document.path)))
        };
        let (mut attachments, mut unresolved) = (Vec::new(), Vec::new());
        for file in files.par_iter().filter_map(of_file).collect::<Vec<_>>() {
            match file {
                Ok(file) => attachments.push(file),
                Err(path) => unresolved.push(path),
            }
        }
        Attachments { files: attachments, unresolved }
    }

    pub(super) fn unresolved(&self) -> &[String] {
        &self.unresolved
    }

    /// The profile that the kernel attaches to a program; several where they are equally specific.
    pub(super) fn find(&self, program: &Path) -> Option<Found> {
        let access = Access::parse(&[&b"attach"[..], program.as_os_str().as_bytes()]).ok()?;
        let of_file = |file: &FileAttachments| {
            let attach =
                |it: &&Attachable| file.subject.ask(Some(&it.name), &access).is_ok_and(|answer| answer.is_allowed());
            let found = file.profiles.iter().filter(attach);
            found.map(|it| (file.file, it.profile, it.len, Escaped::line(&it.name).to_string())).collect::<Vec<_>>()
        };
        let all: Vec<_> = self.files.iter().flat_map(of_file).collect();
        let most = all.iter().map(|&(_, _, len, _)| len).max()?;
        let (best, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|&(_, _, len, _)| len == most);
        let profiles = best.into_iter().map(|(file, profile, ..)| (file, profile)).collect();
        Some(Found::Profiles { profiles, others: others.into_iter().map(|(.., name)| name).collect() })
    }
}

/// The attachments of a file; `None` where it has errors. What its profiles allow is not compiled.
fn attachments(compiler: &Compiler, file: usize, document: &Document) -> Option<FileAttachments> {
    let name = document.path.display().to_string();
    let mut resolved = compiler.resolve(Input::text(&name, document.text.as_slice())).ok()?;
    for profile in resolved.policies_mut().iter_mut().flat_map(|policy| &mut policy.profiles) {
        profile.rules.clear();
        profile.children.clear();
    }
    let compiled = compiler.encode(&resolved).ok()?;
    let len = |record: &crate::blob::Profile| record.xmatch.as_ref().map_or(u32::MAX, |xmatch| xmatch.len);
    let lens: Vec<u32> = compiled.records().iter().map(len).collect();
    let subject = Subject::from_compiled(compiled).ok()?;
    let sources = resolved.diagnosis().sources();
    let mut profiles = Vec::new();
    for (resolved, len) in resolved.profiles().zip(lens) {
        // A profile of an included file is none of this text.
        let is_here = sources.get(resolved.span.source).name() == name;
        let profile = document.profiles.iter().position(|header| is_here && header.span.start == resolved.span.start);
        let is_nested = memchr::memmem::find(&resolved.name, b"//").is_some();
        if let Some(profile) = profile.filter(|_| !resolved.hat && !is_nested) {
            profiles.push(Attachable { profile, name: listed_name(resolved), len });
        }
    }
    Some(FileAttachments { file, subject, profiles })
}

/// The name of a profile in the kernel's list.
pub(super) fn listed_name(profile: &Profile) -> Vec<u8> {
    match &profile.namespace {
        Some(namespace) => [b":", &**namespace, b":", &profile.name].concat(),
        None => profile.name.to_vec(),
    }
}
