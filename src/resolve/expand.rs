//! Expansion of variables in globs.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::policy::Glob;
use crate::source::Text;

use super::variables::{AutomaticVariables, MAX_TEXT, MissingVariable, Variables, bad_name, old_alternation};
use crate::syntax::variable_reference::{TextPart, may_refer, pieces};

/// Replaces references by alternations of their values.
pub(super) struct Expander<'a> {
    /// The variables of the file.
    pub(super) variables: &'a mut Variables,
    /// The automatic variables of the profile.
    pub(super) automatic: &'a mut AutomaticVariables,
    /// Takes errors.
    pub(super) diagnostics: &'a mut Diagnostics,
}

impl Expander<'_> {
    /// Expands every reference in a glob. `false`: an error was raised, and the glob is as it was.
    ///
    /// Between the reference before (or the beginning) and this one: where the text ends in a slash and is more than slashes,
    /// leading slashes of the values go; where a slash follows, trailing ones go.
    pub(super) fn expand(&mut self, glob: &mut Glob) -> bool {
        if !may_refer(&glob.value) {
            return true;
        }
        match self.expanded(glob) {
            Some(text) => {
                glob.value = Text::from(text);
                true
            }
            None => false,
        }
    }

    fn expanded(&mut self, glob: &Glob) -> Option<Vec<u8>> {
        let mut out = Vec::with_capacity(glob.value.len() * 2);
        // Where the text begins that decides about leading slashes.
        let mut segment = 0;
        let mut pieces = pieces(&glob.value).peekable();
        while let Some(piece) = pieces.next() {
            match piece {
                TextPart::Literal(text) => out.extend_from_slice(text),
                TextPart::OldAlternation(text) => {
                    self.diagnostics.push(old_alternation(glob.span));
                    out.extend_from_slice(text);
                }
                TextPart::BadName(name) => {
                    self.diagnostics.push(bad_name(name, glob.span));
                    return None;
                }
                TextPart::Reference(name) => {
                    let expanded = match self.variables.expand(name, self.automatic, self.diagnostics) {
                        Ok(expanded) => expanded?,
                        Err(missing) => {
                            self.missing(name, &missing, glob);
                            return None;
                        }
                    };
                    let before = out.get(segment..).unwrap_or_default();
                    let trim_start = before.ends_with(b"/") && before.iter().any(|&byte| byte != b'/');
                    let trim_end = matches!(pieces.peek(), Some(TextPart::Literal([b'/', ..])));
                    segment = out.len();
                    out.extend_from_slice(expanded.alternation(trim_start, trim_end));
                }
            }
            if out.len() > MAX_TEXT {
                let message = format!("the text expands to more than {MAX_TEXT} bytes");
                self.diagnostics.push(Diagnostic::new(Code::VarLimit, message, glob.span));
                return None;
            }
        }
        self.variables.charge(out.len(), glob.span, self.diagnostics).then_some(out)
    }

    fn missing(&mut self, name: &[u8], missing: &MissingVariable, glob: &Glob) {
        let name = Text::from(name);
        let diagnostic = match missing {
            MissingVariable::Undeclared if self.variables.incomplete => return,
            MissingVariable::Undeclared => {
                let message = format!("variable `@{{{name}}}` is not declared");
                let mut diagnostic = Diagnostic::new(Code::Expand, message, glob.span);
                self.variables.suggest(&mut diagnostic, &name);
                diagnostic
            }
            MissingVariable::Boolean(span) => {
                let message = format!("boolean variable `{name}` cannot be expanded");
                Diagnostic::new(Code::Expand, message, glob.span).and_label(*span, "declared here")
            }
        };
        self.diagnostics.push(diagnostic);
    }
}
