//! AA05: manifests.

pub(super) mod annotations;
pub(super) mod references;
pub(super) mod settings;

use crate::kubernetes::Setting;

/// A setting in words.
fn shown(setting: &Setting) -> String {
    match setting {
        Setting::Unconfined => "unconfined".into(),
        Setting::RuntimeDefault => "the runtime's default".into(),
        Setting::Localhost(name) => format!("`{}`", name.value),
    }
}
