//! Text in workflow commands of GitHub Actions (docs.github.com, "Workflow commands for GitHub Actions").

use crate::diagnostic::Escaped;

/// Escapes the text after the second `::`.
pub(super) fn data(text: &str) -> String {
    Escaped::text(text).to_string().replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the value of a property.
pub(super) fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
