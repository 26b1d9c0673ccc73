//! Descriptions of the element at a position.

use std::fmt::Write;
use std::path::Path;

use super::examples::examples;
use super::navigate::NameTarget;
use super::symbols::Symbols;
use super::visit::{ElementAtOffset, WordRole, at};
use super::words::describe_at;
use super::workspace::{Cursor, ResolvedInput, Workspace};
use crate::encode::path_pattern;
use crate::policy::{Profile, ProfileMode, RuleKind};
use crate::resolve::VariableValue;
use crate::source::{Span, Text};
use crate::syntax::ast::{self, AssignOp, ItemKind};
use crate::syntax::word::{stored, unquoted};

/// The description of the element at a position.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hover {
    /// Markdown.
    pub text: String,
    /// First byte of what it is about, and the one after the last.
    pub range: std::ops::Range<u32>,
}

/// The maximum number of values, examples and files listed.
const MOST: usize = 8;

/// Text in code of Markdown.
pub(super) fn code(text: &[u8]) -> String {
    format!("`{}`", String::from_utf8_lossy(text).replace('`', "'"))
}

impl Workspace {
    /// Returns the description of the element at an offset of a file.
    pub fn hover(&mut self, path: &Path, offset: u32) -> Option<Hover> {
        if let Some(symbol) = self.symbol(path, offset) {
            let text = match &symbol.what {
                NameTarget::Files(files) => self.about_files(files),
                NameTarget::Variable { name, boolean } => self.about_variable(path, offset, name, *boolean),
                NameTarget::Profile(name) => self.about_profile(name),
            };
            if let Some(text) = text {
                return Some(Hover { text, range: symbol.range });
            }
        }
        let cursor = self.cursor(path, offset)?;
        let found = at(&cursor.tree.file, cursor.offset)?;
        let (text, span) = match found.word {
            Some((
                role @ (WordRole::Path | WordRole::Attachment | WordRole::MountSource | WordRole::MountPoint),
                word,
            )) => (self.about_path(&cursor, &found, role)?, word.span),
            _ => {
                let (described, span) = describe_at(&cursor.tree.file, cursor.source.text(), cursor.offset)?;
                (format!("**{}**\n\n{}", code(described.title.as_bytes()), described.text), span)
            }
        };
        let place = self.place(span)?;
        Some(Hover { text, range: place.span.start..place.span.end })
    }

    /// A variable: its values, and where each part of them comes from.
    fn about_variable(&mut self, path: &Path, offset: u32, name: &Text, boolean: bool) -> Option<String> {
        let unit = self.cursor(path, offset)?.path;
        let resolved = self.resolved(&unit)?;
        let sign = if boolean { format!("${name}") } else { format!("@{{{name}}}") };
        let found = resolved.variables.iter().find(|variable| match variable {
            VariableValue::Bool { name: known, .. } => boolean && known == name,
            VariableValue::Set { name: known, .. } => !boolean && known == name,
        });
        let mut text = format!("**{}**", code(sign.as_bytes()));
        match found {
            Some(VariableValue::Bool { value, .. }) => {
                let value = value.map_or("unknown", |value| if value { "true" } else { "false" });
                _ = write!(text, " = {value}");
            }
            Some(VariableValue::Set { written, expanded, .. }) => {
                if let Some(values) = expanded {
                    let shown: Vec<String> = values.iter().take(MOST).map(|value| code(value)).collect();
                    let more = values.len().saturating_sub(MOST);
                    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                    _ = write!(text, " stands for {}{more}", shown.join(", "));
                }
                text.push_str("\n\n");
                for value in written.iter().take(MOST) {
                    _ = writeln!(text, "- {} ({})", code(&value.value), self.where_is(value.span));
                }
                if written.len() > MOST {
                    _ = writeln!(text, "- and {} more", written.len() - MOST);
                }
            }
            None => return None,
        }
        if resolved.root != unit {
            _ = write!(text, "\n\nas {} includes this file", code(self.shown(&resolved.root).as_bytes()));
        }
        Some(text)
    }

    /// A place for people: a file relative to the base, and its line.
    fn where_is(&self, span: Span) -> String {
        let source = self.session.sources.get(span.source);
        format!("{}:{}", self.shown(Path::new(source.name())), source.line_column(span.start).0)
    }

    /// A path relative to the base.
    pub(super) fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.settings.options.base).unwrap_or(path).display().to_string()
    }

    /// Included files: what they say, and who else includes them.
    fn about_files(&mut self, files: &[std::path::PathBuf]) -> Option<String> {
        if files.is_empty() {
            return Some("no such file".to_owned());
        }
        if let [file] = files {
            let mut text = format!("**{}**", code(self.shown(file).as_bytes()));
            let included = self.session.open(file).ok()?;
            if let Some(comment) = first_comment(&included.file) {
                _ = write!(text, "\n\n{comment}");
            }
            let users = self.index().roots(file).len();
            let symbols = self.index().symbols(file);
            _ = write!(text, "\n\n{}", contents(&included.file, symbols));
            let profiles = if users == 1 { "profile file" } else { "profile files" };
            _ = write!(text, "\n\nincluded by {users} {profiles}");
            return Some(text);
        }
        let mut text = format!("a directory with {} files:\n\n", files.len());
        for file in files.iter().take(MOST) {
            _ = writeln!(text, "- {}", code(self.shown(file).as_bytes()));
        }
        if files.len() > MOST {
            _ = writeln!(text, "- and {} more", files.len() - MOST);
        }
        Some(text)
    }

    /// A profile: its mode, what it attaches to, the number of its rules.
    fn about_profile(&mut self, name: &Text) -> Option<String> {
        let places = self.index().profiles(name);
        let Some((file, _)) = places.first() else {
            let matching = self.index().matching(name);
            if !matching.is_empty() {
                let shown: Vec<String> = matching.iter().take(MOST).map(|name| code(name)).collect();
                let more = matching.len().saturating_sub(MOST);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                return Some(format!("**{}** matches the profiles {}{more}", code(name), shown.join(", ")));
            }
            let text = format!("**{}**: no profile of this name in the workspace", code(name));
            return (&**name != b"unconfined").then_some(text);
        };
        let file = file.clone();
        let resolved = self.resolved(&file)?;
        let profile = resolved.policy.all_profiles().find(|profile| profile.name == *name)?;
        let mut text = format!("**{} {}**", if profile.hat { "hat" } else { "profile" }, code(name));
        _ = write!(text, ", {}", mode(profile.flags.mode));
        if let Some(attachment) = &profile.attachment {
            let pattern = path_pattern(&attachment.value)?;
            let programs: Vec<String> = examples(&pattern, MOST).iter().map(|it| code(it.as_bytes())).collect();
            _ = write!(text, "\n\nattaches to {}", programs.join(", "));
        }
        _ = write!(text, "\n\n{}", rules(profile));
        if !profile.children.is_empty() {
            let names: Vec<String> = profile.children.iter().map(|child| code(&child.name)).collect();
            _ = write!(text, "\n\nchildren: {}", names.join(", "));
        }
        _ = write!(text, "\n\n{}", self.where_is(profile.span));
        Some(text)
    }

    /// A pattern for paths: what it stands for, examples, and what the profile may do with one of them.
    fn about_path(&mut self, cursor: &Cursor, found: &ElementAtOffset<'_>, role: WordRole) -> Option<String> {
        let (_, word) = found.word?;
        let resolved = self.resolved(&cursor.path)?;
        let expanded = expanded(found, &resolved).unwrap_or_else(|| stored(word.value).into());
        let mut text = String::new();
        if &*expanded != unquoted(word.value) {
            let shown = expanded.to_string();
            let cut: String = shown.chars().take(200).collect();
            let dots = if cut.len() < shown.len() { "…" } else { "" };
            _ = write!(text, "{}\n\n", code(format!("{cut}{dots}").as_bytes()));
        }
        let pattern = path_pattern(&expanded)?;
        let samples = examples(&pattern, 4);
        let literal = matches!(samples.as_slice(), [only] if only.as_bytes() == &*expanded);
        if !literal && !samples.is_empty() {
            let shown: Vec<String> = samples.iter().map(|it| code(it.as_bytes())).collect();
            _ = write!(text, "matches {}\n\n", shown.join(", "));
        }
        if role == WordRole::Path
            && let Some(name) = self.profile_around(cursor, found, &resolved)
            && let Some(path) = samples.first()
            && let Some(may) = self.may(&resolved, &name, path)
        {
            _ = write!(text, "profile {} and {}:\n\n{may}", code(&name), code(path.as_bytes()));
        }
        (!text.is_empty()).then_some(text)
    }

    /// The profile around the path of a rule at an offset, and the path, or an example of what it matches.
    pub fn path_at(&mut self, path: &Path, offset: u32) -> Option<(String, String)> {
        let cursor = self.cursor(path, offset)?;
        let found = at(&cursor.tree.file, cursor.offset)?;
        let (role, word) = found.word?;
        if role != WordRole::Path {
            return None;
        }
        let resolved = self.resolved(&cursor.path)?;
        let pattern = path_pattern(&expanded(&found, &resolved).unwrap_or_else(|| stored(word.value).into()))?;
        let example = examples(&pattern, 1).pop()?;
        // The words of a question are apart by blanks.
        let plain = !example.contains(char::is_whitespace);
        let name = self.profile_around(&cursor, &found, &resolved)?;
        plain.then(|| (name.to_string(), example))
    }

    /// The profile that a place is in: of a file that others include, one that has its rules.
    pub(super) fn profile_around(
        &self,
        cursor: &Cursor,
        found: &ElementAtOffset<'_>,
        resolved: &ResolvedInput,
    ) -> Option<Text> {
        let around = found.around.iter().rev().find_map(|item| match &item.kind.value {
            ItemKind::Profile(profile) => Some(profile.name.span),
            _ => None,
        });
        let mut profiles = resolved.policy.all_profiles();
        let found = match around {
            Some(span) => profiles.find(|profile| profile.span == span),
            None => profiles.find(|profile| profile.rules.iter().any(|rule| rule.span.source == cursor.tree.source)),
        };
        found.map(|profile| profile.name.clone())
    }
}

/// The pattern that a word has become when its variables were expanded.
fn expanded(found: &ElementAtOffset<'_>, resolved: &ResolvedInput) -> Option<Text> {
    let (_, word) = found.word?;
    let here = word.span;
    resolved.policy.all_profiles().find_map(|profile| {
        let attachment = profile.attachment.iter().find(|glob| glob.span == here).map(|glob| glob.value.clone());
        attachment.or_else(|| {
            let rules = profile.rules.iter().filter(|rule| rule.span == found.item.kind.span);
            rules.filter_map(|rule| glob_at(&rule.kind, here)).next()
        })
    })
}

/// The glob of a rule that comes from a word.
fn glob_at(kind: &RuleKind, span: Span) -> Option<Text> {
    let mut found = None;
    kind.clone().for_each_glob(&mut |glob, _| {
        if glob.span == span {
            found = Some(glob.value.clone());
        }
    });
    found
}

fn mode(mode: ProfileMode) -> &'static str {
    match mode {
        ProfileMode::Enforce => "enforced",
        ProfileMode::Complain => "complain mode: violations are logged and permitted",
        ProfileMode::Kill => "kills tasks that do what it refuses",
        ProfileMode::Unconfined => "confines nothing (unconfined)",
        ProfileMode::DefaultAllow => "allows what no rule denies (default_allow)",
        ProfileMode::Prompt => "asks a program in user space about what no rule allows",
    }
}

/// Returns the number of rules of each class that a profile has, as text.
fn rules(profile: &Profile) -> String {
    let mut counts: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    for rule in &profile.rules {
        *counts.entry(rule.kind.keyword()).or_default() += 1;
    }
    if counts.is_empty() {
        return "without rules".into();
    }
    let counts: Vec<String> = counts.into_iter().map(|(class, count)| format!("{count} {class}")).collect();
    format!("rules, with what it includes: {}", counts.join(", "))
}

/// The first comment that describes something: licences and lines for editors do not.
fn first_comment(file: &ast::File) -> Option<String> {
    let comments = file.items.first().map_or(&file.tail, |item| &item.leading);
    let lines = comments.iter().filter_map(|trivia| match trivia {
        ast::Trivia::Comment(comment) => Some(comment.value.to_string()),
        ast::Trivia::Blank => None,
    });
    let told = lines.map(|line| line.trim_start_matches('#').trim().to_owned()).filter(|line| {
        let lower = line.to_lowercase();
        let noise = ["vim:", "copyright", "spdx", "license", "licence", "free software", "gnu general"];
        line.chars().any(char::is_alphabetic) && !noise.iter().any(|word| lower.contains(word))
    });
    let text: Vec<String> = told.take(3).collect();
    (!text.is_empty()).then(|| text.join(" "))
}

/// Summarises the contents of a file in numbers.
fn contents(file: &ast::File, symbols: Option<&Symbols>) -> String {
    let mut rules = 0_usize;
    let mut includes = 0_usize;
    file.walk(&mut |item| match item.kind.value {
        ItemKind::Rule(_) | ItemKind::Rlimit(_) => rules += 1,
        ItemKind::Include(_) => includes += 1,
        _ => {}
    });
    let variables: Vec<String> = symbols
        .into_iter()
        .flat_map(|symbols| &symbols.variables)
        .filter(|variable| variable.op != AssignOp::Add)
        .map(|variable| code(&[b"@{", &*variable.name, b"}"].concat()))
        .take(MOST)
        .collect();
    let mut parts = Vec::new();
    for (count, one, many) in [(rules, "rule", "rules"), (includes, "include", "includes")] {
        if count > 0 {
            parts.push(format!("{count} {}", if count == 1 { one } else { many }));
        }
    }
    if !variables.is_empty() {
        parts.push(format!("declares {}", variables.join(", ")));
    }
    if parts.is_empty() { "empty".into() } else { parts.join(", ") }
}
