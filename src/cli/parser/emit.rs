//! Loading, writing and printing of policy, in the order of the inputs.

use std::path::Path;

use super::load;
use super::options::Action;
use super::output::{self, StreamOutput, strerror};
use super::run::{CacheHit, EmittedPolicy, ParserRun, PreparedInput, RemainingWork};
use super::warnings::WarningClasses;

impl ParserRun<'_> {
    /// Loads, writes or prints the policy of an input, and returns the exit status.
    pub(super) fn finish(&self, prepared: PreparedInput, file: &mut Vec<u8>) -> u8 {
        let PreparedInput { mut output, status, then } = prepared;
        let mut result = match then {
            RemainingWork::Nothing => status,
            RemainingWork::Emit(compiled) => self.emit(&compiled, file, &mut output),
            RemainingWork::Cached(hit) => self.emit_cached(&hit, file, &mut output),
            RemainingWork::Binary { bytes, path } => self.emit_binary(&bytes, &path, &mut output),
            RemainingWork::Remove(names) => match &self.kernel {
                Some(kernel) => load::remove(kernel, self.options, &names, &mut output).err().unwrap_or(0),
                None => {
                    load::report_done(self.options, &names, &mut output);
                    0
                }
            },
        };
        if let Err(error) = output.flush() {
            result = output::unwritten(&self.options.program, &error);
        }
        result
    }

    fn emit(&self, compiled: &EmittedPolicy, file: &mut Vec<u8>, output: &mut StreamOutput) -> u8 {
        let options = self.options;
        let EmittedPolicy { blob, names, entry } = compiled;
        match options.action {
            // Nothing else goes where the policy goes.
            Action::Stdout => output.out(blob.as_slice()),
            Action::Ofile(_) => file.extend_from_slice(blob),
            _ => {
                if let Some(kernel) = &self.kernel
                    && let Err(status) = load::load(kernel, options, blob, names, output)
                {
                    return status;
                }
                load::report_done(options, names, output);
            }
        }
        if let Some(entry) = entry {
            match entry.write(blob) {
                Ok(()) if options.show_cache => output.err_line(&format!("Wrote cache: {}", entry.path().display())),
                Ok(()) => {}
                Err(error) => {
                    let (path, error) = (entry.path().display(), strerror(&error));
                    if options.warns(WarningClasses::CACHE) {
                        output.err_line(&format!("Warning: failed to write cache: {path}: {error}"));
                    }
                }
            }
        }
        0
    }

    fn emit_cached(&self, hit: &CacheHit, file: &mut Vec<u8>, output: &mut StreamOutput) -> u8 {
        let options = self.options;
        let loaded = match &self.kernel {
            Some(kernel) => load::load_compiled(kernel, options, &hit.bytes, &hit.path, output),
            None => Ok(()),
        };
        let Err(status) = loaded else {
            load::report_done_cached(options, &hit.path, output);
            return 0;
        };
        if options.skip_bad_cache_rebuild {
            return status;
        }
        let (name, operand) = (hit.file.path.display().to_string(), &hit.file.operand);
        self.show_miss(&name, output);
        let Some(blob) = self.blob(self.compiler(false), Some(operand), &name, &hit.resolved, output) else { return 1 };
        let names = hit.resolved.policies().iter().flat_map(load::children_first).collect();
        let entry = hit.entry.clone();
        self.emit(&EmittedPolicy { blob, names, entry }, file, output)
    }

    fn emit_binary(&self, bytes: &[u8], path: &Path, output: &mut StreamOutput) -> u8 {
        let options = self.options;
        let Some(kernel) = &self.kernel else {
            load::report_done_cached(options, path, output);
            return 0;
        };
        if options.action == Action::Remove {
            output.err_line("Error: Invalid load option specified: 2");
            return 22;
        }
        if bytes.is_empty() {
            output.err_line(&format!("Cannot read profile from file {}", path.display()));
            return 255;
        }
        match load::load_compiled(kernel, options, bytes, path, output) {
            Ok(()) => {
                load::report_done_cached(options, path, output);
                0
            }
            Err(status) => status,
        }
    }
}
