//! Comparison of armorer and the reference on the same text.

use armorer::analysis::{self, DiffOptions};
use armorer::diagnostic::{Code, Diagnostic};
use armorer::{CompileError, Compiled, blob};

/// The outcome for one text.
#[derive(Debug)]
pub(crate) enum Outcome {
    Same,
    BothRefuse,
    Different {
        /// Codes of armorer's diagnostics that say why.
        codes: Vec<String>,
        /// Every difference, a line each.
        what: Vec<String>,
    },
}

/// Compares what both made of a text, but for what the reference does to nearly every profile (fault 21): for kernels with
/// permission tables it lets profiles without file rules lock files.
pub(crate) fn compare(theirs: Result<Vec<u8>, String>, ours: Result<Compiled, CompileError>) -> Outcome {
    compare_after(allow_lock, theirs, ours)
}

/// Compares everything that both made of a text.
pub(crate) fn compare_all(theirs: Result<Vec<u8>, String>, ours: Result<Compiled, CompileError>) -> Outcome {
    compare_after(|_| (), theirs, ours)
}

/// Allows lock where nothing matches in the automaton of the other classes: the reference does so everywhere.
pub(crate) fn allow_lock(profile: &mut blob::BlobProfile) {
    const LOCK: u32 = 0x8000;
    let perms = profile.policydb.as_mut().and_then(|db| db.perms.as_mut());
    if let Some(entry) = perms.and_then(|perms| perms.first_mut()) {
        entry.allow |= LOCK;
    }
}

fn compare_after(
    change: fn(&mut blob::BlobProfile),
    theirs: Result<Vec<u8>, String>,
    ours: Result<Compiled, CompileError>,
) -> Outcome {
    let (diagnostics, ours) = match ours {
        Ok(policy) => (policy.diagnosis().diagnostics().to_vec(), Ok(policy.into_blob())),
        Err(CompileError::Rejected(diagnosis)) => {
            let diagnostics = diagnosis.diagnostics().to_vec();
            let errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error());
            let text: Vec<_> = errors.map(|error| format!("[{}] {}", error.code, error.message)).collect();
            (diagnostics, Err(text.join("; ")))
        }
        Err(error) => panic!("{error}"),
    };
    let different = |what| Outcome::Different { codes: codes(&diagnostics), what };
    let (ours, theirs) = match (ours, theirs) {
        (Err(_), Err(_)) => return Outcome::BothRefuse,
        (Err(error), Ok(_)) => return different(vec![format!("only armorer refuses: {error}")]),
        (Ok(_), Err(error)) => return different(vec![format!("only the reference {}", error.trim_end())]),
        (Ok(ours), Ok(theirs)) => (ours, theirs),
    };
    let read = |bytes: &[u8]| blob::read(bytes).map_err(|error| error.to_string());
    let (mut ours, mut theirs) = match (read(&ours), read(&theirs)) {
        (Ok(ours), Ok(theirs)) => (ours, theirs),
        (Err(error), _) => return different(vec![format!("armorer's blob: {error}")]),
        (_, Err(error)) => return different(vec![format!("the reference's blob: {error}")]),
    };
    ours.iter_mut().chain(&mut theirs).for_each(change);
    // The reference computes the attachment's length after factoring, which lowers it in rare cases.
    let options = DiffOptions::default().ignore_xmatch_len(true);
    match analysis::diff(&ours, &theirs, &options) {
        Ok(diff) if diff.differences.is_empty() => Outcome::Same,
        Ok(diff) => different(diff.differences.iter().map(ToString::to_string).collect()),
        Err(error) => different(vec![error.to_string()]),
    }
}

/// The codes of warnings and notes that are about the reference, or all codes if none is; each once. What fault 21 raises is not
/// among them.
pub(crate) fn codes(diagnostics: &[Diagnostic]) -> Vec<String> {
    let mut codes: Vec<String> = Vec::new();
    for diagnostic in diagnostics {
        let code = diagnostic.code.to_string();
        if !codes.contains(&code) && diagnostic.code != Code::RefLock {
            codes.push(code);
        }
    }
    if codes.iter().any(|code| code.starts_with("ref-")) {
        codes.retain(|code| code.starts_with("ref-"));
    }
    codes
}
