//! The files of a tree of profiles, each read and parsed once.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::attach::AttachmentIndex;
use crate::ast::ProfileFlag;
use crate::cli::inputs::CommandInput;
pub(super) use crate::cli::steps::shown;
use crate::compiler::Compiler;
use crate::diagnostic::Escaped;
use crate::edit::{self, Editor};
use crate::parallel;
use crate::resolve::policy_files;
use crate::source::Span;
use crate::syntax::ast::{Profile, ProfileKeyword};
use crate::vocab::ProfileMode;

/// A profile file.
#[derive(Debug)]
pub(super) struct ProfileDocument {
    /// The path as it was named first.
    pub(super) path: PathBuf,
    pub(super) text: Vec<u8>,
    pub(super) editor: Editor,
    /// Its profiles in the order of the text.
    pub(super) profiles: Vec<HeaderContents>,
}

/// The contents of the header of a profile.
#[derive(Clone, Debug)]
pub(super) struct HeaderContents {
    /// The name that it is meant by, after those of its parents.
    pub(super) name: Vec<u8>,
    /// The same as it is written.
    pub(super) written: Vec<u8>,
    /// The index of the profile around it.
    pub(super) parent: Option<usize>,
    pub(super) is_hat: bool,
    /// The place of its name.
    pub(super) span: Span,
    pub(super) line: u32,
    pub(super) mode: ProfileMode,
    pub(super) audit: bool,
}

impl HeaderContents {
    /// The name in messages.
    pub(super) fn shown(&self) -> String {
        Escaped::line(&self.name).to_string()
    }
}

/// The headers of a text.
pub(super) fn headers(editor: &Editor) -> Vec<HeaderContents> {
    let line = |offset: u32| {
        let before = editor.text().get(..offset as usize).unwrap_or_default();
        u32::try_from(memchr::memchr_iter(b'\n', before).count()).unwrap_or(u32::MAX).saturating_add(1)
    };
    let header = |it: edit::ProfileHeader<'_>| {
        let (mode, audit) = flags(it.profile);
        HeaderContents {
            name: it.meant,
            written: it.written,
            parent: it.parent,
            is_hat: matches!(it.profile.keyword, ProfileKeyword::Hat | ProfileKeyword::Caret),
            span: it.profile.name.span,
            line: line(it.profile.name.span.start),
            mode,
            audit,
        }
    };
    edit::headers(editor.file()).into_iter().map(header).collect()
}

/// The mode that a header sets, and whether it has `audit`.
fn flags(profile: &Profile) -> (ProfileMode, bool) {
    let flags = profile.flags.iter().flat_map(|flags| &flags.value).filter_map(|flag| flag.value.value());
    let mut modes = flags.clone().filter_map(|flag| match flag {
        ProfileFlag::Mode(mode) => Some(*mode),
        _ => None,
    });
    (modes.next_back().unwrap_or_default(), flags.clone().any(|flag| *flag == ProfileFlag::Audit))
}

/// A file that is not taken, with the reason.
#[derive(Clone, Debug)]
pub(super) struct RejectedFile {
    /// The message, which begins with the escaped name of the file.
    pub(super) message: String,
    /// Whether its text is to blame.
    pub(super) is_text: bool,
}

/// A base with its profile files, and files from elsewhere.
pub(super) struct ProfileTree<'a> {
    pub(super) base: &'a Path,
    compiler: &'a Compiler,
    documents: Vec<ProfileDocument>,
    /// Documents by the file that the path leads to.
    known: HashMap<PathBuf, usize>,
    /// The files of the base, once they are asked for; those that are not taken with their reason.
    listed: OnceLock<(Vec<usize>, Vec<RejectedFile>)>,
    /// Their attachments, once a program is asked for.
    attachments: OnceLock<AttachmentIndex>,
}

impl<'a> ProfileTree<'a> {
    pub(super) fn new(base: &'a Path, compiler: &'a Compiler) -> ProfileTree<'a> {
        ProfileTree {
            base,
            compiler,
            documents: Vec::new(),
            known: HashMap::new(),
            listed: OnceLock::new(),
            attachments: OnceLock::new(),
        }
    }

    pub(super) fn document(&self, index: usize) -> Option<&ProfileDocument> {
        self.documents.get(index)
    }

    pub(super) fn into_documents(self) -> Vec<ProfileDocument> {
        self.documents
    }

    /// Reads a file, unless it is known.
    pub(super) fn load(&mut self, path: &Path) -> Result<usize, RejectedFile> {
        match self.known.get(&real(path)) {
            Some(index) => Ok(*index),
            None => read(path).map(|document| self.add(document)),
        }
    }

    fn add(&mut self, document: ProfileDocument) -> usize {
        let index = self.documents.len();
        self.known.insert(real(&document.path), index);
        self.documents.push(document);
        index
    }

    /// The files of the base that are loaded at boot, or could be.
    pub(super) fn files(&mut self) -> Result<Vec<usize>, String> {
        if self.listed.get().is_none() {
            let paths = policy_files(self.base).map_err(|error| format!("{}: {error}", shown(self.base)))?;
            let unknown: Vec<&PathBuf> = paths.iter().filter(|path| !self.known.contains_key(&real(path))).collect();
            let read: Vec<Result<ProfileDocument, RejectedFile>> = parallel::map(&unknown, |path| read(path));
            let mut unread = Vec::new();
            for document in read {
                match document {
                    // Two names of one file are the same file.
                    Ok(document) if self.known.contains_key(&real(&document.path)) => {}
                    Ok(document) => _ = self.add(document),
                    Err(error) => unread.push(error),
                }
            }
            let mut files: Vec<usize> = paths.iter().filter_map(|path| self.known.get(&real(path)).copied()).collect();
            files.sort_unstable();
            files.dedup();
            _ = self.listed.set((files, unread));
        }
        Ok(self.listed.get().map(|(files, _)| files.clone()).unwrap_or_default())
    }

    /// The attachments of the files of the base.
    pub(super) fn attachments(&self, files: &[usize]) -> &AttachmentIndex {
        self.attachments.get_or_init(|| AttachmentIndex::of(&self.documents, files, self.compiler))
    }

    /// Returns the files of the base that were left out when it was searched, with the reasons.
    pub(super) fn unread(&self) -> &[RejectedFile] {
        self.listed.get().map(|(_, unread)| &unread[..]).unwrap_or_default()
    }
}

/// The name that the lists of the base have a file by: `None` for files that are not directly in the base.
pub(super) fn name_in_base<'d>(base: &Path, document: &'d ProfileDocument) -> Option<&'d OsStr> {
    let parent = document.path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let is_there = fs::canonicalize(parent).ok()? == fs::canonicalize(base).ok()?;
    document.path.file_name().filter(|_| is_there)
}

/// The file that a path leads to.
pub(super) fn real(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

fn read(path: &Path) -> Result<ProfileDocument, RejectedFile> {
    let failed = |error: io::Error| RejectedFile { message: format!("{}: {error}", shown(path)), is_text: false };
    let text = CommandInput::File(path.to_owned()).read().map_err(failed)?;
    let editor = Editor::new(text.as_slice()).map_err(|error| {
        let first = error.diagnostics.iter().find(|diagnostic| diagnostic.is_error());
        let place = first.map(|first| error.sources.get(error.id).line_column(first.span().start));
        let message = match (first, place) {
            (Some(first), Some((line, column))) => {
                format!("{}:{line}:{column}: error[{}]: {first}", shown(path), first.code)
            }
            _ => format!("{}: {}", shown(path), Escaped::line(&error.to_string())),
        };
        RejectedFile { message, is_text: true }
    })?;
    let profiles = headers(&editor);
    Ok(ProfileDocument { path: path.to_owned(), text, editor, profiles })
}
