//! One rule or header: its parts, and how they are laid out in lines.

/// The maximum width of a line before it is broken, in columns (bytes).
const WIDE: usize = 120;

/// Blanks before a continuation line, beyond the indentation of the rule.
const CONTINUATION: usize = 5;

/// A rule in the making: parts that are separated by one blank or a line break.
pub(super) struct PrintedRule {
    parts: Vec<PrintedPart>,
    layout: BrokenLayout,
}

/// The form in which a rule is broken that is too wide.
#[derive(Clone, Copy)]
enum BrokenLayout {
    /// Lines are filled up to [`WIDE`] columns.
    Fill,
    /// Every part that may begin a line does, when the rule is wider than so many columns.
    Each(usize),
}

struct PrintedPart {
    text: Vec<u8>,
    /// Whether a line may end before it.
    may_break: bool,
}

impl PrintedRule {
    pub(super) fn new() -> Self {
        PrintedRule { parts: Vec::new(), layout: BrokenLayout::Fill }
    }

    /// Begins a line with every part that may, when the rule is wider than `width` columns.
    pub(super) fn one_part_a_line(&mut self, width: usize) {
        self.layout = BrokenLayout::Each(width);
    }

    /// Adds a part that stays on the line of the one before.
    pub(super) fn part(&mut self, text: impl Into<Vec<u8>>) {
        self.parts.push(PrintedPart { text: text.into(), may_break: false });
    }

    /// Adds a part that begins a new line when the rule is too wide.
    pub(super) fn breakable(&mut self, text: impl Into<Vec<u8>>) {
        self.parts.push(PrintedPart { text: text.into(), may_break: true });
    }

    /// Adds `-> word`.
    pub(super) fn arrow(&mut self, word: &[u8]) {
        self.part("->");
        self.part(word);
    }

    /// Writes the parts and what ends them (`,` or nothing) without the line end; `indent` in blanks.
    pub(super) fn write(&self, out: &mut Vec<u8>, indent: usize, end: &[u8]) {
        let width = |parts: &[PrintedPart]| parts.iter().map(|part| part.text.len() + 1).sum::<usize>();
        let whole = (indent + width(&self.parts) + end.len()).saturating_sub(1);
        pad(out, indent);
        let mut column = indent;
        let mut rest = self.parts.as_slice();
        while let Some((part, after)) = rest.split_first() {
            // What cannot be torn off this part.
            let tied = after.iter().position(|part| part.may_break).unwrap_or(after.len());
            let unit = part.text.len() + width(after.get(..tied).unwrap_or_default());
            let comma = if tied == after.len() { end.len() } else { 0 };
            let full = match self.layout {
                BrokenLayout::Fill => column + 1 + unit + comma > WIDE,
                BrokenLayout::Each(most) => whole > most,
            };
            if full && part.may_break {
                out.push(b'\n');
                pad(out, indent + CONTINUATION);
                column = indent + CONTINUATION;
            } else if column > indent {
                separate(out, b" ");
                column += 1;
            }
            out.extend_from_slice(&part.text);
            column += part.text.len();
            rest = after;
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
    use super::PrintedRule;

    fn text(parts: &[&str], breakable: &[&str], width: Option<usize>, indent: usize) -> String {
        let mut line = PrintedRule::new();
        if let Some(width) = width {
            line.one_part_a_line(width);
        }
        parts.iter().for_each(|part| line.part(*part));
        breakable.iter().for_each(|part| line.breakable(*part));
        let mut out = Vec::new();
        line.write(&mut out, indent, b",");
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_rule_that_fits_stays_on_its_line() {
        assert_eq!(text(&["dbus", "send"], &["a=b", "c"], Some(18), 2), "  dbus send a=b c,");
        assert_eq!(text(&["dbus", "send"], &["a=b", "c"], Some(17), 2), "  dbus send\n       a=b\n       c,");
    }

    #[test]
    fn a_wide_rule_fills_its_lines() {
        let (a, b) = ("a".repeat(54), "b".repeat(53));
        assert_eq!(text(&["mount"], &[&a, &b, "-> c"], None, 2), format!("  mount {a} {b}\n       -> c,"));
        assert_eq!(text(&["mount"], &[&a, &b], None, 4), format!("    mount {a} {b},"));
    }

    #[test]
    fn nothing_escapes_what_follows_a_word() {
        assert_eq!(text(&["/a\\", "r"], &[], None, 0), "/a\\\n r,");
        assert_eq!(text(&["r", "/a\\"], &[], None, 0), "r /a\\\n,");
    }
}
