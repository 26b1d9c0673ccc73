//! AA05: manifests.

use crate::diagnostic::Severity;
use crate::kubernetes::{Setting, Workload};
use crate::lint::check::{Check, Reporter};
use crate::lint::manifest::ManifestView;
use crate::lint::rule::{Confidence, Rule};
use crate::source::Spanned;

pub(in crate::lint::rules) static UNKNOWN: Rule = Rule {
    code: "AA0501",
    name: "unknown-reference",
    severity: Severity::Warning,
    confidence: Confidence::Medium,
    summary: "a pod refers to a profile that no given manifest or tree defines",
    why: "The runtime cannot create the container on a node where the profile is not loaded.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: p
spec:
  securityContext:
    appArmorProfile:
      type: Localhost
      localhostProfile: ap
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
    remedy: "Mend the name (it is that of the profile, not of its file), or give the linter the files that define it.",
    check: Check::Manifest(unknown),
    ..Rule::BASE
};

pub(in crate::lint::rules) static CONFLICT: Rule = Rule {
    code: "AA0502",
    name: "annotation-conflicts-with-field",
    severity: Severity::Warning,
    confidence: Confidence::High,
    summary: "an annotation and `securityContext` select different profiles",
    why: "The API server refuses such a pod, or one of the two silently wins.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: p
  annotations:
    container.apparmor.security.beta.kubernetes.io/app: unconfined
spec:
  securityContext:
    appArmorProfile:
      type: RuntimeDefault
  containers:
    - name: app
      image: app
",
    good: "\
apiVersion: v1
kind: Pod
metadata:
  name: p
  annotations:
    container.apparmor.security.beta.kubernetes.io/app: runtime/default
spec:
  securityContext:
    appArmorProfile:
      type: RuntimeDefault
  containers:
    - name: app
      image: app
",
    remedy: "Delete the annotation.",
    check: Check::Manifest(conflict),
    ..Rule::BASE
};

pub(in crate::lint::rules) static CONTAINER: Rule = Rule {
    code: "AA0503",
    name: "annotation-for-no-container",
    severity: Severity::Warning,
    confidence: Confidence::High,
    summary: "an annotation names a container that does not exist",
    why: "It confines nothing, and the API server refuses the pod.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: p
  annotations:
    container.apparmor.security.beta.kubernetes.io/ap: runtime/default
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
  annotations:
    container.apparmor.security.beta.kubernetes.io/app: runtime/default
spec:
  containers:
    - name: app
      image: app
",
    remedy: "Mend the name.",
    check: Check::Manifest(container),
    ..Rule::BASE
};

pub(in crate::lint::rules) static DEPRECATED: Rule = Rule {
    code: "AA0504",
    name: "deprecated-annotation",
    severity: Severity::Note,
    confidence: Confidence::High,
    summary: "a profile is selected by annotation",
    why: "Since Kubernetes 1.30 there is the field `securityContext.appArmorProfile`; the annotation will go.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: p
  annotations:
    container.apparmor.security.beta.kubernetes.io/app: runtime/default
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
    remedy: "Write the field, unless clusters older than 1.30 are to be served.",
    check: Check::Manifest(deprecated),
    ..Rule::BASE
};

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

pub(in crate::lint::rules) static OUTER: Rule = Rule {
    code: "AA0507",
    name: "annotation-outside-of-template",
    severity: Severity::Warning,
    confidence: Confidence::High,
    summary: "an annotation stands on what makes pods, and not on the pod template",
    why: "It has no effect: annotations of the template go to the pods.",
    bad: "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: d
  annotations:
    container.apparmor.security.beta.kubernetes.io/app: runtime/default
spec:
  template:
    spec:
      containers:
        - name: app
          image: app
",
    good: "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: d
spec:
  template:
    spec:
      securityContext:
        appArmorProfile:
          type: RuntimeDefault
      containers:
        - name: app
          image: app
",
    remedy: "Move it to `spec.template.metadata.annotations`, or write the field.",
    check: Check::Manifest(outer),
    ..Rule::BASE
};

pub(in crate::lint::rules) static NAME: Rule = Rule {
    code: "AA0508",
    name: "profile-name-like-path",
    severity: Severity::Warning,
    confidence: Confidence::Medium,
    summary: "the name of a profile looks like a file or an annotation",
    why: "`localhostProfile` is the name of a loaded profile: without `localhost/`, and not the path of its file.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: p
spec:
  securityContext:
    appArmorProfile:
      type: Localhost
      localhostProfile: localhost/app
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
    remedy: "Write the name that stands behind `profile`.",
    check: Check::Manifest(name),
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
fn effective<'a>(workload: &'a Workload, container: &'a crate::kubernetes::Container) -> Option<&'a Spanned<Setting>> {
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

/// A setting in words.
fn shown(setting: &Setting) -> String {
    match setting {
        Setting::Unconfined => "unconfined".into(),
        Setting::RuntimeDefault => "the runtime's default".into(),
        Setting::Localhost(name) => format!("`{}`", name.value),
    }
}

fn unknown(view: &ManifestView<'_>, reporter: &mut Reporter<'_>) {
    for reference in view.manifest.references() {
        let name = reference.profile;
        if !view.profiles.contains(name.value.as_bytes()) {
            let near = crate::vocab::nearest(
                name.value.as_bytes(),
                view.profiles.iter().filter_map(|known| std::str::from_utf8(known).ok()),
            );
            let message = format!("no profile `{}` is defined in what was given", name.value);
            let finding = reporter.finding(name.span, message);
            reporter.push(match near {
                Some(near) => finding.with_help(format!("there is `{near}`")),
                None => finding,
            });
        }
    }
}

fn conflict(view: &ManifestView<'_>, reporter: &mut Reporter<'_>) {
    for workload in &view.manifest.workloads {
        for annotation in &workload.annotations {
            let container = workload.containers.iter().find(|own| own.name.value == annotation.container.value);
            let field = container.and_then(|own| own.setting.as_ref()).or(workload.setting.as_ref());
            if let Some(field) = field.filter(|field| field.value != annotation.setting.value) {
                let (here, there) = (shown(&annotation.setting.value), shown(&field.value));
                let message = format!("the annotation says {here}, `securityContext` says {there}");
                let finding = reporter.finding(annotation.setting.span, message);
                reporter.push(finding.and_label(field.span, "what `securityContext` says"));
            }
        }
    }
}

fn container(view: &ManifestView<'_>, reporter: &mut Reporter<'_>) {
    for workload in &view.manifest.workloads {
        for annotation in &workload.annotations {
            let name = &annotation.container;
            if !workload.containers.iter().any(|container| container.name.value == name.value) {
                let names = workload.containers.iter().map(|container| &*container.name.value);
                let near = crate::vocab::nearest(name.value.as_bytes(), names);
                let finding = reporter.finding(name.span, format!("there is no container `{}`", name.value));
                reporter.push(match near {
                    Some(near) => finding.with_help(format!("there is `{near}`")),
                    None => finding,
                });
            }
        }
    }
}

fn deprecated(view: &ManifestView<'_>, reporter: &mut Reporter<'_>) {
    for annotation in view.manifest.workloads.iter().flat_map(|workload| &workload.annotations) {
        let field = match &annotation.setting.value {
            Setting::RuntimeDefault => "type: RuntimeDefault".to_owned(),
            Setting::Unconfined => "type: Unconfined".to_owned(),
            Setting::Localhost(name) => format!("type: Localhost, localhostProfile: {}", name.value),
        };
        let finding = reporter.finding(annotation.container.span, "the annotation is deprecated");
        reporter.push(finding.with_help(format!(
            "write `securityContext: {{appArmorProfile: {{{field}}}}}` for the container `{}`",
            annotation.container.value
        )));
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

fn outer(view: &ManifestView<'_>, reporter: &mut Reporter<'_>) {
    for annotation in view.manifest.workloads.iter().flat_map(|workload| &workload.outer_annotations) {
        reporter.report(annotation.container.span, "the annotation is not on the pod template, and has no effect");
    }
}

fn name(view: &ManifestView<'_>, reporter: &mut Reporter<'_>) {
    for reference in view.manifest.references() {
        let name = reference.profile;
        let text = name.value.as_str();
        let file = text.contains("/apparmor.d/") || text.starts_with("localhost/");
        let ending = [".yaml", ".profile", ".apparmor"].iter().any(|ending| text.ends_with(ending));
        if file || ending && !view.profiles.contains(text.as_bytes()) {
            reporter.report(name.span, format!("`{text}` does not look like the name of a profile"));
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
