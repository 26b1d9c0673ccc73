//! Socket types (`socket(2)`).

use super::word::word_enum;

word_enum! {
    /// A socket type. `network` rules know all but `none` and `dccp`, which only the `type=` condition of `unix` rules has.
    ///
    /// ```
    /// use armorer::vocab::SocketType;
    ///
    /// assert_eq!((SocketType::Seqpacket.name(), SocketType::Seqpacket.number()), ("seqpacket", 5));
    /// assert!(!SocketType::Dccp.is_of_network_rules());
    /// ```
    SocketType: u16, "socket type";
    Stream = 1, "stream";
    Dgram = 2, "dgram";
    Raw = 3, "raw";
    Rdm = 4, "rdm";
    Seqpacket = 5, "seqpacket";
    Packet = 10, "packet";
    None = 0, "none";
    Dccp = 6, "dccp";
}

impl SocketType {
    /// Whether `network` rules have a word for it.
    #[must_use]
    pub fn is_of_network_rules(self) -> bool {
        !matches!(self, SocketType::None | SocketType::Dccp)
    }
}

/// Type words of network rules.
pub(crate) fn network_words() -> impl Iterator<Item = &'static str> {
    SocketType::ALL.iter().filter(|one| one.is_of_network_rules()).map(|one| one.name())
}

/// The mask `1 << type` of all types that have a word in network rules: as good as no type.
pub(crate) const NAMED_MASK: u32 = 0x43e;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types() {
        let named = SocketType::ALL.iter().filter(|one| one.is_of_network_rules());
        assert_eq!(named.fold(0, |mask, one| mask | 1u32 << one.number()), NAMED_MASK);
        assert!(network_words().all(|word| word != "none" && word != "dccp"));
        assert_eq!(SocketType::from_number(6), Some(SocketType::Dccp));
    }
}
