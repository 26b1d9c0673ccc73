//! AA04: what reads badly.

mod shared;

pub(super) mod class_of_one;
pub(super) mod double_slash;
pub(super) mod file_name;
pub(super) mod hat_with_caret;
pub(super) mod home_without_owner;
pub(super) mod missing_local_include;
pub(super) mod needless_allow;
pub(super) mod needless_quotes;
pub(super) mod permission_order;
pub(super) mod profile_named_by_path;
pub(super) mod repeated_permission;
pub(super) mod split_permissions;
