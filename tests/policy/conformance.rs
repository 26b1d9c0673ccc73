//! Accept/reject cases with the reference compiler's verdicts.
//!
//! `ARMORER_CONFORMANCE` names the directory of the cases (`cases.jsonl.gz`, `tst/`), `ARMORER_FEATURES` that of the features
//! files. Every wrong verdict is listed by name.

use armorer::diagnostic::Code;
use armorer::{Features, Input};

use crate::support;
use crate::support::conformance::{Suite, suite};

/// Cases whose verdict differs on purpose, each with the reason.
const KNOWN: &[(&str, &str)] = &[];

fn judge(suite: &Suite, verdicts: &[Result<bool, String>]) {
    let mut wrong = Vec::new();
    for (case, verdict) in suite.cases.iter().zip(verdicts) {
        let right = *verdict == Ok(case.accept);
        let known = KNOWN.iter().find(|(name, _)| *name == case.path);
        match (right, known) {
            (true, None) => {}
            (true, Some(_)) => wrong.push(format!("{}: listed as known, but right", case.path)),
            (false, Some((name, reason))) => support::say!("known: {name}: {reason}"),
            (false, None) => {
                let should = if case.accept { "should be accepted" } else { "should be rejected" };
                let detail = verdict.as_ref().err().map(String::as_str).unwrap_or_default();
                wrong.push(format!("{}: {should} {detail}", case.path));
            }
        }
    }
    for (name, _) in KNOWN {
        assert!(suite.cases.iter().any(|case| case.path == *name), "no case is called {name}");
    }
    assert!(wrong.is_empty(), "{} of {} verdicts are wrong:\n{}", wrong.len(), suite.cases.len(), wrong.join("\n"));
    support::say!("{} verdicts are right", suite.cases.len());
}

#[test]
fn verdicts_in_process() {
    let Some(suite) = suite("accept/reject cases") else { return };
    let features = Features::from_path(&suite.features).expect("the features are readable");
    let verdicts = support::parallel(&suite.cases, |case| {
        let compiler = suite.compiler(features.clone());
        let diagnosis = compiler.check(Input::text(&case.path, case.bytes())).map_err(|error| error.to_string())?;
        let errors: Vec<String> = diagnosis
            .diagnostics()
            .iter()
            .filter(|d| d.is_error())
            .map(|d| format!("[{}] {}", d.code, d.message))
            .collect();
        if case.accept && !errors.is_empty() { Err(errors.join("; ")) } else { Ok(errors.is_empty()) }
    });
    judge(&suite, &verdicts);
}

/// Accepted cases are formatted: with the same policy, the same comments, and once is enough; also sorted, where it is proved.
#[test]
fn accepted_cases_are_formatted() {
    use armorer::CompileError;
    use armorer::syntax::FormatOptions;

    let Some(suite) = suite("accept/reject cases") else { return };
    let features = Features::from_path(&suite.features).expect("the features are readable");
    let hashes = |text: &[u8]| text.iter().filter(|&&byte| byte == b'#').count();
    let outcomes = support::parallel(&suite.cases, |case| {
        let text = case.bytes();
        if armorer::parse(&text).is_err() {
            return Ok((0, 0));
        }
        let compiler = suite.compiler(features.clone());
        let mut refused = 0;
        for sort in [false, true] {
            let options = FormatOptions::default().sort(sort);
            let formatted = match compiler.format(Input::text(&case.path, text.as_slice()), &options) {
                Ok(formatted) => formatted.text,
                Err(CompileError::Rejected(diagnosis))
                    if sort && diagnosis.diagnostics().iter().all(|d| d.code == Code::SortUnproved) =>
                {
                    refused += 1;
                    continue;
                }
                Err(error) => return Err(format!("{}: {error}", case.path)),
            };
            if hashes(&formatted) != hashes(&text) {
                return Err(format!("{}: a comment is lost", case.path));
            }
            match compiler.format(Input::text(&case.path, formatted.as_slice()), &options) {
                Ok(again) if again.text == formatted => {}
                _ => return Err(format!("{}: a second run changes more", case.path)),
            }
        }
        Ok((1, refused))
    });
    let wrong: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let sum = |count: fn(&(usize, usize)) -> usize| outcomes.iter().flatten().map(count).sum::<usize>();
    support::say!(
        "{} cases are formatted; sorting is refused for {} that do not resolve",
        sum(|it| it.0),
        sum(|it| it.1)
    );
}

#[test]
fn verdicts_of_the_command_line() {
    use std::io::Write;
    use std::process::{Command, Stdio};

    let Some(suite) = suite("accept/reject cases") else { return };
    let verdicts = support::parallel(&suite.cases, |case| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_armorer"))
            .args(["check", "--quiet", "-I", "simple_tests", "--features"])
            .arg(&suite.features)
            .arg("-")
            .current_dir(&suite.tst)
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("armorer runs");
        // A child that has seen enough may close its input early.
        let _ = child.stdin.take().expect("piped").write_all(&case.bytes());
        match child.wait().expect("armorer ends").code() {
            Some(0) => Ok(true),
            Some(1) => Ok(false),
            other => Err(format!("exit status {other:?}")),
        }
    });
    judge(&suite, &verdicts);
}
