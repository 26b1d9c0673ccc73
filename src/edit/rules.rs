//! Rules of a profile: adding, removing and replacing them.

use crate::syntax::ast::{Include, ItemKind};
use crate::syntax::printer::item_text;

use super::insert::add;
use super::lines::{TextLines, comment, pieces_before};
use super::nesting::{ItemList, ListPath, Nesting, places};
use super::remove::CommentsAbove;
use super::{EditError, Editor, Scope, insert, remove, rewrite};

/// A place where a rule is written.
#[derive(Clone, Debug)]
struct RulePosition {
    start: u32,
    path: ListPath,
    index: usize,
    nesting: Nesting,
}

impl Editor {
    /// Adds a rule (or another item) to a profile, or to the top level of a file, where the conventions want it. `false`: it is
    /// there already, directly or in a qualifier block.
    ///
    /// ```
    /// use armorer::ast::Include;
    /// use armorer::edit::{Editor, Scope};
    ///
    /// let mut editor = Editor::new("profile a { }\n")?;
    /// assert!(editor.add_rule("a", Include::new("local/a")?.if_exists())?);
    /// assert!(!editor.add_rule("a", Include::new("local/a")?.if_exists())?);
    /// assert!(editor.add_rule(Scope::File, Include::new("tunables/global")?)?);
    /// let text = "include <tunables/global>\n\nprofile a {\n  include if exists <local/a>\n}\n";
    /// assert_eq!(editor.finish(), text.as_bytes());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When there is no such profile, or several, or when the rule's text would not be read as that rule.
    pub fn add_rule<'a>(&mut self, scope: impl Into<Scope<'a>>, rule: impl Into<ItemKind>) -> Result<bool, EditError> {
        let (owner, kind) = (self.owner(scope.into())?, rule.into());
        insert::check(&kind)?;
        let places = places(&self.file, owner);
        let always = |place: &&ItemList<'_>| !place.nesting.is_conditional;
        let states = |place: &ItemList<'_>| place.items.iter().any(|item| place.nesting.states(item, &kind));
        let Some(body) = places.first().map(|place| place.path.clone()) else { return Ok(false) };
        if places.iter().filter(always).any(states) {
            return Ok(false);
        }
        self.change(body, |editor, items, tail| Some(add(&editor.source, editor.frame(owner), (items, tail), kind)))
    }

    /// Adds `include <path>` beside the other includes. `false`: it is there already.
    ///
    /// # Errors
    /// As [`Editor::add_rule`], and when no path in angle brackets can be written so.
    pub fn add_include<'a>(&mut self, scope: impl Into<Scope<'a>>, path: impl AsRef<[u8]>) -> Result<bool, EditError> {
        self.add_rule(scope, Include::new(path)?)
    }

    /// Removes a rule of a profile, or of the top level of a file, every time it is written there, in qualifier blocks and
    /// conditionals as well: whole lines where it stands alone, with the comment after it. Comments above it stay.
    ///
    /// ```
    /// use armorer::ast::CapabilityRule;
    /// use armorer::edit::Editor;
    /// use armorer::vocab::Capability;
    ///
    /// let mut editor = Editor::new("profile a { capability chown, /x r, }\n")?;
    /// editor.remove_rule("a", CapabilityRule::new(Capability::Chown))?;
    /// assert_eq!(editor.finish(), b"profile a { /x r, }\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// In a block, the rule is known by what it says:
    ///
    /// ```
    /// use armorer::Pattern;
    /// use armorer::ast::FileRule;
    /// use armorer::edit::Editor;
    ///
    /// let mut editor = Editor::new("profile a {\n  deny {\n    /x w,\n    /y w,\n  }\n}\n")?;
    /// editor.remove_rule("a", FileRule::deny(Pattern::literal("/x")?, "w".parse()?))?;
    /// assert_eq!(editor.finish(), b"profile a {\n  deny {\n    /y w,\n  }\n}\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When there is no such profile, or several, or no such rule.
    pub fn remove_rule<'a>(&mut self, scope: impl Into<Scope<'a>>, rule: impl Into<ItemKind>) -> Result<(), EditError> {
        self.remove(scope.into(), &rule.into(), CommentsAbove::Keep)
    }

    /// Removes a rule like [`Editor::remove_rule`], with the comments above the rule that are about it.
    ///
    /// ```
    /// use armorer::ast::UsernsRule;
    /// use armorer::edit::Editor;
    ///
    /// let mut editor = Editor::new("profile a {\n  # for the sandbox\n  userns create,\n}\n")?;
    /// editor.remove_rule_with_comments("a", UsernsRule::new())?;
    /// assert_eq!(editor.text(), b"profile a {\n}\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Editor::remove_rule`].
    pub fn remove_rule_with_comments<'a>(
        &mut self,
        scope: impl Into<Scope<'a>>,
        rule: impl Into<ItemKind>,
    ) -> Result<(), EditError> {
        self.remove(scope.into(), &rule.into(), CommentsAbove::Remove)
    }

    /// Puts a rule into the place of another one, with the comments of that one, every time it is written. Only the words that
    /// differ change, so that alignment stays. Where the new rule is there already, the old one is removed.
    ///
    /// In a qualifier block, the new rule is written without what the block says. Where the block says something that is not so
    /// of the new rule, the old one is removed, and the new one goes where [`Editor::add_rule`] puts it.
    ///
    /// ```
    /// use armorer::ast::CapabilityRule;
    /// use armorer::edit::Editor;
    /// use armorer::vocab::Capability;
    ///
    /// let mut editor = Editor::new("profile a {\n  capability sys_admin, # to mount\n}\n")?;
    /// editor.replace_rule("a", CapabilityRule::new(Capability::SysAdmin), CapabilityRule::new(Capability::Bpf))?;
    /// assert_eq!(editor.text(), b"profile a {\n  capability bpf, # to mount\n}\n");
    /// assert_eq!(editor.file().comments().len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When there is no such profile, or several, no such rule, when the new rule's text would not be read as that rule, or when
    /// the new rule cannot stand where the old one does, in a block inside of a conditional.
    pub fn replace_rule<'a>(
        &mut self,
        scope: impl Into<Scope<'a>>,
        old: impl Into<ItemKind>,
        new: impl Into<ItemKind>,
    ) -> Result<(), EditError> {
        let (scope, old, new) = (scope.into(), old.into(), new.into());
        insert::check(&new)?;
        let found = self.written(scope, &old)?;
        if old == new {
            return Ok(());
        }
        let mut there = self.occurrences(scope, &new)?;
        let mut always = there.iter().any(|it| !it.nesting.is_conditional);
        let (mut steps, mut is_apart) = (Vec::new(), false);
        for place in found {
            let inside = place.nesting.inside(&new);
            let beside = there.iter().any(|it| it.path == place.path);
            let step = match inside {
                _ if always || beside => None,
                Some(inside) => Some(inside),
                None if place.nesting.is_conditional => {
                    let rule = text_of(&new);
                    return Err(EditError::OtherPrefix { rule, line: self.source.line_column(place.start).0 });
                }
                None => {
                    is_apart = true;
                    None
                }
            };
            always |= is_apart || step.is_some() && !place.nesting.is_conditional;
            there.push(place.clone());
            steps.push((place, step));
        }
        self.all_or_nothing(|editor| {
            for (place, step) in steps.into_iter().rev() {
                match step {
                    Some(new) => editor.rewrite(&place, &new)?,
                    None => editor.take_out(place, CommentsAbove::Keep)?,
                }
            }
            if is_apart { editor.add_rule(scope, new).map(|_| ()) } else { Ok(()) }
        })
    }

    /// The rules directly in a profile, or on the top level of a file.
    #[cfg(feature = "log")]
    pub(crate) fn rules_of<'a>(&self, scope: impl Into<Scope<'a>>) -> Result<Vec<ItemKind>, EditError> {
        let owner = self.owner(scope.into())?;
        let own = places(&self.file, owner).into_iter().next();
        Ok(own.map_or_else(Vec::new, |place| place.items.iter().map(|item| item.kind.value.clone()).collect()))
    }

    fn remove(&mut self, scope: Scope<'_>, rule: &ItemKind, above: CommentsAbove) -> Result<(), EditError> {
        let found = self.written(scope, rule)?;
        self.all_or_nothing(|editor| found.into_iter().rev().try_for_each(|place| editor.take_out(place, above)))
    }

    /// Takes an item out of its list.
    fn take_out(&mut self, place: RulePosition, above: CommentsAbove) -> Result<(), EditError> {
        let index = place.index;
        let removed = self.change(place.path, |editor, items, tail| {
            let removal = remove::removal(TextLines(editor.text()), items, index, above)?;
            Some(removal.apply(items, tail, index))
        })?;
        removed.then_some(()).ok_or(EditError::Unproved)
    }

    /// Puts an item into the place of another one: only the words that differ, or else all of it.
    fn rewrite(&mut self, place: &RulePosition, new: &ItemKind) -> Result<(), EditError> {
        let attempt = |editor: &mut Editor, which: usize| {
            let changed = editor.change(place.path.clone(), |editor, items, _| {
                let item = items.get_mut(place.index)?;
                let edit = rewrite::rewritings(TextLines(editor.text()), item, new).into_iter().nth(which)?;
                let (before, range) = (pieces_before(item), edit.range());
                let mut inside = item.leading.split_off(before);
                inside.retain(|piece| comment(piece).is_some_and(|it| !range.contains(&(it.start as usize))));
                item.leading.append(&mut inside);
                item.kind.value = new.clone();
                Some(edit)
            })?;
            changed.then_some(()).ok_or(EditError::Unproved)
        };
        match attempt(self, 0) {
            Err(EditError::Unproved) => attempt(self, 1),
            result => result,
        }
    }

    /// Returns the places in which a rule is written, at least one, in the order of the text.
    fn written(&self, scope: Scope<'_>, rule: &ItemKind) -> Result<Vec<RulePosition>, EditError> {
        let found = self.occurrences(scope, rule)?;
        if found.is_empty() {
            return Err(EditError::NoSuchRule { rule: text_of(rule), place: scope.to_string() });
        }
        Ok(found)
    }

    fn occurrences(&self, scope: Scope<'_>, rule: &ItemKind) -> Result<Vec<RulePosition>, EditError> {
        let owner = self.owner(scope)?;
        let mut found = Vec::new();
        for place in places(&self.file, owner) {
            for (index, item) in place.items.iter().enumerate().filter(|(_, item)| place.nesting.states(item, rule)) {
                let (path, nesting) = (place.path.clone(), place.nesting.clone());
                found.push(RulePosition { start: item.kind.span.start, path, index, nesting });
            }
        }
        found.sort_by_key(|written| written.start);
        Ok(found)
    }
}

fn text_of(rule: &ItemKind) -> String {
    String::from_utf8_lossy(&item_text(rule)).into_owned()
}
