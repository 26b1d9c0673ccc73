//! The effects of options.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use super::features::{self, PolicyFeatures};
use super::getopt::GivenOption;
use super::jobs::Jobs;
use super::options::{Action, EarlyExit, ParserOptions, PromptCompat};
use super::output::StreamOutput;
use super::table::OptionMeaning;
use super::warnings::WarningClasses;
use super::{flags, help};
use crate::source::Text;

/// The most cache locations.
const MAX_LOCATIONS: usize = 4;

impl ParserOptions {
    fn act(&mut self, action: Action) {
        match action {
            Action::Add | Action::Replace => {}
            Action::Remove => self.skip_cache = true,
            Action::Names | Action::Preprocess => {
                self.skip_cache = true;
                self.kernel_load = false;
            }
            Action::Stdout | Action::Ofile(_) => {
                self.skip_read_cache = true;
                self.kernel_load = false;
            }
        }
        self.action = action;
        self.actions += 1;
    }

    /// Applies an option.
    ///
    /// # Errors
    /// The end of the run: the value is wrong, or the option asks for a text and no more.
    pub(super) fn apply(&mut self, given: &GivenOption, output: &mut StreamOutput) -> Result<(), EarlyExit> {
        let value = given.value.clone().unwrap_or_default();
        match given.option {
            OptionMeaning::Add => self.act(Action::Add),
            OptionMeaning::Replace => self.act(Action::Replace),
            OptionMeaning::Remove => self.act(Action::Remove),
            OptionMeaning::Names => self.act(Action::Names),
            OptionMeaning::Stdout => self.act(Action::Stdout),
            OptionMeaning::Ofile => self.act(Action::Ofile(value.into())),
            OptionMeaning::Preprocess => self.act(Action::Preprocess),
            OptionMeaning::Version => {
                output.out(help::VERSION);
                return Err(EarlyExit(0));
            }
            OptionMeaning::Help => return Err(self.help(given.value.as_deref(), output)),
            OptionMeaning::PrintConfigFile => {
                output.out([self.config_file.as_os_str().as_bytes(), b"\n"].concat());
                return Err(EarlyExit(0));
            }
            OptionMeaning::PrintPromptCompat => {
                output.err_line(match self.prompt_compat {
                    PromptCompat::Permissions => "Prompt compat mode: permsv2",
                    PromptCompat::Flag => "Prompt compat mode: flag",
                });
                return Err(EarlyExit(0));
            }
            OptionMeaning::PrintCacheDir => self.print_cache_dir = true,
            OptionMeaning::PurgeCache => self.purge_cache = true,
            // Handled before everything else.
            OptionMeaning::ConfigFile => {}
            OptionMeaning::Base if Path::new(&value).is_dir() => self.base = value.into(),
            OptionMeaning::Base => {
                output.err_line(&format!("Error: basedir {} is not a directory, skipping.", value.display()));
            }
            OptionMeaning::Include => self.include.extend(Path::new(&value).is_dir().then_some(value.into())),
            OptionMeaning::SubdomainFs => self.subdomainfs = Some(value.into()),
            OptionMeaning::Complain => {
                self.complain = true;
                self.skip_cache = true;
            }
            OptionMeaning::Binary => {
                self.binary = true;
                self.skip_cache = true;
            }
            OptionMeaning::Namespace => {
                self.namespace = Some(Text::from(value.into_vec()));
                // The reference would load the cached policy of another namespace.
                self.skip_cache = true;
            }
            OptionMeaning::ReadImpliesX => {
                self.read_implies_exec = true;
                // Cached policy does not say whether it was made with this option.
                self.skip_cache = true;
            }
            OptionMeaning::SkipKernelLoad => self.kernel_load = false,
            OptionMeaning::SkipCache => self.skip_cache = true,
            OptionMeaning::SkipReadCache => self.skip_read_cache = true,
            OptionMeaning::WriteCache => self.write_cache = true,
            OptionMeaning::ShowCache => self.show_cache = true,
            // Automata are not kept: they are made faster than read.
            OptionMeaning::DfaCacheLoc => {}
            OptionMeaning::ShowDfaCache => self.show_dfa_cache = true,
            OptionMeaning::CacheLoc => self.cache_locations = self.locations(&value, output)?,
            OptionMeaning::SkipBadCache => self.skip_bad_cache = true,
            OptionMeaning::SkipBadCacheRebuild => self.skip_bad_cache_rebuild = true,
            OptionMeaning::CreateCacheDir => {
                self.warn(
                    WarningClasses::DEPRECATED,
                    "The --create-cache-dir option is deprecated. Please use --write-cache.",
                    output,
                )?;
            }
            OptionMeaning::AbortOnError => self.abort_on_error = true,
            OptionMeaning::Quiet => {
                self.quiet = true;
                self.verbose = false;
                self.warnings = WarningClasses::NONE;
            }
            OptionMeaning::Verbose => {
                self.verbose = true;
                self.quiet = false;
            }
            OptionMeaning::Debug => self.debug(given.value.as_deref(), output)?,
            OptionMeaning::Dump => self.dump(&value, output)?,
            OptionMeaning::Optimize => self.optimise(&value, output)?,
            OptionMeaning::DebugCache => self.change_warnings("debug-cache", output)?,
            OptionMeaning::Warn | OptionMeaning::Werror => self.warning_option(given, output)?,
            OptionMeaning::Jobs => match value.to_str().and_then(Jobs::parse) {
                Some(jobs) => self.jobs = jobs,
                None => return Err(self.fail(&format!("Invalid option -j={}", value.display()), output)),
            },
            OptionMeaning::MaxJobs => match value.to_str().and_then(Jobs::parse) {
                Some(jobs) => self.max_jobs = Some(jobs),
                None => return Err(self.fail(&format!("Invalid option max-jobs={}", value.display()), output)),
            },
            OptionMeaning::EstimatedCompileSize if value.to_str().is_some_and(is_size) => {}
            OptionMeaning::EstimatedCompileSize => {
                let message = format!("--estimated-compile-size invalid size '{}'", value.display());
                return Err(self.fail(&message, output));
            }
            OptionMeaning::CompressLevel => self.compress_level = Some(self.level(given.value.as_deref(), output)?),
            OptionMeaning::FeaturesFile => {
                let features = features::from_file(&value, "features from", output)?;
                self.policy_features = PolicyFeatures::Given(features.clone());
                self.kernel_features = Some(features);
            }
            OptionMeaning::MatchString => {
                let features = features::from_text(&value, output)?;
                self.policy_features = PolicyFeatures::Given(features.clone());
                self.kernel_features = Some(features);
            }
            OptionMeaning::KernelFeatures => {
                self.kernel_features = Some(features::from_file(&value, "kernel features from", output)?);
            }
            OptionMeaning::PolicyFeatures if value == "<kernel>" => self.policy_features = PolicyFeatures::Kernel,
            OptionMeaning::PolicyFeatures => {
                let features = features::from_file(&value, "policy-features from", output)?;
                self.policy_features = PolicyFeatures::Given(features);
            }
            OptionMeaning::OverridePolicyAbi => {
                self.override_abi = Some(features::from_file(&value, "policy-features from", output)?);
            }
            OptionMeaning::PromptCompat => {
                self.prompt_compat = match value.to_str() {
                    Some("permsv2" | "default" | "ignore") => PromptCompat::Permissions,
                    Some("flag") => PromptCompat::Flag,
                    _ => {
                        let message = format!("Invalid --prompt-compat option '{}'", value.display());
                        return Err(self.fail(&message, output));
                    }
                };
            }
            OptionMeaning::Refused => return Err(EarlyExit(1)),
        }
        Ok(())
    }

    /// `--warn` and `--Werror`, which count from the first look at the command line on; only the second shows.
    pub(super) fn warning_option(&mut self, given: &GivenOption, output: &mut StreamOutput) -> Result<(), EarlyExit> {
        let name = given.value.as_deref().map(OsStr::to_string_lossy);
        match (given.option, name.as_deref()) {
            (OptionMeaning::Werror, None) => self.errors = WarningClasses::every_error(),
            (OptionMeaning::Werror, Some("show")) => output.out_line(&format!("Werror={}", self.errors.names())),
            (OptionMeaning::Werror, Some(name)) => match self.errors.change(name) {
                Some(errors) => self.errors = errors,
                None => return Err(self.fail(&format!("Invalid --Werror option {name}"), output)),
            },
            (_, Some("show")) => output.out_line(&format!("warn={}", self.warnings.names())),
            (_, name) => self.change_warnings(name.unwrap_or_default(), output)?,
        }
        Ok(())
    }

    fn change_warnings(&mut self, name: &str, output: &mut StreamOutput) -> Result<(), EarlyExit> {
        match self.warnings.change(name) {
            Some(warnings) => self.warnings = warnings,
            None => return Err(self.fail(&format!("Invalid --warn option {name}"), output)),
        }
        Ok(())
    }

    fn help(&self, topic: Option<&OsStr>, output: &mut StreamOutput) -> EarlyExit {
        let text = match topic.map(OsStr::to_string_lossy) {
            None => Some(help::usage(&self.program)),
            Some(topic) => help::topic(&topic),
        };
        match text {
            Some(text) => {
                output.out(text);
                EarlyExit(0)
            }
            None => {
                let topic = topic.unwrap_or_default().display();
                self.fail(&format!("Invalid --help option {topic}"), output)
            }
        }
    }

    fn debug(&mut self, value: Option<&OsStr>, output: &mut StreamOutput) -> Result<(), EarlyExit> {
        match value.map(OsStr::as_bytes) {
            None => {
                self.debug = true;
                self.skip_read_cache = true;
                self.kernel_load = false;
            }
            Some(b"jobs" | b"j") => self.debug_jobs = true,
            Some(other) => {
                let message = format!("Invalid --debug option '{}'", String::from_utf8_lossy(other));
                return Err(self.fail(&message, output));
            }
        }
        Ok(())
    }

    fn dump(&mut self, value: &OsStr, output: &mut StreamOutput) -> Result<(), EarlyExit> {
        self.skip_read_cache = true;
        match value.to_string_lossy().as_ref() {
            "variables" => self.dump_variables = true,
            "expanded-variables" => self.dump_expanded_variables = true,
            "show" => output.out_line("dump="),
            name if flags::is_dump(name) => {
                if !name.starts_with("no-") {
                    output.err_line(&format!(
                        "{}: armorer does not have the dump {name}; `armorer dump` shows compiled policy",
                        self.program
                    ));
                }
            }
            name => return Err(self.fail(&format!("Invalid --Dump option {name}"), output)),
        }
        Ok(())
    }

    fn optimise(&self, value: &OsStr, output: &mut StreamOutput) -> Result<(), EarlyExit> {
        match value.to_string_lossy().as_ref() {
            "show" => output.out_line(&format!("Optimize={}", flags::OPTIMIZE_DEFAULT)),
            name if flags::is_optimisation(name) => {}
            name => return Err(self.fail(&format!("Invalid --Optimize option {name}"), output)),
        }
        Ok(())
    }

    fn level(&self, value: Option<&OsStr>, output: &mut StreamOutput) -> Result<i32, EarlyExit> {
        let text = value.map(OsStr::to_string_lossy);
        let level = match text.as_deref() {
            None | Some("default") => Some(10),
            Some("none") => Some(0),
            Some("fast") => Some(3),
            Some("small") => Some(20),
            Some(number) => number.parse::<i32>().ok().filter(|&level| level >= 0),
        };
        match level {
            Some(level) if level > 22 => {
                self.warn(WarningClasses::CACHE, "Compression level > 22. Using 22", output)?;
                Ok(22)
            }
            Some(level) => Ok(level),
            None => {
                let text = text.unwrap_or_default();
                output
                    .err_line(&format!("Invalid compression level '{text}'. Use none, default, fast, small, or 0-22"));
                Err(EarlyExit(1))
            }
        }
    }

    /// `A,B,C`, with `\,` for a comma.
    fn locations(&self, value: &OsStr, output: &mut StreamOutput) -> Result<Vec<PathBuf>, EarlyExit> {
        let mut locations = vec![Vec::new()];
        let mut bytes = value.as_bytes().iter().copied().peekable();
        while let Some(byte) = bytes.next() {
            match byte {
                b',' => locations.push(Vec::new()),
                _ => {
                    let byte = if byte == b'\\' { bytes.next_if_eq(&b',').unwrap_or(byte) } else { byte };
                    if let Some(last) = locations.last_mut() {
                        last.push(byte);
                    }
                }
            }
        }
        locations.retain(|location| !location.is_empty());
        if locations.len() > MAX_LOCATIONS {
            let message = format!("Invalid --cacheloc option '{}' Argument list too long", value.display());
            return Err(self.fail(&message, output));
        }
        if locations.is_empty() {
            return Ok(ParserOptions::new(String::new()).cache_locations);
        }
        Ok(locations.into_iter().map(|location| PathBuf::from(OsString::from_vec(location))).collect())
    }
}

/// `N`, `NKB`, `NMB`, `NGB`.
fn is_size(text: &str) -> bool {
    let digits = ["KB", "MB", "GB"].iter().find_map(|unit| text.strip_suffix(unit)).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::super::getopt::{CommandLineWord, Items};
    use super::*;

    /// The options of a command line, and what they print.
    fn applied(words: &[&str]) -> (ParserOptions, StreamOutput, Result<(), EarlyExit>) {
        let words: Vec<OsString> = words.iter().map(OsString::from).collect();
        let (mut options, mut output) = (ParserOptions::new("PROG".into()), StreamOutput::default());
        for item in Items::new(&words) {
            let CommandLineWord::Option(given) = item.unwrap() else { continue };
            if let Err(stop) = options.apply(&given, &mut output) {
                return (options, output, Err(stop));
            }
        }
        (options, output, Ok(()))
    }

    #[test]
    fn implied_switches_stay() {
        let (options, ..) = applied(&["-N", "-v", "-q"]);
        assert!(options.skip_cache && !options.kernel_load && options.quiet && !options.verbose);
        let (options, ..) = applied(&["-q", "--warn=all", "-C", "-r"]);
        assert!(options.quiet && options.complain && options.actions == 1 && !options.warns(WarningClasses::CACHE));
        let (options, ..) = applied(&["-S", "-W"]);
        assert!(options.skip_read_cache && options.write_cache && !options.kernel_load && !options.skip_cache);
    }

    #[test]
    fn values() {
        let locations = |text: &str| applied(&["-L", text]).0.cache_locations;
        assert_eq!(locations(r"a\,b,c"), [PathBuf::from("a,b"), "c".into()]);
        assert_eq!(locations(""), [PathBuf::from("/var/cache/apparmor")]);
        assert_eq!(applied(&["-c", "-c0"]).0.compress_level, Some(0));
        assert_eq!(applied(&["-csmall"]).0.compress_level, Some(20));
        assert_eq!(applied(&["--estimated-compile-size", "5MB"]).2, Ok(()));
    }

    #[test]
    fn wrong_values() {
        for (words, message) in [
            (&["-j", "foo"][..], "PROG: Invalid option -j=foo\n"),
            (&["--max-jobs", "zz"], "PROG: Invalid option max-jobs=zz\n"),
            (&["-O", "foo"], "PROG: Invalid --Optimize option foo\n"),
            (&["-D", "foo"], "PROG: Invalid --Dump option foo\n"),
            (&["-dfoo"], "PROG: Invalid --debug option 'foo'\n"),
            (&["-hX"], "PROG: Invalid --help option X\n"),
            (&["--warn=X"], "PROG: Invalid --warn option X\n"),
            (&["--Werror=X"], "PROG: Invalid --Werror option X\n"),
            (&["--prompt-compat", "xx"], "PROG: Invalid --prompt-compat option 'xx'\n"),
            (&["--estimated-compile-size", "5XB"], "PROG: --estimated-compile-size invalid size '5XB'\n"),
            (&["-cfoo"], "Invalid compression level 'foo'. Use none, default, fast, small, or 0-22\n"),
            (&["-M", "/nope"], "Failed to load features from '/nope': No such file or directory\n"),
            (
                &["--kernel-features", "/nope"],
                "Failed to load kernel features from '/nope': No such file or directory\n",
            ),
            (&["-L", "a,b,c,d,e"], "PROG: Invalid --cacheloc option 'a,b,c,d,e' Argument list too long\n"),
            (&["-P"], ""),
        ] {
            let (_, output, result) = applied(words);
            assert_eq!((result, output.text()), (Err(EarlyExit(1)), (String::new(), message.into())), "{words:?}");
        }
    }
}
