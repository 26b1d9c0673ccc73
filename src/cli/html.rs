//! Text of others in HTML.

use std::fmt;

use crate::diagnostic::Escaped;

/// Text in an element or a quoted attribute: what is markup stands as character references, and what steers a terminal or the
/// direction of text as an escape.
pub(super) struct HtmlEscaped<T>(pub(super) T);

impl<T: AsRef<[u8]>> fmt::Display for HtmlEscaped<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = Escaped::text(self.0.as_ref()).to_string();
        let mut rest = text.as_str();
        while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
            let (plain, marked) = rest.split_at(at);
            f.write_str(plain)?;
            let mut chars = marked.chars();
            f.write_str(match chars.next() {
                Some('&') => "&amp;",
                Some('<') => "&lt;",
                Some('>') => "&gt;",
                Some('"') => "&quot;",
                _ => "&#39;",
            })?;
            rest = chars.as_str();
        }
        f.write_str(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::HtmlEscaped;

    #[test]
    fn nothing_is_markup() {
        let hostile = "</pre><script>alert('&\"')</script>\u{202e}";
        let safe = "&lt;/pre&gt;&lt;script&gt;alert(&#39;&amp;&quot;&#39;)&lt;/script&gt;\\u{202e}";
        assert_eq!(HtmlEscaped(hostile).to_string(), safe);
        assert_eq!(HtmlEscaped(b"a\xff").to_string(), "a\\xff");
    }
}
