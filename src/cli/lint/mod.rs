//! `armorer lint`: advice about profiles.

mod fixes;
mod github;
mod gitlab;
mod human;
mod json;
mod sarif;
mod settings;

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::inputs::{self, CommandInput};
use super::output::counted;
use super::{Status, eprint_line, print_data, print_styled, settle};
use crate::compiler::{self, Compiler};
use crate::diagnostic::Severity;
use crate::lint::{self, Finding, LintOutcome, Linter, RULES};
use crate::source::SourceMap;

/// Exit status: 0 nothing but notes, 1 there are warnings or errors, 2 usage or input/output errors.
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    settings: settings::RunArgs,

    /// Apply fixes that do not change the policy
    #[arg(long)]
    fix: bool,

    /// Also apply fixes that change the policy
    #[arg(long)]
    unsafe_fixes: bool,

    /// Print the changes of --fix (and --unsafe-fixes) as a unified diff, and write nothing
    #[arg(long)]
    diff: bool,

    /// Format of the output
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = LintFormat::Text)]
    format: LintFormat,

    /// Show every finding, not only the first ones of each file and of repeated messages
    #[arg(long)]
    all: bool,

    /// List the rules without linting; `markdown` prints the pages of all rules
    #[arg(long, value_name = "FORM", num_args = 0..=1, require_equals = true, default_missing_value = "text")]
    list: Option<ListForm>,

    /// Profile files, manifests and directories of them; `-` is standard input [default: the base if standard input is a terminal, else `-`]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
}

/// Renderers know findings, and nothing of rules.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LintFormat {
    /// Human-readable text with an excerpt for each finding
    #[value(alias = "human")]
    Text,
    /// One JSON object, described by schemas/lint.schema.json
    Json,
    /// SARIF 2.1.0, for code scanning services
    Sarif,
    /// GitHub Actions annotations
    Github,
    /// GitLab code quality report
    Gitlab,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ListForm {
    /// One line per rule
    Text,
    /// The pages of all rules
    Markdown,
}

pub(super) fn run(args: &Args) -> Status {
    settle(try_run(args))
}

fn try_run(args: &Args) -> Result<Status, String> {
    if let Some(form) = args.list {
        let text = match form {
            ListForm::Text => list(),
            ListForm::Markdown => lint::index(),
        };
        print_data(text.as_bytes())?;
        return Ok(Status::Fine);
    }
    let mut settings = settings::LintSettings::new(&args.settings, &args.paths)?;
    let paths = inputs::or_base(&args.paths, &settings.base());
    settings.scope(&paths);
    let inputs = inputs::expand(&paths)?;
    let texts = inputs
        .iter()
        .map(|input| {
            let text = input.read().map_err(|error| format!("{}: {error}", input.shown()))?;
            Ok(compiler::Input::text(input.name(), text))
        })
        .collect::<Result<Vec<_>, String>>()?;
    let fixes_are_asked = args.fix || args.unsafe_fixes || args.diff;
    if fixes_are_asked {
        let most = if args.unsafe_fixes { lint::Applicability::Unsafe } else { lint::Applicability::Safe };
        let fixed = fixes::apply_all(&settings, texts, most)?;
        if args.diff {
            return fixed.print_diff();
        }
        fixed.write()?;
        return report(args, &fixed.outcome, inputs.len(), fixed.applied);
    }
    let linter = settings.linter(None)?;
    let outcome = linter.lint(texts).map_err(|error| error.to_string())?;
    report(args, &outcome, inputs.len(), 0)
}

/// The findings in the texts of a tree, by the rules that its configuration file selects.
pub(super) fn of_tree(compiler: &Compiler, tree: &Path, texts: Vec<compiler::Input>) -> Result<LintOutcome, String> {
    let args = settings::RunArgs::default();
    let settings = settings::LintSettings::new(&args, &[tree.to_owned()])?;
    settings.configured(Linter::new(compiler))?.lint(texts).map_err(|error| error.to_string())
}

fn report(args: &Args, outcome: &LintOutcome, files: usize, applied: usize) -> Result<Status, String> {
    let sources = outcome.sources();
    let text = match args.format {
        LintFormat::Text => human::render(outcome, sources, args.all),
        LintFormat::Json => json::render(outcome, sources)?,
        LintFormat::Sarif => sarif::render(outcome, sources)?,
        LintFormat::Github => github::render(outcome, sources),
        LintFormat::Gitlab => gitlab::render(outcome, sources)?,
    };
    print_styled(&text)?;
    let count = |severity| outcome.findings.iter().filter(|finding| finding.severity == severity).count();
    let [errors, warnings, notes] = [Severity::Error, Severity::Warning, Severity::Note].map(count);
    let mut extra = Vec::new();
    if outcome.suppressed > 0 {
        extra.push(format!("{} suppressed by comments", outcome.suppressed));
    }
    if applied > 0 {
        extra.push(format!("{applied} fixed"));
    }
    let fixable = |most| {
        let fixes = outcome.findings.iter().filter_map(|finding| finding.fix.as_ref());
        fixes.filter(|fix| fix.applicability == most).count()
    };
    for (count, option) in
        [(fixable(lint::Applicability::Safe), "--fix"), (fixable(lint::Applicability::Unsafe), "--unsafe-fixes")]
    {
        if count > 0 {
            extra.push(format!("{count} fixable with {option}"));
        }
    }
    let extra = if extra.is_empty() { String::new() } else { format!(" ({})", extra.join(", ")) };
    let files = counted(files, "file");
    let counts = [(errors, "error"), (warnings, "warning"), (notes, "note")].map(|(count, noun)| counted(count, noun));
    eprint_line(format_args!("linted {files}: {}{extra}", counts.join(", ")));
    Ok(if errors + warnings > 0 { Status::Findings } else { Status::Fine })
}

/// A line for each rule.
fn list() -> String {
    let mut out = String::new();
    for rule in RULES {
        let on = if rule.default { "on " } else { "off" };
        out.push_str(&format!("{} {on} {:<36} {}\n", rule.code, rule.name, rule.page.summary));
    }
    out
}

/// A finding's places as people and editors count them.
#[derive(serde::Serialize)]
struct LineRegion {
    /// The file.
    file: String,
    /// First and last line, counted from 1.
    line: u32,
    end_line: u32,
    /// The first character, and the one after the last, counted from 1 in Unicode code points.
    column: u32,
    end_column: u32,
}

/// Returns the lines and columns of a span.
fn region(sources: &SourceMap, span: crate::source::Span) -> LineRegion {
    let source = sources.get(span.source);
    let place = |offset: u32| {
        let (line, column) = source.line_column(offset);
        let before = source.line(line).get(..column.saturating_sub(1) as usize).unwrap_or(source.line(line));
        let characters = String::from_utf8_lossy(before).chars().count();
        (line, u32::try_from(characters).unwrap_or(u32::MAX).saturating_add(1))
    };
    let (line, column) = place(span.start);
    let (end_line, end_column) = place(span.end);
    LineRegion { file: source.name().to_owned(), line, end_line, column, end_column }
}

/// The word for a severity that findings are printed with.
pub(super) fn severity(finding: &Finding) -> &'static str {
    match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// Returns the file name of an input, if it is a file.
fn file_name(input: &str) -> Option<&Path> {
    (input != CommandInput::Stdin.name()).then(|| Path::new(input))
}
