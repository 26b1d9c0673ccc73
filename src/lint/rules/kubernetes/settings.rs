//! How much containers are confined.

use super::shown;
use crate::diagnostic::Severity;
use crate::kubernetes::{Container, Setting, Workload};
use crate::lint::check::{Check, Reporter};
use crate::lint::manifest::ManifestView;
use crate::lint::rule::{Confidence, Rule};
use crate::source::Spanned;

pub(in crate::lint::rules) static WEAKER: Rule = Rule {
    code: "AA0505",
    name: "container-weaker-than-pod",
    severity: Severity::Warning,
    confidence: Confidence::Medium,
    summary: "a container is confined less than its pod",
    why: "The container's own setting goes before that of the pod: the stronger one does not hold for it.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: p
spec:
  securityContext:
    appArmorProfile:
      type: Localhost
      localhostProfile: app
  containers:
    - name: app
      image: app
      securityContext:
        appArmorProfile:
          type: Unconfined
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: profiles
data:
  app: |
    profile app {
      /etc/app.conf r,
    }
",
    good: "\
apiVersion: v1
kind: Pod
metadata:
  name: p
spec:
  securityContext:
    appArmorProfile:
      type: Localhost
      localhostProfile: app
  containers:
    - name: app
      image: app
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: profiles
data:
  app: |
    profile app {
      /etc/app.conf r,
    }
",
    remedy: "Delete the container's setting, or allow it with the reason.",
    check: Check::Manifest(weaker),
    ..Rule::BASE
};

pub(in crate::lint::rules) static UNCONFINED: Rule = Rule {
    code: "AA0506",
    name: "unconfined-container",
    severity: Severity::Warning,
    confidence: Confidence::High,
    summary: "a container runs unconfined",
    why: "AppArmor does nothing for it, not even what the runtime does by default.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: p
spec:
  securityContext:
    appArmorProfile:
      type: Unconfined
  containers:
    - name: app
      image: app
",
    good: "\
apiVersion: v1
kind: Pod
metadata:
  name: p
spec:
  securityContext:
    appArmorProfile:
      type: RuntimeDefault
  containers:
    - name: app
      image: app
",
    remedy: "Write `RuntimeDefault`, or a profile.",
    check: Check::Manifest(unconfined),
    ..Rule::BASE
};

pub(in crate::lint::rules) static NONE: Rule = Rule {
    code: "AA0509",
    name: "no-profile-selected",
    severity: Severity::Note,
    confidence: Confidence::High,
    default: false,
    summary: "a container selects no profile",
    why: "It gets the runtime's default where that is set up, and nothing else.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: p
spec:
  containers:
    - name: app
      image: app
",
    good: "\
apiVersion: v1
kind: Pod
metadata:
  name: p
spec:
  securityContext:
    appArmorProfile:
      type: RuntimeDefault
  containers:
    - name: app
      image: app
",
    remedy: "Write `RuntimeDefault`, or a profile.",
    check: Check::Manifest(none),
    ..Rule::BASE
};

/// What confines a container, and by which means it is selected.
fn effective<'a>(workload: &'a Workload, container: &'a Container) -> Option<&'a Spanned<Setting>> {
    let annotation = workload.annotations.iter().find(|annotation| annotation.container.value == container.name.value);
    let own = container.setting.as_ref().or(annotation.map(|annotation| &annotation.setting));
    own.or(workload.setting.as_ref())
}

/// How much a setting confines.
fn strength(setting: &Setting) -> u8 {
    match setting {
        Setting::Unconfined => 0,
        Setting::RuntimeDefault => 1,
        Setting::Localhost(_) => 2,
    }
}

fn weaker(view: &ManifestView<'_>, reporter: &mut Reporter<'_>) {
    for workload in &view.manifest.workloads {
        let Some(pod) = &workload.setting else { continue };
        for container in &workload.containers {
            if let Some(own) = container.setting.as_ref().filter(|own| strength(&own.value) < strength(&pod.value)) {
                let (mine, pods) = (shown(&own.value), shown(&pod.value));
                let message = format!("`{}` gets {mine}, and not {pods}", container.name.value);
                let finding = reporter.finding(own.span, message);
                reporter.push(finding.and_label(pod.span, "what the pod says"));
            }
        }
    }
}

fn unconfined(view: &ManifestView<'_>, reporter: &mut Reporter<'_>) {
    for workload in &view.manifest.workloads {
        for container in &workload.containers {
            if let Some(setting) = effective(workload, container).filter(|s| s.value == Setting::Unconfined) {
                reporter.report(setting.span, format!("container `{}` runs unconfined", container.name.value));
            }
        }
    }
}

fn none(view: &ManifestView<'_>, reporter: &mut Reporter<'_>) {
    for workload in &view.manifest.workloads {
        for container in workload.containers.iter().filter(|own| effective(workload, own).is_none()) {
            reporter.report(container.name.span, format!("container `{}` selects no profile", container.name.value));
        }
    }
}
