//! What is printed instead of policy: names, variables, profiles for people.

use std::fmt::Write;

use super::load::parents_first;
use crate::policy::{FileRule, Policy, Profile, RuleKind};
use crate::resolve::VariableValue;
use crate::source::Text;
use crate::vocab::{FilePermissions, Vocabulary};

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
    let _ = writeln!(text, "Mode:\t\t{}{}", it.flags.mode.name(), if it.hat { ", hat" } else { "" });
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

/// Permissions as rules write them.
fn letters(file: &FileRule) -> String {
    let access = file.access;
    let plain = [
        (access.contains(FilePermissions::READ), 'r'),
        (access.contains(FilePermissions::OVERWRITE), 'w'),
        (access.contains(FilePermissions::APPEND) && !access.contains(FilePermissions::OVERWRITE), 'a'),
        (access.contains(FilePermissions::LINK), 'l'),
        (access.contains(FilePermissions::LOCK), 'k'),
        (access.contains(FilePermissions::MMAP), 'm'),
    ];
    let mut letters: String = plain.into_iter().filter_map(|(given, letter)| given.then_some(letter)).collect();
    if let Some(exec) = &file.exec {
        // Whether the environment is scrubbed is not told.
        letters.push_str(&exec.mode.to_word().to_ascii_lowercase());
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Compiler, Features, Input};

    #[test]
    fn every_dump() {
        let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
        let text = b"$b = true\n@{V}=q \"r s\"\n@{W}=@{V}x\nprofile :ns:@{W} /bin/x { /a rwl, /b pix, ^h { } }\n";
        let resolved = compiler.resolve(Input::text("t", text)).unwrap();
        let variables_of = |expanded| String::from_utf8(variables(&compiler.variables(&resolved), expanded)).unwrap();
        assert_eq!(variables_of(false), "$b = true\n@V = \"q\" \"r s\"\n@W = \"@{V}x\"\n");
        assert_eq!(variables_of(true), "$b = true\n@V = \"q\" \"r s\"\n@W = \"qx\" \"r sx\"\n");
        assert_eq!(names(&resolved.policies()[0]), b":ns://{qx,r sx}\n:ns://{qx,r sx}//h\n");
        let shown = profiles(&resolved.policies()[0]);
        assert!(shown.contains("Perms:\trwl priority=0\tName:\t(/a)\nPerms:\tpix priority=0\tName:\t(/b)"), "{shown}");
        assert!(shown.contains("Local To:\t{qx,r sx}\nMode:\t\tenforce, hat"), "{shown}");
    }
}
