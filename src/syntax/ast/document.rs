//! Syntax trees outside of a program.

use serde::{Deserialize, Serialize};

use super::File;

/// A syntax tree with the version of its form: the JSON that `armorer ast` prints and reads.
///
/// Its JSON schema is in `schemas/ast.schema.json`, made from these types.
///
/// ```
/// use armorer::ast::TreeDocument;
///
/// let tree = TreeDocument::new(armorer::parse(b"profile demo {\n  /etc/demo.conf r,\n}\n")?);
/// let json = serde_json::to_string(&tree).unwrap();
/// let read: TreeDocument = serde_json::from_str(&json).unwrap();
/// assert_eq!(read.into_file().unwrap().to_string(), "profile demo {\n  /etc/demo.conf r,\n}\n");
/// # Ok::<(), armorer::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TreeDocument {
    version: u32,
    file: File,
}

/// Reasons why a document holds no tree of a profile.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TreeError {
    /// The document has another version than this crate reads.
    #[error("the tree has version {found}, and version {} can be read", TreeDocument::VERSION)]
    Version {
        /// Its version.
        found: u32,
    },
    /// Text made of the tree would say something else: a word of it is more than a word.
    #[error("no text has this tree: {reason}")]
    Unprintable {
        /// The difference.
        reason: String,
    },
}

impl TreeDocument {
    /// The version of the form.
    pub const VERSION: u32 = 1;

    /// A document of this version.
    #[must_use]
    pub fn new(file: File) -> TreeDocument {
        TreeDocument { version: Self::VERSION, file }
    }

    /// The tree, checked: its canonical text parses to the same tree.
    ///
    /// # Errors
    /// When the version is another, or no text has this tree.
    pub fn into_file(self) -> Result<File, TreeError> {
        if self.version != Self::VERSION {
            return Err(TreeError::Version { found: self.version });
        }
        self.file.verify()?;
        Ok(self.file)
    }

    /// The JSON schema of the document, which is in `schemas/ast.schema.json`. Examples in the documentation of the types are left
    /// out: they are Rust.
    ///
    /// ```
    /// use armorer::ast::TreeDocument;
    ///
    /// let schema = TreeDocument::schema();
    /// assert_eq!(schema.get("title").and_then(|title| title.as_str()), Some("TreeDocument"));
    /// ```
    #[cfg(feature = "schema")]
    #[must_use]
    pub fn schema() -> schemars::Schema {
        let without_examples = |schema: &mut schemars::Schema| {
            if let Some(serde_json::Value::String(text)) = schema.get_mut("description") {
                let end = text.find("\n\n```").unwrap_or(text.len());
                text.truncate(end);
            }
        };
        let transform = schemars::transform::RecursiveTransform(without_examples);
        let settings = schemars::generate::SchemaSettings::default().with_transform(transform);
        settings.into_generator().into_root_schema_for::<TreeDocument>()
    }
}

impl File {
    /// Proves that the canonical text of the tree parses to the same tree. It does for every tree that parsing or the builder made;
    /// one that was put together from other parts may hold a word that is none, such as a comment with a line end in it.
    ///
    /// ```
    /// use armorer::ast::Trivia;
    /// use armorer::source::Spanned;
    ///
    /// let mut file = armorer::parse(b"profile p {\n}\n")?;
    /// assert!(file.verify().is_ok());
    /// file.tail.push(Trivia::Comment(Spanned::bare("# a\n/** rwix,".into())));
    /// assert!(file.verify().is_err());
    /// # Ok::<(), armorer::ParseError>(())
    /// ```
    ///
    /// # Errors
    /// When it does not.
    pub fn verify(&self) -> Result<(), TreeError> {
        let text = self.to_bytes();
        let unprintable = |reason: String| Err(TreeError::Unprintable { reason });
        match crate::syntax::parse(&text) {
            Ok(again) if again == *self => Ok(()),
            Ok(again) => {
                let same = again.items.iter().zip(&self.items).take_while(|(again, item)| again == item).count();
                unprintable(format!("item {} would be another", same + 1))
            }
            Err(error) => unprintable(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{TreeDocument, TreeError};

    fn read(json: &str) -> Result<String, String> {
        let document: TreeDocument = serde_json::from_str(json).map_err(|error| error.to_string())?;
        document.into_file().map(|file| file.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn words_of_a_document_stay_words() {
        let capability = |word: &str| {
            format!(
                r#"{{"version": 1, "file": {{"items": [{{"leading": [], "kind": {{"value": {{"rule": {{
                    "prefix": {{"value": {{"priority": null, "audit": false, "mode": null, "owner": null}}}},
                    "kind": {{"capability": {{"names": [{{"value": {word:?}}}]}}}}}}}}}}, "trailing": null}}], "tail": []}}}}"#
            )
        };
        assert_eq!(read(&capability("chown")), Ok("  capability chown,\n".into()));
        assert!(read(&capability("chown, /** rwix")).is_err());
        assert!(read(&capability("")).is_err());
        assert!(read(&capability("chown,\n  mount")).is_err());
        assert_eq!(
            read(r#"{"version": 2, "file": {"items": [], "tail": []}}"#),
            Err(TreeError::Version { found: 2 }.to_string())
        );
    }

    /// `armorer ast --schema > schemas/ast.schema.json` writes it.
    #[cfg(feature = "schema")]
    #[test]
    fn the_schema_in_the_repository_is_that_of_the_types() {
        let generated = serde_json::to_value(TreeDocument::schema()).unwrap();
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/ast.schema.json");
        let written: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        assert_eq!(written, generated);
        let validator = jsonschema::validator_for(&generated).unwrap();
        let text = "abi <abi/4.0>,\n@{X} = /a\nprofile p /x flags=(complain, error=EPERM) {\n  include if exists <local/p>\n  \
                    owner /a rwPx -> b,\n  deny capability chown, # c\n  signal send set=(term, kill) peer=p,\n  network inet tcp,\n  \
                    mount options in (ro, nosuid) /a -> /b,\n  dbus send bus=system peer=(name=n),\n  set rlimit cpu <= 2 min,\n  \
                    if defined @{X} and not $y {\n    priority=3 audit unix type=stream peer=(label=x),\n  }\n}\n";
        let tree = TreeDocument::new(crate::parse(text.as_bytes()).unwrap());
        let json = serde_json::to_value(&tree).unwrap();
        let errors: Vec<_> = validator.iter_errors(&json).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new());
        assert_eq!(
            serde_json::from_value::<TreeDocument>(json).unwrap().into_file().unwrap(),
            crate::parse(text.as_bytes()).unwrap()
        );
    }
}
