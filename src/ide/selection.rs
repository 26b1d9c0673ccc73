//! Ranges for growing selections: the part of a word, the word, the item, the block, the profile, the file.

use super::visit;
use crate::source::Span;
use crate::syntax::ast::File;

/// The ranges around an offset from the smallest to the whole text; each is larger than the one before it.
pub(crate) fn ranges(file: &File, text: &[u8], offset: u32) -> Vec<Span> {
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let mut found = Vec::new();
    let mut whole = Span::new(crate::source::SourceId::NONE, 0, length);
    if let Some(at) = visit::at(file, offset) {
        whole.source = at.item.kind.span.source;
        if let Some((role, word)) = at.word {
            for reference in visit::variable_references(role, word) {
                if (reference.span.start..=reference.span.end).contains(&offset) {
                    found.extend([reference.name_span(), reference.span]);
                }
            }
            found.extend(component(word.value, word.span, offset));
            found.push(word.span);
        }
        let chain = at.around.iter().copied().chain([at.item]);
        let items: Vec<_> = chain.collect();
        for pair in items.iter().rev() {
            // Between the braces first, then all of the item.
            for block in visit::blocks(pair) {
                if let (Some(first), Some(last)) = (block.items.first(), block.items.last()) {
                    found.push(first.kind.span.to(last.kind.span));
                }
            }
            found.push(pair.kind.span);
        }
    }
    found.push(whole);
    let mut grown: Vec<Span> = Vec::new();
    for span in found {
        let around = span.start <= offset && offset <= span.end;
        let larger = grown.last().is_none_or(|last| {
            span.start <= last.start && last.end <= span.end && (span.start, span.end) != (last.start, last.end)
        });
        if around && larger {
            grown.push(span);
        }
    }
    grown
}

/// The component of a path around an offset.
fn component(word: &[u8], span: Span, offset: u32) -> Option<Span> {
    let at = (offset.checked_sub(span.start)? as usize).min(word.len());
    let ends = |byte: &&u8| matches!(byte, b'/' | b'"');
    let before = word.get(..at)?.iter().rev().take_while(|byte| !ends(byte)).count();
    let behind = word.get(at..)?.iter().take_while(|byte| !ends(byte)).count();
    let start = span.start + u32::try_from(at - before).ok()?;
    let end = start + u32::try_from(before + behind).ok()?;
    (start < end).then(|| Span::new(span.source, start, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_from_word_to_file() {
        let text = "abi <a>,\nprofile p {\n  /c r,\n  ^h {\n    /a/@{BIN}x/b rw,\n    /d r,\n  }\n}\n";
        let file = crate::parse(text.as_bytes()).unwrap();
        let offset = u32::try_from(text.find("IN}").unwrap()).unwrap();
        let shown: Vec<_> = ranges(&file, text.as_bytes(), offset)
            .into_iter()
            .map(|span| &text[span.start as usize..span.end as usize])
            .collect();
        assert_eq!(
            shown,
            [
                "BIN",
                "@{BIN}",
                "@{BIN}x",
                "/a/@{BIN}x/b",
                "/a/@{BIN}x/b rw,",
                "/a/@{BIN}x/b rw,\n    /d r,",
                "^h {\n    /a/@{BIN}x/b rw,\n    /d r,\n  }",
                "/c r,\n  ^h {\n    /a/@{BIN}x/b rw,\n    /d r,\n  }",
                text.strip_prefix("abi <a>,\n").unwrap().trim_end(),
                text,
            ]
        );
    }

    #[test]
    fn every_offset_has_the_whole_text_last() {
        let text = "profile p {\n  audit /a/b r, # c\n}\n";
        let file = crate::parse(text.as_bytes()).unwrap();
        for offset in 0..=u32::try_from(text.len()).unwrap() {
            let ranges = ranges(&file, text.as_bytes(), offset);
            assert_eq!(ranges.last().map(|span| (span.start, span.end as usize)), Some((0, text.len())));
            assert!(ranges.iter().all(|span| span.start <= offset && offset <= span.end));
        }
        assert!(ranges(&file, text.as_bytes(), u32::MAX).is_empty());
    }
}
