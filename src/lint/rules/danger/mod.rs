//! AA01: what opens a hole in the confinement.

mod shared;

pub(super) mod all_capabilities;
pub(super) mod allow_all;
pub(super) mod broad_exec;
pub(super) mod broad_read;
pub(super) mod broad_write;
pub(super) mod capability_mac_admin;
pub(super) mod capability_sys_admin;
pub(super) mod capability_sys_module;
pub(super) mod capability_sys_rawio;
pub(super) mod change_profile_unconfined;
pub(super) mod complain_mode;
pub(super) mod container_sockets;
pub(super) mod dac_override_with_broad_files;
pub(super) mod deny_misses_alias;
pub(super) mod exec_from_writable_directory;
pub(super) mod file_all;
pub(super) mod ipc_any;
pub(super) mod kernel_escape_files;
pub(super) mod link_of_others;
pub(super) mod mount_any;
pub(super) mod network_any;
pub(super) mod profile_of_others;
pub(super) mod ptrace_any;
pub(super) mod raw_devices;
pub(super) mod readable_secrets;
pub(super) mod unconfined_environment;
pub(super) mod unconfined_exec;
pub(super) mod unconfined_fallback;
pub(super) mod unconfined_profile;
pub(super) mod userns_with_sys_admin;
pub(super) mod writable_policy;
pub(super) mod writable_programs;
pub(super) mod writable_startup;
pub(super) mod writable_user_startup;
pub(super) mod write_and_exec;
