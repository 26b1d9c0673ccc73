//! Replacing the text of profiles, and nothing else of the YAML.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser};

use crate::source::{Source, SourceId, Span};

use super::scalar::block_lines;
use super::{EmbeddedProfile, Manifest, TextForm};

/// A profile and the text to put in its place.
#[derive(Clone, Copy, Debug)]
pub struct ProfileReplacement<'a> {
    /// A profile of the manifest.
    pub profile: &'a EmbeddedProfile,
    /// Its new text.
    pub text: &'a [u8],
}

/// Reasons why the YAML is left as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RewriteError {
    /// An abstract form has no text.
    #[error("{0} has no text to replace")]
    NoText(String),
    /// The new text cannot be written so that it is read again as it is.
    #[error("the new text of {0} cannot be written in this YAML")]
    NotWritten(String),
}

/// Replaces the texts of profiles. Every other byte stays, a scalar keeps its style where it can: a folded one stays folded, a
/// double-quoted one becomes one line with escapes, a plain or single-quoted one, which cannot hold lines that begin with
/// blanks, becomes a literal one (in braces or brackets a double-quoted one).
///
/// The result is read again, and must be the same but for the texts, whose line ends at the end do not count.
///
/// ```
/// use armorer::kubernetes::{Manifest, ProfileReplacement, rewrite};
/// use armorer::source::SourceMap;
///
/// let sources = SourceMap::new();
/// let yaml = b"kind: ConfigMap\ndata: # mine\n  p: |\n     profile p {\n     /a r,\n     }\n";
/// let id = sources.add("manifest.yaml", *yaml)?;
/// let source = sources.get(id);
/// let manifest = Manifest::read(&source, id);
/// let new = rewrite(&source, &[ProfileReplacement { profile: &manifest.profiles[0], text: b"profile p {\n  /a r,\n}\n" }]);
/// assert_eq!(new.unwrap(), b"kind: ConfigMap\ndata: # mine\n  p: |\n     profile p {\n       /a r,\n     }\n");
/// # Ok::<(), armorer::source::SourceError>(())
/// ```
///
/// # Errors
/// When a text cannot be written so; then nothing is replaced.
pub fn rewrite(source: &Source, replacements: &[ProfileReplacement<'_>]) -> Result<Vec<u8>, RewriteError> {
    let yaml = std::str::from_utf8(source.text()).unwrap_or_default();
    let line_end = if yaml.contains("\r\n") { "\r\n" } else { "\n" };
    let mut edits = Vec::new();
    for replacement in replacements {
        let title = || replacement.profile.title();
        if replacement.profile.form == TextForm::Abstract {
            return Err(RewriteError::NoText(title()));
        }
        let text = std::str::from_utf8(replacement.text).map_err(|_| RewriteError::NotWritten(title()))?;
        let edit = edit(yaml, replacement.profile, text, line_end).ok_or_else(|| RewriteError::NotWritten(title()))?;
        edits.push((edit, replacement, text));
    }
    edits.sort_by_key(|(_, replacement, _): &(YamlEdit, &ProfileReplacement<'_>, &str)| replacement.profile.span.start);
    let mut new = String::new();
    let mut at = 0;
    for (edit, replacement, _) in &edits {
        let kept = yaml.get(at..edit.start).ok_or_else(|| RewriteError::NotWritten(replacement.profile.title()))?;
        new.push_str(kept);
        new.push_str(&edit.text);
        at = edit.end;
    }
    new.push_str(yaml.get(at..).unwrap_or_default());
    match unproved(yaml, &new, &edits) {
        None => Ok(new.into_bytes()),
        Some(replacement) => Err(RewriteError::NotWritten(replacement.profile.title())),
    }
}

impl EmbeddedProfile {
    /// Returns the place and the new text of the lines of the YAML that change if `replacement` takes the place of `span` in
    /// the text. `None` where the text is no literal block scalar (`|`), or would be none then.
    ///
    /// ```
    /// use armorer::kubernetes::Manifest;
    /// use armorer::source::{SourceMap, Span};
    ///
    /// let sources = SourceMap::new();
    /// let yaml = b"kind: ConfigMap\ndata:\n  p: |\n    profile p {\n      /a r,\n    }\n";
    /// let id = sources.add("manifest.yaml", *yaml)?;
    /// let source = sources.get(id);
    /// let profile = &Manifest::read(&source, id).profiles[0];
    /// let (place, text) = profile.edit(&source, Span::new(id, 14, 16), b"/b").unwrap();
    /// assert_eq!((place.start, &text[..]), (45, &b"      /b r,\n"[..]));
    /// # Ok::<(), armorer::source::SourceError>(())
    /// ```
    #[must_use]
    pub fn edit(&self, source: &Source, span: Span, replacement: &[u8]) -> Option<(Span, Vec<u8>)> {
        if self.form != TextForm::Literal {
            return None;
        }
        let (yaml, text) = (std::str::from_utf8(source.text()).ok()?, std::str::from_utf8(&self.text).ok()?);
        let replacement = std::str::from_utf8(replacement).ok()?;
        let (start, end) = (span.start as usize, span.end as usize);
        let first = text.get(..start)?.rfind('\n').map_or(0, |at| at + 1);
        // What is left of the first line needs the rest of the last.
        let kept = [text.get(first..start)?, replacement].concat();
        let closed = |text: &str| text.is_empty() || text.ends_with('\n');
        let last = if closed(&kept) && closed(text.get(..end)?) { end } else { behind_line(text, end)? };
        let whole = [text.get(..start)?, replacement, text.get(end..)?].concat();
        // The first line says how far all are indented; characters that do not print have no place in a block scalar.
        let indented = |text: &str| text.trim_start_matches('\n').starts_with([' ', '\t']);
        let odd =
            |character: char| character.is_control() && !matches!(character, '\n' | '\t') || character == '\u{feff}';
        if whole.trim().is_empty() || indented(&whole) != indented(text) || replacement.contains(odd) {
            return None;
        }
        let lines = block_lines(yaml, self.span.start as usize, text)?;
        let crlf = yaml.contains("\r\n");
        let mut new = String::new();
        for line in [&kept, text.get(end..last)?].concat().split_inclusive('\n') {
            let content = line.strip_suffix('\n').unwrap_or(line);
            if !content.is_empty() {
                new.push_str(&" ".repeat(lines.indent));
                new.push_str(content);
            }
            if line.ends_with('\n') {
                new.push_str(if crlf { "\r\n" } else { "\n" });
            }
        }
        // Lines of the text are lines of the YAML.
        let place = |at: usize| {
            let number = text.get(..at)?.matches('\n').count();
            let begin = (0..number).try_fold(lines.start, |begin, _| behind_line(yaml, begin))?;
            let content = yaml.get(begin..behind_line(yaml, begin)?)?.trim_end_matches(['\r', '\n']);
            u32::try_from(if closed(text.get(..at)?) { begin } else { begin + content.len() }).ok()
        };
        Some((Span::new(self.span.source, place(first)?, place(last)?), new.into_bytes()))
    }
}

/// After the line end of the line that a place is in, or at the end of the text.
fn behind_line(text: &str, at: usize) -> Option<usize> {
    Some(text.get(at..)?.find('\n').map_or(text.len(), |end| at + end + 1))
}

struct YamlEdit {
    start: usize,
    end: usize,
    text: String,
}

fn edit(yaml: &str, profile: &EmbeddedProfile, text: &str, line_end: &str) -> Option<YamlEdit> {
    let (start, end) = (profile.span.start as usize, profile.span.end as usize);
    match profile.form {
        TextForm::Literal | TextForm::Folded => {
            let value = std::str::from_utf8(&profile.text).ok()?;
            let lines = block_lines(yaml, start, value)?;
            let folded = profile.form == TextForm::Folded;
            let mut new = block(text, &" ".repeat(lines.indent), line_end, folded);
            // The last line of the file may have no line end.
            if !yaml.get(..lines.end)?.ends_with('\n') {
                new.truncate(new.trim_end_matches(['\r', '\n']).len());
            }
            Some(YamlEdit { start: lines.start, end: lines.end, text: new })
        }
        TextForm::Plain | TextForm::SingleQuoted if !profile.flow => {
            let rest = yaml.get(end..)?;
            let behind = rest.get(..rest.find('\n').unwrap_or(rest.len()))?;
            if !behind.trim().is_empty() {
                return Some(YamlEdit { start, end, text: quoted(text) });
            }
            let line = yaml.get(..profile.key.span.start as usize)?;
            let line = line.rfind('\n').map_or(0, |at| at + 1);
            let indent = (profile.key.span.start as usize).checked_sub(line)? + 2;
            let new = format!("|{line_end}{}", block(text, &" ".repeat(indent), line_end, false));
            Some(YamlEdit { start, end, text: new.trim_end_matches(['\r', '\n']).to_owned() })
        }
        TextForm::Plain | TextForm::SingleQuoted | TextForm::DoubleQuoted => {
            Some(YamlEdit { start, end, text: quoted(text) })
        }
        TextForm::Abstract => None,
    }
}

/// The lines of a block scalar. In a folded one a single line end between lines that do not begin with a blank is a blank, so
/// that one more is needed.
fn block(text: &str, indent: &str, line_end: &str, folded: bool) -> String {
    let mut new = String::new();
    let mut before: Option<&str> = None;
    let mut blank = 0;
    for line in text.trim_end_matches('\n').split('\n') {
        if line.is_empty() {
            blank += 1;
            continue;
        }
        let folds = before.is_some_and(|before| folded && !begins_blank(before) && !begins_blank(line));
        (0..blank + usize::from(folds)).for_each(|_| new.push_str(line_end));
        new.push_str(indent);
        new.push_str(line);
        new.push_str(line_end);
        before = Some(line);
        blank = 0;
    }
    new
}

fn begins_blank(line: &str) -> bool {
    line.starts_with([' ', '\t'])
}

/// A double-quoted scalar on one line, as JSON writes it where it can.
fn quoted(text: &str) -> String {
    let mut new = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => new.push_str("\\\""),
            '\\' => new.push_str("\\\\"),
            '\n' => new.push_str("\\n"),
            '\t' => new.push_str("\\t"),
            '\r' => new.push_str("\\r"),
            other if other.is_control() || matches!(other, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                // No control character lies beyond the basic plane.
                new.push_str(&format!("\\u{:04x}", u32::from(other)));
            }
            other => new.push(other),
        }
    }
    new.push('"');
    new
}

/// The first replacement that does not stand, if any.
fn unproved<'a>(
    old: &str,
    new: &str,
    edits: &[(YamlEdit, &'a ProfileReplacement<'a>, &str)],
) -> Option<&'a ProfileReplacement<'a>> {
    // The profile that is about to come, for an error that belongs to none.
    let mut current = edits.first().map(|(_, replacement, _)| *replacement)?;
    let starts = edits.iter().map(|(_, replacement, _)| replacement.profile.span.start as usize);
    let Some(places) = characters(old, starts) else { return Some(current) };
    let expected: BTreeMap<usize, _> =
        places.into_iter().zip(edits.iter().map(|(_, replacement, text)| (*replacement, *text))).collect();
    let same = same_but(old, new, |place, value| {
        let &(replacement, text) = expected.get(&place)?;
        current = replacement;
        Some(value.trim_end_matches('\n') == text.trim_end_matches('\n'))
    });
    (!same).then_some(current)
}

/// Whether nothing but texts of profiles and YAML comments differ between a manifest and its changed text.
///
/// ```
/// use armorer::kubernetes::only_profiles_differ;
/// use armorer::source::SourceMap;
///
/// let sources = SourceMap::new();
/// let yaml = "kind: ConfigMap\ndata:\n  p: |\n    profile p {\n      /a r,\n    }\n";
/// let id = sources.add("manifest.yaml", yaml.as_bytes())?;
/// let differs = |from: &str, to: &str| !only_profiles_differ(&sources.get(id), id, yaml.replace(from, to).as_bytes());
/// assert!(!differs("/a r", "/b r"));
/// assert!(differs("kind: ConfigMap", "kind: Secret"));
/// assert!(differs("      /a r,", "  q: x"));
/// # Ok::<(), armorer::source::SourceError>(())
/// ```
#[must_use]
pub fn only_profiles_differ(source: &Source, id: SourceId, changed: &[u8]) -> bool {
    let (Ok(old), Ok(new)) = (std::str::from_utf8(source.text()), std::str::from_utf8(changed)) else { return false };
    let mut starts: Vec<usize> =
        Manifest::read(source, id).profiles.iter().map(|profile| profile.span.start as usize).collect();
    starts.sort_unstable();
    let Some(places) = characters(old, starts) else { return false };
    same_but(old, new, |place, _| places.binary_search(&place).is_ok().then_some(true))
}

/// Places in bytes, which ascend, as places in characters, which are what the parser counts.
fn characters(text: &str, places: impl IntoIterator<Item = usize>) -> Option<Vec<usize>> {
    let (mut byte, mut count) = (0, 0);
    let each = places.into_iter().map(|place| {
        count += text.get(byte..place)?.chars().count();
        byte = place;
        Some(count)
    });
    each.collect()
}

/// Reads both texts side by side: whether they are the same but for scalars that `judge` knows, by their place in the old text
/// and their new value, and finds right.
fn same_but(old: &str, new: &str, mut judge: impl FnMut(usize, &str) -> Option<bool>) -> bool {
    let (mut old, mut new) = (Parser::new_from_str(old), Parser::new_from_str(new));
    loop {
        match (old.next_event(), new.next_event()) {
            (None, None) => return true,
            (Some(Ok((before, span))), Some(Ok((after, _)))) => match (before, after) {
                (Event::Scalar(value, style, anchor, tag), Event::Scalar(new, new_style, new_anchor, new_tag)) => {
                    let same = judge(span.start.index(), &new).unwrap_or(value == new && style == new_style);
                    if !same || anchor != new_anchor || tag != new_tag {
                        return false;
                    }
                }
                (before, after) if before == after => {}
                _ => return false,
            },
            _ => return false,
        }
    }
}
