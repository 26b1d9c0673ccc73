//! Comments that say that a finding is meant to be.
//!
//! `# armorer: allow(AA0101, style) reason` on the line of the finding or on one of its own before it; `allow-file(…)` anywhere
//! in the file. Two dialects of other linters are understood, whose words may be theirs: `# apparmor-lint: ignore=…` and
//! `#aa:lint ignore=…`.

use crate::source::{Source, Span};
use crate::syntax::ast::{Comment, File, ItemKind};

use super::rule::Rule;
use super::select::named;

/// One such comment.
#[derive(Clone, Debug)]
pub(super) struct Suppression {
    /// The comment.
    pub(super) span: Span,
    /// First and last line that it is about; `None` for the whole file.
    lines: Option<(u32, u32)>,
    pub(super) words: Vec<SuppressedWord>,
    /// Whether something stands after the list.
    pub(super) has_reason: bool,
    /// Whether it is in a dialect of another linter.
    pub(super) foreign: bool,
}

/// A word in the list of a suppression.
#[derive(Clone, Debug)]
pub(super) struct SuppressedWord {
    pub(super) text: String,
    /// The rules it names; `None` if it names none.
    pub(super) rules: Option<Vec<&'static Rule>>,
    /// Whether it has kept a finding quiet.
    pub(super) used: bool,
}

impl Suppression {
    /// Keeps a finding of a rule quiet, if it is about it.
    pub(super) fn quiets(&mut self, rule: &'static Rule, line: u32) -> bool {
        if self.lines.is_some_and(|(first, last)| line < first || line > last) {
            return false;
        }
        let mut quiet = false;
        for word in &mut self.words {
            if word.rules.as_ref().is_some_and(|rules| rules.iter().any(|named| named.code == rule.code)) {
                word.used = true;
                quiet = true;
            }
        }
        quiet
    }
}

/// The suppressions of a file.
pub(super) fn suppressions(file: &File, source: &Source) -> Vec<Suppression> {
    // Most files have none, and looking at all comments takes its time.
    if memchr::memmem::find(source.text(), b"armor").is_none()
        && memchr::memmem::find(source.text(), b"aa:lint").is_none()
    {
        return Vec::new();
    }
    let mut extents = Vec::new();
    file.walk(&mut |item| {
        if !matches!(item.kind.value, ItemKind::Profile(_) | ItemKind::Block(_) | ItemKind::Conditional(_)) {
            let line = |offset: u32| source.line_column(offset).0;
            let span = item.kind.span;
            extents.push((line(span.start), line(span.end.saturating_sub(1).max(span.start))));
        }
    });
    let mut comments = file.comments();
    comments.sort_unstable_by_key(|comment| comment.span.start);
    comments.into_iter().filter_map(|comment| suppression(comment, source, &extents)).collect()
}

/// The suppressions in the comments of a YAML file. What is in a scalar is not looked for: profiles have their own.
#[cfg(feature = "kubernetes")]
pub(super) fn in_yaml(source: &Source, id: crate::source::SourceId) -> Vec<Suppression> {
    let mut found = Vec::new();
    let mut at = 0_usize;
    for line in source.text().split_inclusive(|&byte| byte == b'\n') {
        if let Some(hash) = memchr::memmem::find(line, b"# armorer:") {
            let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
            let text = line.get(hash..).unwrap_or_default().trim_ascii_end();
            let span = Span::new(id, number(at + hash), number(at + hash + text.len()));
            found.extend(suppression(&Comment::new(text.into(), span), source, &[]));
        }
        at += line.len();
    }
    found
}

/// Returns the suppression in a comment; `extents` are the lines of everything that is no block.
fn suppression(comment: &Comment, source: &Source, extents: &[(u32, u32)]) -> Option<Suppression> {
    let text = comment.value.to_str_lossy();
    let (foreign, whole_file, list, behind) = text.split('#').find_map(|part| directive(part.trim()))?;
    let words = list.split(',').map(str::trim).filter(|word| !word.is_empty()).map(|word| {
        let known = named(word).ok();
        let rules = known.or_else(|| {
            let aliased: Vec<_> =
                super::RULES.iter().copied().filter(|rule| foreign && rule.aliases.contains(&word)).collect();
            (!aliased.is_empty()).then_some(aliased)
        });
        SuppressedWord { text: word.to_owned(), rules, used: false }
    });
    let lines = (!whole_file).then(|| {
        let (line, column) = source.line_column(comment.span.start);
        let before = source.line(line).get(..column.saturating_sub(1) as usize).unwrap_or_default();
        let about = if before.iter().all(u8::is_ascii_whitespace) { next_line(source, line) } else { line };
        extents.iter().copied().find(|&(first, last)| first <= about && about <= last).unwrap_or((about, about))
    });
    Some(Suppression {
        span: comment.span,
        lines,
        words: words.collect(),
        has_reason: !behind.trim().is_empty(),
        foreign,
    })
}

/// Parses a comment as a suppression: whether it is in a dialect, whether it applies to the whole file, its list, and the rest.
fn directive(text: &str) -> Option<(bool, bool, &str, &str)> {
    if let Some(rest) = text.strip_prefix("armorer:") {
        let rest = rest.trim_start();
        let (whole_file, rest) = match rest.strip_prefix("allow-file(") {
            Some(rest) => (true, rest),
            None => (false, rest.strip_prefix("allow(")?),
        };
        let (list, behind) = rest.split_once(')')?;
        return Some((false, whole_file, list, behind));
    }
    let rest = text.strip_prefix("apparmor-lint:").or_else(|| text.strip_prefix("aa:lint"))?;
    let rest = rest.trim_start().strip_prefix("ignore=")?;
    let (list, behind) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    Some((true, false, list, behind))
}

/// The first line after a comment that holds something else.
fn next_line(source: &Source, line: u32) -> u32 {
    let comment = |text: &[u8]| text.first() == Some(&b'#') && !text.starts_with(b"#include");
    let skipped = |&line: &u32| {
        let text = source.line(line).trim_ascii();
        text.is_empty() || comment(text)
    };
    let last = source.line_column(u32::try_from(source.text().len()).unwrap_or(u32::MAX)).0;
    (line.saturating_add(1)..=last).find(|line| !skipped(line)).unwrap_or(last)
}

#[cfg(test)]
mod tests {
    use super::directive;

    #[test]
    fn dialects() {
        assert_eq!(directive("armorer: allow(AA0101) it must"), Some((false, false, "AA0101", " it must")));
        assert_eq!(directive("armorer:allow-file(style, x)"), Some((false, true, "style, x", "")));
        assert_eq!(directive("apparmor-lint: ignore=a,b"), Some((true, false, "a,b", "")));
        assert_eq!(directive("aa:lint ignore=too-wide"), Some((true, false, "too-wide", "")));
        for text in ["armorer: deny(x)", "armorer: allow AA0101", "aa:only whonix", "allow(x)", "armorer: allow(x"] {
            assert_eq!(directive(text), None, "{text}");
        }
    }
}
