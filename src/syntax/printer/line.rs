//! One rule or header: its parts, and how they are laid out in lines.

/// How wide a line may get before it is broken, in columns (bytes).
pub(super) const WIDE: usize = 120;

/// Blanks before a continuation line, beyond the indentation of the rule.
const CONTINUATION: usize = 5;

/// A rule in the making: parts that are separated by one blank or a line break.
pub(super) struct Line {
    parts: Vec<Part>,
    width: usize,
}

struct Part {
    text: Vec<u8>,
    /// Whether a line may end before it.
    may_break: bool,
}

impl Line {
    pub(super) fn new() -> Self {
        Line { parts: Vec::new(), width: WIDE }
    }

    /// Breaks the rule when it is wider than `width` columns.
    pub(super) fn limit_width(&mut self, width: usize) {
        self.width = width;
    }

    /// Adds a part that stays on the line of the one before.
    pub(super) fn part(&mut self, text: impl Into<Vec<u8>>) {
        self.parts.push(Part { text: text.into(), may_break: false });
    }

    /// Adds a part that begins a new line when the rule is too wide.
    pub(super) fn breakable(&mut self, text: impl Into<Vec<u8>>) {
        self.parts.push(Part { text: text.into(), may_break: true });
    }

    /// Adds `-> word`.
    pub(super) fn arrow(&mut self, word: &[u8]) {
        self.part("->");
        self.part(word);
    }

    /// Writes the parts and what ends them (`,` or nothing) without the line end; `indent` in blanks.
    pub(super) fn write(&self, out: &mut Vec<u8>, indent: usize, end: &[u8]) {
        let blanks = self.parts.len().saturating_sub(1);
        let width = indent + self.parts.iter().map(|part| part.text.len()).sum::<usize>() + blanks + end.len();
        let broken = width > self.width;
        pad(out, indent);
        for (i, part) in self.parts.iter().enumerate() {
            if i > 0 {
                if broken && part.may_break {
                    out.push(b'\n');
                    pad(out, indent + CONTINUATION);
                } else {
                    separate(out, b" ");
                }
            }
            out.extend_from_slice(&part.text);
        }
        separate(out, end);
    }
}

/// Writes `count` blanks.
pub(super) fn pad(out: &mut Vec<u8>, count: usize) {
    out.resize(out.len() + count, b' ');
}

/// Writes what follows a word. A backslash at the end of a word would escape it, so that a line break must come between.
pub(super) fn separate(out: &mut Vec<u8>, separator: &[u8]) {
    if out.last() == Some(&b'\\') && !separator.is_empty() {
        out.push(b'\n');
    }
    out.extend_from_slice(separator);
}

#[cfg(test)]
mod tests {
    use super::Line;

    fn text(parts: &[&str], breakable: &[&str], width: usize, indent: usize) -> String {
        let mut line = Line::new();
        line.limit_width(width);
        parts.iter().for_each(|part| line.part(*part));
        breakable.iter().for_each(|part| line.breakable(*part));
        let mut out = Vec::new();
        line.write(&mut out, indent, b",");
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_rule_that_fits_stays_on_its_line() {
        assert_eq!(text(&["dbus", "send"], &["a=b"], 16, 2), "  dbus send a=b,");
        assert_eq!(text(&["dbus", "send"], &["a=b"], 15, 2), "  dbus send\n       a=b,");
    }

    #[test]
    fn nothing_escapes_what_follows_a_word() {
        assert_eq!(text(&["/a\\", "r"], &[], 120, 0), "/a\\\n r,");
        assert_eq!(text(&["r", "/a\\"], &[], 120, 0), "r /a\\\n,");
    }
}
