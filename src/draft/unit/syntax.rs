//! The syntax of unit files: `systemd.syntax(7)`, and the specifiers of `systemd.unit(5)`.

/// The most assignments of one unit with its drop-ins.
const MAX_ASSIGNMENTS: usize = 10_000;

/// The most words of one value.
const MAX_WORDS: usize = 1_000;

/// The longest line, with what continues it.
const MAX_LINE: usize = 1 << 20;

/// One `Key=value`, with the section that it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UnitAssignment {
    pub(super) section: String,
    pub(super) key: String,
    pub(super) value: String,
}

/// Appends the assignments of a text to those before it. `false` where there are too many.
pub(super) fn parse(text: &[u8], out: &mut Vec<UnitAssignment>) -> bool {
    let text = String::from_utf8_lossy(text);
    let mut section = String::new();
    let mut logical = String::new();
    for line in text.split('\n') {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let start = line.trim_start();
        // Comments between continued lines do not end them.
        if start.starts_with(['#', ';']) || logical.is_empty() && start.is_empty() {
            continue;
        }
        let (part, continues) = match line.strip_suffix('\\') {
            Some(part) => (part, true),
            None => (line, false),
        };
        if logical.len().saturating_add(part.len()) > MAX_LINE {
            return false;
        }
        logical.push_str(part);
        if continues {
            logical.push(' ');
            continue;
        }
        let whole = std::mem::take(&mut logical);
        if !assign(whole.trim(), &mut section, out) {
            return false;
        }
    }
    assign(logical.trim(), &mut section, out)
}

fn assign(line: &str, section: &mut String, out: &mut Vec<UnitAssignment>) -> bool {
    if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        name.clone_into(section);
    } else if let Some((key, value)) = line.split_once('=') {
        if out.len() >= MAX_ASSIGNMENTS {
            return false;
        }
        let (key, value) = (key.trim().to_owned(), value.trim().to_owned());
        out.push(UnitAssignment { section: section.clone(), key, value });
    }
    true
}

/// A unit's assignments, those of its drop-ins after its own.
#[derive(Clone, Debug, Default)]
pub(super) struct UnitSettings {
    assignments: Vec<UnitAssignment>,
}

impl UnitSettings {
    pub(super) fn new(assignments: Vec<UnitAssignment>) -> UnitSettings {
        UnitSettings { assignments }
    }

    /// The values of a key in order; an empty one takes back those before it.
    pub(super) fn list(&self, section: &str, key: &str) -> Vec<&str> {
        let mut values = Vec::new();
        for assignment in &self.assignments {
            if assignment.section == section && assignment.key == key {
                if assignment.value.is_empty() {
                    values.clear();
                } else {
                    values.push(assignment.value.as_str());
                }
            }
        }
        values
    }

    /// The last value of a key.
    pub(super) fn last(&self, section: &str, key: &str) -> Option<&str> {
        self.list(section, key).last().copied()
    }

    /// Whether a key has a true value.
    pub(super) fn is_true(&self, section: &str, key: &str) -> bool {
        self.last(section, key).is_some_and(|value| matches!(value, "1" | "yes" | "true" | "on"))
    }
}

/// The words of a value, with quotes and escapes taken off. `None` for a quote without end.
pub(super) fn words(value: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut characters = value.chars().peekable();
    while words.len() < MAX_WORDS {
        while characters.next_if(|c| c.is_ascii_whitespace()).is_some() {}
        if characters.peek().is_none() {
            break;
        }
        let mut word = String::new();
        let mut quote = None;
        while let Some(c) = characters.next_if(|c| quote.is_some() || !c.is_ascii_whitespace()) {
            match c {
                '\\' => word.push(escape(&mut characters)?),
                '"' | '\'' if quote.is_none() => quote = Some(c),
                c if quote == Some(c) => quote = None,
                c => word.push(c),
            }
        }
        if quote.is_some() {
            return None;
        }
        words.push(word);
    }
    Some(words)
}

/// The character that an escape stands for.
fn escape(characters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<char> {
    let (digits, radix) = match characters.next()? {
        'a' => return Some('\x07'),
        'b' => return Some('\x08'),
        'f' => return Some('\x0c'),
        'n' => return Some('\n'),
        'r' => return Some('\r'),
        't' => return Some('\t'),
        'v' => return Some('\x0b'),
        's' => return Some(' '),
        'x' => (2, 16),
        'u' => (4, 16),
        'U' => (8, 16),
        c @ ('\\' | '"' | '\'') => return Some(c),
        _ => return None,
    };
    let text: String = characters.by_ref().take(digits).collect();
    u32::from_str_radix(&text, radix).ok().and_then(char::from_u32).filter(|&c| c != '\0')
}

/// Names of a unit, for its specifiers.
#[derive(Clone, Debug)]
pub(super) struct UnitNames {
    /// The name with its suffix.
    pub(super) full: String,
}

impl UnitNames {
    fn stem(&self) -> &str {
        self.full.rsplit_once('.').map_or(self.full.as_str(), |(stem, _)| stem)
    }

    /// The part before the first `@`.
    pub(super) fn prefix(&self) -> &str {
        self.stem().split_once('@').map_or(self.stem(), |(prefix, _)| prefix)
    }

    fn instance(&self) -> &str {
        self.stem().split_once('@').map_or("", |(_, instance)| instance)
    }

    /// The value with its specifiers replaced; `None` where one depends on the machine or the user.
    pub(super) fn expand(&self, value: &str) -> Option<String> {
        let mut out = String::new();
        let mut characters = value.chars();
        while let Some(c) = characters.next() {
            if c != '%' {
                out.push(c);
                continue;
            }
            let instance = self.instance();
            match characters.next()? {
                '%' => out.push('%'),
                'n' => out.push_str(&self.full),
                'N' => out.push_str(self.stem()),
                'p' | 'P' => out.push_str(self.prefix()),
                'i' | 'I' if !instance.is_empty() => out.push_str(instance),
                'j' | 'J' => out.push_str(self.prefix().rsplit('-').next().unwrap_or_default()),
                't' => out.push_str("/run"),
                'S' => out.push_str("/var/lib"),
                'C' => out.push_str("/var/cache"),
                'L' => out.push_str("/var/log"),
                'E' => out.push_str("/etc"),
                'T' => out.push_str("/tmp"),
                'V' => out.push_str("/var/tmp"),
                _ => return None,
            }
        }
        Some(out)
    }
}
