//! An event: one record as typed values.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::fields::RecordFields;
use super::{EventKind, EventOrigin, Time, access};
use crate::analysis::Access;
use crate::analysis::names::Quoted;
use crate::source::Text;

/// The outcome of an access, or the kind of another record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// It was denied.
    Denied,
    /// It happened, as the profile is in complain mode; the profile does not allow it.
    Allowed,
    /// It was allowed, and logged because a rule or a flag asks for that.
    Audit,
    /// The process was killed for it.
    Killed,
    /// A profile was loaded, replaced or removed.
    Status,
    /// A hint for tools that learn.
    Hint,
    /// Something failed.
    Error,
}

impl Verdict {
    /// The values of `apparmor="…"`.
    const WORDS: [(&[u8], Verdict); 7] = [
        (b"DENIED", Verdict::Denied),
        (b"ALLOWED", Verdict::Allowed),
        (b"AUDIT", Verdict::Audit),
        (b"KILLED", Verdict::Killed),
        (b"STATUS", Verdict::Status),
        (b"HINT", Verdict::Hint),
        (b"ERROR", Verdict::Error),
    ];

    /// The types that kernels before 2.6.36 gave records (`AUDIT_APPARMOR_…` in `linux/audit.h`).
    fn of_type(kind: &[u8]) -> Option<Verdict> {
        let kind = kind.strip_prefix(b"UNKNOWN[").and_then(|kind| kind.strip_suffix(b"]")).unwrap_or(kind);
        Some(match kind {
            b"1501" | b"APPARMOR_AUDIT" => Verdict::Audit,
            b"1502" | b"APPARMOR_ALLOWED" => Verdict::Allowed,
            b"1503" | b"APPARMOR_DENIED" => Verdict::Denied,
            b"1504" | b"APPARMOR_HINT" => Verdict::Hint,
            b"1505" | b"APPARMOR_STATUS" => Verdict::Status,
            b"1506" | b"APPARMOR_ERROR" => Verdict::Error,
            _ => return None,
        })
    }

    /// The word: `denied`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Verdict::Denied => "denied",
            Verdict::Allowed => "allowed",
            Verdict::Audit => "audit",
            Verdict::Killed => "killed",
            Verdict::Status => "status",
            Verdict::Hint => "hint",
            Verdict::Error => "error",
        }
    }

    /// Whether the profile does not allow what was tried.
    #[must_use]
    pub const fn is_lacking(self) -> bool {
        matches!(self, Verdict::Denied | Verdict::Allowed | Verdict::Killed)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One record of AppArmor.
///
/// Names are decoded, and may hold any byte. The words of the fields are the kernel's (`security/apparmor/` in its source); what
/// different kernels call differently is in one field here.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Event {
    /// The time, where the record or the journal has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<Time>,
    /// The component that decided.
    pub origin: EventOrigin,
    /// The outcome.
    pub verdict: Verdict,
    /// The operation: `open`, `exec`, `capable`, `dbus_method_call`, …
    pub operation: Text,
    /// The label of the process: a profile, or several with `//&` between them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<Text>,
    /// The name of the object, most often a path; of a capability its word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    /// The requested permissions, as in the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requested: Option<Text>,
    /// The denied permissions, as in the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub denied: Option<Text>,
    /// The label of the other side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peer: Option<Text>,
    /// The target of a link or of a change of profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Text>,
    /// The command of the process.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comm: Option<Text>,
    /// The process.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pid: Option<u32>,
    /// The user id by which the process accesses files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fsuid: Option<u32>,
    /// The user id of the file's owner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ouid: Option<u32>,
    /// The error that the process got, as a negative number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<i32>,
    /// The kernel's remark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub info: Option<Text>,
    /// The attempted access, with the denied part as far as the record separates it. `None` where the record says too little,
    /// or where no rule is about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access: Option<Access>,
    /// The other fields.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, Text>,
}

/// The keys of the fields that an [`Event`] has by name.
const NAMED: [&str; 23] = [
    "type",
    "apparmor",
    "operation",
    "profile",
    "label",
    "name",
    "capname",
    "requested_mask",
    "requested",
    "denied_mask",
    "denied",
    "mask",
    "peer",
    "peer_label",
    "peer_profile",
    "target",
    "name2",
    "comm",
    "pid",
    "fsuid",
    "ouid",
    "error",
    "info",
];

impl Event {
    pub(super) fn from_fields(
        origin: EventOrigin,
        kind: Option<&[u8]>,
        time: Option<Time>,
        fields: &RecordFields<'_>,
    ) -> Option<Event> {
        let verdict = match fields.get("apparmor") {
            Some(word) => Verdict::WORDS.iter().find(|(known, _)| *known == word)?.1,
            None => Verdict::of_type(kind?)?,
        };
        let operation = fields.text("operation")?;
        let text = |keys: &[&str]| fields.first(keys).map(Text::from);
        // A D-Bus daemon's mask says what it decides about.
        let mask = text(&["mask"]);
        let rest = fields.iter().filter_map(|(key, value)| {
            let key = std::str::from_utf8(key).ok().filter(|key| !NAMED.contains(key))?;
            Some((key.to_owned(), Text::from(value)))
        });
        let mut event = Event {
            time,
            origin,
            verdict,
            operation,
            profile: text(&["profile", "label"]),
            name: text(&["name", "capname"]),
            requested: text(&["requested_mask", "requested"]).or_else(|| mask.clone()),
            denied: text(&["denied_mask", "denied"]).or(mask.filter(|_| verdict.is_lacking())),
            peer: text(&["peer", "peer_label", "peer_profile"]),
            target: text(&["target", "name2"]),
            comm: text(&["comm"]),
            pid: fields.number("pid"),
            fsuid: fields.number("fsuid"),
            ouid: fields.number("ouid"),
            error: fields.number("error"),
            info: text(&["info"]),
            access: None,
            fields: rest.collect(),
        };
        // A number that is none may hide whose file it was.
        let garbled = |key| fields.get(key).is_some() && fields.number::<u32>(key).is_none();
        if !fields.unsure && !["fsuid", "ouid"].into_iter().any(garbled) {
            event.access = access::of(&event);
        }
        Some(event)
    }

    /// Whether a rule would help: no process without a profile lacks one, nor one whose new profile is not loaded, or that gave up new
    /// privileges.
    #[must_use]
    pub fn asks_for_rule(&self) -> bool {
        const OTHER_REASONS: [&[u8]; 4] =
            [b"label not found", b"profile transition not found", b"profile not found", b"no new privs"];
        let info = self.info.as_deref().unwrap_or_default();
        let is_confined = self.profile.as_deref().is_some_and(|label| label != b"unconfined");
        self.access.is_some() && is_confined && !OTHER_REASONS.iter().any(|reason| info.starts_with(reason))
    }

    /// Another field, by the kernel's word for it.
    #[must_use]
    pub fn field(&self, key: &str) -> Option<&Text> {
        self.fields.get(key)
    }

    /// The mask that says what was denied, or, where nothing was, what was requested; `None` where a denial does not say of what.
    pub(super) fn mask(&self) -> Option<&[u8]> {
        match (&self.denied, &self.requested) {
            (Some(denied), _) => Some(denied),
            (None, Some(requested)) if !self.verdict.is_lacking() => Some(requested),
            (None, _) => None,
        }
    }

    /// Whether the record has no mask at all, as those of classes that older kernels allow or deny as a whole.
    pub(super) fn has_no_mask(&self) -> bool {
        self.denied.is_none() && self.requested.is_none()
    }

    /// Describes the attempted access in the words of [`Access`], or else in those of the record.
    #[must_use]
    pub fn what(&self) -> String {
        if let Some(access) = &self.access {
            return access.to_string();
        }
        let is_word = self.operation.iter().all(u8::is_ascii_graphic);
        let operation = &self.operation;
        let mut words =
            vec![if is_word { operation.to_str_lossy().into_owned() } else { Quoted(operation).to_string() }];
        let family = self.field("family").into_iter().chain(self.field("sock_type"));
        let mask = self.denied.as_ref().or(self.requested.as_ref());
        words.extend(self.name.iter().chain(family).chain(mask).map(|text| Quoted(text).to_string()));
        words.extend(self.target.iter().map(|target| format!("-> {}", Quoted(target))));
        words.extend(self.peer.iter().map(|peer| format!("peer={}", Quoted(peer))));
        words.join(" ")
    }

    /// Returns the properties shared with events that count as the same.
    #[must_use]
    pub fn kind(&self) -> EventKind {
        EventKind {
            verdict: self.verdict,
            profile: self.profile.clone(),
            operation: self.operation.clone(),
            what: self.what(),
        }
    }
}
