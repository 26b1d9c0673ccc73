//! Formats profiles with the proof that the policy stays the same.

use std::collections::BTreeSet;
use std::sync::Arc;

use memchr::memmem;

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::policy::Policy;
use crate::resolve::{self, Session};
use crate::source::{SourceId, Span};
use crate::syntax::{self, FormatOptions, Formatted};

use super::{CompileError, Compiler, Diagnosis, Input};

/// The maximum number of rounds spent resolving variables that a piece of a profile lacks: in each, included files may name further ones.
const ROUNDS: usize = 8;

/// A piece of a profile as a file of its own. Variables that whoever includes it sets get a value that nothing else has: rules
/// that are the same whatever the value are the same with this one.
fn whole(piece: &[u8], variables: &BTreeSet<Vec<u8>>) -> Vec<u8> {
    let mut text = b"include if exists <tunables/global>\n".to_vec();
    for name in variables {
        text.extend([b"@{", name.as_slice(), b"} ?= /armorer-proof/", name, b"\n"].concat());
    }
    text.extend(b"profile armorer-proof {\n");
    text.extend(piece);
    text.extend(b"\n}\n");
    text
}

/// The names of the variables that a text refers to.
fn variables(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    memmem::find_iter(text, b"@{")
        .filter_map(|at| text.get(at + 2..))
        .map(|rest| rest.split(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_').next().unwrap_or_default())
        .filter(|name| name.first().is_some_and(u8::is_ascii_alphabetic))
}

/// The outcome of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum MeaningComparison {
    Same,
    Different,
    /// There is no policy to compare: an include is missing, or a variable.
    Unresolved,
}

/// The formatted text of an input.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Reformatted {
    /// The new text.
    pub text: Vec<u8>,
    /// Whether rules changed places.
    pub sorted: bool,
    /// Notes about the text.
    pub notes: Diagnosis,
}

impl Compiler {
    /// Formats an input as [`format`](crate::format()) does, and compares the policies that the old and the new text make.
    ///
    /// A file that does not resolve on its own, and not as a piece of a profile either, has no policy to compare. Its new text has
    /// the same syntax tree, which is proof enough; but sorted rules need the comparison.
    ///
    /// For a manifest, the texts of its profiles change, and [`FormatOptions::lines`] are those of each text.
    ///
    /// ```
    /// use armorer::{Compiler, Features, FormatOptions, Input, source::Memory};
    ///
    /// let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap()).loader(Memory::new());
    /// let options = FormatOptions::default().sort(true);
    /// let formatted = compiler.format(Input::text("demo", "profile p {\n  /b r,\n  /a r,\n}\n"), &options)?;
    /// assert_eq!(formatted.text, b"profile p {\n  /a r,\n  /b r,\n}\n");
    /// # Ok::<(), armorer::CompileError>(())
    /// ```
    ///
    /// # Errors
    /// [`CompileError::Rejected`] for what is wrong with the text, `format-changed` and `sort-unproved`, and all of
    /// [`Compiler::resolve`]. Nothing of the input is formatted then.
    pub fn format(&self, input: impl Into<Input>, options: &FormatOptions) -> Result<Reformatted, CompileError> {
        let opened = self.open(input)?;
        #[cfg(feature = "kubernetes")]
        if opened.is_manifest {
            return self.format_manifest(&opened, options);
        }
        let diagnosis = |diagnostics| Diagnosis { diagnostics, sources: Arc::clone(&opened.session.sources) };
        match self.format_part(&opened.session, opened.id, options)? {
            Ok(Formatted { text, sorted, notes }) => Ok(Reformatted { text, sorted, notes: diagnosis(notes) }),
            Err(diagnostics) => Err(CompileError::Rejected(diagnosis(diagnostics))),
        }
    }

    /// Formats a text of a session, unless there are errors.
    pub(super) fn format_part(
        &self,
        session: &Session,
        id: SourceId,
        options: &FormatOptions,
    ) -> Result<Result<Formatted, Vec<Diagnostic>>, CompileError> {
        let source = session.sources.get(id);
        let formatted = match syntax::format_with(&source, id, options) {
            Ok(formatted) if formatted.text != source.text() => formatted,
            other => return Ok(other),
        };
        let refused = |code, message: &str, help: &str| {
            let diagnostic = Diagnostic::new(code, message, Span::new(id, 0, 0)).with_help(help);
            Ok(Err(vec![diagnostic]))
        };
        match self.compare(session, source.name(), (source.text(), &formatted.text))? {
            MeaningComparison::Different if formatted.sorted => refused(
                Code::SortUnproved,
                "sorting changes the order of two rules, and the policy is not provably the same",
                "format without `--sort`",
            ),
            MeaningComparison::Different => refused(
                Code::FormatChanged,
                "the formatted text would compile to another policy",
                "please report this bug in armorer, with the file",
            ),
            MeaningComparison::Unresolved if formatted.sorted => refused(
                Code::SortUnproved,
                "the file does not resolve, so that the policy is not provably the same after sorting",
                "set the directory of its includes with `--base`, or format without `--sort`",
            ),
            MeaningComparison::Same | MeaningComparison::Unresolved => Ok(Ok(formatted)),
        }
    }

    /// Compares the policies of two texts, on their own or as pieces of a profile.
    fn compare(
        &self,
        session: &Session,
        name: &str,
        (before, after): (&[u8], &[u8]),
    ) -> Result<MeaningComparison, CompileError> {
        let complete = |text: &[u8]| self.complete(session, name, text);
        let compared = |before: &Policy, after: Result<Policy, _>| match after {
            Ok(after) if before.has_same_meaning(&after) => MeaningComparison::Same,
            _ => MeaningComparison::Different,
        };
        if let Ok(policy) = complete(before)? {
            return Ok(compared(&policy, complete(after)?));
        }
        let mut names: BTreeSet<Vec<u8>> = variables(before).map(<[u8]>::to_vec).collect();
        for _ in 0..ROUNDS {
            let errors = match complete(&whole(before, &names))? {
                Ok(policy) => return Ok(compared(&policy, complete(&whole(after, &names))?)),
                Err(errors) => errors,
            };
            let known = names.len();
            for error in &errors {
                let source = session.sources.get(error.span().source);
                names.extend(variables(source.slice(error.span())).map(<[u8]>::to_vec));
            }
            if names.len() == known {
                break;
            }
        }
        Ok(MeaningComparison::Unresolved)
    }

    /// The policy of a text, or its errors.
    fn complete(
        &self,
        session: &Session,
        name: &str,
        text: &[u8],
    ) -> Result<Result<Policy, Vec<Diagnostic>>, CompileError> {
        let id = session.sources.add(name, text)?;
        let mut diagnostics = Diagnostics::new();
        let policy = resolve::resolve(session, id, &self.options, &mut diagnostics);
        let errors: Vec<_> = diagnostics.into_vec().into_iter().filter(Diagnostic::is_error).collect();
        Ok(if errors.is_empty() { Ok(policy) } else { Err(errors) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::Features;
    use crate::source::Memory;

    fn sort(text: &str) -> Result<String, String> {
        let tree = Memory::new().with("/base/tunables/global", "@{bin} = /bin /usr/bin\n");
        let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap()).base("/base").loader(tree);
        match compiler.format(Input::text("text", text), &FormatOptions { sort: true, lines: None }) {
            Ok(formatted) => Ok(String::from_utf8(formatted.text).unwrap()),
            Err(CompileError::Rejected(diagnosis)) => Err(diagnosis.diagnostics()[0].code.to_string()),
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn sorting_is_proved_or_refused() {
        let rules = "  /b px -> x,\n  @{bin}/a px -> y,\n  /c rw,\n  /c k,\n";
        let sorted = "  @{bin}/a px -> y,\n  /b px -> x,\n  /c k,\n  /c rw,\n";
        let whole = |rules| format!("include <tunables/global>\n\nprofile p {{\n{rules}}}\n");
        assert_eq!(sort(&whole(rules)), Ok(whole(sorted)));
        assert_eq!(sort(rules).as_deref(), Ok(sorted), "a piece of a profile");
        assert_eq!(sort(&whole(rules).replace("global", "nowhere")), Err("sort-unproved".into()));
        assert_eq!(sort("  @{nowhere}/b r,\n  /a r,\n").as_deref(), Ok("  /a r,\n  @{nowhere}/b r,\n"));
        assert_eq!(sort("  include <nowhere>\n  /b r,\n  /a r,\n"), Err("sort-unproved".into()));
        assert_eq!(sort("@{nowhere} += b   a\n").as_deref(), Ok("@{nowhere} += b a\n"), "nothing was sorted");
        assert_eq!(sort("profile p {\n  /b r\n}\n"), Err("missing-comma".into()));
    }

    #[test]
    fn another_policy_is_seen() {
        let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap()).loader(Memory::new());
        let compare = |before: &str, after: &str| {
            compiler.compare(&compiler.session(), "x", (before.as_bytes(), after.as_bytes())).unwrap()
        };
        let text = "profile p {\n  /a r,\n  set rlimit nofile <= 1,\n  set rlimit nofile <= 2,\n}\n";
        assert_eq!(compare(text, text), MeaningComparison::Same);
        for (from, to) in [
            ("/a r", "/b r"),
            ("/a r", "/a w"),
            ("/a r", "deny /a r"),
            ("profile p", "profile q"),
            ("profile p", "profile p /x"),
            ("profile p", "profile p flags=(complain)"),
            ("}", "  ^h {\n  }\n}"),
            ("<= 2", "<= 3"),
        ] {
            assert_eq!(compare(text, &text.replace(from, to)), MeaningComparison::Different, "{from} {to}");
        }
        assert_eq!(
            compare(text, "profile p {\n  /a r,\n  set rlimit nofile <= 2,\n  set rlimit nofile <= 1,\n}\n"),
            MeaningComparison::Different
        );
        assert_eq!(compare("/a r,\n", "/a r"), MeaningComparison::Different);
        assert_eq!(compare("/a r", "/a r"), MeaningComparison::Unresolved);
    }
}
