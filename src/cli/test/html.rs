//! The coverage report as a page: one file without scripts, which loads nothing.

use std::fmt::{self, Write};

use crate::analysis::suite::{CoverageReport, FileCoverage, ProfileCoverage, RuleCoverage};
use crate::cli::html::HtmlEscaped;

const HEAD: &str = "<!DOCTYPE html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">
<title>Coverage of policy tests</title>
<style>
:root { color-scheme: light dark; --yes: #d9f2d9; --no: #fadada; --line: #8888; }
@media (prefers-color-scheme: dark) { :root { --yes: #1d3d1d; --no: #4d1f1f; } }
body { font: 16px/1.4 system-ui, sans-serif; margin: 1rem auto; max-width: 75rem; padding: 0 1rem; overflow-wrap: anywhere; }
table { border-collapse: collapse; }
th, td { padding: .15rem .7rem .15rem 0; text-align: left; vertical-align: top; }
td.n, th.n { text-align: right; white-space: nowrap; }
.scroll { overflow-x: auto; }
pre { font: 13px/1.5 ui-monospace, monospace; margin: 0; border: 1px solid var(--line); overflow-x: auto; white-space: normal; }
pre span { display: block; white-space: pre; min-width: max-content; padding-right: 1rem; }
pre span::before { content: attr(data-line); display: inline-block; width: 4em; margin-right: 1em; text-align: right; opacity: .6; }
.yes { background: var(--yes); }
.no { background: var(--no); }
</style>
</head>
<body>
<h1>Coverage of policy tests</h1>
";

/// The page of a report.
pub(super) fn page(report: &CoverageReport) -> String {
    let mut page = String::from(HEAD);
    // Writing to a string cannot fail.
    _ = body(report, &mut page);
    page + "</body>\n</html>\n"
}

fn body(report: &CoverageReport, page: &mut String) -> fmt::Result {
    let percent = report.percent();
    writeln!(page, "<p>{} of {} rules decide a test ({percent:.1} %).</p>", report.covered, report.rules)?;
    page.push_str("<div class=\"scroll\"><table>\n<tr><th>profile</th><th>file</th><th class=\"n\">rules</th><th class=\"n\">covered</th></tr>\n");
    let number = |name: &str| report.files.iter().position(|file| file.file == name);
    for ProfileCoverage { profile, file, rules, covered, .. } in &report.profiles {
        write!(page, "<tr><td>{}</td><td>", HtmlEscaped(profile))?;
        match number(file) {
            Some(number) => write!(page, "<a href=\"#f{number}\">{}</a>", HtmlEscaped(file))?,
            None => write!(page, "{}", HtmlEscaped(file))?,
        }
        writeln!(page, "</td><td class=\"n\">{rules}</td><td class=\"n\">{covered}</td></tr>")?;
    }
    page.push_str("</table></div>\n");
    for (number, file) in report.files.iter().enumerate() {
        let included = if file.counts { "" } else { ", which are included and do not count" };
        writeln!(page, "<h2 id=\"f{number}\">{}</h2>", HtmlEscaped(&file.file))?;
        writeln!(page, "<p>{} of {} rules decide a test{included}.</p>", file.covered, file.rules.len())?;
        if file.counts {
            text(file, page)?;
        }
    }
    Ok(())
}

/// The text of a file, with each line marked where a rule stands in it.
fn text(file: &FileCoverage, page: &mut String) -> fmt::Result {
    page.push_str("<pre>\n");
    let lines = file.text.strip_suffix(b"\n").unwrap_or(&file.text).split(|&byte| byte == b'\n');
    let mut rules = file.rules.iter().peekable();
    let mut open: Vec<&RuleCoverage> = Vec::new();
    for (line, number) in lines.zip(1_u32..) {
        open.retain(|rule| rule.end_line >= number);
        while let Some(rule) = rules.next_if(|rule| rule.rule.line <= number) {
            open.push(rule);
        }
        let class = match open.iter().any(|rule| !rule.is_covered()) {
            true => " class=\"no\" title=\"decides no test\"".to_owned(),
            false if open.is_empty() => String::new(),
            false => {
                let tests = open.iter().flat_map(|rule| &rule.tests).map(String::as_str).collect::<Vec<_>>();
                format!(" class=\"yes\" title=\"decides {}\"", HtmlEscaped(&tests.join(", ")))
            }
        };
        writeln!(page, "<span{class} data-line=\"{number}\">{}</span>", HtmlEscaped(line))?;
    }
    page.push_str("</pre>\n");
    Ok(())
}
