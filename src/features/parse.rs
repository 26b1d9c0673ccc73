//! Parses a features text.

use super::tree::FeatureNode;
use super::{Features, FeaturesError, MAX_DEPTH, MAX_SIZE, SyntaxProblem};

/// An entry whose braces are open.
struct OpenEntry {
    name: Box<[u8]>,
    /// The offset of the opening brace.
    offset: usize,
    /// The siblings before it.
    before: Vec<FeatureNode>,
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

impl Features {
    /// Reads a features text: `name {…}`, nested, with words in the innermost braces. There are neither comments nor quotes. An empty
    /// text is a set without features.
    ///
    /// # Errors
    /// [`FeaturesError::Syntax`] where braces do not match or have no name, or nest deeper than [`MAX_DEPTH`], or the text is longer
    /// than [`MAX_SIZE`].
    pub fn parse(text: &[u8]) -> Result<Features, FeaturesError> {
        if text.len() > MAX_SIZE {
            return Err(FeaturesError::Syntax { offset: MAX_SIZE, problem: SyntaxProblem::TooLong });
        }
        Ok(Features { root: tree(text)?, text: text.into() })
    }
}

fn tree(text: &[u8]) -> Result<Vec<FeatureNode>, FeaturesError> {
    let error = |offset, problem| Err(FeaturesError::Syntax { offset, problem });
    let mut open: Vec<OpenEntry> = Vec::new();
    let mut nodes: Vec<FeatureNode> = Vec::new();
    let mut offset = 0;
    while let Some(&byte) = text.get(offset) {
        let start = offset;
        offset += 1;
        match byte {
            b'{' => {
                let Some(name) = nodes.pop_if(|node| node.is_word()) else {
                    return error(start, SyntaxProblem::MissingName);
                };
                if open.len() == MAX_DEPTH {
                    return error(start, SyntaxProblem::TooDeep);
                }
                open.push(OpenEntry { name: name.name().into(), offset: start, before: std::mem::take(&mut nodes) });
            }
            b'}' => {
                let Some(OpenEntry { name, before, .. }) = open.pop() else {
                    return error(start, SyntaxProblem::UnexpectedClose);
                };
                let children = std::mem::replace(&mut nodes, before);
                nodes.push(FeatureNode::entry(&name, children));
            }
            _ if is_blank(byte) => {}
            _ => {
                let rest = text.get(start..).unwrap_or_default();
                let length = rest.iter().position(|&b| is_blank(b) || matches!(b, b'{' | b'}')).unwrap_or(rest.len());
                nodes.push(FeatureNode::word(rest.get(..length).unwrap_or_default()));
                offset = start + length;
            }
        }
    }
    match open.last() {
        Some(unclosed) => error(unclosed.offset, SyntaxProblem::Unclosed),
        None => Ok(nodes),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn problem(text: &[u8]) -> Option<(usize, SyntaxProblem)> {
        match Features::parse(text) {
            Err(FeaturesError::Syntax { offset, problem }) => Some((offset, problem)),
            _ => None,
        }
    }

    #[test]
    fn problems_have_places() {
        assert_eq!(problem(b"a {b"), Some((2, SyntaxProblem::Unclosed)));
        assert_eq!(problem(b"a {b {c}"), Some((2, SyntaxProblem::Unclosed)));
        assert_eq!(problem(b"a {}}"), Some((4, SyntaxProblem::UnexpectedClose)));
        assert_eq!(problem(b"{a}"), Some((0, SyntaxProblem::MissingName)));
        assert_eq!(problem(b"a {}{b}"), Some((4, SyntaxProblem::MissingName)));
        assert_eq!(problem(b""), None);
        assert_eq!(problem(b"a {}"), None);
    }

    #[test]
    fn depth_and_size_are_bounded() {
        let nested = |depth: usize| [b"a {".repeat(depth), b"}".repeat(depth)].concat();
        assert_eq!(problem(&nested(MAX_DEPTH)), None);
        assert_eq!(problem(&nested(MAX_DEPTH + 1)), Some((3 * MAX_DEPTH + 2, SyntaxProblem::TooDeep)));
        assert_eq!(problem(&vec![b'a'; MAX_SIZE + 1]), Some((MAX_SIZE, SyntaxProblem::TooLong)));
    }

    proptest! {
        #[test]
        fn reads_anything_without_panic(text in "[ab{} \n]{0,60}") {
            let _ = Features::parse(text.as_bytes());
        }

        #[test]
        fn what_is_written_reads_the_same(text in "([ab] )?([abc] \\{([ab] ?[cd]\n|[cd] \\{e\n\\}\n)\\}\n){0,5}") {
            let features = Features::parse(text.as_bytes()).unwrap();
            let again = Features::from_tree(features.root.clone());
            prop_assert_eq!(Features::parse(again.to_text()).unwrap().root, features.root);
        }
    }
}
