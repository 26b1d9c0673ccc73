//! Words for the numbers in the fields of a profile.

use std::fmt;

use crate::source::Text;
use crate::vocab::{AddressFamily, Capability, Errno, ProfileMode, Signal, SocketType, flags, rlimits};

/// The words of a flags word; bits without a word as a number.
pub(super) fn flag_words(word: u32) -> Vec<String> {
    const WORDS: [(u32, &str); 5] = [
        (flags::HAT, "hat"),
        (flags::DEBUG, "debug"),
        (4, "internal"),
        (flags::INTERRUPTIBLE, "interruptible"),
        (0x10, "prompt_compat"),
    ];
    words(word, WORDS)
}

/// The words of the path flags; bits without a word as a number.
pub(super) fn path_flag_words(word: u32) -> Vec<String> {
    const WORDS: [(u32, &str); 5] = [
        (flags::ATTACH_DISCONNECTED, "attach_disconnected"),
        (flags::CHROOT_RELATIVE, "chroot_relative"),
        (flags::CHROOT_ATTACH, "chroot_attach"),
        (flags::ATTACH_DISCONNECTED_IPC, "attach_disconnected.ipc"),
        (flags::MEDIATE_DELETED, "mediate_deleted"),
    ];
    words(word, WORDS)
}

fn words<const N: usize>(word: u32, names: [(u32, &str); N]) -> Vec<String> {
    let known = names.iter().fold(0, |bits, (bit, _)| bits | bit);
    let named = names.into_iter().filter(|(bit, _)| word & bit != 0).map(|(_, name)| name.to_owned());
    let rest = word & !known;
    named.chain((rest != 0).then(|| format!("{rest:#x}"))).collect()
}

/// A profile mode.
pub(super) fn mode(mode: u32) -> String {
    ProfileMode::from_number(mode).map(ProfileMode::name).map_or_else(|| format!("{mode:#x}"), str::to_owned)
}

/// A capability.
pub(super) fn capability(number: u8) -> String {
    Capability::from_number(number).map(Capability::name).map_or_else(|| number.to_string(), str::to_owned)
}

/// The capabilities of a mask, by number.
pub(super) fn capability_words(mask: u64) -> Vec<String> {
    (0..64_u8).filter(|number| mask >> number & 1 == 1).map(capability).collect()
}

/// A signal.
pub(super) fn signal(number: u32) -> String {
    let name = u8::try_from(number).ok().and_then(Signal::from_number);
    name.map_or_else(|| number.to_string(), |signal| signal.to_string())
}

/// An error number.
pub(super) fn error(number: u32) -> String {
    let name = u16::try_from(number).ok().and_then(Errno::from_number).map(Errno::name);
    name.map_or_else(|| number.to_string(), str::to_owned)
}

/// The value of a resource limit.
pub(super) fn limit(value: u64) -> String {
    if value == rlimits::INFINITY { "infinity".to_owned() } else { value.to_string() }
}

/// An address family.
pub(super) fn family(number: u16) -> String {
    AddressFamily::from_number(number)
        .map(AddressFamily::name)
        .map_or_else(|| format!("family {number}"), str::to_owned)
}

/// A socket type.
pub(super) fn socket_type(number: u16) -> String {
    SocketType::from_number(number).map(SocketType::name).map_or_else(|| format!("type {number}"), str::to_owned)
}

/// Bytes in quotes: UTF-8 as it is, except what would not be seen or would end the quotes, which is escaped as in Rust or C.
pub(crate) struct Quoted<'a>(pub(crate) &'a [u8]);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for chunk in self.0.utf8_chunks() {
            for character in chunk.valid().chars() {
                match character {
                    // Whatever is invisible or turns the line around.
                    '\0'..='\x7f' => write!(f, "{}", character.to_string().as_bytes().escape_ascii())?,
                    _ if character.is_alphanumeric() => write!(f, "{character}")?,
                    _ => write!(f, "{}", character.escape_default())?,
                }
            }
            write!(f, "{}", chunk.invalid().escape_ascii())?;
        }
        f.write_str("\"")
    }
}

/// Bytes as a [`Text`].
pub(super) fn text(bytes: &[u8]) -> Text {
    Text::from(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_the_bits_without() {
        assert_eq!(flag_words(0x109), ["hat", "interruptible", "0x100"]);
        assert_eq!(path_flag_words(0x1_0004), ["attach_disconnected", "mediate_deleted"]);
        assert_eq!(mode(3), "unconfined");
        assert_eq!(mode(7), "0x7");
        assert_eq!(capability_words(1 << 21 | 1 << 63), ["sys_admin", "63"]);
        assert_eq!((signal(10), signal(131), signal(300)), ("usr1".into(), "rtmin+3".into(), "300".into()));
        assert_eq!((error(13), error(0)), ("EACCES".into(), "0".into()));
    }

    #[test]
    fn quotes() {
        let quoted = |bytes: &[u8]| Quoted(bytes).to_string();
        assert_eq!(quoted("/tmp/naïve \"x\"\n".as_bytes()), r#""/tmp/naïve \"x\"\n""#);
        assert_eq!(quoted(b"/a\xff\0"), r#""/a\xff\x00""#);
        assert_eq!(quoted("\u{202e}".as_bytes()), r#""\u{202e}""#, "it would turn the line around");
    }
}
