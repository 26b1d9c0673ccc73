//! `--access-not-granted FILE`: accesses that no profile may allow, in the form of the tests of `armorer test`.

use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use crate::analysis::Subject;
use crate::analysis::access::Question;
use crate::analysis::new_access::NewAccessFinding;
use crate::analysis::query::Decision;
use crate::analysis::search::search;
use crate::analysis::suite::{Expectation, NamePattern, split};
use crate::cli::inputs::CommandInput;

/// An access that no profile but some may allow.
pub(super) struct Assertion {
    access: Question,
    profile: NamePattern,
    exempt: Vec<NamePattern>,
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAssertions {
    #[serde(default, rename = "test")]
    tests: Vec<RawAssertion>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAssertion {
    profile: Option<Spanned<String>>,
    access: Spanned<String>,
    expect: Option<Spanned<Expectation>>,
    #[serde(default)]
    exempt: Vec<RawProfileExemption>,
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawProfileExemption {
    profile: Spanned<String>,
    #[serde(rename = "reason")]
    _reason: String,
}

/// The assertions of a file.
pub(super) fn read(path: &Path) -> Result<Vec<Assertion>, String> {
    let input = CommandInput::of(path);
    let name = input.shown();
    let bytes = input.read().map_err(|error| format!("{name}: {error}"))?;
    let text = String::from_utf8(bytes).map_err(|error| format!("{name}: {error}"))?;
    let raw: RawAssertions = toml::from_str(&text).map_err(|error| format!("{name}: {error}"))?;
    let line = |at: usize| text.get(..at).map_or(0, |before| before.matches('\n').count()) + 1;
    let assertion = |raw: RawAssertion| {
        let wrong = |at: usize, message: String| format!("{name}:{}: {message}", line(at));
        if let Some(expect) = raw.expect.filter(|expect| *expect.get_ref() != Expectation::Denied) {
            return Err(wrong(expect.span().start, "an access that must not be granted is `denied`".into()));
        }
        let at = raw.access.span().start;
        let words = split(raw.access.get_ref()).ok_or_else(|| wrong(at, "a quote is never closed".into()))?;
        let access = Question::parse(&words).map_err(|error| wrong(at, error.to_string()))?;
        let named = |name: &Spanned<String>| {
            let message = || format!("`{}` is not a valid pattern of names", name.get_ref());
            NamePattern::parse(name.get_ref()).ok_or_else(|| wrong(name.span().start, message()))
        };
        let profile = raw.profile.unwrap_or_else(|| Spanned::new(at..at, "*".to_owned()));
        let exempt = raw.exempt.iter().map(|exemption| named(&exemption.profile)).collect::<Result<_, _>>()?;
        Ok(Assertion { access, profile: named(&profile)?, exempt, reason: raw.reason })
    };
    raw.tests.into_iter().map(assertion).collect()
}

/// The profiles that allow what must not be allowed.
pub(super) fn findings(subject: &Subject, assertions: &[Assertion]) -> Result<Vec<NewAccessFinding>, String> {
    let mut findings = Vec::new();
    for Assertion { access, profile, exempt, reason } in assertions {
        let found = search(subject, access).map_err(|error| format!("{access}: {error}"))?;
        for (found, name) in found.profiles.iter().zip(subject.full_names()) {
            let is_meant =
                profile.is_about(subject, &name) && !exempt.iter().any(|name_of| name_of.is_about(subject, &name));
            if is_meant && found.decision == Decision::Allowed {
                let shown = found.witness.clone().unwrap_or_else(|| access.to_string());
                findings.push(NewAccessFinding::granted(found, shown, reason));
            }
        }
    }
    Ok(findings)
}
