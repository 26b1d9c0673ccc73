//! Settings of containers.

use crate::kubernetes::{Container, Setting, Workload};
use crate::source::Spanned;

/// Returns the setting that confines a container, and how it is selected.
pub(super) fn effective_setting<'a>(workload: &'a Workload, container: &'a Container) -> Option<&'a Spanned<Setting>> {
    let annotation = workload.annotations.iter().find(|annotation| annotation.container.value == container.name.value);
    let own = container.setting.as_ref().or(annotation.map(|annotation| &annotation.setting));
    own.or(workload.setting.as_ref())
}

/// A setting in words.
pub(super) fn shown(setting: &Setting) -> String {
    match setting {
        Setting::Unconfined => "unconfined".into(),
        Setting::RuntimeDefault => "the runtime's default".into(),
        Setting::Localhost(name) => format!("`{}`", name.value),
    }
}
