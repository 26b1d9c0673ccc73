//! `--init`: a first suite for a profile.

use std::path::{Path, PathBuf};

use crate::analysis::suite::{Suite, SuiteError};
use crate::atomic;
use crate::cli::Status;
use crate::cli::output::print_data;
use crate::cli::render::{Renderer, Verbosity};
use crate::cli::steps::shown;
use crate::cli::target::{FALLBACK, features};
use crate::compiler::{CompileError, Compiler};

#[derive(clap::Args)]
pub(super) struct FirstArgs {
    /// Write a first suite to edit, with denials and dangerous grants of the profiles in this file
    #[arg(long, value_name = "PROFILE", conflicts_with_all = ["suites", "json", "coverage"])]
    init: Option<PathBuf>,

    /// Base directory, searched last for `include <…>`, for --init [default: /etc/apparmor.d]
    #[arg(short, long, value_name = "DIR", requires = "init")]
    base: Option<PathBuf>,

    /// New file to write the suite to, for --init [default: standard output]
    #[arg(short, long, value_name = "FILE", requires = "init")]
    output: Option<PathBuf>,
}

impl FirstArgs {
    /// Writes the suite if it is asked for.
    pub(super) fn run(&self, kernel: Option<&str>) -> Option<Result<Status, String>> {
        self.init.as_ref().map(|profile| self.write(profile, kernel.unwrap_or(FALLBACK)))
    }

    fn write(&self, profile: &Path, kernel: &str) -> Result<Status, String> {
        let compiler = Compiler::new(features(kernel)?);
        let compiler = match &self.base {
            Some(base) => compiler.base(base),
            None => compiler,
        };
        let mut head = format!("profiles = [{}]\n", self.path(profile)?);
        if let Some(base) = &self.base {
            head += &format!("base = {}\n", self.path(base)?);
        }
        let named = match crate::features::Features::builtin(kernel) {
            Some(_) => format!("\"{kernel}\""),
            None => self.path(Path::new(kernel))?,
        };
        head += &format!("features = [{named}]\n");
        let text = match Suite::first(&compiler, profile, &head) {
            Ok(text) => text,
            Err(SuiteError::Compile(CompileError::Rejected(diagnosis))) => {
                Renderer::new(Verbosity::QUIET).print(diagnosis.diagnostics(), diagnosis.sources());
                return Ok(Status::Findings);
            }
            Err(error) => return Err(error.to_string()),
        };
        match &self.output {
            Some(path) if path.exists() => return Err(format!("{}: the file exists", shown(path))),
            Some(path) => {
                atomic::write(path, text.as_bytes()).map_err(|error| format!("{}: {error}", shown(path)))?;
            }
            None => print_data(text.as_bytes())?,
        }
        Ok(Status::Fine)
    }

    /// A path as a string of the suite: relative where the suite's directory is the current one, else absolute.
    fn path(&self, path: &Path) -> Result<String, String> {
        let is_here =
            self.output.as_ref().and_then(|output| output.parent()).is_none_or(|parent| parent == Path::new(""));
        let path = match is_here {
            true => path.to_owned(),
            false => std::path::absolute(path).map_err(|error| format!("{}: {error}", shown(path)))?,
        };
        let text = path.to_str().ok_or_else(|| format!("{}: the name is not UTF-8", shown(&path)))?;
        Ok(Suite::quoted(text))
    }
}
