//! Options and `armorer.toml` together.

use std::path::{Path, PathBuf};

use super::super::target;
use crate::compiler::Compiler;
use crate::lint::config::Config;
use crate::lint::{Linter, Selection};
use crate::source::Loader;

/// The kernel that is linted for if no option names one: the one that mediates most.
const KERNEL: &str = "linux-7.2";

#[derive(clap::Args, Default)]
pub(super) struct RunArgs {
    /// Base directory, searched last for `include <…>` [default: /etc/apparmor.d]
    #[arg(short, long, value_name = "DIR")]
    base: Option<PathBuf>,

    /// Directory searched for `include <…>` before the base; repeatable
    #[arg(short = 'I', long = "include", value_name = "DIR")]
    include: Vec<PathBuf>,

    /// Kernel that the profiles are written for: a built-in feature set (`armorer features --list`), a features file or directory [default: linux-7.2]
    #[arg(long, value_name = "NAME|FILE|DIR")]
    features: Option<String>,

    /// Enable only these rules: codes, names, families or `all`
    #[arg(long, value_name = "RULE,…", value_delimiter = ',')]
    select: Option<Vec<String>>,

    /// Also enable these rules
    #[arg(long, value_name = "RULE,…", value_delimiter = ',')]
    extend_select: Vec<String>,

    /// Disable these rules
    #[arg(long, value_name = "RULE,…", value_delimiter = ',')]
    ignore: Vec<String>,

    /// Disable rules that need automata, which take most of the time
    #[arg(long, alias = "no-semantic")]
    no_automata: bool,

    /// Also report findings in included files
    #[arg(long)]
    includes: bool,

    /// Treat the inputs as the complete policy, and report references to profiles outside of it
    #[arg(long)]
    complete: bool,

    /// Configuration file [default: armorer.toml in the directory of the first path or above]
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    config: Option<PathBuf>,

    /// Ignore configuration files
    #[arg(long)]
    no_config: bool,
}

/// The settings of a run.
pub(super) struct LintSettings<'a> {
    args: &'a RunArgs,
    config: Config,
    /// The directory of the configuration file.
    root: PathBuf,
    directories: Vec<PathBuf>,
}

impl<'a> LintSettings<'a> {
    pub(super) fn new(args: &'a RunArgs, paths: &[PathBuf]) -> Result<LintSettings<'a>, String> {
        let found = match &args.config {
            Some(path) => Some(path.clone()),
            None if args.no_config => None,
            None => find(paths.first().map(PathBuf::as_path)),
        };
        let config = match &found {
            Some(path) => read(path)?,
            None => Config::default(),
        };
        let root = found.as_deref().and_then(Path::parent).unwrap_or(Path::new("")).to_owned();
        let mut settings = LintSettings { args, config, root, directories: Vec::new() };
        settings.scope(paths);
        Ok(settings)
    }

    /// Counts the directories among the inputs to the policy that is looked at.
    pub(super) fn scope(&mut self, paths: &[PathBuf]) {
        self.directories = paths.iter().filter(|path| path.is_dir()).cloned().collect();
    }

    /// The base directory of includes.
    pub(super) fn base(&self) -> PathBuf {
        let configured = || self.config.target.base.as_ref().map(|base| self.root.join(base));
        self.args.base.clone().or_else(configured).unwrap_or_else(|| "/etc/apparmor.d".into())
    }

    /// A linter, with files from elsewhere than the file system where there is a loader.
    pub(super) fn linter(&self, loader: Option<Box<dyn Loader>>) -> Result<Linter, String> {
        let LintSettings { args, config, root, .. } = self;
        let features = match (&args.features, &config.target.features) {
            (Some(name), _) => target::features(name)?,
            (None, Some(name)) => {
                let path = root.join(name);
                target::features(if path.exists() { path.to_str().unwrap_or(name) } else { name })?
            }
            (None, None) => target::features(KERNEL)?,
        };
        let base = self.base();
        let configured = config.target.include.iter().map(|directory| root.join(directory));
        let include: Vec<PathBuf> = args.include.iter().cloned().chain(configured).collect();
        let mut compiler = Compiler::new(features).base(&base);
        compiler = include.iter().fold(compiler, |compiler, directory| compiler.include_dir(directory));
        if let Some(loader) = loader {
            compiler = compiler.loader(loader);
        }
        let mut linter = Linter::new(&compiler);
        if args.includes {
            linter = include.into_iter().chain([base]).fold(linter, |linter, directory| linter.scope(directory));
        }
        for directory in &self.directories {
            linter = linter.scope(directory);
        }
        self.configured(linter)
    }

    /// A linter with the rules that options and configuration select.
    pub(super) fn configured(&self, mut linter: Linter) -> Result<Linter, String> {
        let LintSettings { args, config, root, .. } = self;
        let say = |error: crate::lint::UnknownRule| error.to_string();
        let selection = match &args.select {
            Some(words) => Selection::only(words).map_err(say)?,
            None => config.selection().map_err(say)?,
        };
        let selection = selection.and(&args.extend_select).and_then(|all| all.ignore(&args.ignore)).map_err(say)?;
        let automata = !args.no_automata && config.lint.automata.unwrap_or(true);
        let complete = args.complete || config.lint.complete.unwrap_or(false);
        linter = linter.selection(selection).automata(automata).complete(complete).root(root);
        for (glob, words) in &config.lint.per_file_ignores {
            linter = linter.ignore_in(glob, words).map_err(say)?;
        }
        Ok(linter)
    }
}

/// The configuration file for a path: in its directory or above, named relative to the working directory where it lies below it.
fn find(path: Option<&Path>) -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    let path = path.filter(|path| *path != Path::new("-")).map_or_else(|| here.clone(), |path| here.join(path));
    let directory = if path.is_dir() { path.as_path() } else { path.parent()? };
    let found = Config::find(directory)?;
    Some(found.strip_prefix(&here).map(Path::to_owned).unwrap_or(found))
}

fn read(path: &Path) -> Result<Config, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Config::parse(&text)
        .map_err(|error| format!("{}:{}:{}: {}", path.display(), error.line, error.column, error.message))
}
