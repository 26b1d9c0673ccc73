//! Examples of what a pattern matches.

use crate::automata::{ByteSet, Pattern, Symbol};

/// Longer examples say nothing more.
const MOST_BYTES: usize = 200;

/// Strings that a pattern matches, not more than `most`, each shorter than a line: of alternatives as many as there is room for,
/// for each wildcard a word. Those whose bytes do not print are left out.
pub(super) fn examples(pattern: &Pattern, most: usize) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    // What is chosen from alternatives shifts from one example to the next.
    for round in 0..most.saturating_mul(4) {
        if found.len() >= most {
            break;
        }
        let mut maker = ExampleMaker { out: Vec::new(), round };
        if !maker.extend(pattern) {
            continue;
        }
        let Ok(text) = String::from_utf8(maker.out) else { continue };
        let symbols: Vec<Symbol> = text.bytes().map(Symbol::Byte).collect();
        let plain = text.chars().all(|character| !character.is_control());
        if plain && !found.contains(&text) && pattern.matches(&symbols) {
            found.push(text);
        }
    }
    found
}

struct ExampleMaker {
    out: Vec<u8>,
    round: usize,
}

impl ExampleMaker {
    /// Appends a match; `false` where there is none that is short and plain.
    fn extend(&mut self, pattern: &Pattern) -> bool {
        if self.out.len() > MOST_BYTES {
            return false;
        }
        match pattern {
            Pattern::Empty => true,
            Pattern::Set(set) => self.push(set, 0),
            Pattern::Literal(bytes) => {
                self.out.extend_from_slice(bytes);
                true
            }
            Pattern::OutOfBand => false,
            Pattern::Concat(parts) => self.sequence(parts),
            Pattern::Alternation(alternatives) => {
                let Some(at) = self.round.checked_rem(alternatives.len()) else { return false };
                // Which of the next alternatives is taken should not hang on which of these was.
                let outer = self.round;
                self.round = outer / alternatives.len() + at;
                let done = alternatives.get(at).is_some_and(|alternative| self.extend(alternative));
                self.round = outer;
                done
            }
            Pattern::Star(body) | Pattern::Plus(body) => self.repeat(body),
        }
    }

    /// One part after the other. A wildcard that must not be empty is a set and a repetition: one word for both reads better.
    fn sequence(&mut self, parts: &[Pattern]) -> bool {
        let mut rest = parts;
        while let [first, behind @ ..] = rest {
            rest = behind;
            if let (Pattern::Set(set), [Pattern::Star(body), behind @ ..]) = (first, behind)
                && matches!(&**body, Pattern::Set(more) if [set, more].iter().all(|it| it.contains(b'n') && it.contains(b's')))
            {
                rest = behind;
                if !self.repeat(body) {
                    return false;
                }
            } else if !self.extend(first) {
                return false;
            }
        }
        true
    }

    /// A word for a wildcard: of directories, too, where it goes across slashes.
    fn repeat(&mut self, body: &Pattern) -> bool {
        let Pattern::Set(set) = body else { return self.extend(body) };
        let word: &[u8] = match (set.contains(b'/'), self.round % 2) {
            (true, 0) => b"some/file",
            (true, _) => b"file",
            (false, 0) => b"name",
            (false, _) => b"other",
        };
        if word.iter().all(|&byte| set.contains(byte)) {
            self.out.extend_from_slice(word);
            return true;
        }
        // `[0-9]*`: two of them.
        self.push(set, 0) && self.push(set, 1)
    }

    /// A byte of a set that reads well.
    fn push(&mut self, set: &ByteSet, at: usize) -> bool {
        let plain = |byte: &u8| byte.is_ascii_graphic();
        let letters = (b'a'..=b'z').chain(b'0'..=b'9').chain(b'A'..=b'Z').filter(|&byte| set.contains(byte));
        let all: Vec<u8> = letters.chain(set.iter().filter(plain)).take(36).collect();
        let Some(index) = (self.round + at).checked_rem(all.len()) else { return false };
        self.out.extend(all.get(index));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::path_pattern;

    #[test]
    fn examples_match_and_differ() {
        for (glob, expected) in [
            ("/etc/passwd", &["/etc/passwd"][..]),
            ("/{,usr/}bin/x", &["/bin/x", "/usr/bin/x"]),
            ("/tmp/*", &["/tmp/name", "/tmp/other"]),
            ("/tmp/**", &["/tmp/some/file", "/tmp/file"]),
            ("/proc/[0-9]*/stat", &["/proc/0name/stat"]),
        ] {
            let pattern = path_pattern(glob.as_bytes()).unwrap();
            let found = examples(&pattern, 4);
            for example in expected {
                assert!(found.iter().any(|it| it == example), "{glob}: {found:?}");
            }
        }
        assert_eq!(examples(&Pattern::alternation([]), 3), [""; 0]);
    }
}
