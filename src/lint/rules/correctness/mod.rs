//! AA02: what does not do what it looks like.

mod shared;

pub(super) mod allow_under_deny;
pub(super) mod attachment_conflict;
pub(super) mod attachment_never_matches;
pub(super) mod audit_deny_without_effect;
pub(super) mod deny_misses_contents;
pub(super) mod deny_only_silences;
pub(super) mod directory_without_slash;
pub(super) mod duplicate_include;
pub(super) mod duplicate_rule;
pub(super) mod empty_profile;
pub(super) mod home_variable;
pub(super) mod ignored_condition;
pub(super) mod mount_without_sys_admin;
pub(super) mod needless_escape;
pub(super) mod negated_class_matches_slash;
pub(super) mod no_profile_attaches;
pub(super) mod one_sided_rule;
pub(super) mod path_never_matches;
pub(super) mod path_through_symlink;
pub(super) mod proc_self;
pub(super) mod profile_in_two_files;
pub(super) mod raw_socket_without_net_raw;
pub(super) mod regex_in_path;
pub(super) mod repeated_alternative;
pub(super) mod repeated_value;
pub(super) mod shell_in_path;
pub(super) mod star_in_alternation_matches_nothing;
pub(super) mod subsumed_rule;
pub(super) mod sys_class_symlink;
pub(super) mod unknown_child;
pub(super) mod unknown_peer;
pub(super) mod unknown_profile;
pub(super) mod unreachable_child;
pub(super) mod unused_variable;
pub(super) mod variable_not_expanded;
