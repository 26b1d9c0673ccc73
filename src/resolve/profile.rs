//! Profiles, hats and children: from the tree to [`Profile`].

use crate::diagnostic::{Code, Detail, Diagnostic};
use crate::policy::{self, Glob, Profile, names};
use crate::source::{Span, Text};
use crate::syntax::ast::{self, ProfileKeyword};
use crate::vocab::rlimits;

use rustc_hash::FxHashSet;

use super::blocks::EnclosingBlocks;
use super::body::ProfileBody;
use super::variables::AutomaticVariables;
use super::{DeclaredNames, Resolver, compat, conflicts, implied};

/// The properties that a child inherits from the profile around it.
struct Parent<'a> {
    full_name: &'a [u8],
    namespace: Option<&'a Text>,
}

impl Resolver<'_> {
    /// A profile at top level.
    pub(super) fn top_level_profile(&mut self, profile: &ast::Profile) {
        let (namespace, resolved) = self.profile(profile, None);
        let mut names = std::mem::take(&mut self.names);
        self.defined(&mut names, (namespace, resolved.written_name.clone()), resolved.span, Code::DupProfile);
        self.names = names;
        self.profiles.push(resolved);
    }

    /// A hat or child profile.
    pub(super) fn child(&mut self, profile: &ast::Profile, body: &mut ProfileBody) {
        let parent = Parent { full_name: &body.full_name, namespace: body.namespace.as_ref() };
        let (namespace, resolved) = self.profile(profile, Some(&parent));
        if self.dead {
            return;
        }
        compat::child(&resolved, self.options, &mut self.diagnostics);
        self.defined(&mut body.names, (namespace.clone(), resolved.written_name.clone()), resolved.span, Code::DupHat);
        body.children.push((namespace, resolved));
    }

    /// Reports names that no kernel is given.
    fn loadable(&mut self, namespace: Option<&Text>, name: &Glob) {
        let fault = namespace.and_then(|namespace| names::namespace_fault(namespace));
        let of_namespace = fault.is_some();
        let fault = fault.or_else(|| names::profile_fault(&name.value));
        if let Some(fault) = fault {
            let what = if of_namespace { "namespace" } else { "profile" };
            let message = format!("the name of the {what} has {fault}");
            let help = "choose another name: armorer does not load a profile with this name";
            self.diagnostics.push(Diagnostic::new(Code::NameUnloadable, message, name.span).with_help(help));
        }
    }

    /// Reports profiles that are children by their names, but of no profile.
    pub(super) fn parents(&mut self) {
        fn walk<'p>(profiles: &'p [Profile], all: &mut Vec<&'p Profile>) {
            for profile in profiles {
                all.push(profile);
                walk(&profile.children, all);
            }
        }
        let mut all = Vec::new();
        walk(&self.profiles, &mut all);
        let known: FxHashSet<_> = all.iter().map(|profile| (&profile.namespace, profile.name.as_bytes())).collect();
        for profile in all {
            let parent = names::parent(&profile.name).filter(|_| names::profile_fault(&profile.name).is_none());
            let Some(parent) = parent.filter(|parent| !known.contains(&(&profile.namespace, *parent))) else {
                continue;
            };
            let parent = Text::from(parent);
            let message = format!("`{}` is a child of `{parent}`, which is not defined in this file", profile.name);
            let help = format!(
                "define `{parent}` in this file; otherwise this profile can only be loaded while `{parent}` is loaded"
            );
            self.diagnostics.push(Diagnostic::new(Code::ParentMissing, message, profile.span).with_help(help));
        }
    }

    fn defined(&mut self, names: &mut DeclaredNames, key: (Option<Text>, Text), span: Span, code: Code) {
        if let Some(&before) = names.get(&key) {
            let message = format!("profile `{}` is defined twice", key.1);
            let mut diagnostic = Diagnostic::new(code, message, span).and_label(before, "first defined here");
            diagnostic.profile = Some(key.1.clone());
            self.diagnostics.push(diagnostic.with_detail(Detail::DuplicateProfile { name: key.1 }));
        } else {
            names.insert(key, span);
        }
    }

    /// A profile and the namespace written before its name.
    fn profile(&mut self, profile: &ast::Profile, parent: Option<&Parent<'_>>) -> (Option<Text>, Profile) {
        let hat = matches!(profile.keyword, ProfileKeyword::Hat | ProfileKeyword::Caret);
        let name = self.name(profile);
        self.diagnostics.enter_profile(name.written.clone());
        let attachment = self.attachment(profile, &name);
        let xattrs = self.xattrs(profile, hat && parent.is_some());
        let identities = self.identities(profile);
        let flags = self.flags(profile);
        let (full_name, namespace) = match parent {
            Some(parent) => {
                let full = [parent.full_name, b"//", &name.expanded.value].concat();
                (full.into(), parent.namespace.cloned())
            }
            None => (name.expanded.value.clone(), name.namespace.clone()),
        };
        if name.is_sound {
            self.loadable(name.namespace.as_ref().filter(|_| parent.is_none()), &name.expanded);
        }
        let unfiltered = attachment.unfiltered.as_ref().map(|glob| glob.value.as_bytes());
        let mut body = ProfileBody {
            automatic: AutomaticVariables::new(&full_name, unfiltered),
            full_name,
            written_name: name.written.clone(),
            namespace,
            rules: Vec::new(),
            rlimits: [None; rlimits::COUNT],
            children: Vec::new(),
            names: DeclaredNames::default(),
            change_profile: None,
        };
        let once = std::mem::take(&mut self.once);
        self.items(&profile.body.items, &mut body, &EnclosingBlocks::default());
        self.once = once;
        let ProfileBody { full_name, namespace, mut rules, rlimits, mut children, change_profile, .. } = body;
        let hats = (hat || !children.is_empty()).then_some(profile.name.span);
        rules.extend(implied::rules(hats, change_profile));
        let mut rules = self.aliases.copy_rules(rules, &mut self.variables, &mut self.diagnostics);
        conflicts::report(&mut rules, &mut self.diagnostics);
        compat::merged(&policy::merged(&rules), &mut self.diagnostics);
        children.sort_by(|(a, x), (b, y)| (a, &x.written_name).cmp(&(b, &y.written_name)));
        let resolved = Profile {
            name: full_name,
            written_name: name.written,
            namespace,
            hat,
            span: profile.name.span,
            attachment: attachment.attachment,
            name_glob: attachment.name_glob,
            alias_attachments: attachment.aliased,
            xattrs,
            identities,
            flags,
            rlimits,
            rules,
            children: children.into_iter().map(|(_, child)| child).collect(),
        };
        self.diagnostics.leave_profile();
        (name.namespace, resolved)
    }
}
