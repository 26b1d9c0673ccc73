//! The lines of the terminal that show an event with its candidates.

use std::io;

use console::{Term, style, truncate_str};

use crate::diagnostic::Escaped;
use crate::log::suggest::{Candidate, Suggestion};

/// Lines that are kept for what is below the candidates and for the line that is typed.
const BELOW: usize = 4;

/// The longest line that is made, before it is cut to the width of the terminal.
const LONGEST: usize = 2_000;

/// An event, and where the choice stands.
pub(super) struct EventScreen<'a> {
    pub(super) position: &'a str,
    pub(super) suggestion: &'a Suggestion,
    pub(super) accesses: String,
    pub(super) list: &'a [Candidate],
    /// The candidate that the mark is on; none where it is on the line for no rule.
    pub(super) mark: Option<usize>,
    pub(super) message: &'a str,
    pub(super) help: bool,
}

/// The lines that were drawn last, which the next ones replace.
#[derive(Default)]
pub(super) struct DrawnLines {
    lines: usize,
}

impl DrawnLines {
    pub(super) fn draw(&mut self, term: &Term, page: &EventScreen<'_>) -> io::Result<()> {
        let (height, width) = term.size();
        let lines = page.lines(usize::from(height));
        term.clear_last_lines(self.lines)?;
        for line in &lines {
            // A line that is broken would be two to clear.
            term.write_line(&truncate_str(line, usize::from(width).saturating_sub(1), "…"))?;
        }
        self.lines = lines.len();
        Ok(())
    }
}

impl EventScreen<'_> {
    fn lines(&self, height: usize) -> Vec<String> {
        let EventScreen { suggestion, .. } = self;
        let file = suggestion.file.as_deref().map_or_else(String::new, |file| format!(" ({})", Escaped::line(file)));
        let times = if suggestion.times == 1 { "once".to_owned() } else { format!("{} times", suggestion.times) };
        let head = format!("{}: {}{file}, {times}", self.position, Escaped::line(&*suggestion.profile));
        let mut lines = vec![
            String::new(),
            style(cut(&head)).bold().to_string(),
            format!("  {}", cut(&self.accesses)),
            String::new(),
        ];
        let mut below = vec![String::new()];
        match self.help {
            true => below.extend(HELP.iter().map(|line| (*line).to_owned())),
            false if !self.message.is_empty() => below.push(style(cut(self.message)).red().to_string()),
            false => {}
        }
        below.push("enter takes it, 0 takes none, e edits, u goes back, w stops, q quits, ? helps".into());
        let room = height.saturating_sub(lines.len() + below.len() + BELOW).max(3);
        lines.extend(self.choices(room));
        lines.extend(below);
        lines
    }

    /// The candidates around the mark, as many as there is room for.
    fn choices(&self, room: usize) -> Vec<String> {
        let mut all: Vec<Vec<String>> =
            self.list.iter().enumerate().map(|(at, candidate)| choice(at, candidate, self.mark == Some(at))).collect();
        all.push(vec![marked("0  no rule", self.mark.is_none())]);
        let at = self.mark.unwrap_or(self.list.len());
        let mut first = 0;
        let height = |from: usize| all.get(from..=at).unwrap_or_default().iter().map(Vec::len).sum::<usize>();
        while first < at && height(first) > room {
            first += 1;
        }
        all.into_iter().skip(first).flatten().take(room).collect()
    }
}

fn choice(at: usize, candidate: &Candidate, is_marked: bool) -> Vec<String> {
    let text = candidate.text().replace('\n', " ");
    let mut lines = vec![marked(&format!("{}  {}", at + 1, cut(&text)), is_marked)];
    for danger in &candidate.dangers {
        lines.push(style(cut(&format!("       danger: {} [{}]", danger.message, danger.code))).red().to_string());
    }
    let opens: Vec<&str> =
        candidate.opens.sensitive.iter().chain(&candidate.opens.examples).map(|open| &**open).collect();
    match opens.is_empty() {
        true => lines.push("       nothing else".into()),
        false => lines.push(cut(&format!("       also allows {}", opens.join(", ")))),
    }
    lines
}

fn marked(text: &str, is_marked: bool) -> String {
    if is_marked { style(format!("> {text}")).bold().to_string() } else { format!("  {text}") }
}

/// A text of a log as a line that a terminal shows and does not obey.
fn cut(text: &str) -> String {
    let line = Escaped::line(text).to_string();
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => line.get(..end).unwrap_or_default().to_owned(),
        None => line,
    }
}

/// The keys and their effects.
const HELP: [&str; 7] = [
    "up, down, j, k, 1 to 9   move the mark; a rule shows what else it would allow",
    "enter                    take the marked rule and go on; 0 and enter: no rule",
    "e                        write rules of your own, checked at once",
    "u                        back to the event before",
    "w                        no rule for the rest; show the changes and ask",
    "q, escape                end, and write nothing",
    "",
];
