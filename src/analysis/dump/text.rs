//! A dump for people: a paragraph a profile, a line a field.

use std::fmt::{self, Display, Formatter};

use super::{AutomatonDump, CapabilitiesDump, Dump, ProfileDump, SectionDump, VersionDump};
use crate::analysis::names::Quoted;
use crate::source::Text;

/// The column in which values begin.
const COLUMN: usize = 22;

impl Display for Dump {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.compressed {
            writeln!(f, "compressed with zstd; offsets are those of what it decompresses to\n")?;
        }
        for (number, profile) in self.profiles.iter().enumerate() {
            if number > 0 {
                writeln!(f)?;
            }
            write!(f, "{profile}")?;
        }
        Ok(())
    }
}

impl Display for ProfileDump {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "profile {}", Quoted(&self.name))?;
        if let Some(namespace) = &self.namespace {
            write!(f, " in namespace {}", Quoted(namespace))?;
        }
        writeln!(f, ", {} bytes at {}", self.bytes, self.offset)?;
        line(f, "version", self.version)?;
        optional(f, "rename", self.rename.as_ref().map(quoted))?;
        optional(f, "attach", self.attach.as_ref().map(quoted))?;
        line(f, "mode", &self.mode)?;
        list(f, "flags", &self.flags)?;
        if self.audit {
            line(f, "audit", "everything")?;
        }
        optional(f, "path flags", self.path_flags.as_ref().map(|words| or_none(words)))?;
        optional(f, "disconnected", self.disconnected.as_ref().map(quoted))?;
        optional(f, "disconnected IPC", self.disconnected_ipc.as_ref().map(quoted))?;
        optional(f, "kill signal", self.kill_signal.as_ref())?;
        optional(f, "error", self.error.as_ref())?;
        list(f, "extended attributes", &self.xattrs.iter().map(quoted).collect::<Vec<_>>())?;
        self.capabilities.fmt(f)?;
        optional(
            f,
            "identities",
            self.identity.as_ref().map(|names| or_none(&names.iter().map(quoted).collect::<Vec<_>>())),
        )?;
        for limit in &self.rlimits {
            line(f, &format!("rlimit {}", limit.name), &limit.value)?;
        }
        for mark in self.secmark.iter().flatten() {
            let words = [(mark.audit, " audit"), (mark.deny, " deny")];
            let words: String = words.into_iter().filter(|(set, _)| *set).map(|(_, word)| word).collect();
            line(f, "secmark", format!("{}{words}", quoted(&mark.label)))?;
        }
        for row in self.net_allowed_af.iter().flatten() {
            let groups = [("allow", &row.allow), ("audit", &row.audit), ("quiet", &row.quiet)];
            let groups = groups.iter().filter(|(_, types)| !types.is_empty());
            let groups: Vec<_> = groups.map(|(name, types)| format!("{name} {}", types.join(" "))).collect();
            line(f, &format!("sockets {}", row.family), groups.join("; "))?;
        }
        for bytes in &self.tags {
            line(f, "tags", format!("{bytes} bytes"))?;
        }
        for (key, value) in self.data.iter().flatten() {
            line(f, "data", format!("{} = {}", quoted(key), quoted(value)))?;
        }
        if let Some(attachment) = &self.attachment {
            line(f, "attachment", format!("length {}", attachment.length))?;
            attachment.automaton.fmt(f)?;
        }
        for (name, section) in [("policydb", &self.policydb), ("file rules", &self.file)] {
            if let Some(section) = section {
                let classes: Vec<_> = section.mediated.iter().map(|class| class.name.as_str()).collect();
                let kind = match (&section.permissions, section.permissions_version) {
                    (None, _) => "packed permissions".to_owned(),
                    (Some(table), None) => format!("permission table of {} entries", table.len()),
                    (Some(table), Some(version)) => {
                        format!("permission table of {} entries, version {version}", table.len())
                    }
                };
                line(f, name, kind)?;
                optional(f, "  mediated", (!classes.is_empty()).then(|| classes.join(", ")))?;
                section.fmt(f)?;
            }
        }
        Ok(())
    }
}

impl Display for VersionDump {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let VersionDump { word, abi, policy, language, force_complain } = self;
        write!(f, "{word:#x} (ABI {abi}, policy {policy}, language {language}")?;
        if *force_complain {
            write!(f, ", complain mode is forced")?;
        }
        write!(f, ")")
    }
}

impl Display for CapabilitiesDump {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        list(f, "capabilities", &self.allow)?;
        list(f, "  audited", &self.audit)?;
        list(f, "  denied quietly", &self.quiet)?;
        list(f, "  extended", &self.extended)?;
        optional(f, "  capsx", self.capsx.as_ref().map(|words| or_none(words)))
    }
}

impl Display for AutomatonDump {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut states = format!("{}", self.states);
        match (self.reachable, self.minimal) {
            (Some(reachable), Some(minimal)) if reachable == self.states && minimal == reachable => {
                states.push_str(" (minimal)");
            }
            (Some(reachable), Some(minimal)) => {
                states.push_str(&format!(" ({reachable} reachable, {minimal} would do)"));
            }
            _ => {}
        }
        line(f, "  states", states)?;
        line(f, "  cells", format!("{} of {} used", self.used_cells, self.cells))?;
        let width = |name| self.layout.width(name).map_or_else(|| "?".to_owned(), |bits| bits.to_string());
        let mut widths = vec![width("default"), width("next"), width("check")];
        widths.dedup();
        let padding = self.layout.padding;
        let place = format!("{} at {}, {padding} of padding before", self.layout.bytes, self.layout.offset);
        line(f, "  bytes", format!("{place}; {}-bit tables", widths.join("/")))?;
        if self.start != 1 {
            line(f, "  start", self.start)?;
        }
        if self.diff_encoded > 0 {
            let chain = self.longest_chain.map_or_else(|| "endless".to_owned(), |length| length.to_string());
            line(f, "  diff-encoded", format!("{} states, longest chain {chain}", self.diff_encoded))?;
        }
        if self.out_of_band > 0 {
            line(f, "  out of band", format!("{} states", self.out_of_band))?;
        }
        optional(f, "  byte classes", self.byte_classes)?;
        optional(f, "  refused", self.fault.as_ref())
    }
}

impl Display for SectionDump {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.automaton.fmt(f)?;
        for (number, target) in self.transitions.iter().enumerate() {
            line(f, &format!("  transition {number}"), quoted(target))?;
        }
        for accept in &self.accept {
            let second = accept.accept2.map(|word| format!("/{word:x}")).unwrap_or_default();
            let head = format!("  accept {:x}{second}", accept.accept);
            let states = if accept.states == 1 { "1 state".to_owned() } else { format!("{} states", accept.states) };
            if accept.meanings.is_empty() {
                line(f, &head, &states)?;
            }
            for (number, meaning) in accept.meanings.iter().enumerate() {
                let head = if number == 0 { head.as_str() } else { "" };
                let classes = meaning.classes.join(", ");
                let classes = if classes.is_empty() { classes } else { format!("{classes} ") };
                line(f, head, format!("{states}: {classes}{}", meaning.permissions))?;
            }
        }
        Ok(())
    }
}

fn line(f: &mut Formatter<'_>, name: &str, value: impl Display) -> fmt::Result {
    writeln!(f, "  {name:<COLUMN$} {value}")
}

fn optional(f: &mut Formatter<'_>, name: &str, value: Option<impl Display>) -> fmt::Result {
    value.map_or(Ok(()), |value| line(f, name, value))
}

/// Words with blanks between them; no line without words.
fn list(f: &mut Formatter<'_>, name: &str, words: &[impl AsRef<str>]) -> fmt::Result {
    if words.is_empty() {
        return Ok(());
    }
    line(f, name, join(words))
}

fn join(words: &[impl AsRef<str>]) -> String {
    words.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(" ")
}

fn or_none(words: &[impl AsRef<str>]) -> String {
    if words.is_empty() { "none".to_owned() } else { join(words) }
}

fn quoted(text: &Text) -> String {
    Quoted(text).to_string()
}
