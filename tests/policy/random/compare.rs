//! Runs both compilers on one text and compares what comes of it.

use std::fmt;
use std::path::Path;

use armorer::analysis::{self, DiffOptions, Difference, ProfilePart};
use armorer::diagnostic::{Code, Diagnostic};
use armorer::{CompileError, Compiler, Input, blob};

use crate::random::material::{Material, Target};
use crate::support::comparison::allow_lock;

/// One text for one target, as both compilers see it.
pub(crate) struct Case<'a> {
    pub(crate) text: &'a str,
    /// All that armorer says.
    pub(crate) diagnostics: Vec<Said>,
}

/// A diagnostic, with the text of its places.
pub(crate) struct Said {
    pub(crate) diagnostic: Diagnostic,
    pub(crate) texts: Vec<String>,
}

/// Something in which the two differ.
#[derive(Debug)]
pub(crate) enum Finding {
    OnlyArmorerRefuses,
    OnlyTheReferenceRefuses(String),
    Crashes(String),
    Hangs,
    /// A is armorer.
    Differs(Box<Difference>),
    /// A blob that no kernel takes.
    Unsound(String),
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Finding::OnlyArmorerRefuses => f.write_str("only armorer refuses"),
            Finding::OnlyTheReferenceRefuses(why) => write!(f, "only the reference refuses: {}", why.trim()),
            Finding::Crashes(why) => write!(f, "the reference crashes: {}", why.trim()),
            Finding::Hangs => f.write_str("the reference hangs"),
            Finding::Differs(difference) => difference.fmt(f),
            Finding::Unsound(error) => f.write_str(error),
        }
    }
}

/// The outcome of a comparison.
pub(crate) enum Outcome {
    Same,
    BothRefuse,
    Findings(Vec<Finding>),
}

impl Case<'_> {
    /// Whether armorer has said this, with these words in the message.
    pub(crate) fn says(&self, code: Code, words: &str) -> bool {
        self.diagnostics.iter().any(|said| said.diagnostic.code == code && said.diagnostic.message.contains(words))
    }

    /// Returns the errors of armorer.
    pub(crate) fn errors(&self) -> impl Iterator<Item = &Said> {
        self.diagnostics.iter().filter(|said| said.diagnostic.is_error())
    }
}

/// Compares both compilers on a text.
pub(crate) fn compare<'a>(
    oracle: &Path,
    material: &Material,
    target: &'a Target,
    text: &'a str,
) -> (Case<'a>, Outcome) {
    let compiler = Compiler::new(target.features.clone()).base(material.base());
    let (ours, diagnosis) = match compiler.compile(Input::text("random", text.as_bytes())) {
        Ok(policy) => {
            let diagnosis = policy.diagnosis().clone();
            (Some(policy.into_blob()), diagnosis)
        }
        Err(CompileError::Rejected(diagnosis)) => (None, diagnosis),
        Err(error) => panic!("{error}"),
    };
    let said = |diagnostic: Diagnostic| {
        let sources = diagnosis.sources();
        let text =
            |span: armorer::source::Span| String::from_utf8_lossy(sources.get(span.source).slice(span)).into_owned();
        let texts = diagnostic.labels.iter().map(|label| text(label.span)).collect();
        Said { diagnostic, texts }
    };
    let case = Case { text, diagnostics: diagnosis.diagnostics().iter().cloned().map(said).collect() };
    let outcome = match (ours, material.reference(oracle, target).compile(text.as_bytes())) {
        (ours, Err(how)) => match (ours, how.split_once(": ").unwrap_or(("", &how))) {
            (_, ("crashes", why)) => Outcome::Findings(vec![Finding::Crashes(why.into())]),
            (_, ("hangs", _)) => Outcome::Findings(vec![Finding::Hangs]),
            (None, _) => Outcome::BothRefuse,
            (Some(_), (_, why)) => Outcome::Findings(vec![Finding::OnlyTheReferenceRefuses(why.into())]),
        },
        (None, Ok(_)) => Outcome::Findings(vec![Finding::OnlyArmorerRefuses]),
        (Some(ours), Ok(theirs)) => blobs(&ours, &theirs),
    };
    (case, outcome)
}

/// Compares two blobs by meaning.
fn blobs(ours: &[u8], theirs: &[u8]) -> Outcome {
    let read = |who: &str, bytes| blob::read(bytes).map_err(|error| format!("{who}: {error}"));
    let profiles = match (read("armorer", ours), read("the reference", theirs)) {
        (Ok(ours), Ok(theirs)) => Ok((ours, theirs)),
        (Err(error), _) | (_, Err(error)) => Err(error),
    };
    let (mut ours, mut theirs) = match profiles {
        Ok(profiles) => profiles,
        Err(error) => return Outcome::Findings(vec![Finding::Unsound(error)]),
    };
    // Fault 21, of nearly all profiles without file rules.
    ours.iter_mut().chain(&mut theirs).for_each(allow_lock);
    // See tests/policy/differential/known.md for the length; one difference must not hide another of the same automaton.
    let options = DiffOptions::default().ignore_xmatch_len(true).max_per_automaton(64);
    let diff = |options: &DiffOptions| analysis::diff(&ours, &theirs, options).map(|diff| diff.differences);
    let differences = diff(&options).and_then(|mut differences| {
        // Profiles that only one of them has may be the other's children in another namespace.
        let missing = |difference: &Difference| difference.place == ProfilePart::Profile;
        if differences.iter().any(missing) {
            differences.retain(missing);
            differences.extend(diff(&options.children_in_parent_namespace(true))?);
        }
        Ok(differences)
    });
    match differences {
        Ok(differences) if differences.is_empty() => Outcome::Same,
        Ok(differences) => Outcome::Findings(
            differences.into_iter().map(|difference| Finding::Differs(Box::new(difference))).collect(),
        ),
        Err(error) => Outcome::Findings(vec![Finding::Unsound(error.to_string())]),
    }
}
