//! The profile that the kernel attaches to a program.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::find::ArgumentMatch;
use super::tree::{ProfileDocument, shown};
use crate::analysis::Access;
use crate::compiler::{Compiler, Input};
use crate::diagnostic::Escaped;
use crate::log;
use crate::parallel;

/// The attachments of the profiles of some files.
pub(super) struct AttachmentIndex {
    files: Vec<FileAttachments>,
    /// The files that have errors, and so cannot be asked.
    unresolved: Vec<String>,
}

struct FileAttachments {
    /// The index of the document.
    file: usize,
    attachments: log::FileAttachmentSet,
    /// Offsets of the names of its headers.
    starts: Vec<u32>,
}

impl AttachmentIndex {
    pub(super) fn of(documents: &[ProfileDocument], files: &[usize], compiler: &Compiler) -> AttachmentIndex {
        let of_file = |&file: &usize| {
            let document = documents.get(file)?;
            Some(attachments(compiler, file, document).ok_or_else(|| shown(&document.path)))
        };
        let (mut attachments, mut unresolved) = (Vec::new(), Vec::new());
        for file in parallel::map(files, of_file).into_iter().flatten() {
            match file {
                Ok(file) => attachments.push(file),
                Err(path) => unresolved.push(path),
            }
        }
        AttachmentIndex { files: attachments, unresolved }
    }

    pub(super) fn unresolved(&self) -> &[String] {
        &self.unresolved
    }

    /// The profile that the kernel attaches to a program; several where they are equally specific.
    pub(super) fn find(&self, program: &Path) -> Option<ArgumentMatch> {
        let access = Access::parse(&[&b"attach"[..], program.as_os_str().as_bytes()]).ok()?;
        let of_file = |file: &FileAttachments| {
            let found = file.attachments.matching(&access).filter_map(|it| {
                // A profile of an included file is none of this text.
                let header = file.starts.iter().position(|start| Some(*start) == it.start)?;
                Some((file.file, header, it.length, Escaped::line(&*it.name).to_string()))
            });
            found.collect::<Vec<_>>()
        };
        let all: Vec<_> = self.files.iter().flat_map(of_file).collect();
        let most = all.iter().map(|&(_, _, length, _)| length).max()?;
        let (best, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|&(_, _, length, _)| length == most);
        let profiles = best.into_iter().map(|(file, header, ..)| (file, header)).collect();
        Some(ArgumentMatch::Profiles { profiles, others: others.into_iter().map(|(.., name)| name).collect() })
    }
}

/// The attachments of a file; `None` where it has errors.
fn attachments(compiler: &Compiler, file: usize, document: &ProfileDocument) -> Option<FileAttachments> {
    let input = Input::text(document.path.display().to_string(), document.text.as_slice());
    let starts = document.profiles.iter().map(|header| header.span.start).collect();
    Some(FileAttachments { file, attachments: log::FileAttachmentSet::of(compiler, input)?, starts })
}
