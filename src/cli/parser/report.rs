//! Messages about a text, in the lines that other programs look for.

use std::collections::{HashMap, HashSet};
use std::io::IsTerminal;

use super::options::ParserOptions;
use super::output::StreamOutput;
use super::warnings::{WarningClasses, class_of};
use crate::cli::render;
use crate::diagnostic::{Code, Detail, Diagnostic};
use crate::policy::{Policy, Profile};
use crate::source::{SourceId, SourceMap, Span};
use crate::syntax::ast::ItemKind;
use crate::syntax::parser;

/// The subject of diagnostics.
pub(super) struct DiagnosticSubject<'a> {
    /// The word on the command line; `None` for standard input.
    pub(super) operand: Option<&'a str>,
    /// The name of its text.
    pub(super) name: &'a str,
    pub(super) policy: &'a Policy,
    pub(super) sources: &'a SourceMap,
}

/// Whether an error is one that the reference raises only when it compiles: printing names and texts does not wait for it.
pub(super) fn is_late(code: Code) -> bool {
    matches!(
        code,
        Code::Expand
            | Code::VarUndeclared
            | Code::VarRecursive
            | Code::VarLimit
            | Code::VarName
            | Code::MergeXConflict
            | Code::TooManyTransitions
    )
}

/// The ends of profiles by the places of their names: there the reference warns of names that are paths.
type Ends = HashMap<Span, Span>;

/// The treatment of a diagnostic.
#[derive(Clone, Copy, PartialEq, Eq)]
enum DiagnosticTreatment {
    Error,
    /// A warning that `--Werror` makes an error.
    Converted,
    Warning,
    Hidden,
}

fn verdict(options: &ParserOptions, diagnostic: &Diagnostic) -> DiagnosticTreatment {
    if diagnostic.is_error() {
        return DiagnosticTreatment::Error;
    }
    let class = class_of(diagnostic.code);
    if !options.warns(class) {
        DiagnosticTreatment::Hidden
    } else if options.errors.contains(class) {
        DiagnosticTreatment::Converted
    } else {
        DiagnosticTreatment::Warning
    }
}

/// Prints the diagnostics; `true` where there is an error.
pub(super) fn report(
    options: &ParserOptions,
    subject: &DiagnosticSubject<'_>,
    diagnostics: &[Diagnostic],
    output: &mut StreamOutput,
) -> bool {
    let mut said = HashSet::new();
    let mut failed = false;
    let mut ends = HashMap::new();
    for diagnostic in diagnostics {
        let verdict = verdict(options, diagnostic);
        let lines = match verdict {
            DiagnosticTreatment::Hidden => continue,
            DiagnosticTreatment::Error => subject.error(diagnostic),
            DiagnosticTreatment::Converted => subject.warning(diagnostic, "Warning converted to Error", &mut ends),
            DiagnosticTreatment::Warning => subject.warning(diagnostic, "Warning", &mut ends),
        };
        failed |=
            verdict == DiagnosticTreatment::Error || verdict == DiagnosticTreatment::Converted && !lines.is_empty();
        for line in lines {
            // What profiles share is said once for each.
            if said.insert(line.clone()) {
                output.err_line(&line);
            }
        }
        if verdict == DiagnosticTreatment::Error {
            subject.explain(diagnostic, output);
        }
    }
    failed
}

/// Whether the line of the reference says all there is to say: of a file that is not there.
fn is_whole(diagnostic: &Diagnostic) -> bool {
    matches!(diagnostic.detail.as_deref(), Some(Detail::NotFound { .. } | Detail::Unreadable { .. }))
}

/// Reports the namespaces of the text that `-n` overrides; `true` where that is an error.
pub(super) fn overridden(options: &ParserOptions, subject: &DiagnosticSubject<'_>, output: &mut StreamOutput) -> bool {
    let Some(fixed) = options.namespace.as_ref().filter(|_| options.warns(WarningClasses::OVERRIDE)) else {
        return false;
    };
    let error = options.errors.contains(WarningClasses::OVERRIDE);
    let word = if error { "Warning converted to Error" } else { "Warning" };
    let mut failed = false;
    for profile in &subject.policy.profiles {
        let written = subject.slice(profile.span);
        let own = written.trim_start_matches('"').strip_prefix(':').and_then(|rest| Some(rest.split_once(':')?.0));
        if let Some(own) = own.filter(|own| own.as_bytes() != &fixed[..]) {
            let text = format!("{}: -n {fixed} overriding policy specified namespace :{own}:", options.program);
            output.err_line(&subject.line(profile.span, word, &text));
            failed |= error;
        }
    }
    failed
}

impl DiagnosticSubject<'_> {
    /// The file that a place is in, and the line.
    fn place(&self, span: Span) -> (String, u32) {
        if span == Span::NONE {
            return (self.name.to_owned(), 1);
        }
        let source = self.sources.get(span.source);
        (source.name().to_owned(), source.line_column(span.start).0)
    }

    fn error(&self, diagnostic: &Diagnostic) -> Vec<String> {
        let (file, mut line) = self.place(diagnostic.span());
        if diagnostic.code == Code::MissingComma {
            // The reference notices at the next word.
            line = self.line_of_next_word(diagnostic.span());
        }
        let message = &diagnostic.message;
        let text = match diagnostic.detail.as_deref() {
            Some(Detail::NotFound { path, .. }) if diagnostic.code == Code::AbiOpen => {
                format!("Could not open '{path}': No such file or directory")
            }
            Some(Detail::NotFound { path, .. }) => format!("Could not open '{path}'"),
            Some(Detail::Unreadable { path }) => format!("Could not open '{path}' ({message})"),
            _ => message.clone(),
        };
        let mut lines = Self::heading(diagnostic);
        lines.push(match self.operand {
            Some(operand) => format!("AppArmor parser error for {operand} in profile {file} at line {line}: {text}"),
            None if file == self.name => format!("AppArmor parser error at line {line}: {text}"),
            None => format!("AppArmor parser error in profile {file} at line {line}: {text}"),
        });
        lines
    }

    /// The lines that the reference has for some errors.
    fn heading(diagnostic: &Diagnostic) -> Vec<String> {
        let profile = diagnostic.profile.clone().unwrap_or_default();
        match (diagnostic.detail.as_deref(), diagnostic.code) {
            (Some(Detail::DuplicateProfile { name }), Code::DupProfile) => {
                vec![format!("Multiple definitions for profile {name} exist,bailing out.")]
            }
            (Some(Detail::Undeclared { variable, .. }), Code::Expand | Code::VarUndeclared) => vec![
                format!("Failed to find declaration for: @{{{variable}}}"),
                format!("ERROR expanding variables for profile {profile}, failed to load"),
            ],
            (Some(Detail::ExecConflict { path: Some(path) }), _) => vec![
                format!("profile {profile}: has merged rule {path} with conflicting x modifiers"),
                format!("ERROR merging rules for profile {profile}, failed to load"),
            ],
            (Some(Detail::ExecConflict { path: None }), _) => vec![
                "profile has merged rule with conflicting x modifiers".to_owned(),
                format!("ERROR processing regexs for profile {profile}, failed to load"),
            ],
            _ => Vec::new(),
        }
    }

    fn warning(&self, diagnostic: &Diagnostic, word: &str, ends: &mut HashMap<SourceId, Ends>) -> Vec<String> {
        let text = &diagnostic.message;
        if diagnostic.code == Code::PathName {
            let text = "The use of file paths as profile names is deprecated. See man apparmor.d for more information";
            let name = diagnostic.span();
            let ends = ends.entry(name.source).or_insert_with(|| self.ends_of_profiles(name.source));
            return ends.get(&name).map(|&end| self.line(end, word, text)).into_iter().collect();
        }
        let profiles = match diagnostic.code {
            Code::NotEnforced | Code::Downgraded => self.profiles_with(diagnostic.span()),
            _ => Vec::new(),
        };
        if profiles.is_empty() {
            return vec![self.line(diagnostic.span(), word, text)];
        }
        let name = self.operand.map_or("stdin", |_| self.name);
        profiles.iter().map(|profile| format!("{word} from profile {} ({name}): {text}", profile.name)).collect()
    }

    /// A warning about a place.
    fn line(&self, span: Span, word: &str, text: &str) -> String {
        let (file, line) = self.place(span);
        let name = self.operand.map_or("stdin", |_| self.name);
        format!("{word} from {name} ({file} line {line}): {text}")
    }

    /// More than a line: the text around it on a terminal, else only what to write instead.
    fn explain(&self, diagnostic: &Diagnostic, output: &mut StreamOutput) {
        if std::io::stderr().is_terminal() {
            output.err_styled(render::graphical(diagnostic, self.sources));
        } else if let Some(help) = diagnostic.help.as_ref().filter(|_| !is_whole(diagnostic)) {
            output.err_line(&format!("  help: {help}"));
        }
    }

    fn slice(&self, span: Span) -> String {
        String::from_utf8_lossy(self.sources.get(span.source).slice(span)).into_owned()
    }

    /// The line of the first word after a place: blanks, line ends and comments lie between.
    fn line_of_next_word(&self, span: Span) -> u32 {
        let source = self.sources.get(span.source);
        let mut comment = false;
        for (at, &byte) in (span.end..).zip(source.text().get(span.end as usize..).unwrap_or_default()) {
            match byte {
                b'\n' => comment = false,
                _ if comment || byte.is_ascii_whitespace() => {}
                b'#' => comment = true,
                _ => return source.line_column(at).0,
            }
        }
        source.line_column(span.start).0
    }

    /// The closing braces of the profiles of a text, but of children, by the places of their names.
    fn ends_of_profiles(&self, id: SourceId) -> Ends {
        let (mut ends, mut last) = (Ends::new(), 0);
        parser::parse(&self.sources.get(id), id).file.walk(&mut |item| {
            let span = item.kind.span;
            if let ItemKind::Profile(profile) = &item.kind.value
                && span.start >= last
            {
                last = span.end;
                ends.insert(profile.name.span, Span { start: last.saturating_sub(1), ..span });
            }
        });
        ends
    }

    /// The profiles that have a rule which is written at a place, or stand there themselves.
    fn profiles_with(&self, span: Span) -> Vec<&Profile> {
        fn walk<'a>(profiles: &'a [Profile], span: Span, found: &mut Vec<&'a Profile>) {
            for profile in profiles {
                if profile.span == span || profile.rules.iter().any(|rule| rule.span == span) {
                    found.push(profile);
                }
                walk(&profile.children, span, found);
            }
        }
        let mut found = Vec::new();
        walk(&self.policy.profiles, span, &mut found);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Memory;
    use crate::{CompileError, Compiler, Features, Input};

    /// Returns the messages about a text with the includes of `/base`.
    fn said(options: &ParserOptions, text: &str) -> String {
        let tree = Memory::new().with("/base/abs/bad", "\n/a r\n /b r,\n").with("/base/abs/undef", "/@{X} r,\n");
        let compiler = Compiler::new(Features::builtin("linux-6.1").unwrap()).base("/base").loader(tree);
        let resolved = compiler.resolve(Input::text("f", text)).unwrap();
        let diagnostics = match compiler.encode(&resolved) {
            Ok(policy) => policy.diagnosis().diagnostics().to_vec(),
            Err(CompileError::Rejected(diagnosis)) => diagnosis.diagnostics().to_vec(),
            Err(other) => panic!("{other}"),
        };
        let (policy, sources) = (&resolved.policies()[0], resolved.diagnosis().sources());
        let subject = DiagnosticSubject { operand: Some("OP"), name: "f", policy, sources };
        let mut output = StreamOutput::default();
        report(options, &subject, &diagnostics, &mut output);
        let lines = output.text().1;
        lines.lines().filter(|line| !line.starts_with("  help")).map(|line| format!("{line}\n")).collect()
    }

    fn errors(text: &str) -> String {
        said(&ParserOptions::new("PROG".into()), text)
    }

    #[test]
    fn lines_of_the_reference() {
        for (text, beginning) in [
            ("profile t {\n /a r\n}\n", "AppArmor parser error for OP in profile f at line 3: "),
            (
                "profile t {\n include <abs/bad>\n}\n",
                "AppArmor parser error for OP in profile /base/abs/bad at line 3: ",
            ),
            ("include <x/none>\n", "AppArmor parser error for OP in profile f at line 1: Could not open 'x/none'\n"),
            (
                "abi <abi/x>,\n",
                "AppArmor parser error for OP in profile f at line 1: Could not open 'abi/x': No such file or directory\n",
            ),
            ("profile t { }\nprofile t { }\n", "Multiple definitions for profile t exist,bailing out.\n"),
            (
                "profile p { ^h { @{undef} r, } }\n",
                "Failed to find declaration for: @{undef}\nERROR expanding variables for profile h, failed to load\n",
            ),
            (
                "profile p { include <abs/undef> }\n",
                "Failed to find declaration for: @{X}\nERROR expanding variables for profile p, failed to load\n",
            ),
            (
                "profile p { /a px, /a ix, }\n",
                "profile p: has merged rule /a with conflicting x modifiers\n\
                 ERROR merging rules for profile p, failed to load\n",
            ),
            (
                "profile p { /a* px, /*b ix, }\n",
                "profile has merged rule with conflicting x modifiers\n\
                 ERROR processing regexs for profile p, failed to load\n",
            ),
        ] {
            let said = errors(text);
            assert!(said.starts_with(beginning), "{text}: {said}");
            assert!(said.contains("parser error"), "snapd looks for these words: {said}");
        }
    }

    #[test]
    fn warnings_by_class() {
        let text = "profile p {\n #include if exists <none>\n userns,\n dbus,\n ^h { userns, }\n}\n";
        let mut options = ParserOptions::new("PROG".into());
        assert_eq!(said(&options, text), "");
        options.warnings = options.warnings.change("pound-include").unwrap();
        assert!(said(&options, text).starts_with("Warning from f (f line 2): "), "{}", said(&options, text));
        options.warnings = options.warnings.change("rule-not-enforced").unwrap();
        let lines = said(&options, text);
        assert!(lines.contains("\nWarning from profile p (f): ") && lines.contains("from profile p//h (f)"), "{lines}");
        options.errors = options.errors.change("pound-include").unwrap();
        assert!(said(&options, text).starts_with("Warning converted to Error from f (f line 2): "));
        options.quiet = true;
        assert_eq!(said(&options, text), "");
    }

    #[test]
    fn paths_as_names_are_warned_of_where_the_profile_ends() {
        let mut options = ParserOptions::new("PROG".into());
        options.warnings = options.warnings.change("deprecated").unwrap();
        let sentence = "The use of file paths as profile names is deprecated. See man apparmor.d for more information";
        let expected = [2, 7].map(|line| format!("Warning from f (f line {line}): {sentence}\n")).concat();
        let text = "/bin/a {\n}\nprofile /bin/b {\n profile /c {\n }\n /x r,\n}\nprofile d /d { }\n";
        assert_eq!(said(&options, text), expected);
    }

    #[test]
    fn advice_is_asked_for_and_no_error() {
        let text = "profile p { capability chown, }\n";
        let mut options = ParserOptions::new("PROG".into());
        options.warnings = options.warnings.change("all").unwrap();
        options.errors = WarningClasses::every_error();
        let lines = said(&options, text);
        assert!(!lines.contains("converted"), "{lines}");
    }
}
