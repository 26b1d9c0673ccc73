//! The word that was meant, for the help of a diagnostic.

/// Longer words are compared with nothing: no word of a table is that long.
const LONGEST: usize = 64;

/// The candidate nearest to `word`: at most a third of its letters (at least one) are inserted, removed, replaced, or
/// swapped with a neighbour. The first candidate wins among equals; a candidate equal to `word` is no help and is passed over.
pub(crate) fn nearest<'a>(word: &[u8], candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > LONGEST {
        return None;
    }
    let limit = (word.len() / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate.len().abs_diff(word.len()) > limit || candidate.as_bytes() == word {
            continue;
        }
        let distance = distance(word, candidate.as_bytes());
        if distance <= limit && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Damerau–Levenshtein distance, no letter touched twice; case makes no difference.
#[expect(clippy::indexing_slicing, reason = "every row is b.len() + 1 long and j runs over b")]
fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut before = vec![0; b.len() + 1];
    let mut above: Vec<usize> = (0..=b.len()).collect();
    let mut row = vec![0; b.len() + 1];
    for (i, x) in a.iter().enumerate() {
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let same = x.eq_ignore_ascii_case(y);
            let mut least = (above[j] + usize::from(!same)).min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && x.eq_ignore_ascii_case(&b[j - 1]) && a[i - 1].eq_ignore_ascii_case(y) {
                least = least.min(before[j - 1] + 1);
            }
            row[j + 1] = least;
        }
        std::mem::swap(&mut before, &mut above);
        std::mem::swap(&mut above, &mut row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (a, b, expected) in [
            ("", "", 0),
            ("abc", "", 3),
            ("", "ab", 2),
            ("abc", "abd", 1),
            ("abc", "acb", 1),
            ("kitten", "sitting", 3),
            ("INET", "inet", 0),
        ] {
            assert_eq!(distance(a.as_bytes(), b.as_bytes()), expected, "{a} {b}");
        }
    }

    #[test]
    fn takes_the_nearest_and_nothing_far() {
        assert_eq!(nearest(b"steam", ["seqpacket", "dgram", "stream"]), Some("stream"));
        assert_eq!(nearest(b"INET", ["inet", "inet6"]), Some("inet"));
        assert_eq!(nearest(b"chwon", ["chown", "fowner"]), Some("chown"));
        assert_eq!(nearest(b"x", ["rdm"]), None);
        assert_eq!(nearest(b"raw", ["raw"]), None);
        assert_eq!(nearest(&[b'a'; 1 << 20], ["raw"]), None);
    }
}
