//! `armorer diff --no-new-access`: does NEW allow anything that BASE does not?

use std::path::{Path, PathBuf};

use super::granted::{self, Assertion};
use super::{Args, ComparedPolicy, DiffFormat, sarif};
use crate::analysis::new_access::{self, NewAccess, NewAccessFinding, NewAccessKind, NewAccessOptions};
use crate::analysis::{Side, Subject, is_blob};
use crate::blob::BlobProfile;
use crate::cli::github::{data, property};
use crate::cli::inputs::{self, CommandInput};
use crate::cli::{Status, eprint_line, print, print_json, print_styled};
use crate::diagnostic::Escaped;
use crate::encode::Provenance;
use crate::parallel;
use crate::source::SourceMap;

#[derive(clap::Args)]
pub(super) struct NewAccessArgs {
    /// Exit with 0 only if it is proven that no profile of B allows anything that its counterpart in A does not
    #[arg(long)]
    pub(super) no_new_access: bool,

    /// Compare the profile BASE of A with NEW of B, where their names differ; repeatable
    #[arg(long, value_name = "BASE=NEW", requires = "no_new_access", value_parser = mapping)]
    map: Vec<(String, String)>,

    /// Compare every profile of B with this one of A
    #[arg(long, value_name = "PROFILE", requires = "no_new_access", conflicts_with = "map")]
    baseline: Option<String>,

    /// Ignore changes of what is logged
    #[arg(long, requires = "no_new_access")]
    ignore_audit: bool,

    /// Also report profiles of B that allow an access of FILE (TOML), whatever A allows; repeatable
    #[arg(long, value_name = "FILE", requires = "no_new_access")]
    access_not_granted: Vec<PathBuf>,
}

fn mapping(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((base, new)) if !base.is_empty() && !new.is_empty() => Ok((base.to_owned(), new.to_owned())),
        _ => Err("two names of profiles are written `BASE=NEW`".into()),
    }
}

/// The policies of one operand: of a file, or of the files of a directory.
struct OperandPolicies {
    policies: Vec<ComparedPolicy>,
    profiles: Vec<BlobProfile>,
    /// The policy of each profile, and which one it is there.
    places: Vec<(usize, usize)>,
}

impl OperandPolicies {
    fn read(path: &Path, args: &Args, own_features: Option<&str>) -> Result<OperandPolicies, String> {
        let inputs = inputs::expand(&[path.to_owned()])?;
        if inputs.is_empty() {
            return Err(format!("{}: no profiles", Escaped::line(path.as_os_str().as_encoded_bytes())));
        }
        let compiler = args.compiler(own_features)?;
        // A tree has its own includes, which may be what changed.
        let compiler = if path.is_dir() { compiler.include_dir(path) } else { compiler };
        let read = |input: &CommandInput| {
            let bytes = input.read().map_err(|error| format!("{}: {error}", input.shown()))?;
            if is_blob(&bytes) {
                ComparedPolicy::of_blob(input, &bytes)
            } else {
                ComparedPolicy::of_text(&compiler, input, bytes)
            }
        };
        let policies = parallel::map(&inputs, read).into_iter().collect::<Result<Vec<ComparedPolicy>, String>>()?;
        let mut tree = OperandPolicies { policies, profiles: Vec::new(), places: Vec::new() };
        for (policy, number) in tree.policies.iter().zip(0..) {
            tree.places.extend((0..policy.profiles().len()).map(|index| (number, index)));
            tree.profiles.extend_from_slice(policy.profiles());
        }
        Ok(tree)
    }

    /// Its profiles, to be asked.
    fn into_subject(self) -> Result<Subject, String> {
        let mut subject = Subject::from_profiles(Vec::new()).map_err(|error| error.to_string())?;
        for policy in self.policies {
            let added = match policy {
                ComparedPolicy::Blob(profiles) => Subject::from_profiles(profiles),
                ComparedPolicy::Text(compiled) => Subject::from_compiled(*compiled),
            };
            subject.append(added.map_err(|error| error.to_string())?);
        }
        Ok(subject)
    }

    fn provenance(&self, profile: usize) -> Option<(&Provenance, &SourceMap)> {
        let &(policy, index) = self.places.get(profile)?;
        match self.policies.get(policy)? {
            ComparedPolicy::Text(compiled) => Some((compiled.provenance(index)?, compiled.diagnosis().sources())),
            ComparedPolicy::Blob(_) => None,
        }
    }
}

pub(super) fn run(args: &Args) -> Result<Status, String> {
    let own = &args.new_access;
    let base = OperandPolicies::read(&args.a, args, args.features_a.as_deref())?;
    let new = OperandPolicies::read(&args.b, args, args.features_b.as_deref())?;
    let mut options = NewAccessOptions::default().ignore_audit(own.ignore_audit).max_per_automaton(args.max.get());
    for (base, new) in &own.map {
        options = options.map(base, new);
    }
    if let Some(baseline) = &own.baseline {
        options = options.baseline(baseline);
    }
    let found = new_access::new_access(&base.profiles, &new.profiles, &options);
    let mut found = found.map_err(|error| error.to_string())?;
    found.name_rules(Side::A, |profile| base.provenance(profile));
    found.name_rules(Side::B, |profile| new.provenance(profile));
    let assertions = own.access_not_granted.iter().map(|path| granted::read(path));
    let assertions: Vec<Assertion> = assertions.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
    if !assertions.is_empty() {
        found.findings.extend(granted::findings(&new.into_subject()?, &assertions)?);
    }
    report(args, &found)?;
    Ok(if found.is_proven() { Status::Fine } else { Status::Findings })
}

fn report(args: &Args, found: &NewAccess) -> Result<(), String> {
    match args.format() {
        DiffFormat::Json => return print_json(found),
        DiffFormat::Github => print(&found.findings.iter().map(annotation).collect::<String>())?,
        DiffFormat::Sarif => print_styled(&sarif::render(found, &args.b)?)?,
        DiffFormat::Text => print(&found.to_string())?,
    }
    for name in &found.removed {
        eprint_line(format_args!("note: profile `{name}` is in BASE only"));
    }
    if found.more {
        eprint_line(format_args!("note: there may be more findings; --max shows up to so many of each kind"));
    }
    Ok(())
}

/// A workflow command for each finding, at the first rule of NEW that decides.
fn annotation(finding: &NewAccessFinding) -> String {
    let command = if finding.kind == NewAccessKind::LessAudit { "warning" } else { "error" };
    let place = finding
        .difference
        .rules
        .b
        .first()
        .map(|place| format!(" file={},line={},col={},title=", property(&place.file), place.line, place.column));
    let place = place.unwrap_or_else(|| " title=".to_owned());
    format!("::{command}{place}{}::{}\n", property(&finding.kind.to_string()), data(&finding.to_string()))
}
