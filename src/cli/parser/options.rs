//! Settings from the options and the configuration file.

use std::path::PathBuf;

use super::features::PolicyFeatures;
use super::jobs::Jobs;
use super::output::StreamOutput;
use super::warnings::WarningClasses;
use crate::features::Features;
use crate::source::Text;

/// The directory of profiles unless an option names another.
pub(super) const BASE: &str = "/etc/apparmor.d";

/// The configuration file unless another is named.
pub(super) const CONFIG_FILE: &str = "/etc/apparmor/parser.conf";

/// The action performed with the inputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Add,
    Replace,
    Remove,
    Names,
    Stdout,
    Ofile(PathBuf),
    Preprocess,
}

/// The form in which `prompt` rules are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PromptCompat {
    /// As permissions, where the kernel has a table for them.
    Permissions,
    /// As the mode of the profile.
    Flag,
}

/// The end of the run before any input.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct EarlyExit(pub(super) u8);

/// Everything that options say.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub(super) struct ParserOptions {
    /// The name that the program was called by, complete.
    pub(super) program: String,
    pub(super) config_file: PathBuf,
    /// Whether somebody named it.
    pub(super) config_file_given: bool,
    pub(super) action: Action,
    /// The number of actions that were named.
    pub(super) actions: usize,
    pub(super) base: PathBuf,
    pub(super) include: Vec<PathBuf>,
    pub(super) subdomainfs: Option<PathBuf>,
    pub(super) complain: bool,
    pub(super) binary: bool,
    pub(super) namespace: Option<Text>,
    pub(super) read_implies_exec: bool,
    /// Whether policy is loaded into the kernel or removed from it.
    pub(super) kernel_load: bool,
    pub(super) skip_cache: bool,
    pub(super) skip_read_cache: bool,
    pub(super) write_cache: bool,
    pub(super) show_cache: bool,
    pub(super) show_dfa_cache: bool,
    pub(super) cache_locations: Vec<PathBuf>,
    pub(super) skip_bad_cache: bool,
    pub(super) skip_bad_cache_rebuild: bool,
    pub(super) purge_cache: bool,
    pub(super) print_cache_dir: bool,
    pub(super) quiet: bool,
    pub(super) verbose: bool,
    pub(super) debug: bool,
    pub(super) debug_jobs: bool,
    pub(super) dump_variables: bool,
    pub(super) dump_expanded_variables: bool,
    pub(super) jobs: Jobs,
    pub(super) max_jobs: Option<Jobs>,
    pub(super) abort_on_error: bool,
    /// The zstd level; 0 is none.
    pub(super) compress_level: Option<i32>,
    pub(super) kernel_features: Option<Features>,
    pub(super) policy_features: PolicyFeatures,
    pub(super) override_abi: Option<Features>,
    pub(super) prompt_compat: PromptCompat,
    pub(super) warnings: WarningClasses,
    pub(super) errors: WarningClasses,
}

impl ParserOptions {
    pub(super) fn new(program: String) -> ParserOptions {
        ParserOptions {
            program,
            config_file: CONFIG_FILE.into(),
            config_file_given: false,
            action: Action::Add,
            actions: 0,
            base: BASE.into(),
            include: Vec::new(),
            subdomainfs: None,
            complain: false,
            binary: false,
            namespace: None,
            read_implies_exec: false,
            kernel_load: true,
            skip_cache: false,
            skip_read_cache: false,
            write_cache: false,
            show_cache: false,
            show_dfa_cache: false,
            cache_locations: vec!["/var/cache/apparmor".into()],
            skip_bad_cache: false,
            skip_bad_cache_rebuild: false,
            purge_cache: false,
            print_cache_dir: false,
            quiet: false,
            verbose: false,
            debug: false,
            debug_jobs: false,
            dump_variables: false,
            dump_expanded_variables: false,
            jobs: Jobs::Times(1),
            max_jobs: None,
            abort_on_error: false,
            compress_level: None,
            kernel_features: None,
            policy_features: PolicyFeatures::Default,
            override_abi: None,
            prompt_compat: PromptCompat::Permissions,
            warnings: WarningClasses::DEFAULT,
            errors: WarningClasses::NONE,
        }
    }

    /// Whether warnings of a class are shown.
    pub(super) fn warns(&self, class: WarningClasses) -> bool {
        let silent = matches!(self.action, Action::Names | Action::Remove);
        !self.quiet && !silent && self.warnings.contains(class)
    }

    /// A warning before the first input.
    pub(super) fn warn(&self, class: WarningClasses, text: &str, output: &mut StreamOutput) -> Result<(), EarlyExit> {
        if !self.warns(class) {
            return Ok(());
        }
        if self.errors.contains(class) {
            output.err_line(&format!("Warning converted to Error from stdin (line 1): {text}"));
            return Err(EarlyExit(1));
        }
        output.err_line(&format!("Warning from stdin (line 1): {text}"));
        Ok(())
    }

    /// Ends the run with `PROG: message`.
    pub(super) fn fail(&self, message: &str, output: &mut StreamOutput) -> EarlyExit {
        output.err_line(&format!("{}: {message}", self.program));
        EarlyExit(1)
    }
}
