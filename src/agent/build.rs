//! Makes policy of a file's text.

use super::report::Refusal;
use super::volume::FileText;
use crate::compiler::{CompileError, Compiled, Compiler, Diagnosis, Input};
use crate::diagnostic::Diagnostic;

/// The most errors of a file that are reported.
const MAX_ERRORS: usize = 20;

/// The most characters of an error that are reported.
const MAX_ERROR: usize = 400;

/// Makes policy of the files of an agent.
pub(crate) trait Build: Send {
    /// Begins a pass: included files are read anew.
    fn begin(&mut self);

    /// Compiles a file. `is_first` means that a file that takes long will be tried again. `running` is called now and then; when it
    /// returns `false`, the work stops and the result is `None`.
    fn build(
        &mut self,
        text: FileText,
        is_first: bool,
        running: &mut dyn FnMut() -> bool,
    ) -> Option<Result<Compiled, Refusal>>;

    /// Ends a pass: nothing is held until the next one.
    fn end(&mut self);
}

/// Compiles in this process: nothing bounds the time of a file, nor the memory beyond the limits of the compiler.
pub(super) struct InProcess<C> {
    pub(super) make: C,
    /// The compiler of the current pass. Each pass makes a new one, which sees changes of included files.
    pub(super) compiler: Option<Compiler>,
}

impl<C: Fn() -> Compiler + Send> Build for InProcess<C> {
    fn begin(&mut self) {
        self.compiler = None;
    }

    fn build(&mut self, text: FileText, _: bool, _: &mut dyn FnMut() -> bool) -> Option<Result<Compiled, Refusal>> {
        let compiler = self.compiler.get_or_insert_with(&self.make);
        Some(compile(compiler, text))
    }

    fn end(&mut self) {
        self.compiler = None;
    }
}

/// Compiles a file.
pub(crate) fn compile(compiler: &Compiler, file: FileText) -> Result<Compiled, Refusal> {
    let FileText { file, text, is_own } = file;
    let name = file.display().to_string();
    let own = if is_own { text.clone() } else { Vec::new() };
    match compiler.compile(Input::text(name.clone(), text)) {
        Ok(compiled) => Ok(compiled.without_rules()),
        Err(CompileError::Rejected(diagnosis)) => {
            let quotable = QuotableText { name, own };
            let errors = diagnosis.diagnostics().iter().filter(|diagnostic| diagnostic.is_error());
            let count = errors.clone().count();
            let mut errors: Vec<_> = errors.take(MAX_ERRORS).map(|error| quotable.line(&diagnosis, error)).collect();
            if count > MAX_ERRORS {
                errors.push(format!("{} more errors", count - MAX_ERRORS));
            }
            Err(Refusal::Broken { errors })
        }
        Err(error) => Err(Refusal::Broken { errors: vec![shortened(error.to_string())] }),
    }
}

/// The text that messages may quote: that of the file. Whoever reads the messages may read the volume, but not all that the agent
/// can read and a volume can include.
struct QuotableText {
    name: String,
    own: Vec<u8>,
}

impl QuotableText {
    /// An error in one line. If it is about another text, it has place and code only.
    fn line(&self, diagnosis: &Diagnosis, error: &Diagnostic) -> String {
        let sources = diagnosis.sources();
        let is_own = |span| sources.get(span).name() == self.name;
        if error.labels.iter().all(|label| is_own(label.span.source)) && self.has_all_quoted(&error.message) {
            return shortened(diagnosis.line(error));
        }
        let place = sources.describe(error.span());
        shortened(format!("{place}: error[{}]: {}", error.code, error.code.description()))
    }

    /// Whether everything that a message puts between quotes is in the text: values of variables may come from elsewhere.
    fn has_all_quoted(&self, message: &str) -> bool {
        let quoted = |quote: char| message.split(quote).skip(1).step_by(2);
        let mut quoted = quoted('`').chain(quoted('"')).filter(|quoted| quoted.len() > 2);
        quoted.all(|quoted| memchr::memmem::find(&self.own, quoted.as_bytes()).is_some())
    }
}

fn shortened(mut text: String) -> String {
    if let Some((at, _)) = text.char_indices().nth(MAX_ERROR) {
        text.truncate(at);
        text.push('…');
    }
    text
}
