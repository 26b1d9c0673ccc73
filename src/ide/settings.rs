//! Settings that an editor's answers depend on besides the texts: `armorer.toml`, and the editor's overrides.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::compiler::Compiler;
use crate::features::Features;
use crate::lint::config::Config;
use crate::lint::{Linter, UnknownRule};
use crate::resolve::{ResolveOptions, Session};

/// The kernel if no setting names one: the one that mediates most, as `armorer lint` has it.
const KERNEL: &str = "linux-7.2";

/// Settings that an editor gives; they go before those of `armorer.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct EditorSettings {
    /// The base directory of includes, relative to the workspace.
    pub base: Option<PathBuf>,
    /// Directories that are searched before the base, relative to the workspace.
    pub include: Vec<PathBuf>,
    /// The kernel: a name, or the path of a features file relative to the workspace.
    pub features: Option<String>,
    /// Whether findings that need automata are reported, a moment after the others; by default they are.
    pub automata: Option<bool>,
    /// Whether inlay hints show the costs of rules; they do not by default.
    pub costs: bool,
}

/// The directories that are searched, and the target kernel.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Options for resolving profiles.
    pub(super) options: ResolveOptions,
    config: Config,
    /// The directory that the globs of the configuration are relative to.
    root: PathBuf,
    automata: bool,
    /// Whether inlay hints tell what rules cost.
    pub costs: bool,
    /// The problems found in the configuration; defaults are used instead.
    pub problems: Vec<String>,
}

impl Settings {
    /// The settings of a workspace: those of the editor, then `armorer.toml` in its folder or above, then the tree that the folder
    /// is or holds, then `/etc/apparmor.d`.
    #[must_use]
    pub fn new(folder: Option<&Path>, editor: &EditorSettings) -> Settings {
        let mut problems = Vec::new();
        let found = folder.and_then(Config::find);
        let config = found.as_deref().map(read).transpose().unwrap_or_else(|problem| {
            problems.push(problem);
            None
        });
        let config = config.unwrap_or_default();
        let folder = folder.unwrap_or(Path::new("/"));
        let root = found.as_deref().and_then(Path::parent).unwrap_or(folder).to_owned();
        let target = &config.target;
        let base = editor.base.as_ref().map(|base| folder.join(base));
        let base = base.or_else(|| target.base.as_ref().map(|base| root.join(base)));
        let base = base.or_else(|| tree_in(folder)).unwrap_or_else(|| "/etc/apparmor.d".into());
        let features = match (&editor.features, &target.features) {
            (Some(name), _) => features(name, folder),
            (None, Some(name)) => features(name, &root),
            (None, None) => features(KERNEL, &root),
        };
        let features = Arc::new(features.unwrap_or_else(|problem| {
            problems.push(problem);
            Features::builtin(KERNEL).unwrap_or_else(Features::default_policy)
        }));
        let include_dirs = if editor.include.is_empty() {
            target.include.iter().map(|directory| root.join(directory)).collect()
        } else {
            editor.include.iter().map(|directory| folder.join(directory)).collect()
        };
        let policy = Some(Arc::clone(&features));
        let options = ResolveOptions {
            base,
            include_dirs,
            working_directory: folder.to_owned(),
            policy,
            ..ResolveOptions::new(features)
        };
        let automata = editor.automata.or(config.lint.automata).unwrap_or(true);
        Settings { options, config, root, automata, costs: editor.costs, problems }
    }

    /// Whether findings are wanted that take automata.
    #[must_use]
    pub fn wants_automata(&self) -> bool {
        self.automata
    }

    /// A compiler that goes by the settings.
    pub(super) fn compiler(&self, session: Session) -> Compiler {
        Compiler::in_session(session, self.options.clone())
    }

    /// A linter that goes by the settings.
    pub(super) fn linter(&self, session: Session) -> Linter {
        let compiler = self.compiler(session);
        let mut linter = Linter::new(&compiler).root(&self.root);
        // The configuration was refused if it names a rule that there is not.
        if let Ok(selection) = self.config.selection() {
            linter = linter.selection(selection);
        }
        self.ignored(linter).unwrap_or_else(|_| Linter::new(&compiler))
    }

    fn ignored(&self, linter: Linter) -> Result<Linter, UnknownRule> {
        self.config.lint.per_file_ignores.iter().try_fold(linter, |linter, (glob, rules)| linter.ignore_in(glob, rules))
    }
}

fn read(path: &Path) -> Result<Config, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Config::parse(&text).map_err(|error| format!("{}: {error}", path.display()))
}

/// A tree of profiles that a folder is, or holds where packages and projects have it.
fn tree_in(folder: &Path) -> Option<PathBuf> {
    let is_tree = |directory: &Path| directory.join("abstractions").is_dir() || directory.join("tunables").is_dir();
    let places = ["", "apparmor.d", "etc/apparmor.d", "profiles/apparmor.d"].map(|place| folder.join(place));
    let above = folder.ancestors().skip(1).take(3).map(Path::to_owned);
    places.into_iter().chain(above).find(|directory| is_tree(directory))
}

/// The features that a name or path stands for.
fn features(name: &str, directory: &Path) -> Result<Features, String> {
    if let Some(features) = Features::builtin(name) {
        return Ok(features);
    }
    let path = directory.join(name);
    if !path.exists() {
        let names = Features::builtin_names().collect::<Vec<_>>().join(", ");
        return Err(format!("no feature set or file is named '{name}' (built in: {names})"));
    }
    Features::from_path(&path).map_err(|error| format!("{}: {error}", path.display()))
}
