//! Bodies of profiles: rules, blocks, conditionals, children.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::policy::{ExecKind, FileRule, Prefix, Profile, Rule, RuleKind, RuleMode, Slashes, slashes};
use crate::source::{Span, Spanned, Text};
use crate::syntax::ast::{self, Item, ItemKind, ProfileKeyword};
use crate::vocab::rlimits;

use super::blocks::EnclosingBlocks;
use super::condition::Evaluator;
use super::expand::Expander;
use super::variables::AutomaticVariables;
use super::{DeclaredNames, Resolver, lower, transitions};

/// The contents of the body of a profile so far.
pub(super) struct ProfileBody {
    pub(super) automatic: AutomaticVariables,
    /// The name with those of the parents, expanded.
    pub(super) full_name: Text,
    /// The profile's own name, as written.
    pub(super) written_name: Text,
    pub(super) namespace: Option<Text>,
    pub(super) rules: Vec<Rule>,
    pub(super) rlimits: [Option<u64>; rlimits::COUNT],
    /// Hats and child profiles, each with the namespace that is written before its name.
    pub(super) children: Vec<(Option<Text>, Profile)>,
    pub(super) names: DeclaredNames,
    /// The first change_profile rule.
    pub(super) change_profile: Option<Span>,
}

impl Resolver<'_> {
    /// Calls lowering.
    fn lower<T>(&mut self, f: impl FnOnce(&mut lower::Context<'_>) -> T) -> T {
        f(&mut lower::Context {
            diagnostics: &mut self.diagnostics,
            kernel: &self.options.kernel,
            policy: &self.policy,
        })
    }

    /// The items of a body, of a file that it includes, or of a block or branch in it.
    pub(super) fn items(&mut self, items: &[Item], body: &mut ProfileBody, scope: &EnclosingBlocks) {
        for item in items {
            let span = item.kind.span;
            match &item.kind.value {
                ItemKind::Abi(abi) => self.abi(abi, span, true),
                ItemKind::Include(include) => {
                    self.include(include, span, &mut |this, items| this.items(items, body, scope));
                }
                ItemKind::Alias(_) | ItemKind::SetVariable(_) | ItemKind::BoolVariable(_) => {
                    let message = "variables and aliases are not allowed inside a profile";
                    self.diagnostics.push(
                        Diagnostic::new(Code::MisplacedItem, message, span)
                            .with_help("move them, or the `include` that contains them, before the first profile"),
                    );
                }
                ItemKind::Profile(profile) if profile.keyword == ProfileKeyword::None => {
                    let message = "a child profile needs the keyword `profile`";
                    self.diagnostics.push(
                        Diagnostic::new(Code::MisplacedItem, message, profile.name.span)
                            .with_help(format!("write `profile {} {{`", profile.name.value)),
                    );
                }
                ItemKind::Profile(profile) => {
                    if !self.dead && scope.block().is_some() {
                        self.kept("apparmor_parser ignores profiles in a block", span, scope);
                    }
                    self.deeper(span, Code::NestingLimit, |this| this.child(profile, body));
                }
                ItemKind::Conditional(conditional) => {
                    self.deeper(span, Code::NestingLimit, |this| this.conditional(conditional, body, scope));
                    self.end_of_block(span);
                }
                ItemKind::Rlimit(rlimit) => self.rlimit(rlimit, span, body, scope),
                ItemKind::Block(block) => {
                    let prefix = self.lower(|context| lower::block_prefix(&block.prefix, context)).unwrap_or_default();
                    let inner = scope.enter(Spanned::new(prefix, block.prefix.span), &mut self.diagnostics);
                    self.deeper(span, Code::NestingLimit, |this| this.items(&block.block.items, body, &inner));
                    self.end_of_block(span);
                }
                ItemKind::Rule(rule) => self.rule(rule, span, body, scope),
            }
        }
    }

    fn kept(&mut self, message: &str, span: Span, scope: &EnclosingBlocks) {
        let mut diagnostic = Diagnostic::new(Code::BlockKept, message, span);
        if let Some(block) = scope.block() {
            diagnostic = diagnostic.and_label(block, "the block");
        }
        self.diagnostics.push(diagnostic);
    }

    fn conditional(&mut self, conditional: &ast::Conditional, body: &mut ProfileBody, scope: &EnclosingBlocks) {
        let inner = scope.branch();
        let mut next = conditional;
        // Whether no branch before was taken; after an error in a condition none is.
        let mut open = true;
        loop {
            let mut evaluator = Evaluator { variables: &mut self.variables, diagnostics: &mut self.diagnostics };
            let value = evaluator.evaluate(&next.condition);
            self.branch(&next.then.items, open && value == Some(true), body, &inner);
            open &= value == Some(false);
            match &next.otherwise {
                None => return,
                Some(ast::Else::Block(block)) => return self.branch(&block.items, open, body, &inner),
                Some(ast::Else::If(conditional)) => next = conditional,
            }
        }
    }

    /// A branch that is not taken is checked like any other, but leaves nothing behind.
    fn branch(&mut self, items: &[Item], taken: bool, body: &mut ProfileBody, scope: &EnclosingBlocks) {
        if taken || self.dead {
            return self.items(items, body, scope);
        }
        self.dead = true;
        self.items(items, body, scope);
        self.dead = false;
        self.once.leave_dead();
    }

    fn rlimit(&mut self, rlimit: &ast::Rlimit, span: Span, body: &mut ProfileBody, scope: &EnclosingBlocks) {
        let Some((number, value)) = self.lower(|context| lower::rlimit(rlimit, context)) else { return };
        if self.dead {
            return;
        }
        if scope.block().is_some() || scope.is_branch() {
            self.kept("apparmor_parser ignores resource limits in blocks and conditionals", span, scope);
        }
        if let Some(limit) = body.rlimits.get_mut(number) {
            *limit = Some(value);
        }
    }

    fn rule(&mut self, rule: &ast::Rule, span: Span, body: &mut ProfileBody, scope: &EnclosingBlocks) {
        let written = self.lower(|context| lower::prefix(&rule.prefix, context));
        let prefix = written.and_then(|prefix| scope.fill(prefix, rule.prefix.span, &mut self.diagnostics));
        let takes = prefix.is_some_and(|prefix| self.check_prefix(rule, &prefix, span, scope));
        let effective = prefix.or(written).unwrap_or_default();
        if let ast::RuleKind::All(_) = &rule.kind {
            if takes && !self.dead {
                self.dropped("all", span, scope);
                self.all(effective, span, body);
            }
            return;
        }
        let kind = self.lower(|context| lower::kind(&rule.kind, &effective, span, context));
        let Some(kind) = kind.filter(|_| takes && !self.dead) else { return };
        match (&kind, written) {
            (RuleKind::File(_) | RuleKind::ChangeProfile(_), Some(written)) => {
                if scope.block().is_some()
                    && let Some(difference) = scope.difference(&written, &effective)
                {
                    self.kept(&difference, span, scope);
                }
                let bare = |file: &FileRule| file.exec.as_ref().is_some_and(|exec| exec.mode.kind() == ExecKind::Bare);
                if matches!(&kind, RuleKind::File(file) if bare(file)) && written.mode != Some(RuleMode::Deny) {
                    self.kept(
                        "apparmor_parser rejects `x` in this rule because it ignores the prefix of the block",
                        span,
                        scope,
                    );
                }
                if scope.block().is_some() && matches!(&kind, RuleKind::ChangeProfile(change) if change.exec.is_some())
                {
                    self.kept(
                        "apparmor_parser compiles this rule of a block as an exec rule and may reject it",
                        span,
                        scope,
                    );
                }
            }
            _ => self.dropped(kind.keyword(), span, scope),
        }
        if let RuleKind::ChangeProfile(_) = &kind {
            body.change_profile.get_or_insert(span);
        }
        let origin = lower::origin(&rule.kind);
        self.push(Rule { prefix: effective, kind, span, origin }, body);
    }

    /// The warning about a rule that the reference compiler drops from a block.
    fn dropped(&mut self, name: &str, span: Span, scope: &EnclosingBlocks) {
        if scope.block().is_some() {
            self.kept(&format!("apparmor_parser ignores `{name}` rules in a block"), span, scope);
        }
    }

    /// Checks the prefix in effect. What a block fills in is shown beside what is wrong with it.
    fn check_prefix(&mut self, rule: &ast::Rule, prefix: &Prefix, span: Span, scope: &EnclosingBlocks) -> bool {
        let place = if rule.prefix.value.is_empty() { span } else { rule.prefix.span };
        let Some(block) = scope.block() else {
            return lower::check_prefix(&rule.kind, prefix, place, &mut self.diagnostics);
        };
        let mut diagnostics = Diagnostics::new();
        let takes = lower::check_prefix(&rule.kind, prefix, place, &mut diagnostics);
        let labelled = diagnostics.into_vec().into_iter().map(|d| d.and_label(block, "in this block"));
        self.diagnostics.extend(labelled);
        takes
    }

    /// Expands the variables of a rule and takes it into the body.
    pub(super) fn push(&mut self, mut rule: Rule, body: &mut ProfileBody) {
        self.sockets |= matches!(rule.kind, RuleKind::Network(_) | RuleKind::Unix(_));
        if let RuleKind::File(file) = &mut rule.kind {
            let owner = transitions::RuleOwner { full_name: &body.full_name, written_name: &body.written_name };
            transitions::resolve(file, &owner, rule.span, &mut self.diagnostics);
        }
        let mut expander = Expander {
            variables: &mut self.variables,
            automatic: &mut body.automatic,
            diagnostics: &mut self.diagnostics,
        };
        let mut right = true;
        let names_labels = names_labels(&rule.kind) && memchr::memchr(b'\\', &body.full_name).is_some();
        rule.kind.for_each_glob(&mut |glob, slashes| {
            if names_labels && slashes == Slashes::Keep && &glob.value[..] == OWN_NAME {
                expander.diagnostics.push(own_name(&body.full_name, glob.span));
            }
            right &= expander.expand(glob);
            if slashes == Slashes::Filter && !slashes::is_filtered(&glob.value) {
                glob.value = slashes::filter(&glob.value).into();
            }
        });
        if right && lower::finish(&mut rule, &mut self.diagnostics) {
            body.rules.push(rule);
        }
    }
}

/// The reference that stands for the profile's name, as a pattern.
const OWN_NAME: &[u8] = b"@{profile_name}";

/// Whether the patterns of a rule are about labels of processes.
fn names_labels(kind: &RuleKind) -> bool {
    matches!(
        kind,
        RuleKind::ChangeProfile(_)
            | RuleKind::Network(_)
            | RuleKind::Unix(_)
            | RuleKind::Dbus(_)
            | RuleKind::Signal(_)
            | RuleKind::Ptrace(_)
            | RuleKind::Mqueue(_)
    )
}

/// The label has each backslash of the name; as a pattern, a backslash with what it escapes matches fewer bytes than it has.
fn own_name(name: &Text, span: Span) -> Diagnostic {
    let message =
        format!("`@{{profile_name}}` cannot match the label of `{name}`: its backslashes are escapes in a pattern");
    Diagnostic::new(Code::OwnNameEscape, message, span).with_help("name the profile without a backslash")
}
