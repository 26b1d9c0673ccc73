//! Headers of profiles: name, attachment, extended attributes, identities.

use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{Glob, slashes};
use crate::source::{Spanned, Text};
use crate::syntax::ast::{self, ProfileKeyword};
use crate::syntax::variable_reference::refers;
use crate::syntax::word::Word;

use super::Resolver;
use super::expand::Expander;
use super::preamble::stored_text;
use super::variables::AutomaticVariables;

/// The name of a profile, taken apart.
pub(super) struct SplitName {
    pub(super) namespace: Option<Text>,
    /// The name without namespace, variables unexpanded.
    pub(super) written: Text,
    /// The same with variables expanded.
    pub(super) expanded: Glob,
    /// Whether it could be taken apart.
    pub(super) is_sound: bool,
}

/// The attachment of a profile.
pub(super) struct Attachment {
    /// The attachment, slashes filtered.
    pub(super) attachment: Option<Glob>,
    /// The same with its slashes: what `@{exec_path}` means.
    pub(super) unfiltered: Option<Glob>,
    /// The part of the name after its last `//`.
    pub(super) name_glob: Glob,
    /// The attachments added by aliases.
    pub(super) aliased: Vec<Glob>,
}

/// Splits `:namespace:name` or `:namespace://name`.
pub(super) fn split_namespace(text: &[u8]) -> Result<(Option<&[u8]>, &[u8]), Code> {
    let Some(rest) = text.strip_prefix(b":") else {
        return if text.is_empty() { Err(Code::NameEmpty) } else { Ok((None, text)) };
    };
    let end = rest.iter().position(|&byte| byte == b':').ok_or(Code::NsUnterminated)?;
    let (namespace, name) = rest.split_at_checked(end).ok_or(Code::NsUnterminated)?;
    let name = name.get(1..).unwrap_or_default();
    let name = name.strip_prefix(b"//").unwrap_or(name);
    if namespace.is_empty() {
        Err(Code::NsEmpty)
    } else if name.is_empty() {
        Err(Code::NameEmpty)
    } else {
        Ok((Some(namespace), name))
    }
}

fn filtered(glob: &Glob) -> Glob {
    Glob::new(slashes::filter(&glob.value).into(), glob.span)
}

impl Resolver<'_> {
    /// Expands what stands in a header: automatic variables are not there yet.
    pub(super) fn expand_in_header(&mut self, glob: &mut Glob) -> bool {
        if self.dead {
            return true;
        }
        let mut automatic = AutomaticVariables::default();
        let mut expander =
            Expander { variables: &mut self.variables, automatic: &mut automatic, diagnostics: &mut self.diagnostics };
        let right = expander.expand(glob);
        if !right {
            self.variables.forget_errors();
        }
        right
    }

    /// Checks and takes apart the name in a header.
    pub(super) fn name(&mut self, profile: &ast::Profile) -> SplitName {
        let whole = stored_text(&profile.name);
        let span = whole.span;
        let mut is_sound = true;
        let (namespace, name) = if whole.value.starts_with(b"&") {
            is_sound = false;
            let message = "a profile name cannot begin with `&`";
            self.diagnostics.push(
                Diagnostic::new(Code::ProfileNameStack, message, span)
                    .with_help("remove the `&`: only targets (`->`) can be stacks"),
            );
            (None, whole.value.as_bytes())
        } else {
            split_namespace(&whole.value).unwrap_or_else(|code| {
                is_sound = false;
                let message = match code {
                    Code::NsUnterminated => format!("the namespace in `{}` has no closing colon", whole.value),
                    Code::NsEmpty => format!("the namespace in `{}` is empty", whole.value),
                    _ => "the profile has no name".to_owned(),
                };
                let help = "write a namespace as `:namespace:name`";
                self.diagnostics.push(Diagnostic::new(code, message, span).with_help(help));
                (None, whole.value.as_bytes())
            })
        };
        let path = name.starts_with(b"/");
        if profile.keyword == ProfileKeyword::None && !path && namespace.is_none() && !whole.value.starts_with(b":") {
            let message =
                format!("without the keyword `profile`, the name `{}` must begin with `/` or a namespace", whole.value);
            self.diagnostics.push(
                Diagnostic::new(Code::ProfileName, message, span)
                    .with_help(format!("write `profile {} {{`", profile.name.value)),
            );
        }
        if path {
            let message = "the profile name is a path, which makes it the attachment as well";
            self.diagnostics.push(
                Diagnostic::new(Code::PathName, message, span)
                    .with_help(format!("give it a name: `profile name {} {{`", profile.name.value)),
            );
        }
        let namespace = self.options.namespace.clone().or_else(|| namespace.map(Text::from));
        let written = Text::from(name);
        let mut expanded = Spanned::new(written.clone(), span);
        self.expand_in_header(&mut expanded);
        SplitName { namespace, written, expanded, is_sound }
    }

    /// Works out where a profile attaches.
    pub(super) fn attachment(&mut self, profile: &ast::Profile, name: &SplitName) -> Attachment {
        let own = &name.expanded;
        let last = own.value.windows(2).rposition(|pair| pair == b"//").map_or(0, |at| at + 2);
        let part: Glob = Spanned::new(own.value.get(last..).unwrap_or_default().into(), own.span);
        let unfiltered = match &profile.attachment {
            Some(word) => {
                let mut glob = stored_text(word);
                if !glob.value.starts_with(b"/") && !glob.value.starts_with(b"@{") {
                    let message = format!("attachment `{}` must begin with `/` or a variable", word.value);
                    self.diagnostics.push(Diagnostic::new(Code::Attachment, message, word.span));
                }
                self.expand_in_header(&mut glob);
                Some(glob)
            }
            None => own.value.starts_with(b"/").then(|| part.clone()),
        };
        let aliased = self.aliases.attachments(unfiltered.as_ref().unwrap_or(&part));
        Attachment {
            attachment: unfiltered.as_ref().map(filtered),
            unfiltered,
            name_glob: filtered(&part),
            aliased: aliased.iter().map(filtered).collect(),
        }
    }

    /// `xattrs=(…)`; `hat`: of a hat inside a profile.
    pub(super) fn xattrs(&mut self, profile: &ast::Profile, inner_hat: bool) -> Vec<(Text, Option<Glob>)> {
        let Some(group) = &profile.xattrs else { return Vec::new() };
        if group.name.value.as_bytes() != b"xattrs" {
            let message = format!("unknown group `{}` in a profile header", group.name.value);
            let diagnostic = Diagnostic::new(Code::CondGroup, message, group.name.span);
            self.diagnostics
                .push(diagnostic.with_help("write `xattrs=(name=value)`, the only group of conditions in a header"));
            return Vec::new();
        }
        if inner_hat {
            let message = "a hat cannot have `xattrs`: it is entered by change_hat, not by exec";
            self.diagnostics
                .push(Diagnostic::new(Code::HatXattrs, message, group.span).with_help("remove the `xattrs` group"));
        }
        let mut xattrs = Vec::new();
        for condition in &group.conditions {
            let words = condition.values();
            if let [_, second, ..] = words.as_slice() {
                let message = format!("`{}` takes only one value", condition.name.value);
                self.diagnostics.push(Diagnostic::new(Code::CondMulti, message, second.span));
            }
            let value = words.first().map(stored_text);
            if let Some(value) = value.as_ref().filter(|value| refers(&value.value)) {
                let message = "variables are not expanded in the value of an extended attribute";
                self.diagnostics.push(Diagnostic::new(Code::VarNotExpanded, message, value.span));
            }
            xattrs.push((stored_text(&condition.name).value, value));
        }
        xattrs
    }

    /// `+identities=(…)`
    pub(super) fn identities(&mut self, profile: &ast::Profile) -> Vec<Text> {
        let words: Vec<&Word> = profile.identities.iter().flat_map(|list| &list.value).collect();
        let mut identities = Vec::with_capacity(words.len());
        for word in words {
            let text = stored_text(word).value;
            if text.contains(&b' ') && !text.starts_with(b"/") {
                let message = "an identity that contains a space must begin with `/`";
                self.diagnostics.push(Diagnostic::new(Code::IdentitySpace, message, word.span));
            }
            identities.push(text);
        }
        identities
    }
}
