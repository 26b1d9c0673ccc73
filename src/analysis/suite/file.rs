//! The text of a suite.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::test::{Expect, Test};
use super::{Suite, SuiteError};
use crate::analysis::access::Access;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    profiles: Vec<PathBuf>,
    base: Option<PathBuf>,
    #[serde(default)]
    include: Vec<PathBuf>,
    #[serde(default)]
    features: Vec<String>,
    #[serde(default, rename = "test")]
    tests: Vec<Spanned<RawTest>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTest {
    profile: String,
    access: Spanned<String>,
    expect: Expect,
    exec: Option<String>,
    scrubbed: Option<bool>,
    features: Option<Vec<String>>,
    reason: String,
}

impl Suite {
    /// Reads a suite; `path` is where the text comes from, so what its paths are relative to.
    ///
    /// # Errors
    /// When it is no TOML, has unknown or misses needed keys, or an access is none.
    pub fn parse(path: &Path, text: &str) -> Result<Suite, SuiteError> {
        let name = path.display().to_string();
        let raw: Raw = toml::from_str(text).map_err(|error| SuiteError::Toml { name: name.clone(), error })?;
        let line = |at: usize| text.get(..at).map_or(0, |before| before.matches('\n').count()) + 1;
        let test = |raw: Spanned<RawTest>| {
            let at = line(raw.span().start);
            let RawTest { profile, access, expect, exec, scrubbed, features, reason } = raw.into_inner();
            let wrong =
                |message: String| SuiteError::Access { name: name.clone(), line: line(access.span().start), message };
            let words = split(access.get_ref()).ok_or_else(|| wrong("a quote is never closed".into()))?;
            let access = Access::parse(&words).map_err(|error| wrong(error.to_string()))?;
            Ok(Test { line: at, profile, access, expect, exec, scrubbed, features, reason })
        };
        let tests: Result<Vec<Test>, SuiteError> = raw.tests.into_iter().map(test).collect();
        Ok(Suite {
            tests: tests?,
            directory: path.parent().unwrap_or(Path::new("")).to_owned(),
            profiles: raw.profiles,
            base: raw.base,
            include: raw.include,
            features: raw.features,
            name,
        })
    }
}

/// The words of a line: white space parts them but within quotes, single or double. `None` if a quote is never closed.
fn split(line: &str) -> Option<Vec<String>> {
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
