//! Finding included files, and splicing them in.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostic::{Code, Detail, Diagnostic};
use crate::policy::Dependency;
use crate::source::{FileKind, Span};
use crate::syntax::ast::{self, IncludePath, PathForm};

use super::session::{IncludedFile, SharedContents, UnusableFile};
use super::{ResolveOptions, Resolver, compat};

/// The most files that are spliced in for one input. The largest real file includes some thousands.
const MAX_INCLUDES: usize = 100_000;

/// The most text that is spliced in for one input, in bytes.
const MAX_INCLUDED_TEXT: usize = 128 << 20;

/// Endings of files that package managers and editors leave behind: they are not read from an included directory.
const LEFT_BEHIND: [&str; 12] = [
    ".dpkg-new",
    ".dpkg-old",
    ".dpkg-dist",
    ".dpkg-bak",
    ".dpkg-remove",
    ".pacsave",
    ".pacnew",
    ".rpmnew",
    ".rpmsave",
    ".orig",
    ".rej",
    "~",
];

/// Whether an included directory is read without this entry. An ending counts only where its first occurrence in the name
/// stands at the end: `a.orig.orig` is read.
#[must_use]
pub fn is_skipped(name: &str) -> bool {
    name.starts_with('.')
        || name == "README"
        || LEFT_BEHIND.iter().any(|ending| name.find(ending).is_some_and(|at| at + ending.len() == name.len()))
}

/// The profile files of a directory, in byte order of their names: without entries that are skipped, and without its
/// sub-directories.
///
/// # Errors
/// When it cannot be read.
#[cfg(any(feature = "suite", feature = "log", feature = "internals"))]
pub fn policy_files(directory: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut entries = std::fs::read_dir(directory)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    let files = entries.iter().filter(|entry| !is_skipped(&entry.file_name().to_string_lossy()));
    Ok(files.map(std::fs::DirEntry::path).filter(|path| !path.is_dir()).collect())
}

/// The place where a file was found.
pub(super) struct FoundFile {
    /// The path as text: what the include-once set compares, and what diagnostics show.
    pub(super) key: String,
    /// The path passed to the loader.
    pub(super) path: PathBuf,
    pub(super) kind: FileKind,
}

/// The result of searching a file.
pub(super) enum SearchOutcome {
    Found(FoundFile),
    /// The include-once set has it.
    Before,
    /// Not found, with the first error other than "not found".
    Missing(Option<io::Error>),
}

/// A directory of the search list as the beginning of keys: without slashes at its end.
fn prefix_of(directory: &Path) -> String {
    let text = directory.to_string_lossy();
    match text.trim_end_matches('/') {
        "" if text.starts_with('/') => String::new(),
        trimmed => trimmed.to_owned(),
    }
}

impl ResolveOptions {
    /// The directories that `<path>` is looked up in.
    pub(crate) fn search_list(&self) -> impl Iterator<Item = &Path> {
        self.include_dirs.iter().chain([&self.base]).map(PathBuf::as_path)
    }

    /// Returns the candidates for a path, in the order of the search: as text, and for the loader.
    pub(crate) fn candidates(&self, form: PathForm, text: &str) -> Vec<(String, PathBuf)> {
        match form {
            PathForm::Angle => self
                .search_list()
                .map(|directory| format!("{}/{text}", prefix_of(directory)))
                .map(|key| (key.clone(), PathBuf::from(key)))
                .collect(),
            PathForm::Plain => vec![(text.to_owned(), self.working_directory.join(text))],
        }
    }
}

impl Resolver<'_> {
    /// Looks a path up.
    pub(super) fn search(&mut self, path: &IncludePath) -> SearchOutcome {
        let text = path.text();
        if text.is_empty() {
            return SearchOutcome::Missing(None);
        }
        let mut trouble = None;
        for (key, path) in self.options.candidates(path.form, &text) {
            if self.once.included.contains(&key) {
                return SearchOutcome::Before;
            }
            let kind = self.session.kind(&path);
            self.dependencies.add(Dependency::Kind { path: path.clone(), kind: kind.as_ref().ok().copied() });
            match kind {
                Ok(kind) => return SearchOutcome::Found(FoundFile { key, path, kind }),
                Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {}
                Err(error) => trouble = trouble.or(Some(error)),
            }
        }
        SearchOutcome::Missing(trouble)
    }

    /// The error about a file that was not found.
    pub(super) fn not_found(&self, code: Code, path: &IncludePath, trouble: Option<&io::Error>) -> Diagnostic {
        let shown = match path.form {
            PathForm::Angle => format!("<{}>", path.text()),
            PathForm::Plain => format!("\"{}\"", path.text()),
        };
        let text = path.text();
        let nearest = self.nearest(path, &text);
        let help = match &nearest {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                let list: Vec<_> = match path.form {
                    PathForm::Angle => {
                        self.options.search_list().map(|directory| directory.display().to_string()).collect()
                    }
                    PathForm::Plain => vec![self.options.working_directory.display().to_string()],
                };
                format!("searched in {}", list.join(", "))
            }
        };
        let (message, detail) = match trouble {
            Some(error) => (format!("cannot open `{shown}`: {error}"), Detail::Unreadable { path: text }),
            None => (format!("cannot open `{shown}`: no such file"), Detail::NotFound { path: text, nearest }),
        };
        Diagnostic::new(code, message, path.path.span).with_help(help).with_detail(detail)
    }

    /// The path of the file that is probably meant.
    fn nearest(&self, path: &IncludePath, text: &str) -> Option<String> {
        let (parent, name) = text.rsplit_once('/').unwrap_or(("", text));
        let directories: Vec<PathBuf> = match path.form {
            PathForm::Angle => {
                self.options.search_list().map(|directory| directory.join(parent.trim_start_matches('/'))).collect()
            }
            PathForm::Plain => vec![self.options.working_directory.join(parent)],
        };
        let mut names: Vec<String> = Vec::new();
        for directory in &directories {
            let entries = self.session.entries(directory);
            names.extend(entries.iter().flat_map(|entries| entries.iter()).map(|entry| entry.name.clone()));
        }
        names.sort_unstable();
        let near = crate::vocab::nearest(name.as_bytes(), names.iter().map(String::as_str))?;
        Some(if parent.is_empty() { near.to_owned() } else { format!("{parent}/{near}") })
    }

    /// Splices in what an include names: `each` gets the items of every file.
    pub(super) fn include(
        &mut self,
        include: &ast::Include,
        span: Span,
        each: &mut dyn FnMut(&mut Self, &[ast::Item]),
    ) {
        if include.pound {
            let message = "`#include` is an include rule, not a comment";
            self.diagnostics.push(Diagnostic::new(Code::PoundInclude, message, span).with_help("write `include`"));
        }
        let found = match self.search(&include.path) {
            SearchOutcome::Found(found) => found,
            SearchOutcome::Before => return,
            SearchOutcome::Missing(None) if include.if_exists && !include.path.text().is_empty() => return,
            SearchOutcome::Missing(trouble) => {
                let diagnostic = self.not_found(Code::IncludeOpen, &include.path, trouble.as_ref());
                self.diagnostics.push(diagnostic);
                self.variables.incomplete = true;
                return;
            }
        };
        self.include_once(&found.key, span);
        match found.kind {
            FileKind::File => self.splice(&found.key, &found.path, span, each),
            FileKind::Directory => self.include_directory(&found, span, each),
            FileKind::Other => {}
        }
    }

    /// Files of a directory are read last name first, as the reference compiler does it: assignments depend on it.
    fn include_directory(&mut self, found: &FoundFile, span: Span, each: &mut dyn FnMut(&mut Self, &[ast::Item])) {
        let mut entries = match self.session.entries(&found.path) {
            Ok(entries) => {
                let dependency = Dependency::Directory { path: found.path.clone(), entries: Arc::clone(&entries) };
                self.dependencies.add(dependency);
                entries.to_vec()
            }
            Err(error) => return self.directory_trouble(&format!("`{}`: {error}", found.key), span),
        };
        entries.retain(|entry| !is_skipped(&entry.name));
        entries.sort_unstable_by(|a, b| b.name.cmp(&a.name));
        let mut files = Vec::new();
        for entry in entries {
            let key = format!("{}/{}", found.key, entry.name);
            match entry.kind {
                Ok(FileKind::File) => {
                    // All are taken in before the first is read, so that none includes another.
                    if self.include_once(&key, span) {
                        files.push((key, found.path.join(&entry.name)));
                    }
                }
                Ok(FileKind::Directory | FileKind::Other) => {}
                Err(error) => self.directory_trouble(&format!("`{key}`: {error}"), span),
            }
        }
        for (key, path) in files {
            self.splice(&key, &path, span, each);
        }
    }

    /// Notes that a file is included; `false` if it was before.
    fn include_once(&mut self, key: &str, span: Span) -> bool {
        if !self.dead && self.once.untaken.remove(key) {
            compat::included_by_untaken_branch(key, span, &mut self.diagnostics);
        }
        self.once.insert(key, self.dead)
    }

    fn directory_trouble(&mut self, what: &str, span: Span) {
        self.diagnostics.push(Diagnostic::new(Code::IncludeDir, format!("cannot include {what}"), span));
        self.variables.incomplete = true;
    }

    /// Counts a file that is to be spliced in, and its length; says what is exceeded by it.
    pub(super) fn count_included(&mut self, len: usize) -> Result<(), String> {
        self.includes += 1;
        self.included_text += len;
        if self.includes > MAX_INCLUDES {
            return Err(format!("more than {MAX_INCLUDES} files are included"));
        }
        if self.included_text > MAX_INCLUDED_TEXT {
            return Err(format!("more than {} MiB of text are included", MAX_INCLUDED_TEXT >> 20));
        }
        Ok(())
    }

    fn splice(&mut self, key: &str, path: &Path, span: Span, each: &mut dyn FnMut(&mut Self, &[ast::Item])) {
        if self.limited {
            return;
        }
        let included = match self.included(path, key) {
            Ok(included) => included,
            Err(unusable) => {
                if let UnusableFile::Read(error) = &*unusable {
                    let message = format!("cannot read `{key}`: {error}");
                    let detail = Detail::Unreadable { path: key.to_owned() };
                    self.diagnostics.push(Diagnostic::new(Code::IncludeOpen, message, span).with_detail(detail));
                }
                self.variables.incomplete = true;
                return;
            }
        };
        self.dependencies.add(Dependency::File { path: path.to_owned(), source: included.source });
        if let Err(message) = self.count_included(included.len) {
            return self.end_includes(Diagnostic::new(Code::IncludeLimit, message, span));
        }
        self.diagnostics.enter_include(span);
        self.report(&included.diagnostics);
        self.deeper(span, Code::IncludeLimit, |this| each(this, &included.file.items));
        self.diagnostics.leave_include();
        self.let_go(key, path, &included);
    }

    /// The tree of a file.
    fn included(&self, path: &Path, key: &str) -> SharedContents<IncludedFile> {
        match self.let_go.as_ref().and_then(|texts| texts.get(key)) {
            Some(&text) => Ok(Arc::new(self.session.parsed(text))),
            None => self.session.included(path, key),
        }
    }

    /// Lets go of the tree of a file of the preamble: it is not included again but by a profile, which few of them are.
    fn let_go(&mut self, key: &str, path: &Path, included: &IncludedFile) {
        if let (Some(texts), None) = (&mut self.let_go, self.first_profile) {
            texts.insert(key.to_owned(), included.source);
            self.session.forget_tree(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_skipped;

    #[test]
    fn skip_rules() {
        for name in [".hid", "README", "x~", "y.orig", "a.rpmnew", "b.dpkg-old", "~"] {
            assert!(is_skipped(name), "{name}");
        }
        for name in ["a.orig.orig", "b~c~", "README.md", "x.bak", "x.swp", "a", "B", "_", "1"] {
            assert!(!is_skipped(name), "{name}");
        }
    }
}
