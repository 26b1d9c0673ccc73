//! What is printed instead of policy: names, variables, profiles for people.

use std::fmt::Write;

use super::load::parents_first;
use crate::policy::{Exec, ExecFallback, ExecKind, FileRule, Policy, Profile, ProfileMode, RuleKind};
use crate::resolve::VariableValue;
use crate::source::Text;

/// `-N`: a full name a line, as the kernel will know it.
pub(super) fn names(policy: &Policy) -> Vec<u8> {
    parents_first(policy).into_iter().flat_map(|name| [&name.full[..], b"\n"].concat()).collect()
}

/// `-D variables`, `-D expanded-variables`
pub(super) fn variables(variables: &[VariableValue], expanded: bool) -> Vec<u8> {
    let mut out = Vec::new();
    for variable in variables {
        match variable {
            VariableValue::Bool { name, value } => {
                let value = value.map_or("unknown", |value| if value { "true" } else { "false" });
                out.extend_from_slice(&[b"$", &name[..], b" = ", value.as_bytes(), b"\n"].concat());
            }
            VariableValue::Set { name, written, expanded: values } => {
                let values: Vec<&Text> = match values {
                    Some(values) if expanded => values.iter().collect(),
                    _ => written.iter().map(|value| &value.value).collect(),
                };
                out.extend_from_slice(&[b"@", &name[..], b" ="].concat());
                values.iter().for_each(|value| out.extend_from_slice(&[b" \"", &value[..], b"\""].concat()));
                out.push(b'\n');
            }
        }
    }
    out
}

/// `-d`: each profile with its file rules, for people.
pub(super) fn profiles(policy: &Policy) -> String {
    let mut text = "----- Debugging built structures -----\n".to_owned();
    policy.profiles.iter().for_each(|it| profile(it, None, &mut text));
    text
}

fn profile(it: &Profile, parent: Option<&Profile>, text: &mut String) {
    // Writing to a string does not fail.
    if let Some(namespace) = &it.namespace {
        let _ = writeln!(text, "Ns:\t\t{namespace}");
    }
    let or_null = |value: Option<String>| value.unwrap_or_else(|| "<NULL>".into());
    let attachment = it.attachment.as_ref().map(|glob| glob.value.to_string());
    let _ = writeln!(text, "Name:\t\t{}", it.written_name);
    let _ = writeln!(text, "Attachment:\t{}", or_null(attachment));
    let _ = writeln!(text, "Local To:\t{}", or_null(parent.map(|parent| parent.name.to_string())));
    let _ = writeln!(text, "Mode:\t\t{}{}", mode(it.flags.mode), if it.hat { ", hat" } else { "" });
    let mut header = "--- Entries ---\n";
    for rule in &it.rules {
        if let RuleKind::File(file) = &rule.kind {
            let _ = writeln!(
                text,
                "{header}Perms:\t{} priority={}\tName:\t({})",
                letters(file),
                rule.prefix.priority,
                file.path.value
            );
            header = "";
        }
    }
    text.push('\n');
    it.children.iter().for_each(|child| profile(child, Some(it), text));
}

fn mode(mode: ProfileMode) -> &'static str {
    match mode {
        ProfileMode::Enforce => "enforce",
        ProfileMode::Complain => "complain",
        ProfileMode::Kill => "kill",
        ProfileMode::Unconfined => "unconfined",
        ProfileMode::DefaultAllow => "default_allow",
        ProfileMode::Prompt => "prompt",
    }
}

/// Permissions as rules write them.
fn letters(file: &FileRule) -> String {
    let access = &file.access;
    let plain = [
        (access.read, 'r'),
        (access.write || access.overwrite, 'w'),
        (access.append, 'a'),
        (access.link, 'l'),
        (access.lock, 'k'),
        (access.mmap, 'm'),
    ];
    let mut letters: String = plain.into_iter().filter_map(|(given, letter)| given.then_some(letter)).collect();
    if let Some(Exec { kind, fallback, .. }) = &file.exec {
        letters.push_str(match kind {
            ExecKind::Bare => "",
            ExecKind::Inherit => "i",
            ExecKind::Profile => "p",
            ExecKind::Child => "c",
            ExecKind::Unconfined => "u",
        });
        letters.push_str(match fallback {
            ExecFallback::None => "x",
            ExecFallback::Inherit => "ix",
            ExecFallback::Unconfined => "ux",
        });
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Compiler, Features};

    #[test]
    fn every_dump() {
        let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
        let text = b"$b = true\n@{V}=q \"r s\"\n@{W}=@{V}x\nprofile :ns:@{W} /bin/x { /a rwl, /b pix, ^h { } }\n";
        let resolved = compiler.resolve_text("t", text).unwrap();
        let variables_of = |expanded| String::from_utf8(variables(&compiler.variables(&resolved), expanded)).unwrap();
        assert_eq!(variables_of(false), "$b = true\n@V = \"q\" \"r s\"\n@W = \"@{V}x\"\n");
        assert_eq!(variables_of(true), "$b = true\n@V = \"q\" \"r s\"\n@W = \"qx\" \"r sx\"\n");
        assert_eq!(names(&resolved.policy), b":ns://{qx,r sx}\n:ns://{qx,r sx}//h\n");
        let shown = profiles(&resolved.policy);
        assert!(shown.contains("Perms:\trwl priority=0\tName:\t(/a)\nPerms:\tpix priority=0\tName:\t(/b)"), "{shown}");
        assert!(shown.contains("Local To:\t{qx,r sx}\nMode:\t\tenforce, hat"), "{shown}");
    }
}
