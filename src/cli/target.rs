//! Options that name the tree of profiles and the kernel they are for.

use std::path::{Path, PathBuf};

use clap::Args;

use super::eprint_line;
use super::inputs::CommandInput;
use crate::compiler::Compiler;
use crate::features::Features;

/// The feature set that is taken where the running kernel has none to offer.
pub(super) const FALLBACK: &str = "linux-6.12";

#[derive(Args, Clone, Debug)]
pub(super) struct TargetArgs {
    /// Base directory, searched last for `include <…>`
    #[arg(short, long, value_name = "DIR", default_value = "/etc/apparmor.d")]
    pub(super) base: PathBuf,

    /// Directory searched for `include <…>` before the base; repeatable
    #[arg(short = 'I', long = "include", value_name = "DIR")]
    pub(super) include: Vec<PathBuf>,

    /// Kernel to compile for: a built-in feature set (`armorer features --list`), a features file or directory [default: the running kernel, else linux-6.12]
    #[arg(long, value_name = "NAME|FILE|DIR")]
    pub(super) features: Option<String>,
}

impl TargetArgs {
    /// The compiler that the options ask for.
    pub(super) fn compiler(&self) -> Result<Compiler, String> {
        let compiler = match &self.features {
            Some(name) => Compiler::new(features(name)?),
            // A file without `abi` rule is then written for AppArmor 2.x, as the reference has it.
            None => Compiler::new(default_features()?).policy_features(None),
        };
        Ok(self.configured(compiler))
    }

    /// The compiler, looking up `include <…>` where the options say.
    pub(super) fn configured(&self, compiler: Compiler) -> Compiler {
        let compiler = compiler.base(&self.base);
        self.include.iter().fold(compiler, |compiler, directory| compiler.include_dir(directory))
    }
}

/// The features that a name or path stands for; `-` is standard input.
pub(super) fn features(name: &str) -> Result<Features, String> {
    if let Some(features) = Features::builtin(name) {
        return Ok(features);
    }
    if name == "-" {
        let text = CommandInput::Stdin.read().map_err(|error| format!("standard input: {error}"))?;
        return Features::parse(&text).map_err(|error| format!("standard input: {error}"));
    }
    let path = Path::new(name);
    if !path.exists() {
        let names = Features::builtin_names().collect::<Vec<_>>().join(", ");
        return Err(format!("no feature set or file is named '{name}' (built in: {names})"));
    }
    Features::from_path(path).map_err(|error| format!("{name}: {error}"))
}

/// The running kernel's features, else the fall-back; a note on standard error says which.
pub(super) fn default_features() -> Result<Features, String> {
    if let Ok(features) = Features::running() {
        eprint_line(format_args!("note: using the features of the running kernel (id {:08x})", features.id()));
        return Ok(features);
    }
    eprint_line(format_args!("note: the running kernel offers no AppArmor features; using those of {FALLBACK}"));
    features(FALLBACK)
}
