//! The rules of profiles that tests depend on.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;

use super::test::TestResult;
use crate::analysis::query::RuleUse;
use crate::analysis::{RulePlace, used};
use crate::compiler::{Compiled, Resolved};
use crate::policy::{Profile, RuleMode, RuleOrigin};
use crate::source::SourceMap;

/// The rules that decide tests, over any number of suites and kernels.
///
/// A rule counts where it is part of what is compiled for one of the kernels. It is covered where it decides about a permission that
/// a test of its profile asks for, whatever the test expects. Rules that others imply do not count.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    profiles: BTreeMap<(String, String), ProfileLocation>,
    rules: BTreeMap<RulePlace, CoveredRule>,
    texts: BTreeMap<String, Vec<u8>>,
}

/// A profile, by its file and name.
#[derive(Clone, Debug)]
struct ProfileLocation {
    line: u32,
    rules: BTreeSet<RulePlace>,
}

#[derive(Clone, Debug)]
struct CoveredRule {
    rule: RuleUse,
    end_line: u32,
    is_own: bool,
    /// The places of the tests that it decides, for each profile.
    tests: BTreeMap<String, BTreeSet<String>>,
}

impl CoveredRule {
    fn decides_for(&self, profile: &str) -> bool {
        self.tests.contains_key(profile)
    }
}

/// The coverage of a suite, or of several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CoverageReport {
    /// The number of rules.
    pub rules: usize,
    /// The number of those that decide a test.
    pub covered: usize,
    /// The profiles, by file and line.
    pub profiles: Vec<ProfileCoverage>,
    /// The files, by name.
    pub files: Vec<FileCoverage>,
}

/// The coverage of a profile: of its own rules, and where they count of those that it includes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ProfileCoverage {
    /// The name, unprintable bytes escaped.
    pub profile: String,
    /// The file that holds it.
    pub file: String,
    /// The line of its name.
    pub line: u32,
    /// The number of its rules.
    pub rules: usize,
    /// The number of those that decide a test of this profile.
    pub covered: usize,
    /// The others.
    pub uncovered: Vec<RuleUse>,
}

/// The coverage of a file, by any of the profiles that have its rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FileCoverage {
    /// The name of the file.
    pub file: String,
    /// Whether its rules count in [`CoverageReport::rules`].
    pub counts: bool,
    /// The number of rules that decide a test.
    pub covered: usize,
    /// Its rules.
    pub rules: Vec<RuleCoverage>,
    /// Its text.
    #[serde(skip)]
    pub text: Vec<u8>,
}

/// A rule, and the tests that it decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RuleCoverage {
    /// The rule.
    #[serde(flatten)]
    pub rule: RuleUse,
    /// The line that it ends in.
    pub end_line: u32,
    /// The tests, as `suite:line`.
    pub tests: Vec<String>,
}

impl RuleCoverage {
    /// Whether the rule decides a test.
    #[must_use]
    pub fn is_covered(&self) -> bool {
        !self.tests.is_empty()
    }
}

impl CoverageReport {
    /// The part of the rules that decide a test, in percent; 100 where there is no rule.
    #[must_use]
    pub fn percent(&self) -> f64 {
        percent(self.covered, self.rules)
    }
}

#[expect(clippy::cast_precision_loss, reason = "nobody has as many rules")]
fn percent(part: usize, whole: usize) -> f64 {
    if whole == 0 { 100.0 } else { part as f64 * 100.0 / whole as f64 }
}

impl Coverage {
    /// Takes in the rules of the profiles of a file.
    pub(super) fn add(&mut self, resolved: &Resolved, compiled: &Compiled) {
        let sources = resolved.diagnosis().sources();
        for (profile, spans) in resolved.profiles().zip(used::compiled_spans(compiled)) {
            let source = sources.get(profile.span.source);
            let file = source.name().to_owned();
            let line = source.line_column(profile.span.start).0;
            self.texts.entry(file.clone()).or_insert_with(|| source.text().to_vec());
            let key = (file.clone(), name(profile));
            let mut places = Vec::new();
            for rule in used::written_rules(profile, |rule| rule.origin != RuleOrigin::Implied) {
                if spans.contains(&rule.span) {
                    let mode = rule.prefix.mode.unwrap_or(RuleMode::Allow);
                    let rule_use = RuleUse::at(rule.span, mode, rule.prefix.priority, sources);
                    places.push(self.add_rule(rule_use, rule.span, &file, sources));
                }
            }
            self.profiles.entry(key).or_insert(ProfileLocation { line, rules: BTreeSet::new() }).rules.extend(places);
        }
    }

    fn add_rule(
        &mut self,
        rule: RuleUse,
        span: crate::source::Span,
        of_profile: &str,
        sources: &SourceMap,
    ) -> RulePlace {
        let place = rule.rule_place();
        let is_own = used::is_own(&place.file, of_profile);
        let source = sources.get(span.source);
        self.texts.entry(place.file.clone()).or_insert_with(|| source.text().to_vec());
        let end_line = source.line_column(span.end.saturating_sub(1).max(span.start)).0;
        let new = CoveredRule { rule, end_line, is_own, tests: BTreeMap::new() };
        self.rules.entry(place.clone()).or_insert(new).is_own |= is_own;
        place
    }

    /// Takes in which rules decide a test.
    pub(super) fn note(&mut self, result: &TestResult) {
        let Some(answer) = &result.answer else { return };
        let profile = match &answer.namespace {
            Some(namespace) => format!(":{namespace}:{}", answer.profile),
            None => answer.profile.clone(),
        };
        let test = format!("{}:{}", result.suite, result.line);
        for rule in used::deciding(answer, |_| true) {
            if let Some(covered) = self.rules.get_mut(&rule.rule_place()) {
                covered.tests.entry(profile.clone()).or_default().insert(test.clone());
            }
        }
    }

    /// The report. Rules of included files, other than those of `local/`, count only where `with_includes` is set.
    #[must_use]
    pub fn report(&self, with_includes: bool) -> CoverageReport {
        let profiles = self.profiles.iter().map(|((file, profile), header)| {
            let rules = header.rules.iter().filter_map(|place| self.rules.get(place));
            let own = rules.filter(|rule| with_includes || used::is_own(&rule.rule.file, file));
            let (covered, uncovered): (Vec<_>, Vec<_>) = own.partition(|rule| rule.decides_for(profile));
            ProfileCoverage {
                profile: profile.clone(),
                file: file.clone(),
                line: header.line,
                rules: covered.len() + uncovered.len(),
                covered: covered.len(),
                uncovered: uncovered.into_iter().map(|rule| rule.rule.clone()).collect(),
            }
        });
        let mut profiles: Vec<ProfileCoverage> = profiles.collect();
        profiles.sort_by(|a, b| (&a.file, a.line, &a.profile).cmp(&(&b.file, b.line, &b.profile)));
        let mut files: Vec<FileCoverage> = Vec::new();
        for CoveredRule { rule, end_line, is_own, tests } in self.rules.values() {
            if files.last().is_none_or(|last| last.file != rule.file) {
                let text = self.texts.get(&rule.file).cloned().unwrap_or_default();
                let (file, rules) = (rule.file.clone(), Vec::new());
                files.push(FileCoverage { file, counts: with_includes || *is_own, covered: 0, rules, text });
            }
            let tests: BTreeSet<&String> = tests.values().flatten().collect();
            let Some(file) = files.last_mut() else { continue };
            file.covered += usize::from(!tests.is_empty());
            let tests = tests.into_iter().cloned().collect();
            file.rules.push(RuleCoverage { rule: rule.clone(), end_line: *end_line, tests });
        }
        let counted = || files.iter().filter(|file| file.counts);
        CoverageReport {
            rules: counted().map(|file| file.rules.len()).sum(),
            covered: counted().map(|file| file.covered).sum(),
            profiles,
            files,
        }
    }
}

fn name(profile: &Profile) -> String {
    let escaped = |text: &[u8]| text.escape_ascii().to_string();
    match &profile.namespace {
        Some(namespace) => format!(":{}:{}", escaped(namespace), escaped(&profile.name)),
        None => escaped(&profile.name),
    }
}

impl fmt::Display for CoverageReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "coverage: {} of {} rules decide a test ({:.1} %)", self.covered, self.rules, self.percent())?;
        for profile in &self.profiles {
            writeln!(f, "{}: {} of {} rules", profile.profile, profile.covered, profile.rules)?;
            profile.uncovered.iter().try_for_each(|rule| writeln!(f, "  {}  {}", rule.place(), rule.text))?;
        }
        for FileCoverage { file, covered, rules, .. } in self.files.iter().filter(|file| !file.counts) {
            writeln!(f, "{file}: {covered} of {} rules, which are included and do not count", rules.len())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::suite::Suite;
    use crate::features::Features;

    /// The report of a tree with one suite for some kernels, each test an access of a profile.
    fn report(files: &[(&str, &str)], tests: &[(&str, &str)], kernels: &[&str], with_includes: bool) -> CoverageReport {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = directory.path().join("tree").join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let mut suite = String::from("profiles = ['tree']\nbase = 'tree'\n");
        for (profile, access) in tests {
            suite +=
                &format!("[[test]]\nprofile = '{profile}'\naccess = '{access}'\nexpect = 'allowed'\nreason = 'why'\n");
        }
        let suite = Suite::parse(&directory.path().join("suite.toml"), &suite).unwrap();
        let mut coverage = Coverage::default();
        for kernel in kernels {
            let compiler = suite.compiler(Features::builtin(kernel).unwrap());
            suite.run_with_coverage(&compiler, kernel, &mut coverage).unwrap();
        }
        coverage.report(with_includes)
    }

    fn uncovered(profile: &ProfileCoverage) -> Vec<&str> {
        profile.uncovered.iter().map(|rule| &*rule.text).collect()
    }

    #[test]
    fn only_what_decides_is_covered() {
        let text = "profile p {\n  /etc/** r,\n  deny /etc/shadow r,\n  capability chown,\n  capability kill,\n}\n";
        let found =
            report(&[("p", text)], &[("p", "file /etc/shadow r"), ("p", "capability kill")], &["linux-7.2"], false);
        assert_eq!((found.covered, found.rules), (2, 4));
        assert_eq!(uncovered(&found.profiles[0]), ["/etc/** r,", "capability chown,"]);
        let deny = &found.files[0].rules[1];
        assert!(deny.is_covered() && deny.tests[0].ends_with("suite.toml:3") && deny.rule.mode == RuleMode::Deny);
    }

    #[test]
    fn a_rule_of_another_profile_does_not_count_for_this_one() {
        let files = [
            ("abs/a", "/a r,\n/b r,\n"),
            ("t", "profile p {\n  include <abs/a>\n}\nprofile q {\n  include <abs/a>\n  /c r,\n}\n"),
        ];
        let tests = [("p", "file /a r"), ("q", "file /b r")];
        let own = report(&files, &tests, &["linux-7.2"], false);
        assert_eq!((own.covered, own.rules, own.profiles[0].rules), (0, 1, 0));
        let included = own.files.iter().find(|file| !file.counts).unwrap();
        assert_eq!((included.covered, included.rules.len()), (2, 2));
        let all = report(&files, &tests, &["linux-7.2"], true);
        assert_eq!((all.covered, all.rules), (2, 3));
        assert_eq!(uncovered(&all.profiles[0]), ["/b r,"]);
        assert_eq!(uncovered(&all.profiles[1]), ["/a r,", "/c r,"]);
    }

    #[test]
    fn rules_that_no_kernel_of_the_suite_has_do_not_count() {
        let text = "profile p {\n  dbus send bus=system,\n  userns,\n}\n";
        let rules = |kernels: &[&str]| report(&[("p", text)], &[], kernels, false).rules;
        assert_eq!((rules(&["linux-6.1"]), rules(&["linux-6.12"]), rules(&["linux-6.1", "linux-7.2"])), (0, 1, 2));
        assert!((report(&[("p", text)], &[], &["linux-6.1"], false).percent() - 100.0).abs() < f64::EPSILON);
    }
}
