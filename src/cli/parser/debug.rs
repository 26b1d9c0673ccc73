//! `-d`: each profile with its capabilities and its rules for files, links and changes of profile, as the reference prints them.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;

use super::load::LoadedName;
use super::output::StreamOutput;
use crate::policy::{
    ChangeProfileRule, FileRule, Flags, LinkTarget, Owner, Policy, Profile, ProfileMode, Rule, RuleKind, RuleMode,
    RuleOrigin, Safety,
};
use crate::source::Text;
use crate::vocab::{Capability, FilePermissions, Vocabulary, file};

/// Letters of permissions in the order of the reference.
const LETTERS: [(u32, char); 7] = [
    (file::READ, 'r'),
    (file::WRITE, 'w'),
    (file::APPEND, 'a'),
    (file::LINK, 'l'),
    (file::LOCK, 'k'),
    (file::MMAP_EXEC, 'm'),
    (file::EXEC, 'x'),
];

/// Prints every profile, its mode on standard error.
pub(super) fn profiles(policy: &Policy, read_implies_mmap: bool, output: &mut StreamOutput) {
    output.out_line("----- Debugging built structures -----");
    policy.profiles.iter().for_each(|it| profile(it, None, read_implies_mmap, output));
}

fn profile(it: &Profile, parent: Option<(&Profile, &[u8])>, read_implies_mmap: bool, output: &mut StreamOutput) {
    let name = LoadedName::of(it, parent.map(|(parent, _)| parent)).local;
    let mut text = Vec::new();
    let mut line = |parts: &[&[u8]]| text.extend_from_slice(&[&parts.concat()[..], b"\n"].concat());
    if let (Some(namespace), None) = (&it.namespace, parent) {
        line(&[b"Ns:\t\t", namespace]);
    }
    line(&[b"Name:\t\t", &name]);
    line(&[b"Attachment:\t", it.attachment.as_ref().map_or(b"<NULL>", |glob| &glob.value)]);
    line(&[b"Local To:\t", parent.map_or(b"<NULL>", |(_, name)| name)]);
    for (label, mask) in capabilities(it) {
        if mask != 0 {
            line(&[label.as_bytes(), names(mask).as_bytes()]);
        }
    }
    let entries = ListedRule::all(it, read_implies_mmap);
    if !entries.is_empty() {
        line(&[b"--- Entries ---"]);
    }
    for entry in &entries {
        let [owner, other] = entry.halves.map(letters);
        let marks = entry.marks();
        let heading = format!("Perms:\t{marks}{owner}:{other} priority={} \tName:\t(", entry.key.priority);
        line(&[heading.as_bytes(), &entry.key.path, b")"]);
        if entry.halves.iter().any(|half| half & file::LINK != 0) {
            let target = entry.key.condition.as_ref().map_or(&b"/**"[..], |target| target);
            line(&[format!("\tlink: subset={}\t(", u8::from(entry.key.subset)).as_bytes(), target, b")"]);
        }
    }
    line(&[]);
    output.out(text);
    output.err_line(&format!("Mode: {}", mode(&it.flags, it.hat)));
    it.children.iter().for_each(|child| profile(child, Some((it, &name)), read_implies_mmap, output));
}

/// The mode and those flags that the reference names.
fn mode(flags: &Flags, hat: bool) -> String {
    // Whether `enforce` is written is not known any more.
    let mode = if flags.mode == ProfileMode::Enforce { "" } else { flags.mode.name() };
    let mut text = mode.to_owned();
    let path = |name: &str, path: &Option<Text>| path.as_ref().map(|path| format!("{name}={path}"));
    let words = [
        flags.audit.then(|| "Audit".to_owned()),
        hat.then(|| "Hat".to_owned()),
        path("attach_disconnected.path", &flags.disconnected),
        flags.kill_signal.map(|signal| format!("kill.signal={}", signal.number())),
        flags.error.map(|error| format!("error={}", error.to_word())),
        path("attach_disconnected.ipc", &flags.disconnected_ipc),
    ];
    words.into_iter().flatten().for_each(|word| text.push_str(&format!(", {word}")));
    text
}

/// Masks of the capability rules, each with its label.
fn capabilities(it: &Profile) -> [(&'static str, u64); 4] {
    let mask = |wanted: &dyn Fn(&Rule) -> bool| {
        let rules = it.rules.iter().filter(|rule| wanted(rule));
        rules.fold(0, |mask, rule| if let RuleKind::Capability(rule) = rule.kind { mask | rule.mask } else { mask })
    };
    let denies = |rule: &Rule| rule.prefix.mode == Some(RuleMode::Deny);
    [
        ("Capabilities: ", mask(&|rule| !denies(rule))),
        ("Audit Caps: ", mask(&|rule| !denies(rule) && rule.prefix.audit)),
        ("Deny Caps: ", mask(&denies)),
        ("Quiet Caps: ", mask(&|rule| denies(rule) && !rule.prefix.audit)),
    ]
}

/// The names of capabilities in alphabetical order.
fn names(mask: u64) -> String {
    let inside = Capability::ALL.iter().filter(|capability| mask & capability.mask() != 0);
    let mut names: Vec<&str> = inside.map(|capability| capability.name()).collect();
    // In capitals a letter stands before `_`: `syslog` before `sys_admin`.
    names.sort_unstable_by_key(|name| name.to_ascii_uppercase());
    names.join(" ")
}

/// Permissions of a half.
fn letters(half: u32) -> String {
    LETTERS.iter().filter(|(bit, _)| half & bit != 0).map(|(_, letter)| letter).collect()
}

/// A line of the list: rules for the owner and for others that say the same of a path are one.
#[derive(Debug)]
struct ListedRule {
    key: ListedRuleKey,
    /// Permissions for the owner and for others.
    halves: [u32; 2],
}

/// The key by which entries are sorted and merged.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct ListedRuleKey {
    /// The target of a link, or the program at whose exec the profile may change.
    condition: Option<Text>,
    subset: bool,
    mode: Option<RuleMode>,
    audit: bool,
    priority: i32,
    path: Text,
    change_profile: bool,
}

impl ListedRule {
    /// The entries of a profile in their order.
    fn all(it: &Profile, read_implies_mmap: bool) -> Vec<ListedRule> {
        let mut entries: Vec<ListedRule> = Vec::new();
        let mut places = HashMap::new();
        for rule in &it.rules {
            let entry = match &rule.kind {
                RuleKind::File(file) => ListedRule::file(file, rule, read_implies_mmap),
                RuleKind::ChangeProfile(change) => ListedRule::change_profile(change, rule),
                _ => continue,
            };
            match places.entry(entry.key.clone()) {
                Slot::Vacant(free) => {
                    free.insert(entries.len());
                    entries.push(entry);
                }
                Slot::Occupied(known) => {
                    if let Some(known) = entries.get_mut(*known.get()) {
                        known.halves.iter_mut().zip(entry.halves).for_each(|(half, more)| *half |= more);
                    }
                }
            }
        }
        entries.sort_by(|a, b| a.key.compare(&b.key));
        entries
    }

    fn file(file: &FileRule, rule: &Rule, read_implies_mmap: bool) -> ListedRule {
        let mut half = file.access.bits() | file.exec.as_ref().map_or(0, |exec| exec.mode.word());
        if read_implies_mmap && rule.origin != RuleOrigin::Implied && file.access.contains(FilePermissions::READ) {
            half |= file::MMAP_EXEC;
        }
        let (condition, subset) = match &file.link {
            LinkTarget::Any => (None, false),
            LinkTarget::Path { target, subset } => (Some(target.value.clone()), *subset),
        };
        let key = ListedRuleKey {
            condition,
            subset,
            change_profile: false,
            ..ListedRuleKey::new(rule, file.path.value.clone())
        };
        let halves = match rule.prefix.owner {
            None => [half, half],
            Some(Owner::Owner) => [half, 0],
            Some(Owner::Other) => [0, half],
        };
        ListedRule { key, halves }
    }

    fn change_profile(change: &ChangeProfileRule, rule: &Rule) -> ListedRule {
        let target = change.target.as_ref().map_or_else(|| "**".into(), |target| target.value.clone());
        let condition = change.exec.as_ref().map(|exec| exec.value.clone());
        let exec = if condition.is_some() { file::EXEC } else { 0 };
        let keeps = if change.safety == Some(Safety::Unsafe) { file::EXEC_UNSAFE } else { 0 };
        // Of a prefix, `allow`, `prompt` and the priority are without effect.
        let mode = rule.prefix.mode.filter(|&mode| mode == RuleMode::Deny);
        let key =
            ListedRuleKey { condition, mode, priority: 0, change_profile: true, ..ListedRuleKey::new(rule, target) };
        ListedRule { key, halves: [exec | keeps, exec] }
    }

    /// The words before the letters, which only the owner's half has.
    fn marks(&self) -> String {
        let change = if self.key.change_profile { " change_profile" } else { "" };
        let keeps = if self.halves.first().is_some_and(|half| half & file::EXEC_UNSAFE != 0) { " unsafe" } else { "" };
        format!("{change}{keeps}")
    }
}

impl ListedRuleKey {
    fn new(rule: &Rule, path: Text) -> ListedRuleKey {
        let prefix = &rule.prefix;
        ListedRuleKey {
            condition: None,
            subset: false,
            mode: prefix.mode,
            audit: prefix.audit,
            priority: prefix.priority,
            path,
            change_profile: false,
        }
    }

    fn compare(&self, other: &ListedRuleKey) -> Ordering {
        let condition = |key: &ListedRuleKey| key.condition.as_ref().map(|condition| backwards(condition));
        let mode = |key: &ListedRuleKey| {
            key.mode.map(|mode| [RuleMode::Allow, RuleMode::Deny, RuleMode::Prompt].iter().position(|&it| it == mode))
        };
        // A denial is quiet unless it is audited.
        let audit = |key: &ListedRuleKey| match (key.mode, key.audit) {
            (Some(RuleMode::Deny), audited) => 2 - u8::from(audited),
            (_, audited) => u8::from(audited),
        };
        condition(self)
            .cmp(&condition(other))
            .then(other.subset.cmp(&self.subset))
            .then(mode(self).cmp(&mode(other)))
            .then(audit(self).cmp(&audit(other)))
            .then(other.priority.cmp(&self.priority))
            .then(backwards(&self.path).cmp(&backwards(&other.path)))
    }
}

/// A text as it is compared: from its end, by signed bytes, without the first one.
fn backwards(text: &[u8]) -> Vec<i8> {
    text.iter().skip(1).rev().map(|&byte| byte.cast_signed()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Compiler, Features, Input};

    /// Returns the output on both streams for a text.
    fn shown(text: &str, read_implies_mmap: bool) -> (String, String) {
        let compiler = Compiler::new(Features::builtin("linux-7.2").unwrap());
        let resolved = compiler.resolve(Input::text("t", text)).unwrap();
        let mut output = StreamOutput::default();
        profiles(&resolved.policies()[0], read_implies_mmap, &mut output);
        output.text()
    }

    #[test]
    fn headers() {
        let text = "@{V}=q \"r s\"\nprofile :ns:x@{V} /bin/x flags=(complain, audit, error=EACCES) {\n\
                    capability kill, audit capability chown, deny capability mknod, audit deny capability bpf,\n\
                    profile c { ^h flags=(kill.signal=term) { } }\n}\n";
        let (out, err) = shown(text, false);
        let implied = "--- Entries ---\nPerms:\tr: priority=0 \tName:\t(/proc/*/attr/apparmor/)\n\
                       Perms:\tr: priority=0 \tName:\t(/sys/module/apparmor/parameters/enabled)\n\
                       Perms:\tw: priority=0 \tName:\t(/proc/[0-9]*/attr/{apparmor/,}current)\n\n";
        assert_eq!(
            out,
            format!(
                "----- Debugging built structures -----\nNs:\t\tns\nName:\t\tx{{q,r s}}\nAttachment:\t/bin/x\nLocal To:\t<NULL>\n\
                 Capabilities: chown kill\nAudit Caps: chown\nDeny Caps: bpf mknod\nQuiet Caps: mknod\n{implied}\
                 Name:\t\tc\nAttachment:\t<NULL>\nLocal To:\tx{{q,r s}}\n{implied}\
                 Name:\t\th\nAttachment:\t<NULL>\nLocal To:\tc\n{implied}"
            )
        );
        assert_eq!(err, "Mode: complain, Audit, error=EACCES\nMode: \nMode: , Hat, kill.signal=15\n");
    }

    #[test]
    fn entries() {
        let text = "profile p { /b w, owner /b k, other /b r, deny /z r, audit deny /y r, /a px, owner /c Pix, /f rlmix,\n\
                    priority=2 audit /q r, link subset /l -> /m, link /l -> /m, change_profile unsafe /x -> t, allow /d a, }\n";
        let (out, _) = shown(text, false);
        let written =
            out.lines().skip(1).filter(|line| !line.contains("/proc/") && !line.contains("/sys/")).collect::<Vec<_>>();
        assert_eq!(
            written,
            [
                "Name:\t\tp",
                "Attachment:\t<NULL>",
                "Local To:\t<NULL>",
                "--- Entries ---",
                "Perms:\t unsafex:x priority=0 \tName:\t(/a)",
                "Perms:\twak:rwa priority=0 \tName:\t(/b)",
                "Perms:\tx: priority=0 \tName:\t(/c)",
                "Perms:\trlmx:rlmx priority=0 \tName:\t(/f)",
                "\tlink: subset=0\t(/**)",
                "Perms:\tr:r priority=2 \tName:\t(/q)",
                "Perms:\ta:a priority=0 \tName:\t(/d)",
                "Perms:\tr:r priority=0 \tName:\t(/y)",
                "Perms:\tr:r priority=0 \tName:\t(/z)",
                "Perms:\tl:l priority=0 \tName:\t(/l)",
                "\tlink: subset=1\t(/m)",
                "Perms:\tl:l priority=0 \tName:\t(/l)",
                "\tlink: subset=0\t(/m)",
                "Perms:\t change_profile unsafex:x priority=0 \tName:\t(t)",
                "",
            ]
        );
        assert!(shown("profile p { deny owner /b r, }", true).0.contains("Perms:\trm: priority"));
    }
}
