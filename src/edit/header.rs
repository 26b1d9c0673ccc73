//! Flags in the header of a profile.

use std::mem::discriminant;

use crate::source::Spanned;
use crate::syntax::ast::{ItemKind, Named, Profile, ProfileFlag};
use crate::syntax::parse;
use crate::vocab::ProfileMode;

use super::lines::{TextLines, is_blank};
use super::scope::Scope;
use super::{Edit, EditError, Editor, nesting};

impl Editor {
    /// Sets the mode of a profile; [`ProfileMode::Enforce`] needs no flag. `false`: it has that mode already.
    ///
    /// # Errors
    /// When there is no such profile, or several.
    pub fn set_mode(&mut self, profile: &str, mode: ProfileMode) -> Result<bool, EditError> {
        if mode != ProfileMode::Enforce {
            return self.set_flag(profile, ProfileFlag::Mode(mode));
        }
        self.remove_flags(profile, |flag| matches!(flag, ProfileFlag::Mode(other) if *other != mode))
    }

    /// Sets a flag of a profile, in the place of one that contradicts it, or after the others. `false`: it is set already.
    ///
    /// ```
    /// use armorer::ast::ProfileFlag;
    /// use armorer::edit::Editor;
    /// use armorer::vocab::ProfileMode;
    ///
    /// let mut editor = Editor::new("profile a flags=(kill) {\n}\n")?;
    /// editor.set_flag("a", ProfileFlag::Mode(ProfileMode::Complain))?;
    /// editor.set_flag("a", ProfileFlag::Audit)?;
    /// assert_eq!(editor.text(), b"profile a flags=(complain,audit) {\n}\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When there is no such profile, or several, or when the flag's text would not be read as that flag.
    pub fn set_flag(&mut self, profile: &str, flag: ProfileFlag) -> Result<bool, EditError> {
        let named = Named::from(flag.clone());
        check(&named)?;
        let changed = self.change_header(profile, |lines, it| {
            let same = positions(it, |other| excludes(&flag, other));
            let exact = positions(it, |other| *other == flag);
            match (exact.first(), same.first()) {
                (Some(_), _) => None,
                (None, Some(&index)) => replace(it, index, named.clone()),
                (None, None) => Some(add(lines, it, named.clone())),
            }
        })?;
        let others = |other: &ProfileFlag| *other != flag && excludes(&flag, other);
        Ok(self.remove_flags(profile, others)? || changed)
    }

    /// Removes a flag of a profile. `false`: it is not set.
    ///
    /// ```
    /// use armorer::ast::ProfileFlag;
    /// use armorer::edit::Editor;
    ///
    /// let mut editor = Editor::new("profile a flags=(audit) {\n}\n")?;
    /// assert!(editor.remove_flag("a", &ProfileFlag::Audit)?);
    /// assert_eq!(editor.text(), b"profile a {\n}\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When there is no such profile, or several.
    pub fn remove_flag(&mut self, profile: &str, flag: &ProfileFlag) -> Result<bool, EditError> {
        self.remove_flags(profile, |other| other == flag)
    }

    fn remove_flags(&mut self, profile: &str, wanted: impl Fn(&ProfileFlag) -> bool) -> Result<bool, EditError> {
        let mut changed = false;
        while self.change_header(profile, |lines, it| {
            let index = *positions(it, &wanted).first()?;
            remove(lines, it, index)
        })? {
            changed = true;
        }
        Ok(changed)
    }

    /// Changes the header of a profile, as [`Editor::change`].
    fn change_header(
        &mut self,
        profile: &str,
        plan: impl FnOnce(TextLines<'_>, &mut Profile) -> Option<Edit>,
    ) -> Result<bool, EditError> {
        let owner = self.owner(Scope::Profile(profile))?;
        let path = nesting::places(&self.file, owner).first().map(|place| place.path.clone());
        let mut file = self.file.clone();
        let edit = match path.and_then(|path| path.item(&mut file)).map(|item| &mut item.kind.value) {
            Some(ItemKind::Profile(profile)) => plan(TextLines(self.text()), profile),
            _ => None,
        };
        edit.map_or(Ok(false), |edit| self.commit(edit, &file).map(|()| true))
    }
}

/// Whether a profile can have only one of two flags.
fn excludes(one: &ProfileFlag, other: &ProfileFlag) -> bool {
    match (one, other) {
        (ProfileFlag::Path(one), ProfileFlag::Path(other)) => one.name == other.name || one.opposite == other.name,
        _ => discriminant(one) == discriminant(other),
    }
}

/// Returns the positions of the flags whose value is as wanted.
fn positions(profile: &Profile, wanted: impl Fn(&ProfileFlag) -> bool) -> Vec<usize> {
    let flags = profile.flags.iter().flat_map(|flags| &flags.value).enumerate();
    flags.filter(|(_, flag)| flag.value.value().is_some_and(&wanted)).map(|(index, _)| index).collect()
}

/// Refuses a flag whose text is not read as that flag.
fn check(flag: &Named<ProfileFlag>) -> Result<(), EditError> {
    let word = flag.as_bytes();
    let read = parse(&[b"profile p flags=(", word, b") {\n}\n"].concat());
    let mut expected = Profile::new("p")?;
    expected.flags = Some(Spanned::bare(vec![Spanned::bare(flag.clone())]));
    let is_same = read.is_ok_and(|file| file == expected.into());
    is_same
        .then_some(())
        .ok_or_else(|| EditError::NotOne { what: "flag", text: String::from_utf8_lossy(word).into_owned() })
}

/// Puts a flag into the place of another one.
fn replace(profile: &mut Profile, index: usize, flag: Named<ProfileFlag>) -> Option<Edit> {
    let old = profile.flags.as_mut()?.value.get_mut(index)?;
    let edit = Edit::new(old.span.start as usize..old.span.end as usize, flag.as_bytes());
    old.value = flag;
    Some(edit)
}

/// Adds a flag after all others.
fn add(lines: TextLines<'_>, profile: &mut Profile, flag: Named<ProfileFlag>) -> Edit {
    let new = Spanned::bare(flag);
    let word = new.value.as_bytes();
    let Some(flags) = &mut profile.flags else {
        let at = header_end(profile);
        // A backslash at the end of a word would escape the blank.
        let blank = if lines.slice(0..at).ends_with(b"\\") { lines.line_end(at) } else { b" " };
        let edit = Edit::new(at..at, [blank, b"flags=(", word, b")"].concat());
        profile.flags = Some(Spanned::bare(vec![new]));
        return edit;
    };
    let edit = match &flags.value[..] {
        [] => {
            let at = (flags.span.end as usize).saturating_sub(1);
            Edit::new(at..at, word)
        }
        [.., last] => {
            let gap = match &flags.value[..] {
                [.., before, last] => lines.slice(before.span.end as usize..last.span.start as usize),
                _ => b",",
            };
            let is_plain = gap.iter().all(|byte| is_blank(byte) || *byte == b',');
            let at = last.span.end as usize;
            Edit::new(at..at, [if is_plain { gap } else { b"," }, word].concat())
        }
    };
    flags.value.push(new);
    edit
}

/// Takes a flag out, and the list with the last one.
fn remove(lines: TextLines<'_>, profile: &mut Profile, index: usize) -> Option<Edit> {
    let end = header_end(profile);
    let flags = profile.flags.as_mut()?;
    let range = |spanned: &Spanned<Named<ProfileFlag>>| spanned.span.start as usize..spanned.span.end as usize;
    let here = range(flags.value.get(index)?);
    let next = flags.value.get(index + 1).map(range);
    let before = index.checked_sub(1).and_then(|before| flags.value.get(before)).map(range);
    let (start, stop) = match (before, next) {
        (_, Some(next)) => (here.start, next.start),
        (Some(before), None) => (before.end, here.end),
        (None, None) => {
            let list = flags.span.start as usize..flags.span.end as usize;
            let is_apart = lines.slice(end..list.start).trim_ascii().is_empty();
            profile.flags = None;
            return Some(Edit::new(if is_apart { end } else { list.start }..list.end, ""));
        }
    };
    flags.value.remove(index);
    Some(Edit::new(start..stop, ""))
}

/// Returns the end of the header without its flags.
fn header_end(profile: &Profile) -> usize {
    let parts = [
        Some(profile.name.span),
        profile.attachment.as_ref().map(|it| it.span),
        profile.xattrs.as_ref().map(|it| it.span),
        profile.identities.last().map(|it| it.span),
    ];
    parts.into_iter().flatten().map(|span| span.end as usize).max().unwrap_or(0)
}

/// The offset after the brace that opens the body, after blanks and comments.
pub(super) fn body_start(lines: TextLines<'_>, profile: &Profile) -> usize {
    let mut at = header_end(profile).max(profile.flags.as_ref().map_or(0, |flags| flags.span.end as usize));
    loop {
        at = match lines.slice(at..at + 1) {
            b"{" => return at + 1,
            b"#" => lines.end(at),
            [] => return at,
            _ => at + 1,
        };
    }
}
