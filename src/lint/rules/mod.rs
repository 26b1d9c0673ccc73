//! Every rule, a folder a family and a file for each rule or few of a kind.

mod correctness;
mod danger;
#[cfg(feature = "kubernetes")]
mod kubernetes;
pub(super) mod meta;
mod portability;
mod style;

use crate::diagnostic::Code;
use crate::lint::check::{Access, Check, ItemView, Probe, ProfileView, Reporter};
use crate::lint::paths::symbols;
use crate::source::Spanned;
use crate::syntax::Pattern;
use crate::syntax::ast::{FileBody, FileLetters, RuleKind, RuleMode};

use super::rule::Rule;

use correctness::{attachment, children, directory, duplicates, missing, one_sided, paths, subsumed, variables};
use danger::{escape, exec, files, privileges};
#[cfg(feature = "kubernetes")]
use kubernetes::{annotations, references, settings};
use portability::{distributions, kernels, raised, reference, syntax};
use style::{names, text};

/// Every rule in the order of its code.
pub static RULES: &[&Rule] = &[
    &meta::UNUSED,
    &meta::UNKNOWN,
    &meta::NO_REASON,
    &exec::UNCONFINED,
    &exec::ENVIRONMENT,
    &exec::FALLBACK,
    &escape::WRITE_EXEC,
    &files::BROAD_WRITE,
    &exec::BROAD,
    &files::BROAD_READ,
    &privileges::SYS_ADMIN,
    &privileges::SYS_MODULE,
    &privileges::MAC_ADMIN,
    &privileges::RAW_IO,
    &privileges::DAC,
    &privileges::ALL_CAPABILITIES,
    &privileges::PTRACE,
    &privileges::MOUNT,
    &privileges::CHANGE_PROFILE,
    &privileges::ALL,
    &privileges::FILE_ALL,
    &files::OTHERS_ATTR,
    &files::POLICY,
    &files::LIBRARIES,
    &files::STARTUP,
    &files::USER_STARTUP,
    &files::RAW_DEVICES,
    &files::KERNEL_KNOBS,
    &files::CONTAINER_SOCKETS,
    &files::SECRETS,
    &files::WRITABLE_EXEC,
    &privileges::NETWORK,
    &privileges::IPC,
    &privileges::UNCONFINED_MODE,
    &privileges::COMPLAIN,
    &privileges::LINK_SUBSET,
    &privileges::USERNS,
    &escape::ALIAS,
    &subsumed::SUBSUMED,
    &duplicates::RULE,
    &subsumed::SHADOWED,
    &subsumed::NOTHING_DENIED,
    &subsumed::ONLY_QUIET,
    &escape::CONTENTS,
    &attachment::NEVER,
    &attachment::CONFLICT,
    &attachment::PATH_NEVER,
    &attachment::TARGET,
    &attachment::PEER,
    &attachment::EXECUTED,
    &attachment::DUPLICATE,
    &directory::DIRECTORY,
    &paths::HOME,
    &paths::NEGATED,
    &paths::SYMLINK,
    &paths::SELF,
    &paths::SYS_LINKS,
    &paths::STAR,
    &paths::SHELL,
    &paths::REGEX,
    &paths::REPEATED,
    &children::NO_CHILD,
    &children::UNREACHABLE,
    &children::EMPTY,
    &duplicates::INCLUDE,
    &variables::UNUSED,
    &variables::SAME_VALUE,
    &missing::MOUNT,
    &missing::RAW,
    &raised::CONDITION,
    &raised::VARIABLE,
    &raised::ESCAPE,
    &one_sided::ONE_SIDED,
    &kernels::NOT_MEDIATED,
    &kernels::IN_PART,
    &syntax::ABI,
    &syntax::POUND,
    &syntax::HEADER,
    &syntax::FLAGS,
    &syntax::LEADING,
    &syntax::UPPER,
    &syntax::CRLF,
    &syntax::RLIMIT,
    &distributions::MULTIARCH,
    &distributions::USER,
    &distributions::USR_MERGE,
    &distributions::HOME,
    &distributions::INCLUDE,
    &distributions::RUN_AND_PROC,
    &kernels::NO_UPSTREAM,
    &kernels::CAPABILITY,
    &raised::MOUNT_SOURCE,
    &reference::DEFINED,
    &reference::VARIABLE,
    &reference::INCLUDE,
    &reference::MERGE,
    &reference::NETWORK_UNIX,
    &reference::NETWORK_TABLE,
    &reference::DENY_ALL,
    &reference::DENY_WIDER,
    &reference::ICMP,
    &reference::QUEUE,
    &reference::ADDRESS,
    &reference::KILL,
    &reference::FLAGS,
    &reference::NAMESPACE,
    &reference::CHILD,
    &reference::ATTACHMENT,
    &reference::START,
    &reference::EXEC,
    &reference::LOCK,
    &reference::LIMIT,
    &reference::BLOCK,
    &text::REPEATED,
    &text::ORDER,
    &text::QUOTES,
    &text::SLASHES,
    &duplicates::SPLIT,
    &raised::PATH_NAME,
    &text::ALLOW,
    &text::CLASS,
    &names::LOCAL,
    &names::FILE_NAME,
    &names::CARET,
    &names::OWNER,
    #[cfg(feature = "kubernetes")]
    &references::UNKNOWN,
    #[cfg(feature = "kubernetes")]
    &annotations::CONFLICT,
    #[cfg(feature = "kubernetes")]
    &annotations::CONTAINER,
    #[cfg(feature = "kubernetes")]
    &annotations::DEPRECATED,
    #[cfg(feature = "kubernetes")]
    &settings::WEAKER,
    #[cfg(feature = "kubernetes")]
    &settings::UNCONFINED,
    #[cfg(feature = "kubernetes")]
    &annotations::OUTER,
    #[cfg(feature = "kubernetes")]
    &references::NAME,
    #[cfg(feature = "kubernetes")]
    &settings::NONE,
];

/// The rule that takes a diagnostic of another stage over.
pub(super) fn of_code(code: Code) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.raised().contains(&code))
}

/// Path, permissions and target of a file rule that does not deny.
fn file_rule<'a>(
    view: &ItemView<'a>,
) -> Option<(&'a Spanned<Pattern>, &'a Spanned<FileLetters>, Option<&'a Spanned<Pattern>>)> {
    let rule = view.rule()?;
    let RuleKind::File(file) = &rule.kind else { return None };
    match &file.body {
        FileBody::Access { path, permissions, target, .. } if rule.prefix.mode != Some(RuleMode::Deny) => {
            Some((path, permissions, target.as_ref()))
        }
        _ => None,
    }
}

/// Looks for rules that give away one of the files of a [`Probe`], and which no other rule denies. Rules for all files have a
/// finding of their own.
pub(super) fn probe(view: &ProfileView<'_>, reporter: &mut Reporter<'_>) {
    let Check::Probe(probe) = &reporter.rule.check else { return };
    let Probe { access, what, .. } = probe;
    for (rule, file) in view.allowed_files() {
        if !access.is_in(file) || view.is_broad(file) {
            continue;
        }
        let Some(given) = view.patterns.get(&file.path.value).given(reporter.rule.code, probe) else { continue };
        let denied = !given.ends_with('/') && view.denies(given, *access);
        if denied {
            continue;
        }
        let below = if given.ends_with('/') { "files below " } else { "" };
        let verb: &str = Access::verb(*access);
        let whose = match rule.prefix.owner {
            Some(_) => " as its owner",
            None => "",
        };
        reporter.report(rule.span, format!("the program may {verb} {below}`{given}`{whose}, {what}"));
    }
}

impl Probe {
    /// The first of the files, or of the directories, that a pattern gives away.
    pub(super) fn first(&self, pattern: &crate::automata::Pattern) -> Option<&'static str> {
        let file = self.files.iter().find(|file| pattern.matches(&symbols(file)));
        // A pattern that begins with wildcards begins with any directory, and says nothing of this one.
        let anywhere = || pattern.may_begin_with(&symbols("/\u{1}q/"));
        let below = || self.below.iter().find(|directory| pattern.may_begin_with(&symbols(directory)));
        file.or_else(|| if anywhere() { None } else { below() }).copied()
    }
}
