//! `armorer explain`: the page of a rule or diagnostic.

use super::{Status, print, settle};
use crate::diagnostic::Code;
use crate::lint::{RULES, diagnostic_page, page, rule};
use crate::vocab::nearest;

#[derive(clap::Args)]
pub(super) struct Args {
    /// Code or name of a lint rule, or code of a diagnostic
    #[arg(value_name = "CODE")]
    code: String,
}

pub(super) fn run(args: &Args) -> Status {
    settle(explain(&args.code))
}

fn explain(code: &str) -> Result<Status, String> {
    let text = rule(&code.to_uppercase()).or_else(|| rule(code)).map(page).or_else(|| diagnostic_page(code));
    let Some(text) = text else {
        let known = RULES.iter().flat_map(|rule| [rule.code, rule.name]).chain(Code::ALL.iter().map(|c| c.as_str()));
        let hint = nearest(code.as_bytes(), known).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        return Err(format!("unknown code `{code}`{hint}"));
    };
    print(&text)?;
    Ok(Status::Fine)
}
