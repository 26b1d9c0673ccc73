//! Whole manifests in; places, settings and rewritten files out.

use proptest::prelude::*;

use super::{
    ContainerRole, EmbeddedProfile, Manifest, ProfileReplacement, RewriteError, Setting, TextForm,
    only_profiles_differ, rewrite,
};
use crate::source::{Source, SourceMap, Span};
use std::sync::Arc;

fn read(yaml: &str) -> (Manifest, SourceMap, Arc<Source>) {
    let sources = SourceMap::new();
    let id = sources.add("m.yaml", yaml.as_bytes()).unwrap();
    let source = sources.get(id);
    (Manifest::read(&source, id), sources, source)
}

/// `code line:column` of each diagnostic.
fn findings(yaml: &str) -> Vec<String> {
    let (manifest, sources, _) = read(yaml);
    let place = |span: Span| sources.describe(span).replace("m.yaml:", "");
    manifest.diagnostics.iter().map(|d| format!("{} {}", d.code, place(d.span()))).collect()
}

/// Returns the places in the YAML of each occurrence of a word of the text, as the YAML's own bytes and line:column.
fn places(profile: &EmbeddedProfile, word: &str, sources: &SourceMap, source: &Source) -> Vec<String> {
    let text = std::str::from_utf8(&profile.text).unwrap();
    text.match_indices(word)
        .map(|(at, _)| {
            let at = u32::try_from(at).unwrap();
            let span = profile.locate(Span::new(profile.span.source, at, at + u32::try_from(word.len()).unwrap()));
            format!("{} {}", String::from_utf8_lossy(source.slice(span)), sources.describe(span).replace("m.yaml:", ""))
        })
        .collect()
}

const STYLES: &str = "\
kind: ConfigMap
data:
  literal: |

    profile a {
      /é x,
      /w w,
    }

  folded: >-
      profile b {
        /é x,
        /w w,
      }
      # end
      # of it
  double: \"profile c {\\n \\x20/\\u00e9 x,\\n\\
    \\  /w w,\\n

    }\"
  single: 'profile d { /é x,

      # it''s
      /w w, }' # behind
  plain: profile e { /é
    x, /w
      w, }
  other: 'no profile'
";

#[test]
fn every_style_of_scalar_has_its_places() {
    let (manifest, sources, source) = read(STYLES);
    assert!(manifest.diagnostics.is_empty(), "{:?}", manifest.diagnostics);
    let found: Vec<_> = manifest.profiles.iter().map(|p| (p.key.value.as_str(), p.form)).collect();
    assert_eq!(
        found,
        [
            ("literal", TextForm::Literal),
            ("folded", TextForm::Folded),
            ("double", TextForm::DoubleQuoted),
            ("single", TextForm::SingleQuoted),
            ("plain", TextForm::Plain)
        ]
    );
    let texts: Vec<_> = manifest.profiles.iter().map(|p| std::str::from_utf8(&p.text).unwrap()).collect();
    assert_eq!(
        texts,
        [
            "\nprofile a {\n  /é x,\n  /w w,\n}\n",
            "profile b {\n  /é x,\n  /w w,\n} # end # of it",
            "profile c {\n  /é x,\n  /w w,\n\n}",
            "profile d { /é x,\n# it's /w w, }",
            "profile e { /é x, /w w, }",
        ]
    );
    let expected = ["7:7", "13:9", "18:8", "24:7", "26:8"];
    for (profile, place) in manifest.profiles.iter().zip(expected) {
        assert_eq!(places(profile, "/w", &sources, &source), [format!("/w {place}")], "{}", profile.key.value);
    }
    assert_eq!(places(&manifest.profiles[0], "/é x,", &sources, &source), ["/é x, 6:7"]);
    assert_eq!(places(&manifest.profiles[2], "é", &sources, &source), ["\\u00e9 17:31"]);
}

#[test]
fn documents_lists_and_aliases() {
    let (manifest, sources, _) = read(
        "# first\n---\nkind: ConfigMap\nmetadata: {namespace: n, name: c}\ndata:\n  a: &p |\n    profile a {}\n  b: *p\n---\n\
         apiVersion: v1\nkind: List\nitems:\n- kind: ConfigMap\n  data: {x: \"profile x {\\n}\\n\"}\n- kind: Secret\n  data: {y: \"profile y {\\n}\\n\"}\n",
    );
    assert!(manifest.diagnostics.is_empty(), "{:?}", manifest.diagnostics);
    let titles: Vec<_> = manifest.profiles.iter().map(EmbeddedProfile::title).collect();
    assert_eq!(titles, ["ConfigMap n/c: a", "ConfigMap: x"], "what an alias repeats stands there once");
    assert_eq!(sources.describe(manifest.profiles[1].key.span), "m.yaml:14:10");
}

#[test]
fn workloads_and_what_they_select() {
    let (manifest, sources, _) = read(
        "kind: Pod
metadata:
  name: p
  annotations:
    container.apparmor.security.beta.kubernetes.io/main: localhost/old
    other: x
spec:
  securityContext:
    appArmorProfile:
      type: Localhost
      localhostProfile: mine
  initContainers:
  - name: init
    securityContext: {appArmorProfile: {type: RuntimeDefault}}
  containers:
  - name: main
  ephemeralContainers:
  - name: debug
    securityContext:
      appArmorProfile:
        type: Unconfined
---
apiVersion: batch/v1
kind: CronJob
metadata:
  annotations:
    container.apparmor.security.beta.kubernetes.io/c: unconfined
spec:
  jobTemplate:
    spec:
      template:
        metadata:
          annotations:
            container.apparmor.security.beta.kubernetes.io/c: runtime/default
        spec:
          containers: [{name: c, securityContext: {appArmorProfile: {type: Localhost, localhostProfile: cron}}}]
",
    );
    assert!(manifest.diagnostics.is_empty(), "{:?}", manifest.diagnostics);
    let [pod, cron] = &manifest.workloads[..] else { panic!("{:?}", manifest.workloads) };
    let roles: Vec<_> = pod.containers.iter().map(|c| (c.role, c.name.value.as_str())).collect();
    assert_eq!(
        roles,
        [(ContainerRole::Init, "init"), (ContainerRole::Regular, "main"), (ContainerRole::Ephemeral, "debug")]
    );
    let settings: Vec<_> = pod.containers.iter().map(|c| c.setting.as_ref().map(|s| s.value.clone())).collect();
    assert_eq!(settings, [Some(Setting::RuntimeDefault), None, Some(Setting::Unconfined)]);
    assert_eq!(cron.annotations[0].setting.value, Setting::RuntimeDefault);
    assert_eq!(cron.outer_annotations[0].setting.value, Setting::Unconfined);
    let references: Vec<_> = manifest
        .profile_references()
        .map(|r| format!("{} {}", r.profile.value, sources.describe(r.profile.span).replace("m.yaml:", "")))
        .collect();
    assert_eq!(references, ["mine 11:25", "old 5:58", "cron 36:105"]);
}

#[test]
fn every_kind_of_workload() {
    for kind in ["Deployment", "DaemonSet", "StatefulSet", "ReplicaSet", "ReplicationController", "Job"] {
        let yaml = format!(
            "kind: {kind}\nspec: {{template: {{spec: {{securityContext: {{appArmorProfile: {{type: Localhost, localhostProfile: x}}}}}}}}}}\n"
        );
        assert_eq!(read(&yaml).0.profile_references().count(), 1, "{kind}");
    }
    assert!(read("kind: Service\nspec: {template: {spec: {containers: []}}}\n").0.workloads.is_empty());
}

#[test]
fn fields_that_kubernetes_does_not_take() {
    let setting = |fields: &str| {
        findings(&format!("kind: Pod\nspec:\n  securityContext:\n    appArmorProfile:\n{fields}  containers: []\n"))
    };
    assert_eq!(setting("      type: localhost\n"), ["manifest-invalid 5:13"]);
    assert_eq!(setting("      type: Localhost\n"), ["manifest-invalid 5:13"]);
    assert_eq!(setting("      type: Localhost\n      localhostProfile: ''\n"), ["manifest-invalid 6:25"]);
    assert_eq!(setting("      type: RuntimeDefault\n      localhostProfile: x\n"), ["manifest-invalid 6:25"]);
    assert_eq!(setting("      localhostProfile: x\n"), ["manifest-invalid 5:7"]);
    assert_eq!(setting("      type: Unconfined\n"), [""; 0]);
    let annotation =
        "kind: Pod\nmetadata:\n  annotations:\n    container.apparmor.security.beta.kubernetes.io/c: localhost:x\n";
    assert_eq!(findings(annotation), ["manifest-invalid 4:55"]);
    assert_eq!(findings("kind: ConfigMap\ndata:\n  a/b: |\n    profile x {}\n"), ["manifest-invalid 3:3"]);
    assert_eq!(findings("kind: ConfigMap\ndata: []\n"), ["manifest-invalid 2:7"]);
}

#[test]
fn broken_and_hostile_yaml() {
    assert_eq!(findings("kind: ConfigMap\ndata:\n  a: b\n  a: c\n"), ["yaml-duplicate-key 4:3"]);
    assert_eq!(findings("kind: ConfigMap\ndata: [a\n")[0].split(' ').next(), Some("yaml-syntax"));
    assert_eq!(findings("a: &x [*x]\n"), ["yaml-syntax 1:8"]);
    assert_eq!(findings(&"[".repeat(200)), ["yaml-limit 1:101"]);
    let sources = SourceMap::new();
    let id = sources.add("m.yaml", &b"kind: \xff\n"[..]).unwrap();
    assert_eq!(sources.describe(Manifest::read(&sources.get(id), id).diagnostics[0].span()), "m.yaml:1:7");

    // Nine lists of nine of the list before: a billion values, none of which is ever made.
    let mut bomb = String::from("a0: &a0 x\n");
    for level in 1..10 {
        let list = vec![format!("*a{}", level - 1); 9].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{list}]\n"));
    }
    assert_eq!(findings(&bomb), [""; 0]);

    // Many workloads of many containers each, all by alias.
    let container = "{name: c, securityContext: {appArmorProfile: {type: Localhost, localhostProfile: p}}}";
    let containers = vec![container; 2000].join(", ");
    let mut yaml = format!("kind: List\nbase: &spec {{containers: [{containers}]}}\nitems:\n");
    (0..2000).for_each(|_| yaml.push_str("- kind: Pod\n  spec: *spec\n"));
    assert_eq!(findings(&yaml), ["yaml-limit 2:130440"]);
}

#[test]
fn merge_keys_are_followed() {
    let (manifest, ..) = read(
        "base: &b\n  appArmorProfile: {type: Localhost, localhostProfile: m}\nkind: Pod\nspec:\n  securityContext:\n    <<: *b\n",
    );
    assert_eq!(manifest.profile_references().count(), 1);
}

const OPERATOR: &str = "\
apiVersion: security-profiles-operator.x-k8s.io/v1alpha1
kind: AppArmorProfile
metadata:
  name: web
spec:
  complainMode: true
  abstract:
    executable:
      allowedExecutables: [/usr/sbin/nginx]
      allowedLibraries:
      - /usr/lib/**
    filesystem:
      readOnlyPaths:
      - \"/srv/my files/**\"
      readWritePaths:
      - /run/nginx.pid
    network:
      allowRaw: false
      allowedProtocols: {allowTcp: true}
    capability:
      allowedCapabilities:
      - net_bind_service
";

#[test]
fn the_abstract_form_becomes_a_profile() {
    let (manifest, sources, source) = read(OPERATOR);
    assert!(manifest.diagnostics.is_empty(), "{:?}", manifest.diagnostics);
    let profile = &manifest.profiles[0];
    let text = std::str::from_utf8(&profile.text).unwrap();
    assert_eq!(
        text,
        "abi <kernel>,
include <tunables/global>
profile web flags=(complain,attach_disconnected,mediate_deleted) {
  include <abstractions/base>
  /usr/sbin/nginx rix,
  /usr/lib/** mr,
  \"/srv/my files/**\" r,
  /run/nginx.pid rw,
  network inet stream,
  network inet6 stream,
  capability net_bind_service,
}
"
    );
    crate::parse(&profile.text).unwrap();
    for (word, place) in [
        ("/usr/lib/**", "/usr/lib/** 11:9"),
        ("my files", "\"/srv/my files/**\" 14:9"),
        ("rw", "/run/nginx.pid 16:9"),
        ("inet6", "true 19:36"),
        ("web", "web 4:9"),
    ] {
        assert_eq!(places(profile, word, &sources, &source), [place]);
    }
}

#[test]
fn abstract_forms_that_are_none() {
    let changed = |from: &str, to: &str| findings(&OPERATOR.replace(from, to));
    assert_eq!(changed("- /usr/lib/**", "- usr/lib"), ["manifest-invalid 11:9"]);
    assert_eq!(changed("- /run/nginx.pid", "- \"/x\\n  /** rw,\""), ["manifest-invalid 16:9"]);
    assert_eq!(changed("- net_bind_service", "- CAP_NET_RAW"), ["manifest-invalid 22:9"]);
    assert_eq!(changed("allowTcp: true", "allowTcp: 1"), ["manifest-invalid 19:36"]);
    assert_eq!(changed("  name: web", "  name: Web {"), ["manifest-invalid 4:9"]);
    assert_eq!(changed("  abstract:", "  policy: 'profile web {}'\n  abstract:"), ["manifest-invalid 9:5"]);
    assert_eq!(changed("  abstract:", "  concrete:"), ["manifest-invalid 6:3"]);
    let (manifest, _, source) = read(OPERATOR);
    let replacement = ProfileReplacement { profile: &manifest.profiles[0], text: b"" };
    assert!(matches!(rewrite(&source, &[replacement]), Err(RewriteError::NoText(_))));
}

fn rewritten(yaml: &str, text: &str) -> Result<String, RewriteError> {
    let (manifest, _, source) = read(yaml);
    let replacements: Vec<_> =
        manifest.profiles.iter().map(|profile| ProfileReplacement { profile, text: text.as_bytes() }).collect();
    rewrite(&source, &replacements).map(|yaml| String::from_utf8(yaml).unwrap())
}

#[test]
fn only_the_scalar_is_rewritten() {
    let text = "# a\n# b\nprofile p {\n  /a r,\n\n  /é r,\n}\n";
    let new = rewritten(STYLES, text).unwrap();
    insta::assert_snapshot!(new);
    let (manifest, ..) = read(&new);
    for profile in &manifest.profiles {
        assert_eq!(std::str::from_utf8(&profile.text).unwrap().trim_end(), text.trim_end(), "{}", profile.key.value);
    }
    assert_eq!(rewritten(&new, text).unwrap(), new, "once more changes nothing");
}

#[test]
fn line_ends_braces_and_indicators() {
    let text = "profile p {\n  /a r,\n}\n";
    for (yaml, expected) in [
        (
            "kind: ConfigMap\r\ndata:\r\n  a: |\r\n   profile p {}\r\nx: 1\r\n",
            "kind: ConfigMap\r\ndata:\r\n  a: |\r\n   profile p {\r\n     /a r,\r\n   }\r\nx: 1\r\n",
        ),
        (
            "{kind: ConfigMap, data: {a: 'profile p {}'}}",
            "{kind: ConfigMap, data: {a: \"profile p {\\n  /a r,\\n}\\n\"}}",
        ),
        (
            "kind: ConfigMap\ndata:\n  a: |2+ # c\n     profile p {}\n\n\n",
            "kind: ConfigMap\ndata:\n  a: |2+ # c\n    profile p {\n      /a r,\n    }\n\n\n",
        ),
        (
            "kind: ConfigMap\ndata:\n  a: |-\n    profile p {}",
            "kind: ConfigMap\ndata:\n  a: |-\n    profile p {\n      /a r,\n    }",
        ),
        (
            "kind: ConfigMap\ndata:\n  a: 'profile p {}'\nb: 1\n",
            "kind: ConfigMap\ndata:\n  a: |\n    profile p {\n      /a r,\n    }\nb: 1\n",
        ),
    ] {
        assert_eq!(rewritten(yaml, text).unwrap(), expected);
    }
    // A text that begins with a blank cannot stand in a block whose indentation its first line tells.
    assert!(rewritten("kind: ConfigMap\ndata:\n  a: |\n    profile p {}\n", "  /a r,\n").is_err());
}

#[test]
fn edits_reach_only_literal_scalars_and_keep_them() {
    let (manifest, _, source) = read(STYLES);
    let edit = |profile: &EmbeddedProfile, replacement: &str| {
        profile.edit(&source, Span::new(profile.span.source, 1, 8), replacement.as_bytes())
    };
    for profile in &manifest.profiles {
        assert_eq!(edit(profile, "\nprofile").is_some(), profile.form == TextForm::Literal, "{}", profile.key.value);
        // A first line that begins with a blank tells another indentation, and what does not print is no text.
        assert_eq!(edit(profile, " profile"), None);
        assert_eq!(edit(profile, "profile\u{7}"), None);
    }
}

fn text() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        Just(String::new()),
        "[ \t]{0,3}[/#a-z\"'\\\\:{}é,]{1,8}( [rwx#&*!%@`|>-]{1,3})?",
        Just("profile x {".to_owned())
    ];
    proptest::collection::vec(line, 0..8).prop_map(|lines| format!("profile p {{\n{}\n}}\n", lines.join("\n")))
}

proptest! {
    /// Whatever the text, it is read as it was written, in every style, and each byte of it is found where it stands.
    #[test]
    fn what_is_written_is_read(new in text()) {
        let Ok(yaml) = rewritten(STYLES, &new) else {
            return Err(TestCaseError::fail("a text that cannot be written"));
        };
        let (manifest, _, source) = read(&yaml);
        prop_assert!(manifest.diagnostics.is_empty());
        for profile in &manifest.profiles {
            prop_assert_eq!(std::str::from_utf8(&profile.text).unwrap().trim_end_matches('\n'), new.trim_end_matches('\n'));
            for at in 0..u32::try_from(profile.text.len()).unwrap() {
                let byte = profile.text[at as usize];
                let written = source.slice(profile.locate(Span::new(profile.span.source, at, at + 1)));
                let escaped = written.starts_with(b"\\") || written == b"\r";
                prop_assert!(byte == b'\n' || byte == written[0] || escaped, "{} of {}: {:?}", at, profile.key.value, written);
            }
        }
    }

    /// An edit of the text of a literal scalar is one of the YAML that leaves the rest as it is.
    #[test]
    fn edits_of_literal_scalars_are_edits_of_the_yaml(
        old in text(),
        (from, len) in (0_usize..80, 0_usize..30),
        replacement in "([a-z #,{}é]|\n){0,12}",
        end in prop_oneof![Just("\n"), Just("\r\n")],
    ) {
        let yaml = rewritten(STYLES, &old).unwrap().replace('\n', end);
        let (manifest, _, source) = read(&yaml);
        let profile = manifest.profiles.iter().find(|profile| profile.key.value == "literal").unwrap();
        let text = std::str::from_utf8(&profile.text).unwrap();
        let boundary = |at: usize| (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap();
        let (start, stop) = (boundary(from), boundary(from + len));
        let whole = [&text[..start], &*replacement, &text[stop..]].concat();
        let span = Span::new(profile.span.source, u32::try_from(start).unwrap(), u32::try_from(stop).unwrap());
        let Some((place, new)) = profile.edit(&source, span, replacement.as_bytes()) else {
            prop_assert!(whole.trim().is_empty() || whole.trim_start_matches('\n').starts_with([' ', '\t']), "{:?}", whole);
            return Ok(());
        };
        let new = [&yaml.as_bytes()[..place.start as usize], &new, &yaml.as_bytes()[place.end as usize..]].concat();
        prop_assert!(only_profiles_differ(&source, profile.span.source, &new));
        let (after, ..) = read(std::str::from_utf8(&new).unwrap());
        for before in &manifest.profiles {
            let literal = before.key.value == "literal";
            let Some(after) = after.profiles.iter().find(|after| after.key.value == before.key.value) else {
                prop_assert!(literal, "a profile is lost");
                continue;
            };
            let expected = if literal { whole.as_bytes() } else { &before.text };
            let plain = |text: &[u8]| String::from_utf8_lossy(text).trim_end_matches('\n').to_owned();
            prop_assert_eq!(plain(&after.text), plain(expected));
        }
    }

    #[test]
    fn nothing_panics(yaml in "(kind: ConfigMap\n|data:\n|spec:\n|  a: [|>'\"]?|profile p \\{|\n    | /a r,|\\}|'|\"|&a |\\*a|- |\\[|\\{|: |#|\t|é|\u{feff}|\\\\|---\n|\r\n|<<: ){0,24}") {
        let (manifest, _, source) = read(&yaml);
        for profile in &manifest.profiles {
            let _ = profile.locate(Span::new(profile.span.source, 0, u32::try_from(profile.text.len()).unwrap()));
            let _ = rewrite(&source, &[ProfileReplacement { profile, text: b"profile q {\n}\n" }]);
            let _ = profile.edit(&source, Span::new(profile.span.source, 3, 9), b"x\ny");
        }
    }
}
