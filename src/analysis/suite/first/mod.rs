//! A first suite for the profiles of a file: what they deny, and what they grant that is a danger.

mod accesses;

use std::fmt::Write;
use std::path::Path;

use super::{Expectation, Suite, SuiteError};
use crate::analysis::access::Access;
use crate::analysis::query::{Answer, Decision, PermissionVerdict, RuleUse, Subject};
use crate::analysis::used;
use crate::compiler::{Compiler, Input};
use crate::diagnostic::{Escaped, is_active};
use crate::lint::{Linter, Selection};
use crate::policy::{Rule, RuleMode, RuleOrigin};

/// A rule that gets a test.
struct RuleToTest<'a> {
    rule: &'a Rule,
    place: RuleUse,
    reason: String,
}

/// A test of an access that a rule decides.
struct DraftedTest {
    access: String,
    expect: Expectation,
    exec: Option<(String, bool)>,
}

impl Suite {
    /// Writes a first suite for the profiles of a file, to be edited: a test for each rule of theirs that denies, and one for each
    /// that grants what the linter's family `danger` warns about. All of them pass.
    ///
    /// Each test tries an access that its rule decides; a rule without one, as another goes before it, has a comment only.
    /// `head` is put before the tests: `profiles`, `base` and `features`.
    ///
    /// ```
    /// use armorer::analysis::suite::Suite;
    /// use armorer::{Compiler, Features};
    ///
    /// let directory = std::env::temp_dir().join(format!("armorer-first-{}", std::process::id()));
    /// std::fs::create_dir_all(&directory)?;
    /// std::fs::write(directory.join("p"), "profile p {\n  /etc/** r,\n  deny /etc/shadow r,\n  /dev/sda w,\n}\n")?;
    /// let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
    /// let text = Suite::first(&compiler, &directory.join("p"), "profiles = ['p']\n")?;
    /// assert!(text.contains("access = \"file /etc/shadow r\"\nexpect = \"quiet\"\n"));
    /// assert!(text.contains("access = \"file /dev/sda w\"\nexpect = \"allowed\"\n"));
    /// let suite = Suite::parse(&directory.join("suite.toml"), &text)?;
    /// assert!(suite.run(&compiler, "linux-7.2")?.iter().all(|test| test.passed()));
    /// # std::fs::remove_dir_all(directory)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When the profiles cannot be compiled.
    pub fn first(compiler: &Compiler, path: &Path, head: &str) -> Result<String, SuiteError> {
        let dangers = dangers(compiler, path)?;
        let resolved = compiler.resolve(path)?;
        let compiled = compiler.encode(&resolved)?;
        let spans = used::compiled_spans(&compiled);
        let subject = Subject::from_compiled(compiled)?;
        let sources = resolved.diagnosis().sources();
        let file = path.display().to_string();
        let mut text =
            format!("# Tests of the policy in {}: edit the reasons, and add what must hold.\n\n", line(&file));
        text += head;
        for (profile, spans) in resolved.profiles().zip(&spans) {
            let name = profile.listed_name();
            let Ok(shown) = std::str::from_utf8(&name) else { continue };
            let is_tested = |rule: &Rule| rule.origin != RuleOrigin::Implied && spans.contains(&rule.span);
            let wanted = used::written_rules(profile, is_tested).into_iter().filter_map(|rule| {
                let mode = rule.prefix.mode.unwrap_or(RuleMode::Allow);
                let place = RuleUse::at(rule.span, mode, rule.prefix.priority, sources);
                if !used::is_own(&place.file, &file) {
                    return None;
                }
                let source = sources.get(rule.span.source);
                let end = source.line_column(rule.span.end);
                let about = |danger: &&DangerFinding| {
                    danger.file == place.file && (place.line, place.column) <= danger.place && danger.place < end
                };
                let reason = match dangers.iter().find(about) {
                    _ if mode == RuleMode::Deny => "the profile denies it".to_owned(),
                    Some(danger) => danger.message.clone(),
                    None => return None,
                };
                Some(RuleToTest { rule, place, reason })
            });
            for wanted in wanted {
                // Writing to a string cannot fail.
                _ = wanted.write(&subject, shown, &mut text);
            }
        }
        Ok(text)
    }
}

impl Suite {
    /// A text as a basic string of TOML.
    ///
    /// ```
    /// assert_eq!(armorer::analysis::suite::Suite::quoted("a\"\n"), r#""a\"\U0000000a""#);
    /// ```
    #[must_use]
    pub fn quoted(text: &str) -> String {
        let mut quoted = String::from("\"");
        for c in text.chars() {
            match c {
                '"' | '\\' => quoted.extend(['\\', c]),
                c if is_active(c) => quoted += &format!("\\U{:08x}", u32::from(c)),
                c => quoted.push(c),
            }
        }
        quoted + "\""
    }
}

/// A finding of the family `danger`.
struct DangerFinding {
    file: String,
    place: (u32, u32),
    message: String,
}

fn dangers(compiler: &Compiler, path: &Path) -> Result<Vec<DangerFinding>, SuiteError> {
    // The family has this name; without it nothing is selected.
    let selection = Selection::only(["danger"]).unwrap_or_default();
    let outcome = Linter::new(compiler).selection(selection).lint([Input::path(path)])?;
    let danger = |finding: &crate::lint::Finding| {
        let source = outcome.sources().get(finding.span().source);
        DangerFinding {
            file: source.name().to_owned(),
            place: source.line_column(finding.span().start),
            message: format!("{} {}: {}; is it meant?", finding.code, finding.name(), finding.message),
        }
    };
    Ok(outcome.findings.iter().map(danger).collect())
}

impl RuleToTest<'_> {
    fn write(&self, subject: &Subject, profile: &str, text: &mut String) -> std::fmt::Result {
        writeln!(text, "\n# {}", line(&format!("{}  {}", self.place.place(), self.place.text)))?;
        let Some(DraftedTest { access, expect, exec }) = self.draft(subject, profile.as_bytes()) else {
            return writeln!(text, "# (no access was found that this rule decides)");
        };
        writeln!(text, "[[test]]\nprofile = {}\naccess = {}", Suite::quoted(profile), Suite::quoted(&access))?;
        let expect = match expect {
            Expectation::Allowed => "allowed",
            Expectation::Audited => "audited",
            Expectation::Quiet => "quiet",
            Expectation::Denied | Expectation::Any => "denied",
            Expectation::Prompt => "prompt",
        };
        writeln!(text, "expect = \"{expect}\"")?;
        if let Some((to, scrubbed)) = exec {
            writeln!(text, "exec = {}\nscrubbed = {scrubbed}", Suite::quoted(&to))?;
        }
        writeln!(text, "reason = {}", Suite::quoted(&self.reason))
    }

    /// The first access that the rule decides, all of it in the same way.
    fn draft(&self, subject: &Subject, profile: &[u8]) -> Option<DraftedTest> {
        let place = self.place.rule_place();
        accesses::of_rule(self.rule).into_iter().find_map(|words| {
            let access = Access::parse(&words).ok()?;
            let answer = subject.ask(Some(profile), &access).ok()?;
            let decides = |verdict: &PermissionVerdict| {
                verdict.decided_by.iter().filter_map(|&at| answer.rules.get(at)).any(|rule| rule.rule_place() == place)
            };
            if !answer.verdicts.iter().all(decides) {
                return None;
            }
            let exec = answer.verdicts.iter().find_map(|verdict| verdict.exec.as_ref());
            let exec = exec.map(|exec| (exec.to.word().to_owned(), exec.scrubs_environment));
            Some(DraftedTest { access: joined(&words)?, expect: expectation(&answer)?, exec })
        })
    }
}

/// Returns the expectation that the answer passes; `None` where it differs from one permission to the next.
fn expectation(answer: &Answer) -> Option<Expectation> {
    let of_verdict = |verdict: &PermissionVerdict| match verdict.decision {
        Decision::Allowed if verdict.audited => Expectation::Audited,
        Decision::Allowed => Expectation::Allowed,
        Decision::Denied if verdict.quiet => Expectation::Quiet,
        Decision::Denied => Expectation::Denied,
        Decision::Prompt => Expectation::Prompt,
    };
    let (first, rest) = answer.verdicts.split_first()?;
    let expect = of_verdict(first);
    rest.iter().all(|verdict| of_verdict(verdict) == expect).then_some(expect)
}

/// Words as a test has them; `None` where quotes cannot hold one.
fn joined(words: &[String]) -> Option<String> {
    let each = words.iter().map(|word| {
        let plain = !word.is_empty() && !word.contains(|c: char| c.is_whitespace() || matches!(c, '"' | '\''));
        match () {
            () if plain => Some(word.clone()),
            () if !word.contains('\'') => Some(format!("'{word}'")),
            () if !word.contains('"') => Some(format!("\"{word}\"")),
            () => None,
        }
    });
    Some(each.collect::<Option<Vec<_>>>()?.join(" "))
}

fn line(text: &str) -> String {
    Escaped::line(text).to_string()
}

#[cfg(test)]
mod tests;
