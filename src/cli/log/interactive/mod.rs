//! `--interactive`: event by event, with what each rule would open, in a terminal.

mod screen;

use std::io;

use console::{Key, Term};
use dialoguer::Input;

use super::suggest::{self, Suggestions, accesses};
use crate::cli::eprint_line;
use crate::diagnostic::Escaped;
use crate::log::Tree;
use crate::log::suggest::{Candidate, SuggestionOutcome};
use screen::{DrawnLines, EventScreen};

/// A decision about one event.
enum EventChoice {
    /// A candidate, or no rule.
    Take(Option<usize>),
    /// Back to the event before.
    Undo,
    /// No rule for this event and those after it.
    End,
    /// Quit without writing.
    Quit,
}

/// The end of all choices.
enum Finish {
    Write,
    Undo,
    Quit,
}

/// Asks for each event which rule to take, shows what that changes, and writes it if that is wanted.
pub(super) fn run(tree: &Tree, suggestions: &mut Suggestions) -> Result<(), String> {
    let term = Term::stdout();
    if !term.is_term() {
        return Err("--interactive needs a terminal; --suggest and --fix do not".into());
    }
    let lost = |error: io::Error| format!("the terminal: {error}");
    for line in suggestions.settled() {
        eprint_line(format_args!("note: {line}"));
    }
    let open: Vec<usize> =
        (0..suggestions.plan.suggestions.len()).filter(|&at| candidates(suggestions, at).is_some()).collect();
    if open.is_empty() {
        eprint_line(format_args!("note: nothing to suggest"));
        return Ok(());
    }
    // Where the mark stands when an event is shown: the best candidate, later what was chosen.
    let mut marks: Vec<Option<usize>> = open.iter().map(|&at| picked(suggestions, at)).collect();
    for &at in &open {
        suggestions.plan.pick(at, None);
    }
    let mut step = 0;
    loop {
        let (Some(&at), Some(mark)) = (open.get(step), marks.get_mut(step)) else {
            match finish(&term, tree, suggestions)? {
                Finish::Write => return suggest::write(&suggestions.changes(tree)?),
                Finish::Quit => break,
                Finish::Undo => {
                    suggestions.plan.undo();
                    step = step.min(open.len()).saturating_sub(1);
                }
            }
            continue;
        };
        let position = format!("{} of {}", step + 1, open.len());
        match ask(&term, suggestions, at, &position, *mark).map_err(lost)? {
            EventChoice::Take(candidate) => {
                *mark = candidate;
                suggestions.plan.pick(at, candidate);
                step += 1;
            }
            EventChoice::Undo if step > 0 => {
                suggestions.plan.undo();
                step -= 1;
            }
            EventChoice::Undo => {}
            EventChoice::End => {
                // One step, so that it is one to undo.
                suggestions.plan.pick(at, None);
                step = match finish(&term, tree, suggestions)? {
                    Finish::Write => return suggest::write(&suggestions.changes(tree)?),
                    Finish::Quit => break,
                    Finish::Undo => step,
                };
                suggestions.plan.undo();
            }
            EventChoice::Quit => break,
        }
    }
    eprint_line(format_args!("note: nothing was written"));
    Ok(())
}

fn candidates(suggestions: &Suggestions, at: usize) -> Option<&[Candidate]> {
    match &suggestions.plan.suggestions.get(at)?.outcome {
        SuggestionOutcome::Candidates { list, .. } if !list.is_empty() => Some(list),
        _ => None,
    }
}

fn picked(suggestions: &Suggestions, at: usize) -> Option<usize> {
    match &suggestions.plan.suggestions.get(at)?.outcome {
        SuggestionOutcome::Candidates { picked, .. } => *picked,
        _ => None,
    }
}

/// Shows an event and its candidates until one is taken.
fn ask(
    term: &Term,
    suggestions: &mut Suggestions,
    at: usize,
    position: &str,
    mark: Option<usize>,
) -> io::Result<EventChoice> {
    let mut mark = mark;
    let mut message = String::new();
    let mut help = false;
    let mut drawn = DrawnLines::default();
    loop {
        let Some(suggestion) = suggestions.plan.suggestions.get(at) else { return Ok(EventChoice::Take(None)) };
        let list = candidates(suggestions, at).unwrap_or_default();
        let page = EventScreen {
            position,
            suggestion,
            accesses: accesses(suggestion, &suggestions.needs),
            list,
            mark,
            message: &message,
            help,
        };
        drawn.draw(term, &page)?;
        let last = list.len().checked_sub(1);
        (message, help) = (String::new(), false);
        match term.read_key()? {
            Key::Enter => return Ok(EventChoice::Take(mark)),
            // The line for no rule stands after the candidates.
            Key::ArrowUp | Key::Char('k') => mark = mark.map_or(last, |at| Some(at.saturating_sub(1))),
            Key::ArrowDown | Key::Char('j') => mark = mark.filter(|&at| Some(at) != last).map(|at| at + 1),
            Key::Char(digit @ '0'..='9') => {
                let number = digit.to_digit(10).and_then(|digit| usize::try_from(digit).ok()).unwrap_or(0);
                match number.checked_sub(1) {
                    None => mark = None,
                    Some(wanted) if wanted < list.len() => mark = Some(wanted),
                    Some(_) => {}
                }
            }
            Key::Char('e') => {
                let text = list.get(mark.unwrap_or(0)).map(editable).unwrap_or_default();
                match edit(term, suggestions, at, text)? {
                    Some(Ok(number)) => mark = Some(number),
                    Some(Err(error)) => message = error,
                    None => {}
                }
                // The lines of the editor stand below.
                drawn = DrawnLines::default();
            }
            Key::Char('u') => return Ok(EventChoice::Undo),
            Key::Char('w') => return Ok(EventChoice::End),
            Key::Char('q') | Key::Escape => return Ok(EventChoice::Quit),
            Key::Char('?' | 'h') => help = true,
            _ => {}
        }
    }
}

/// Lets rules be written, which are checked and measured as the others are.
fn edit(
    term: &Term,
    suggestions: &mut Suggestions,
    at: usize,
    text: String,
) -> io::Result<Option<Result<usize, String>>> {
    let input = Input::<String>::new().with_prompt("rule").with_initial_text(text).allow_empty(true).report(false);
    let text = input.interact_text_on(term).map_err(|dialoguer::Error::IO(error)| error)?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    let offered = suggestions.plan.offer(&suggestions.policies, at, &text);
    Ok(Some(offered.map_err(|error| Escaped::line(&error.to_string()).to_string())))
}

/// The rules of a candidate as one line to edit; nothing where a terminal would not show the text as it is.
fn editable(candidate: &Candidate) -> String {
    let text = candidate.text().replace('\n', " ");
    if text.chars().any(|letter| letter.is_control() || letter == char::REPLACEMENT_CHARACTER) {
        String::new()
    } else {
        text
    }
}

/// Shows the changes and asks whether to write them.
fn finish(term: &Term, tree: &Tree, suggestions: &Suggestions) -> Result<Finish, String> {
    let lost = |error: io::Error| format!("the terminal: {error}");
    let question = match suggestions.changes(tree) {
        Ok(changes) if changes.is_empty() => "No rule was chosen. u goes back, q quits".to_owned(),
        Ok(changes) => {
            suggest::print_diff(&changes)?;
            let raised = suggestions.plan.raised(&suggestions.policies).map_err(|error| error.to_string())?;
            for danger in raised {
                term.write_line(&format!("danger: {} [{}]", danger.message, danger.code)).map_err(lost)?;
            }
            "Write this? y writes it, u goes back, q quits without writing".to_owned()
        }
        Err(error) => format!("{error}\nu goes back, q quits"),
    };
    term.write_line(&question).map_err(lost)?;
    let may_write = question.starts_with("Write");
    loop {
        match term.read_key().map_err(lost)? {
            Key::Char('y') if may_write => return Ok(Finish::Write),
            Key::Char('u') => return Ok(Finish::Undo),
            Key::Char('q') | Key::Escape => return Ok(Finish::Quit),
            _ => {}
        }
    }
}
