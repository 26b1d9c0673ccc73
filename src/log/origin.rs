//! Origin of a line.

use serde::Serialize;

/// The component that decided about an access and wrote the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EventOrigin {
    /// The kernel.
    Kernel,
    /// A D-Bus daemon.
    Dbus,
}

impl EventOrigin {
    /// Returns the component that writes under this name to syslog or the journal.
    pub(super) fn of_identifier(name: &[u8]) -> Option<EventOrigin> {
        match name {
            b"kernel" | b"audit" | b"auditd" | b"audispd" | b"audisp-syslog" => Some(EventOrigin::Kernel),
            b"dbus" | b"dbus-daemon" | b"dbus-broker" | b"dbus-broker-launch" => Some(EventOrigin::Dbus),
            _ => None,
        }
    }

    /// Returns the component that wrote a line with this text before the record; `None` where it is another program or unknown.
    ///
    /// ```text
    /// node=host type=AVC msg=                                                 the audit daemon's log
    /// [ 1612.746129] audit: type=1400                                         dmesg
    /// 5,1234,987654321,-;audit: type=1400                                     /dev/kmsg
    /// Jul 24 12:24:41 host kernel: [42364.269117] audit: type=1400            syslog
    /// 2013-01-01T15:09:04+08:00 host dbus-daemon[882]:                        syslog of a D-Bus daemon
    /// 2021-09-11T20:57:41.91645 kern.notice: [  469.180605] audit: type=1400  socklogd
    /// ```
    pub(super) fn of_prefix(prefix: &[u8]) -> Option<EventOrigin> {
        let prefix = without_priority(prefix);
        let mut words: Vec<&[u8]> = prefix.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).collect();
        let mut take = |is: &dyn Fn(&[u8]) -> bool| words.pop_if(|word| is(word)).is_some();
        // From the record to the left: what the kernel and the audit daemon put there.
        take(&|word| word == b"msg=");
        let typed = take(&|word| word.starts_with(b"type="));
        take(&|word| word == b"AVC" || word == b"USER_AVC" || word.starts_with(b"AVC/") || word == b"USER_AVC:");
        take(&|word| word == b"audit:" || word.ends_with(b";audit:"));
        if take(&|word| word.ends_with(b"]") && is_uptime(word)) {
            take(&|word| word == b"[");
        }
        let Some(last) = words.pop() else { return Some(EventOrigin::Kernel) };
        // A name further left is of a program that wrote the rest of the line.
        if words.iter().any(|word| word.ends_with(b":")) {
            return None;
        }
        if let Some(name) = last.strip_suffix(b":") {
            let name = name.split(|&byte| byte == b'[').next().unwrap_or_default();
            let facility = || name.starts_with(b"kern.").then_some(EventOrigin::Kernel);
            return EventOrigin::of_identifier(name).or_else(facility);
        }
        (typed && last.starts_with(b"node=") && words.is_empty()).then_some(EventOrigin::Kernel)
    }
}

/// `1612.746129]`, also with the bracket that opens it.
fn is_uptime(word: &[u8]) -> bool {
    let word = word.strip_prefix(b"[").unwrap_or(word);
    word.strip_suffix(b"]").is_some_and(|word| word.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.'))
}

/// The text after the priority that the kernel's buffer has before a line: `<5>`.
fn without_priority(text: &[u8]) -> &[u8] {
    let behind = || {
        let rest = text.strip_prefix(b"<")?;
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        rest.get(digits..)?.strip_prefix(b">")
    };
    behind().unwrap_or(text)
}
