//! Files and lists as they are after a change, brought to the kernel.

use super::plan::FilePlan;
use super::tree::shown;
use super::verb::{Request, Verb};
use crate::cli::kernel::{compiler, kernel_features};
use crate::cli::remove::in_use;
use crate::cli::render::Renderer;
use crate::cli::target::TargetArgs;
use crate::compiler::{CompileError, Compiled, Compiler, Input};
use crate::diagnostic::Escaped;
use crate::kernel::Kernel;
use crate::parallel;

/// The policy to load or remove; all steps that can fail earlier are done.
pub(super) struct ReloadPlan {
    kernel: Kernel,
    /// Policies with the file that each is of.
    loads: Vec<(String, Compiled)>,
    /// Names in the kernel's list.
    removals: Vec<Vec<u8>>,
}

/// The changes made by the kernel.
#[derive(Debug, Default)]
pub(super) struct ReloadResult {
    pub(super) loaded: usize,
    pub(super) removed: usize,
}

/// Reasons why nothing can be loaded.
pub(super) enum ReloadFailure {
    /// The texts have errors, which are shown.
    Rejected,
    Other(String),
}

impl From<String> for ReloadFailure {
    fn from(message: String) -> ReloadFailure {
        ReloadFailure::Other(message)
    }
}

impl ReloadPlan {
    /// Compiles the new texts, and looks for those who use what is to be removed.
    pub(super) fn prepare(
        kernel: Kernel,
        target: &TargetArgs,
        plans: &[FilePlan],
        request: Request,
        renderer: &mut Renderer,
    ) -> Result<ReloadPlan, ReloadFailure> {
        let features = kernel_features(&kernel, target)?;
        let plain = compiler(target, features.clone());
        if request.verb == Verb::Disable {
            let removals = removals(&kernel, &plain, plans, request.force)?;
            return Ok(ReloadPlan { kernel, loads: Vec::new(), removals });
        }
        let forced = compiler(target, features).force_complain(true);
        let wanted: Vec<&FilePlan> = plans.iter().filter(|plan| !plan.is_disabled).collect();
        let compile = |plan: &&FilePlan| {
            let compiler = if plan.is_forced { &forced } else { &plain };
            (plan.name(), compiler.compile(Input::text(plan.name(), plan.new.as_slice())))
        };
        let compiled = parallel::map(&wanted, compile);
        let (mut loads, mut rejected) = (Vec::new(), false);
        for (name, compiled) in compiled {
            match compiled {
                Ok(compiled) => loads.push((name, compiled)),
                Err(CompileError::Rejected(diagnosis)) => {
                    renderer.print(diagnosis.diagnostics(), diagnosis.sources());
                    rejected = true;
                }
                Err(error) => return Err(ReloadFailure::Other(error.to_string())),
            }
        }
        if rejected { Err(ReloadFailure::Rejected) } else { Ok(ReloadPlan { kernel, loads, removals: Vec::new() }) }
    }

    /// Loads and removes. What fails does not keep the rest.
    pub(super) fn submit(self) -> (ReloadResult, Vec<String>) {
        let (mut done, mut failures) = (ReloadResult::default(), Vec::new());
        for (file, policy) in &self.loads {
            match self.kernel.replace(policy) {
                Ok(()) => done.loaded += policy.profiles().len(),
                Err(error) => failures.push(format!("{}: {error}", Escaped::line(file))),
            }
        }
        for name in &self.removals {
            match self.kernel.remove(name) {
                Ok(()) => done.removed += 1,
                Err(error) => failures.push(format!("{}: {error}", Escaped::line(name))),
            }
        }
        (done, failures)
    }
}

/// The loaded profiles of files, those that go with others left out.
fn removals(
    kernel: &Kernel,
    compiler: &Compiler,
    plans: &[FilePlan],
    force: bool,
) -> Result<Vec<Vec<u8>>, ReloadFailure> {
    let loaded = kernel.profiles().map_err(|error| error.to_string())?;
    let tasks = if force { Vec::new() } else { kernel.tasks().map_err(|error| error.to_string())? };
    let mut names = Vec::new();
    for plan in plans {
        let resolved = compiler.resolve(Input::text(plan.name(), plan.new.as_slice()));
        let resolved = resolved.map_err(|error| error.to_string())?;
        if resolved.diagnosis().has_errors() {
            let message = "the file has errors (see `armorer check`), so that its profiles are unknown";
            return Err(ReloadFailure::Other(format!("{}: {message}", shown(&plan.path))));
        }
        for profile in resolved.policies().iter().flat_map(|policy| &policy.profiles) {
            let name = profile.listed_name().to_vec();
            if !loaded.iter().any(|loaded| loaded.name == name) {
                continue;
            }
            if let Some(message) = in_use(&name, &tasks) {
                return Err(ReloadFailure::Other(format!("{}: {message}", Escaped::line(&name))));
            }
            names.push(name);
        }
    }
    Ok(names)
}
