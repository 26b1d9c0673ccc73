//! The annotation that came before the field, and what is wrong with it.

use super::shown;
use crate::diagnostic::Severity;
use crate::kubernetes::Setting;
use crate::lint::check::{Check, Reporter};
use crate::lint::manifest::ManifestView;
use crate::lint::rule::{Confidence, Rule};

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

fn outer(view: &ManifestView<'_>, reporter: &mut Reporter<'_>) {
    for annotation in view.manifest.workloads.iter().flat_map(|workload| &workload.outer_annotations) {
        reporter.report(annotation.container.span, "the annotation is not on the pod template, and has no effect");
    }
}
