//! Formatting: text in, canonical text out, with the proof that it means the same.

use std::ops::RangeInclusive;

use super::ParseError;
use super::keep::KeptParts;
use super::parser::parse;
use super::printer::print_units;
use super::sort;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Source, SourceId, SourceMap, Span};

/// Options that make formatting do more or less than writing the canonical text of the whole file; see
/// [`Compiler::format`](crate::Compiler::format).
///
/// ```
/// use armorer::FormatOptions;
///
/// let selection = FormatOptions::default().sort(true).lines(Some(10..=20));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormatOptions {
    pub(crate) sort: bool,
    pub(crate) lines: Option<RangeInclusive<u32>>,
}

impl FormatOptions {
    /// Whether the rules of each group between blank lines are sorted: by kind in the order of the conventions, then by what they
    /// say.
    #[must_use]
    pub fn sort(mut self, sort: bool) -> Self {
        self.sort = sort;
        self
    }

    /// The lines that are formatted, counted from 1; what does not touch them stays. `None`: all.
    #[must_use]
    pub fn lines(mut self, lines: Option<RangeInclusive<u32>>) -> Self {
        self.lines = lines;
        self
    }
}

/// The result of formatting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formatted {
    /// The new text.
    pub text: Vec<u8>,
    /// Whether rules changed places: the syntax trees are not the same then, and only a comparison of the policies that both
    /// texts make can tell that nothing else changed.
    pub sorted: bool,
    /// Notes about the text.
    pub notes: Vec<Diagnostic>,
}

/// The canonical text of a profile file, or of a piece that others include. There is one style and there are no options;
/// comments stay, and so do the lines from `# fmt: off` to `# fmt: on`. The result is proven to say the same.
///
/// ```
/// let text = armorer::format(b"profile p { /a   r, # text\n}")?;
/// assert_eq!(text, b"profile p {\n  /a r, # text\n}\n");
/// # Ok::<(), armorer::ParseError>(())
/// ```
///
/// # Errors
/// Everything that is wrong with the text, when it does not parse.
pub fn format(text: &[u8]) -> Result<Vec<u8>, ParseError> {
    let sources = SourceMap::new();
    let id = sources.add("<text>", text).map_err(|error| ParseError::too_large(&error))?;
    match format_with(&sources.get(id), id, &FormatOptions::default()) {
        Ok(formatted) => Ok(formatted.text),
        Err(diagnostics) => Err(ParseError { diagnostics, sources, id }),
    }
}

/// Like [`format()`], with options. Lines from `# fmt: off` to the one before `# fmt: on` stay byte for byte.
///
/// The result is parsed again and compared with what was read, so that a fault of the printer cannot change a policy.
///
/// # Errors
/// The errors of the text when it does not parse; `format-changed` when the new text would not mean the same.
pub fn format_with(source: &Source, id: SourceId, options: &FormatOptions) -> Result<Formatted, Vec<Diagnostic>> {
    let parsed = parse(source, id);
    if parsed.diagnostics.iter().any(Diagnostic::is_error) {
        return Err(parsed.diagnostics);
    }
    let keep = KeptParts::new(source, options.lines.clone());
    let mut file = parsed.file;
    let sorted = options.sort && sort::sort(&mut file, &|span| keep.touches(source, span));
    let (printed, units) = print_units(&file);
    let text = if keep.is_nothing() { printed } else { keep.compose(source, &printed, &units) };
    if super::parse(&text).ok() != Some(file) {
        let message = "the formatted text would have another meaning";
        let diagnostic = Diagnostic::new(Code::FormatChanged, message, Span::new(id, 0, 0));
        return Err(vec![diagnostic.with_help("please report this bug in armorer, with the file")]);
    }
    let mut notes = Vec::new();
    if let Some(at) = memchr::memmem::find(source.text(), b"\r\n").and_then(|at| u32::try_from(at).ok()) {
        let message = "lines end with CR LF; formatting changes this to LF";
        notes.push(Diagnostic::new(Code::CarriageReturn, message, Span::new(id, at, at + 1)));
    }
    Ok(Formatted { text, sorted, notes })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::syntax::untidy::texts;

    fn run(text: &str, options: &FormatOptions) -> String {
        let sources = SourceMap::new();
        let id = sources.add("text", text.as_bytes()).unwrap();
        String::from_utf8(format_with(&sources.get(id), id, options).unwrap().text).unwrap()
    }

    #[test]
    fn a_text_with_errors_is_left_alone() {
        let error = format(b"profile p {\n  /a r\n}\n").unwrap_err();
        assert_eq!(error.diagnostics[0].code.as_str(), "missing-comma");
    }

    #[test]
    fn cr_lf_becomes_lf_with_a_note() {
        let sources = SourceMap::new();
        let id = sources.add("dos", *b"profile p {\r\n  /a r, # c\r\n}\r\n").unwrap();
        let formatted = format_with(&sources.get(id), id, &FormatOptions::default()).unwrap();
        assert_eq!(formatted.text, b"profile p {\n  /a r, # c\n}\n");
        assert_eq!(formatted.notes[0].code, Code::CarriageReturn);
    }

    const UNTIDY: &str = "\
# top


profile   p   {   # head
      /a   r,
    # fmt: off
    /b    r,   /c    r,


    # aligned
    deny  /d  w,
    # fmt: on
    /e    r,


    /f    r,
  ^h   {

      /g    r,
  }   # foot
}


";

    #[test]
    fn regions_stay_byte_for_byte() {
        assert_eq!(
            run(UNTIDY, &FormatOptions::default()),
            "\
# top

profile p { # head
  /a r,
    # fmt: off
    /b    r,   /c    r,


    # aligned
    deny  /d  w,
  # fmt: on
  /e r,

  /f r,
  ^h {
    /g r,
  } # foot
}
"
        );
        let open = "profile p {\n # fmt: off\n   /a   r,\n}\n\n\n";
        assert_eq!(run(open, &FormatOptions::default()), open, "a region that is not ended goes to the end");
    }

    #[test]
    fn only_the_given_lines() {
        let lines = |lines| run(UNTIDY, &FormatOptions { lines: Some(lines), ..FormatOptions::default() });
        let changed = |new: String| changes(UNTIDY, &new).join("|");
        assert_eq!(changed(lines(5..=5)), "-      /a   r,|+  /a r,");
        assert_eq!(changed(lines(7..=7)), "", "a region stays, whatever is asked for");
        assert_eq!(
            changed(lines(13..=16)),
            "-    /e    r,|+  /e r,|-|-    /f    r,|+  /f r,",
            "with one of the blank lines between"
        );
        assert_eq!(changed(lines(17..=17)), "-  ^h   {|+  ^h {");
        assert_eq!(changed(lines(20..=20)), "-  }   # foot|+  } # foot");
        assert_eq!(changed(lines(100..=200)), "");
    }

    /// Lines that one text lacks and the other has, by a walk that is good enough for few changes.
    fn changes(old: &str, new: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut new = new.lines().peekable();
        for line in old.lines() {
            if new.next_if_eq(&line).is_some() {
                continue;
            }
            found.push(format!("-{line}"));
            if let Some(other) = new.peek()
                && !line.is_empty()
                && line.split_whitespace().eq(other.split_whitespace())
            {
                found.push(format!("+{other}"));
                new.next();
            }
        }
        found
    }

    proptest! {
        /// Whatever is left out or sorted, the text means the same, and a second run changes nothing.
        #[test]
        fn every_option_proves_itself(text in texts(), first in 1..20_u32, len in 0..5_u32) {
            prop_assert!(crate::parse(text.as_bytes()).is_ok(), "{}", text);
            for sort in [false, true] {
                let whole = FormatOptions { sort, lines: None };
                let new = run(&text, &whole);
                prop_assert_eq!(run(&new, &whole), new);
                run(&text, &FormatOptions { sort, lines: Some(first..=first + len) });
            }
            let nothing = FormatOptions { sort: true, lines: Some(10_000..=10_000) };
            prop_assert_eq!(run(&text, &nothing), text);
        }
    }

    #[test]
    fn conditionals_and_one_line_profiles_in_regions() {
        let text = "profile p {\n# fmt: off\n  if defined $A   {\n    /a   r,\n  }   else   {\n\n   /b   r,\n  }\n# fmt: on\n     /c   r,\n}\nprofile q { /a r, /b   w, } # fmt: off\n";
        assert_eq!(
            run(text, &FormatOptions::default()),
            "profile p {\n# fmt: off\n  if defined $A   {\n    /a   r,\n  }   else   {\n\n   /b   r,\n  }\n  # fmt: on\n  /c r,\n}\nprofile q {\n  /a r,\n  /b w,\n} # fmt: off\n"
        );
    }
}
