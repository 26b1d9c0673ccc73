//! The profiles that rules are suggested for, with the files that hold them.

use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;

use crate::analysis::{Access, Subject};
use crate::blob;
use crate::compiler::{CompileError, Compiled, Compiler, Input};
use crate::edit::{self, Editor};
use crate::parallel;
use crate::resolve::VariableValue;
use crate::source::{FileKind, Span, Text};
use crate::syntax::ast::{File, Include, IncludePath, Item, ItemKind, PathForm, Profile};
use crate::syntax::{NameError, Pattern};
use crate::vocab::ExecMode;

/// The profiles of a tree.
///
/// ```
/// use armorer::log::suggest::SuggestTree;
/// use armorer::{Compiler, Features};
///
/// let mut tree = SuggestTree::new(Compiler::new(Features::builtin("linux-7.2").unwrap()));
/// tree.add("usr.bin.web", "profile web /usr/bin/web {\n  profile worker { }\n}\n")?;
/// assert_eq!(tree.file_of(b"web//worker"), Some("usr.bin.web"));
/// assert_eq!(tree.file_of(b"db"), None);
/// # Ok::<(), armorer::CompileError>(())
/// ```
#[derive(Debug)]
pub struct SuggestTree {
    pub(super) compiler: Arc<Compiler>,
    pub(super) files: Vec<TreeFile>,
    /// The full name of each profile, with its file and the name that the editor knows it by.
    profiles: FxHashMap<Text, (usize, String)>,
}

/// A file with profiles.
#[derive(Debug)]
pub(super) struct TreeFile {
    pub(super) name: String,
    pub(super) text: Vec<u8>,
    /// Whether there is no such file yet.
    pub(super) is_new: bool,
    pub(super) compiled: Compiled,
    pub(super) subject: Subject,
    pub(super) variables: Vec<VariableValue>,
    /// All but the profiles.
    preamble: File,
    /// The abstractions of the tree, as its preamble has them; compiled when they are asked for.
    abstractions: OnceLock<Vec<Abstraction>>,
}

/// An abstraction of the tree.
#[derive(Debug)]
pub(super) struct Abstraction {
    pub(super) include: ItemKind,
    /// A profile that has it and nothing else.
    pub(super) record: blob::BlobProfile,
    pub(super) subject: Subject,
}

/// The most abstractions that are looked at.
const MAX_ABSTRACTIONS: usize = 500;

/// The place for the rules of a name in a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RuleHome {
    pub(super) file: usize,
    /// The full name of the profile.
    pub(super) profile: Text,
    /// The name that the editor knows it by.
    pub(super) scope: String,
}

impl SuggestTree {
    /// A tree without profiles, for what a compiler compiles.
    #[must_use]
    pub fn new(compiler: impl Into<Arc<Compiler>>) -> SuggestTree {
        SuggestTree { compiler: compiler.into(), files: Vec::new(), profiles: FxHashMap::default() }
    }

    /// Adds the text of a file. Of a profile that several files have, the first counts.
    ///
    /// # Errors
    /// When it does not compile.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<Vec<u8>>) -> Result<(), CompileError> {
        self.insert(name.into(), text.into(), false)
    }

    /// Adds a file that does not exist yet, with an empty profile of that name. A profile that is named by a path attaches to it.
    ///
    /// ```
    /// use armorer::log::suggest::SuggestTree;
    /// use armorer::{Compiler, Features};
    ///
    /// let mut tree = SuggestTree::new(Compiler::new(Features::builtin("linux-7.2").unwrap()));
    /// tree.create("usr.bin.web", b"/usr/bin/web")?;
    /// assert_eq!(tree.file_of(b"/usr/bin/web"), Some("usr.bin.web"));
    /// # Ok::<(), armorer::CompileError>(())
    /// ```
    ///
    /// # Errors
    /// When no profile can have that name.
    pub fn create(&mut self, file: impl Into<String>, profile: &[u8]) -> Result<(), CompileError> {
        let mut new = named(profile);
        let mut tree = File::default();
        let has = |path: &str| self.compiler.has_include(path);
        for (path, is_preamble) in [("tunables/global", true), ("abstractions/base", false)] {
            if let Some(include) = Include::new(path).ok().filter(|_| has(path)) {
                match is_preamble {
                    true => tree = tree.item(include.into()),
                    false => new = new.include(include),
                }
            }
        }
        if has("abi/4.0")
            && let Ok(path) = IncludePath::new("abi/4.0")
        {
            tree = tree.abi(path);
        }
        self.insert(file.into(), tree.item(new.into()).to_bytes(), true)
    }

    fn insert(&mut self, name: String, text: Vec<u8>, is_new: bool) -> Result<(), CompileError> {
        let resolved = self.compiler.resolve(Input::text(name.clone(), &*text))?;
        let compiled = self.compiler.encode(&resolved)?;
        let variables = self.compiler.variables(&resolved);
        let Ok(subject) = Subject::from_compiled(compiled.clone()) else { return Ok(()) };
        let Ok(editor) = Editor::new(&*text) else { return Ok(()) };
        let number = self.files.len();
        let headers = edit::headers(editor.file());
        for profile in resolved.profiles() {
            // The span is that of the name, which the tree has at the same place.
            let at = (profile.span.start, profile.span.end);
            let is_here = |span: Span| (span.start, span.end) == at;
            let Some(header) = headers.iter().find(|header| is_here(header.profile.name.span)) else { continue };
            let scope = || String::from_utf8_lossy(&header.written).into_owned();
            self.profiles.entry(profile.listed_name()).or_insert_with(|| (number, scope()));
        }
        let is_profile = |item: &Item| matches!(item.kind.value, ItemKind::Profile(_));
        let mut preamble = editor.file().clone();
        preamble.items.retain(|item| !is_profile(item));
        self.files.push(TreeFile {
            name,
            text,
            is_new,
            compiled,
            subject,
            variables,
            preamble,
            abstractions: OnceLock::new(),
        });
        Ok(())
    }

    /// The name of the file that holds a profile.
    #[must_use]
    pub fn file_of(&self, profile: &[u8]) -> Option<&str> {
        let (file, _) = self.profiles.get(&Text::from(profile))?;
        self.files.get(*file).map(|file| &*file.name)
    }

    /// Compiles the text that a file of profiles gets.
    ///
    /// # Errors
    /// When it would have errors.
    #[cfg(feature = "ide")]
    pub(crate) fn check(&self, change: &super::FileChange) -> Result<(), CompileError> {
        self.compiler.compile(Input::text(change.file.clone(), &*change.new)).map(drop)
    }

    /// The abstractions of the tree that compile after the preamble of a file.
    pub(super) fn abstractions(&self, file: usize) -> &[Abstraction] {
        let Some(file) = self.files.get(file) else { return &[] };
        file.abstractions.get_or_init(|| {
            let session = self.compiler.session();
            let mut names: Vec<String> = Vec::new();
            for directory in self.compiler.resolve_options().search_list() {
                let entries = session.loader().read_dir(&directory.join("abstractions")).unwrap_or_default();
                let files = entries.into_iter().filter(|entry| matches!(entry.kind, Ok(FileKind::File)));
                names.extend(files.map(|entry| entry.name).filter(|name| !name.starts_with('.')));
            }
            names.sort_unstable();
            names.dedup();
            names.truncate(MAX_ABSTRACTIONS);
            let compiled = parallel::map(&names, |name| {
                let include = ItemKind::from(Include::new(format!("abstractions/{name}")).ok()?);
                let text = file.alone(&[std::slice::from_ref(&include)]);
                let compiled = self.compiler.compile(Input::text("abstraction", text)).ok()?;
                let record = compiled.records().first()?.clone();
                Some(Abstraction { include, record, subject: Subject::from_compiled(compiled).ok()? })
            });
            compiled.into_iter().flatten().collect()
        })
    }

    /// The path and text of the local include of a profile, where rules may go instead; no text where there is no such file.
    pub(super) fn local(&self, items: &[ItemKind]) -> Option<(String, Option<Vec<u8>>)> {
        let include = items.iter().rev().find_map(|item| match item {
            ItemKind::Include(include) if include.path.form == PathForm::Angle => Some(&include.path),
            _ => None,
        })?;
        let text = include.text();
        let session = self.compiler.session();
        let found = self.compiler.resolve_options().candidates(PathForm::Angle, &text);
        if !text.starts_with("local/") {
            return None;
        }
        let read = |path: &std::path::Path| session.loader().read(path).ok();
        let there = found.iter().find_map(|(key, path)| Some((key.clone(), Some(read(path)?))));
        there.or_else(|| Some((found.last()?.0.clone(), None)))
    }

    /// Returns the place for the rules of a name in a log. A name with `//null-PROGRAM` is that of a program that runs in complain mode
    /// without a profile of its own: it is taken for the profile that the exec of the program leads to.
    pub(super) fn home(&self, name: &[u8]) -> Option<RuleHome> {
        let mut name = name.to_vec();
        while let Some(at) = memchr::memmem::find(&name, b"//null-") {
            let parent = name.get(..at)?.to_vec();
            let rest = name.get(at + 7..)?;
            let end = memchr::memmem::find(rest, b"//null-").unwrap_or(rest.len());
            let (program, rest) = rest.split_at_checked(end)?;
            let next = self.attached(&parent, program).map_or(parent, |(_, profile)| profile);
            name = [&*next, rest].concat();
        }
        let (file, scope) = self.profiles.get(&Text::from(&*name))?;
        Some(RuleHome { file: *file, profile: name.into(), scope: scope.clone() })
    }

    /// Returns the exec mode for a program: in a child that attaches to it, in a profile of its own, else in the same profile.
    pub(super) fn exec(&self, profile: &[u8], program: &[u8]) -> ExecMode {
        self.attached(profile, program).map_or(ExecMode::INHERIT, |(mode, _)| mode)
    }

    fn attached(&self, profile: &[u8], program: &[u8]) -> Option<(ExecMode, Vec<u8>)> {
        let access = Access::parse(&[&b"attach"[..], program]).ok()?;
        let attaches = |name: &Text, file: usize| {
            let subject = self.files.get(file).map(|file| &file.subject);
            subject.is_some_and(|subject| subject.ask(Some(name), &access).is_ok_and(|answer| answer.is_allowed()))
        };
        let mut names: Vec<(&Text, usize)> = self.profiles.iter().map(|(name, (file, _))| (name, *file)).collect();
        names.sort_unstable();
        let is_child = |name: &Text| {
            let local = name.strip_prefix(profile).and_then(|rest| rest.strip_prefix(b"//"));
            local.is_some_and(|local| memchr::memmem::find(local, b"//").is_none())
        };
        let is_top = |name: &Text| memchr::memmem::find(name, b"//").is_none() && **name != *profile;
        let child = names.iter().find(|(name, file)| is_child(name) && attaches(name, *file));
        let top = || names.iter().find(|(name, file)| is_top(name) && attaches(name, *file));
        child
            .map(|(name, _)| (ExecMode::CHILD, name.to_vec()))
            .or_else(|| top().map(|(name, _)| (ExecMode::PROFILE, name.to_vec())))
    }
}

impl TreeFile {
    /// The text of a file in which each candidate is a profile of its own, after the same preamble.
    pub(super) fn alone(&self, candidates: &[&[ItemKind]]) -> Vec<u8> {
        let mut file = self.preamble.clone();
        for (number, items) in candidates.iter().enumerate() {
            let mut profile = Profile::new(candidate_name(number)).unwrap_or_else(|_| unnamed());
            profile.body.items.extend(items.iter().cloned().map(Item::from));
            file = file.item(profile.into());
        }
        file.to_bytes()
    }
}

/// The name of the profile that has a candidate alone.
pub(super) fn candidate_name(number: usize) -> String {
    format!("armorer-candidate-{number}")
}

/// An empty profile of a name that a kernel has. It is written as it stands: kernels know no pattern by it, and a name that begins with a
/// slash attaches to the programs that it matches, as it did when it was loaded.
pub(crate) fn named(profile: &[u8]) -> Profile {
    let mut new = Profile::new("profile").unwrap_or_else(|_: NameError| unnamed());
    new.name = crate::source::Spanned::bare(Pattern::plain(profile));
    new
}

/// A profile that is written nowhere: no name that this module makes is refused.
fn unnamed() -> Profile {
    Profile {
        keyword: crate::syntax::ast::ProfileKeyword::Profile,
        name: crate::source::Spanned::bare(Pattern::plain(b"x")),
        attachment: None,
        xattrs: None,
        identities: Vec::new(),
        flags: None,
        body: crate::syntax::ast::Block::default(),
    }
}
