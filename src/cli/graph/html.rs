//! The page that shows a graph: one file, without anything from elsewhere.

use serde::Serialize;

use crate::cli::output::json_line;

const PAGE: &str = include_str!("page.html");
/// The place of the data in the page.
const DATA: &str = "@DATA@";

/// The page with its data.
///
/// The data stand in a script element, so nothing in them may end it: in JSON, the characters of markup occur in strings only, where
/// escapes mean the same.
pub(super) fn page(graph: &impl Serialize) -> Result<String, String> {
    let json = json_line(graph)?;
    let mut data = String::with_capacity(json.len());
    for c in json.trim_end().chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => data.push_str(&format!("\\u{:04x}", u32::from(c))),
            _ => data.push(c),
        }
    }
    Ok(PAGE.replacen(DATA, &data, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_stay_data() {
        let evil = "</script><script>alert(1)</script><!--&\u{2028}@DATA@";
        let page = page(&serde_json::json!({ "nodes": [evil] })).unwrap();
        assert_eq!(page.matches("<script").count(), PAGE.matches("<script").count());
        assert_eq!(page.matches("</script").count(), PAGE.matches("</script").count());
        let data = page.split("id=\"data\">").nth(1).unwrap().split("</script>").next().unwrap();
        assert!(!data.contains(['<', '>', '&', '\u{2028}']), "{data}");
        let value: serde_json::Value = serde_json::from_str(data).unwrap();
        assert_eq!(value["nodes"][0], evil);
    }

    #[test]
    fn the_page_needs_nothing_from_elsewhere() {
        assert_eq!(PAGE.matches(DATA).count(), 1);
        assert!(!PAGE.contains("http:") && !PAGE.contains("https:") && !PAGE.contains("innerHTML"));
        assert!(!PAGE.contains("src=") && !PAGE.contains("href="));
    }
}
