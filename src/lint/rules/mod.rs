//! Every rule: a folder for each family, and a file for each rule with its page beside it.

/// The page of a rule: the Markdown file beside the rule's own, and the examples in `tests/lint/fixtures`, which the tests lint.
macro_rules! page {
    ($code:literal, $file:literal) => {
        page!($code, $file, "aa")
    };
    ($code:literal, $file:literal, $extension:literal) => {
        crate::lint::page::Page::new(
            include_str!(concat!($file, ".md")),
            include_str!(concat!("../../../../tests/lint/fixtures/", $code, "/bad.", $extension)),
            include_str!(concat!("../../../../tests/lint/fixtures/", $code, "/good.", $extension)),
        )
    };
}

mod correctness;
mod danger;
mod file_grants;
#[cfg(feature = "kubernetes")]
mod kubernetes;
pub(super) mod meta;
mod portability;
mod style;

use crate::diagnostic::Code;
use crate::lint::check::{Check, ItemView, Probe, ProbedAccess, ProfileView, Reporter};
use crate::lint::paths::symbols;
use crate::source::Spanned;
use crate::syntax::Pattern;
use crate::syntax::ast::{FileBody, FileLetters, RuleKind, RuleMode};

use super::rule::Rule;

/// Every rule in the order of its code.
pub static RULES: &[&Rule] = &[
    &meta::unused_suppression::RULE,
    &meta::unknown_suppression::RULE,
    &meta::suppression_without_reason::RULE,
    &danger::unconfined_exec::RULE,
    &danger::unconfined_environment::RULE,
    &danger::unconfined_fallback::RULE,
    &danger::write_and_exec::RULE,
    &danger::broad_write::RULE,
    &danger::broad_exec::RULE,
    &danger::broad_read::RULE,
    &danger::capability_sys_admin::RULE,
    &danger::capability_sys_module::RULE,
    &danger::capability_mac_admin::RULE,
    &danger::capability_sys_rawio::RULE,
    &danger::dac_override_with_broad_files::RULE,
    &danger::all_capabilities::RULE,
    &danger::ptrace_any::RULE,
    &danger::mount_any::RULE,
    &danger::change_profile_unconfined::RULE,
    &danger::allow_all::RULE,
    &danger::file_all::RULE,
    &danger::profile_of_others::RULE,
    &danger::writable_policy::RULE,
    &danger::writable_programs::RULE,
    &danger::writable_startup::RULE,
    &danger::writable_user_startup::RULE,
    &danger::raw_devices::RULE,
    &danger::kernel_escape_files::RULE,
    &danger::container_sockets::RULE,
    &danger::readable_secrets::RULE,
    &danger::exec_from_writable_directory::RULE,
    &danger::network_any::RULE,
    &danger::ipc_any::RULE,
    &danger::unconfined_profile::RULE,
    &danger::complain_mode::RULE,
    &danger::link_of_others::RULE,
    &danger::userns_with_sys_admin::RULE,
    &danger::deny_misses_alias::RULE,
    &danger::less_confined_tracee::RULE,
    &danger::less_confined_program::RULE,
    &correctness::subsumed_rule::RULE,
    &correctness::duplicate_rule::RULE,
    &correctness::allow_under_deny::RULE,
    &correctness::audit_deny_without_effect::RULE,
    &correctness::deny_only_silences::RULE,
    &correctness::deny_misses_contents::RULE,
    &correctness::attachment_never_matches::RULE,
    &correctness::attachment_conflict::RULE,
    &correctness::path_never_matches::RULE,
    &correctness::unknown_profile::RULE,
    &correctness::unknown_peer::RULE,
    &correctness::no_profile_attaches::RULE,
    &correctness::profile_in_two_files::RULE,
    &correctness::directory_without_slash::RULE,
    &correctness::home_variable::RULE,
    &correctness::negated_class_matches_slash::RULE,
    &correctness::path_through_symlink::RULE,
    &correctness::proc_self::RULE,
    &correctness::sys_class_symlink::RULE,
    &correctness::star_in_alternation_matches_nothing::RULE,
    &correctness::shell_in_path::RULE,
    &correctness::regex_in_path::RULE,
    &correctness::repeated_alternative::RULE,
    &correctness::unknown_child::RULE,
    &correctness::unreachable_child::RULE,
    &correctness::empty_profile::RULE,
    &correctness::duplicate_include::RULE,
    &correctness::unused_variable::RULE,
    &correctness::repeated_value::RULE,
    &correctness::mount_without_sys_admin::RULE,
    &correctness::raw_socket_without_net_raw::RULE,
    &correctness::ignored_condition::RULE,
    &correctness::variable_not_expanded::RULE,
    &correctness::needless_escape::RULE,
    &correctness::one_sided_rule::RULE,
    &correctness::own_name_never_matches::RULE,
    &correctness::unloadable_name::RULE,
    &portability::not_mediated::RULE,
    &portability::mediated_in_part::RULE,
    &portability::missing_abi::RULE,
    &portability::pound_include::RULE,
    &portability::profile_without_keyword::RULE,
    &portability::flags_without_keyword::RULE,
    &portability::leading_permissions::RULE,
    &portability::upper_case_permission::RULE,
    &portability::carriage_return::RULE,
    &portability::rlimit_without_unit::RULE,
    &portability::architecture_in_path::RULE,
    &portability::user_in_path::RULE,
    &portability::one_side_of_usr::RULE,
    &portability::hard_coded_home::RULE,
    &portability::absolute_include::RULE,
    &portability::tunable_for_path::RULE,
    &portability::no_upstream_kernel::RULE,
    &portability::unknown_capability::RULE,
    &portability::mount_source_as_point::RULE,
    &portability::peer_misses_stack::RULE,
    &portability::abi_of_kernel::RULE,
    &portability::hidden_by_abi::RULE,
    &portability::ref_defined::RULE,
    &portability::ref_variable::RULE,
    &portability::ref_include::RULE,
    &portability::ref_merge::RULE,
    &portability::ref_network_unix::RULE,
    &portability::ref_network_table::RULE,
    &portability::ref_deny_all::RULE,
    &portability::ref_deny_wider::RULE,
    &portability::ref_icmp::RULE,
    &portability::ref_queue_label::RULE,
    &portability::ref_unix_address::RULE,
    &portability::ref_kill_signal::RULE,
    &portability::ref_flag_order::RULE,
    &portability::ref_namespace::RULE,
    &portability::ref_nested_child::RULE,
    &portability::ref_attachment::RULE,
    &portability::ref_start::RULE,
    &portability::ref_exec_conflict::RULE,
    &portability::ref_lock::RULE,
    &portability::ref_limit::RULE,
    &portability::ref_block::RULE,
    &style::repeated_permission::RULE,
    &style::permission_order::RULE,
    &style::needless_quotes::RULE,
    &style::double_slash::RULE,
    &style::split_permissions::RULE,
    &style::profile_named_by_path::RULE,
    &style::needless_allow::RULE,
    &style::class_of_one::RULE,
    &style::missing_local_include::RULE,
    &style::file_name::RULE,
    &style::hat_with_caret::RULE,
    &style::home_without_owner::RULE,
    #[cfg(feature = "kubernetes")]
    &kubernetes::unknown_reference::RULE,
    #[cfg(feature = "kubernetes")]
    &kubernetes::annotation_conflicts_with_field::RULE,
    #[cfg(feature = "kubernetes")]
    &kubernetes::annotation_for_no_container::RULE,
    #[cfg(feature = "kubernetes")]
    &kubernetes::deprecated_annotation::RULE,
    #[cfg(feature = "kubernetes")]
    &kubernetes::container_weaker_than_pod::RULE,
    #[cfg(feature = "kubernetes")]
    &kubernetes::unconfined_container::RULE,
    #[cfg(feature = "kubernetes")]
    &kubernetes::annotation_outside_of_template::RULE,
    #[cfg(feature = "kubernetes")]
    &kubernetes::profile_name_like_path::RULE,
    #[cfg(feature = "kubernetes")]
    &kubernetes::no_profile_selected::RULE,
];

/// The rule that takes a diagnostic of another stage over.
pub(super) fn of_code(code: Code) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.raised().contains(&code))
}

/// A file rule that does not deny, as it is written.
struct AllowedFile<'a> {
    path: &'a Spanned<Pattern>,
    permissions: &'a Spanned<FileLetters>,
}

/// The file rule that an item is, unless it denies.
fn file_rule<'a>(view: &ItemView<'a>) -> Option<AllowedFile<'a>> {
    let rule = view.rule()?;
    let RuleKind::File(file) = &rule.kind else { return None };
    match &file.body {
        FileBody::Access { path, permissions, .. } if rule.prefix.mode != Some(RuleMode::Deny) => {
            Some(AllowedFile { path, permissions })
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
        let verb: &str = ProbedAccess::verb(*access);
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
