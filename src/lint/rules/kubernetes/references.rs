//! References of pods to profiles.

use crate::diagnostic::Severity;
use crate::lint::check::{Check, Reporter};
use crate::lint::manifest::ManifestView;
use crate::lint::rule::{Confidence, Rule};

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
