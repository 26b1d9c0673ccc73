//! Reports of hostile texts: bounded, and without anything that steers a terminal.

use miette::{GraphicalReportHandler, GraphicalTheme, NarratableReportHandler};
use proptest::prelude::*;

use super::escape::is_active;
use super::*;
use crate::source::{SourceId, SourceMap};

/// The most that any report takes, whatever the texts are.
const LIMIT: usize = 256 << 10;

fn rendered(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    let mut text = String::new();
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).with_width(120);
    handler.render_report(&mut text, &diagnostic.report(sources)).unwrap();
    text
}

/// Returns the characters that a terminal would act on; line ends and tabs are the renderer's own.
fn active(text: &str) -> String {
    text.chars().filter(|&c| is_active(c) && c != '\n' && c != '\t').collect()
}

fn harmless(diagnostic: &Diagnostic, sources: &SourceMap) {
    let graphical = rendered(diagnostic, sources);
    let mut narrated = String::new();
    NarratableReportHandler::new().render_report(&mut narrated, &diagnostic.report(sources)).unwrap();
    for text in [graphical, narrated, diagnostic.to_string()] {
        assert_eq!(active(&text), "");
        assert!(text.len() <= LIMIT, "{} bytes", text.len());
    }
    assert!(!diagnostic.to_string().contains('\n'));
}

/// Pieces of texts that mean harm.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => "[ -~]{0,40}".prop_map(String::into_bytes),
        2 => prop::collection::vec(any::<u8>(), 0..40),
        2 => any::<String>().prop_map(String::into_bytes),
        2 => Just(b"\n".to_vec()),
        1 => Just(b"\r\n".to_vec()),
        1 => Just(b"\r".to_vec()),
        1 => Just(b"\t".to_vec()),
        1 => Just(b"\x1b]0;owned\x07\x1b[2J\x1b[8m".to_vec()),
        1 => Just("\u{9b}31m\u{85}".into()),
        1 => Just(b"\x9b31m\xff\xc3".to_vec()),
        1 => Just("\u{202e}gnp.exe\u{2066}\u{200f}\u{2028}".into()),
        1 => Just("漢字\u{1f600}e\u{301}".into()),
        1 => (1_usize..2_000, any::<u8>()).prop_map(|(count, byte)| vec![byte; count]),
    ]
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(piece(), 0..30).prop_map(|pieces| pieces.concat())
}

fn sentence() -> impl Strategy<Value = String> {
    text().prop_map(|text| String::from_utf8_lossy(&text).into_owned())
}

proptest! {
    #[test]
    fn reports_are_bounded_and_harmless(
        name in sentence(),
        texts in prop::collection::vec(text(), 1..3),
        message in sentence(),
        help in prop::option::of(sentence()),
        labels in prop::collection::vec((0_usize..3, 0_u32..4_000, 0_u32..4_000, sentence()), 0..14),
        chain in prop::collection::vec((0_usize..3, 0_u32..4_000), 0..14),
    ) {
        let sources = SourceMap::new();
        let ids: Vec<SourceId> = texts.iter().map(|text| sources.add(name.clone(), text.as_slice()).unwrap()).collect();
        let id = |index: usize| ids.get(index).copied().unwrap_or(SourceId::NONE);
        // As it may be read from JSON: nothing was escaped or cut when it was made.
        let diagnostic = Diagnostic {
            message,
            help,
            labels: labels
                .into_iter()
                .map(|(source, start, len, text)| Label { span: Span::new(id(source), start, start.wrapping_add(len)), text })
                .collect(),
            include_chain: chain.into_iter().map(|(source, at)| Span::new(id(source), at, at)).collect(),
            ..Diagnostic::new(Code::CapInvalid, "", Span::NONE)
        };
        harmless(&diagnostic, &sources);
    }

    #[test]
    fn diagnostics_of_hostile_profiles_are_harmless(text in text()) {
        let text = [b"profile p {\n".as_slice(), &text, b"\n}\n"].concat();
        let Err(error) = crate::parse(&text) else { return Ok(()) };
        error.diagnostics.iter().take(20).for_each(|diagnostic| harmless(diagnostic, &error.sources));
        prop_assert_eq!(active(&error.to_string()), "");
    }
}

#[test]
fn of_a_long_line_the_part_around_the_label_is_shown() {
    let sources = SourceMap::new();
    let line = [b"/a r, ".repeat(200_000), b"capability chwon, ".to_vec(), b"/b r, ".repeat(200_000)].concat();
    let id = sources.add("f", line).unwrap();
    let at = 6 * 200_000 + 11;
    let diagnostic =
        Diagnostic::new(Code::CapInvalid, "unknown capability `chwon`", Span::new(id, at, at + 5)).with_label("here");
    let shown = rendered(&diagnostic, &sources);
    assert!(shown.len() < 1_500, "{shown}");
    assert!(shown.contains("[f:1:1200012]") && shown.contains("…") && shown.contains("capability chwon,"), "{shown}");
    let lines: Vec<&str> = shown.lines().collect();
    let (row, text) = lines.iter().enumerate().find(|(_, line)| line.contains("chwon,")).unwrap();
    let column = |line: &str, what: char| line.chars().position(|c| c == what);
    let begin = text.chars().count() - text.split("chwon").nth(1).unwrap().chars().count() - 5;
    assert_eq!(column(lines[row + 1], '─'), Some(begin), "the label stands below its word: {shown}");
}

#[test]
fn far_labels_of_one_line_are_shown_apart() {
    let sources = SourceMap::new();
    let line = [b"first ".to_vec(), b"x".repeat(10_000), b" second".to_vec()].concat();
    let id = sources.add("f", line).unwrap();
    let diagnostic = Diagnostic::new(Code::CapInvalid, "m", Span::new(id, 0, 5)).with_label("one");
    let shown = rendered(&diagnostic.and_label(Span::new(id, 10_007, 10_013), "two"), &sources);
    assert!(shown.contains("╰── one") && shown.contains("╰── two") && shown.contains("xxx second"), "{shown}");
    assert!(shown.contains("[f:1:1]") && shown.contains("[f:1:10008]"), "{shown}");
}

#[test]
fn line_numbers_and_ends_are_those_of_the_text() {
    let sources = SourceMap::new();
    let text: String = (1..=40).map(|number| format!("line {number}\r\n")).collect();
    let id = sources.add("f", text.clone().into_bytes()).unwrap();
    let at = |word: &str| u32::try_from(text.find(word).unwrap()).unwrap();
    let diagnostic = Diagnostic::new(Code::CapInvalid, "m", Span::new(id, at("line 33"), at("line 33") + 7));
    let shown = rendered(&diagnostic.and_label(Span::new(id, at("line 9"), at("line 10") + 7), "both"), &sources);
    assert!(shown.contains(" 33 │ line 33\n") && shown.contains("  9 │ ╭─▶ line 9\n"), "{shown}");
    let whole = Diagnostic::new(Code::CapInvalid, "m", Span::new(id, 0, u32::try_from(text.len()).unwrap()));
    let shown = rendered(&whole, &sources);
    assert!(shown.contains("line 13") && !shown.contains("line 20"), "a label ends early: {shown}");
}

#[test]
fn a_word_of_any_length_makes_a_short_message() {
    let long = "w".repeat(1 << 20);
    let diagnostic = Diagnostic::new(Code::CapInvalid, format!("unknown capability `{long}`"), Span::NONE)
        .with_help(format!("write `{long}`"))
        .with_label(long.clone())
        .and_label(Span::NONE, long);
    let size = serde_json::to_string(&diagnostic).unwrap().len();
    assert!(size < 6_000, "{size}");
    assert!(diagnostic.to_string().starts_with("unknown capability `www") && diagnostic.to_string().ends_with("www`"));
}
