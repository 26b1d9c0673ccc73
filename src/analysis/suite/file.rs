//! The text of a suite.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::names::NamePattern;
use super::test::{Exemption, Expectation, ExpectedTransition, Test, TestedProfiles};
use super::{Suite, SuiteError};
use crate::analysis::access::Access;
use crate::source::read_limited;

/// The longest chain of suites that extend each other.
const MAX_DEPTH: usize = 16;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSuite {
    #[serde(default)]
    extends: Vec<PathBuf>,
    #[serde(default)]
    profiles: Vec<PathBuf>,
    base: Option<PathBuf>,
    #[serde(default)]
    include: Vec<PathBuf>,
    #[serde(default)]
    features: Vec<String>,
    #[serde(default, rename = "exempt")]
    exemptions: Vec<Spanned<RawAccessExemption>>,
    #[serde(default, rename = "test")]
    tests: Vec<Spanned<RawTest>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTest {
    profile: Option<String>,
    only: Option<Vec<String>>,
    #[serde(default)]
    exempt: Vec<RawExemption>,
    access: Spanned<String>,
    expect: Option<Expectation>,
    exec: Option<OneOrMany>,
    fallback: Option<String>,
    scrubbed: Option<bool>,
    features: Option<Vec<String>>,
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawExemption {
    profile: String,
    features: Option<Vec<String>>,
    reason: String,
}

/// An exemption from every test of an access, those of extended suites among them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAccessExemption {
    profile: String,
    access: Spanned<String>,
    features: Option<Vec<String>>,
    reason: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl Suite {
    /// Reads a suite, and those that it extends; `path` is where the text comes from, so what its paths are relative to.
    ///
    /// # Errors
    /// When it is no TOML, has unknown or misses needed keys, an access is none, or an extended suite cannot be read.
    pub fn parse(path: &Path, text: &str) -> Result<Suite, SuiteError> {
        parse(path, text, &mut Vec::new())
    }
}

/// Finds the line of a place in a text.
struct LineLookup<'a> {
    name: &'a str,
    text: &'a str,
}

impl LineLookup<'_> {
    fn line(&self, at: usize) -> usize {
        self.text.get(..at).map_or(0, |before| before.matches('\n').count()) + 1
    }

    fn wrong(&self, at: usize, message: impl Into<String>) -> SuiteError {
        SuiteError::Access { name: self.name.to_owned(), line: self.line(at), message: message.into() }
    }

    fn access(&self, text: &Spanned<String>) -> Result<Access, SuiteError> {
        let wrong = |message: String| self.wrong(text.span().start, message);
        let words = split(text.get_ref()).ok_or_else(|| wrong("a quote is never closed".into()))?;
        Access::parse(&words).map_err(|error| wrong(error.to_string()))
    }

    fn names(&self, at: usize, text: &str) -> Result<NamePattern, SuiteError> {
        NamePattern::parse(text).ok_or_else(|| self.wrong(at, format!("`{text}` is not a valid pattern of names")))
    }

    fn exemption(&self, at: usize, raw: RawExemption) -> Result<Exemption, SuiteError> {
        let RawExemption { profile, features, reason } = raw;
        let names = self.names(at, &profile)?;
        Ok(Exemption { names, features, reason, suite: self.name.to_owned(), line: self.line(at) })
    }

    fn test(&self, raw: Spanned<RawTest>) -> Result<Test, SuiteError> {
        let at = raw.span().start;
        let RawTest { profile, only, exempt, access, expect, exec, fallback, scrubbed, features, reason } =
            raw.into_inner();
        let parsed = self.access(&access)?;
        let exempt: Result<Vec<_>, _> = exempt.into_iter().map(|raw| self.exemption(at, raw)).collect();
        let exec = exec.map(|exec| match exec {
            OneOrMany::One(one) => vec![one],
            OneOrMany::Many(many) => many,
        });
        let transition = ExpectedTransition { exec, fallback, scrubbed };
        let who = match (profile, only) {
            (Some(profile), None) => TestedProfiles::Profiles(self.names(at, &profile)?),
            (None, Some(only)) if expect.is_none() && transition.is_empty() => {
                TestedProfiles::Only(only.iter().map(|name| self.names(at, name)).collect::<Result<_, _>>()?)
            }
            (None, Some(_)) => return Err(self.wrong(at, "a test with `only` expects nothing else")),
            (Some(_), Some(_)) => return Err(self.wrong(at, "a test has `profile` or `only`, and not both")),
            (None, None) => return Err(self.wrong(at, "missing field `profile`, or `only`")),
        };
        let expect = match expect {
            Some(expect) => expect,
            None if matches!(who, TestedProfiles::Only(_)) => Expectation::Denied,
            None if !transition.is_empty() => Expectation::Any,
            None => return Err(self.wrong(at, "missing field `expect`")),
        };
        Ok(Test {
            suite: self.name.to_owned(),
            line: self.line(at),
            who,
            exempt: exempt?,
            access: parsed,
            expect,
            transition,
            features,
            reason,
        })
    }
}

/// Reads a suite; `open` are those that extend it.
fn parse(path: &Path, text: &str, open: &mut Vec<PathBuf>) -> Result<Suite, SuiteError> {
    let name = path.display().to_string();
    let raw: RawSuite = toml::from_str(text).map_err(|error| SuiteError::Toml { name: name.clone(), error })?;
    let directory = path.parent().unwrap_or(Path::new(""));
    let joined = |paths: Vec<PathBuf>| paths.into_iter().map(|path| directory.join(path)).collect::<Vec<_>>();
    let places = LineLookup { name: &name, text };
    let mut suite = Suite {
        name: name.clone(),
        profiles: joined(raw.profiles),
        base: raw.base.map(|base| directory.join(base)),
        include: joined(raw.include),
        features: raw.features.into_iter().map(|name| (directory.join(&name), name)).collect(),
        tests: Vec::new(),
    };
    open.push(path.to_owned());
    for parent in joined(raw.extends) {
        if open.contains(&parent) || open.len() > MAX_DEPTH {
            let message = format!("`{}` extends itself", parent.display());
            return Err(SuiteError::Access { name, line: 1, message });
        }
        let read = std::fs::File::open(&parent).and_then(read_limited);
        let bytes = read.map_err(|error| SuiteError::Io { path: parent.clone(), error })?;
        let text = String::from_utf8(bytes)
            .map_err(|error| SuiteError::Io { path: parent.clone(), error: std::io::Error::other(error) })?;
        suite.inherit(parse(&parent, &text, open)?);
    }
    open.pop();
    for test in raw.tests {
        suite.tests.push(places.test(test)?);
    }
    for raw in raw.exemptions {
        let at = raw.span().start;
        let RawAccessExemption { profile, access, features, reason } = raw.into_inner();
        let exemption = places.exemption(at, RawExemption { profile, features, reason })?;
        let parsed = places.access(&access)?.to_string();
        let mut tests = suite.tests.iter_mut().filter(|test| test.access.to_string() == parsed).peekable();
        if tests.peek().is_none() {
            return Err(places.wrong(at, format!("no test is about `{}`", access.get_ref())));
        }
        tests.for_each(|test| test.exempt.push(exemption.clone()));
    }
    Ok(suite)
}

impl Suite {
    /// Takes in a suite that this one extends: its tests, and what this one does not say itself.
    fn inherit(&mut self, parent: Suite) {
        let Suite { name: _, profiles, base, include, features, tests } = parent;
        self.tests.extend(tests);
        self.base = self.base.take().or(base);
        for (own, inherited) in [(&mut self.profiles, profiles), (&mut self.include, include)] {
            if own.is_empty() {
                *own = inherited;
            }
        }
        if self.features.is_empty() {
            self.features = features;
        }
    }
}

/// The words of a line: white space parts them but within quotes, single or double. `None` if a quote is never closed.
pub(crate) fn split(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in line.chars() {
        match (c, quote) {
            (c, Some(open)) if c == open => quote = None,
            (c, Some(_)) => word.get_or_insert_default().push(c),
            ('"' | '\'', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (c, None) if c.is_whitespace() => words.extend(word.take()),
            (c, None) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Suite, String> {
        Suite::parse(Path::new("dir/suite.toml"), text).map_err(|error| error.to_string())
    }

    #[test]
    fn words_and_quotes() {
        assert_eq!(split("file  '/a b' r").unwrap(), ["file", "/a b", "r"]);
        assert_eq!(split("a \"\" b\"c\"'d'").unwrap(), ["a", "", "bcd"]);
        assert_eq!(split(" \t"), Some(vec![]));
        assert_eq!(split("a 'b"), None);
    }

    #[test]
    fn wrong_files_are_refused_with_their_place() {
        let test = |lines: &str| parse(&format!("profiles = [\"p\"]\n[[test]]\n{lines}")).unwrap_err();
        let fine = "profile = \"p\"\naccess = \"file /a r\"\nexpect = \"denied\"\nreason = \"why\"\n";
        assert!(parse(&format!("profiles = [\"p\"]\n[[test]]\n{fine}")).is_ok());
        let unknown = test(&format!("{fine}reasn = \"x\"\n"));
        assert!(unknown.contains("line 7, column 1") && unknown.contains("reasn"), "{unknown}");
        let missing = test("profile = \"p\"\naccess = \"file /a r\"\nexpect = \"denied\"\n");
        assert!(missing.contains("missing field `reason`") && missing.contains("line 2"), "{missing}");
        let variant = test(&fine.replace("denied", "forbidden"));
        assert!(variant.contains("line 5") && variant.contains("quiet"), "{variant}");
        let access = test(&fine.replace("file /a r", "fiel /a r"));
        assert_eq!(access, "dir/suite.toml:4: `fiel` is no class of access; is it `file`?");
        assert!(test(&fine.replace("/a r", "'/a r")).contains("quote"));
        assert!(parse("profile = []").unwrap_err().contains("unknown field `profile`"));
    }

    #[test]
    fn features_are_built_in_or_files() {
        let suite = |features: &str| parse(&format!("profiles = []\nfeatures = [{features}]\n")).unwrap();
        assert!(suite("").features().unwrap().is_empty());
        assert_eq!(suite("\"linux-7.2\", \"linux-6.1\"").features().unwrap().len(), 2);
        let error = suite("\"linux-0.1\"").features().unwrap_err().to_string();
        assert!(error.contains("linux-0.1") && error.contains("dir/suite.toml"), "{error}");
    }
}
