//! The configuration file, `armorer.toml`.
//!
//! ```
//! use armorer::lint::config::Config;
//!
//! let config = Config::parse("[lint]\nignore = [\"style\"]\n")?;
//! assert!(!config.selection()?.includes(armorer::lint::rule("AA0403").unwrap()));
//! let error = Config::parse("[lint]\nignored = []\n").unwrap_err();
//! assert_eq!((error.line, error.column), (2, 1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::select::{Selection, UnknownRule, named};

/// The name of the file.
pub const FILE_NAME: &str = "armorer.toml";

/// The JSON schema of the file.
pub const SCHEMA: &str = include_str!("../../schemas/armorer.schema.json");

/// The contents of `armorer.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[non_exhaustive]
pub struct Config {
    /// The target that profiles are linted for.
    pub target: TargetConfig,
    /// The rules that are on.
    pub lint: LintConfig,
}

/// The table `[target]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[non_exhaustive]
pub struct TargetConfig {
    /// The base directory of includes, relative to the file.
    pub base: Option<PathBuf>,
    /// Directories that are searched before the base, relative to the file.
    pub include: Vec<PathBuf>,
    /// The kernel: a name, or the path of a features file relative to the file.
    pub features: Option<String>,
}

/// The table `[lint]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[non_exhaustive]
pub struct LintConfig {
    /// These rules and no others, instead of those that are on by default.
    pub select: Option<Vec<ConfigWord>>,
    /// Rules to add to those.
    pub extend_select: Vec<ConfigWord>,
    /// Rules to leave out.
    pub ignore: Vec<ConfigWord>,
    /// Whether rules that need automata are checked; by default they are.
    pub automata: Option<bool>,
    /// Whether the inputs are all the policy there is; by default they are not.
    pub complete: Option<bool>,
    /// Rules to leave out in some files, by a glob relative to the file.
    pub per_file_ignores: BTreeMap<String, Vec<ConfigWord>>,
}

/// The code or name of a rule or family, with its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConfigWord(Spanned<String>);

impl AsRef<str> for ConfigWord {
    fn as_ref(&self) -> &str {
        self.0.get_ref()
    }
}

/// An error in the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct ConfigError {
    /// The line, counted from 1.
    pub line: usize,
    /// The column in bytes, counted from 1.
    pub column: usize,
    /// The message of the error.
    pub message: String,
}

impl Config {
    /// Reads the text of the file.
    ///
    /// # Errors
    /// When it is no TOML, has a key that there is not, or names a rule that there is not.
    pub fn parse(text: &str) -> Result<Config, ConfigError> {
        let at = |offset: usize, message: String| {
            let before = text.get(..offset).unwrap_or(text);
            let line_start = before.rfind('\n').map_or(0, |at| at + 1);
            let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
            ConfigError { line, column: before.len() - line_start + 1, message }
        };
        let config: Config = toml::from_str(text)
            .map_err(|error| at(error.span().map_or(0, |span| span.start), error.message().to_owned()))?;
        let lint = &config.lint;
        let words = lint.select.iter().flatten().chain(&lint.extend_select).chain(&lint.ignore);
        for word in words.chain(lint.per_file_ignores.values().flatten()) {
            if let Err(error) = named(word.as_ref()) {
                return Err(at(word.0.span().start, error.to_string()));
            }
        }
        Ok(config)
    }

    /// The rules that are on.
    ///
    /// # Errors
    /// When a rule is named that there is not, which [`Config::parse`] has refused.
    pub fn selection(&self) -> Result<Selection, UnknownRule> {
        let LintConfig { select, extend_select, ignore, .. } = &self.lint;
        let selection = match select {
            Some(words) => Selection::only(words)?,
            None => Selection::default(),
        };
        selection.and(extend_select)?.ignore(ignore)
    }

    /// Looks for the file in a directory and those above it.
    #[must_use]
    pub fn find(directory: &Path) -> Option<PathBuf> {
        directory.ancestors().map(|directory| directory.join(FILE_NAME)).find(|path| path.is_file())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_have_places() {
        for (text, line, column, message) in [
            ("[lint]\nselect = [\"AA0101\", \"dangr\"]\n", 2, 21, "did you mean `danger`?"),
            ("[lint]\nautomata = 1\n", 2, 12, "boolean"),
            ("[lnt]\n", 1, 2, "unknown field `lnt`"),
            ("[lint\n", 1, 6, ""),
            ("[lint.per-file-ignores]\n\"local/*\" = [\"x\"]\n", 2, 14, "`x`"),
        ] {
            let error = Config::parse(text).unwrap_err();
            assert_eq!((error.line, error.column), (line, column), "{text}: {error}");
            assert!(error.message.contains(message), "{error}");
        }
    }

    /// The keys of an object of the schema.
    fn keys(schema: &serde_json::Value, table: &str) -> Vec<String> {
        let object = if table.is_empty() { schema } else { &schema["properties"][table] };
        assert_eq!(object["additionalProperties"], false, "{table}");
        object["properties"].as_object().unwrap().keys().cloned().collect()
    }

    #[test]
    fn the_schema_has_the_keys_of_the_structs() {
        let schema: serde_json::Value = serde_json::from_str(SCHEMA).unwrap();
        let every = "[target]\nbase = \"a\"\nfeatures = \"b\"\n[lint]\nselect = []\nautomata = true\ncomplete = true\n";
        let config = serde_json::to_value(Config::parse(every).unwrap()).unwrap();
        for table in ["", "target", "lint"] {
            let object = if table.is_empty() { &config } else { &config[table] };
            let mut written: Vec<String> = object.as_object().unwrap().keys().cloned().collect();
            written.sort();
            let mut known = keys(&schema, table);
            known.sort();
            assert_eq!(known, written, "{table}");
        }
    }
}
