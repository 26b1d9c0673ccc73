//! Address families (`address_families(7)`).

use super::{name_of, number_of};

/// How many numbers there are, the nameless one included.
pub const COUNT: u16 = 46;

/// `AF_UNIX`, whose sockets have rules of their own.
pub const UNIX: u16 = 1;
/// `AF_INET`.
pub const INET: u16 = 2;
/// `AF_INET6`.
pub const INET6: u16 = 10;

/// Name and number of each, by number. 12 (DECnet, gone from Linux) has no name, but a rule for all families covers it.
pub const ALL: &[(&str, u16)] = &[
    ("unspec", 0),
    ("unix", 1),
    ("inet", 2),
    ("ax25", 3),
    ("ipx", 4),
    ("appletalk", 5),
    ("netrom", 6),
    ("bridge", 7),
    ("atmpvc", 8),
    ("x25", 9),
    ("inet6", 10),
    ("rose", 11),
    ("netbeui", 13),
    ("security", 14),
    ("key", 15),
    ("netlink", 16),
    ("packet", 17),
    ("ash", 18),
    ("econet", 19),
    ("atmsvc", 20),
    ("rds", 21),
    ("sna", 22),
    ("irda", 23),
    ("pppox", 24),
    ("wanpipe", 25),
    ("llc", 26),
    ("ib", 27),
    ("mpls", 28),
    ("can", 29),
    ("tipc", 30),
    ("bluetooth", 31),
    ("iucv", 32),
    ("rxrpc", 33),
    ("isdn", 34),
    ("phonet", 35),
    ("ieee802154", 36),
    ("caif", 37),
    ("alg", 38),
    ("nfc", 39),
    ("vsock", 40),
    ("kcm", 41),
    ("qipcrtr", 42),
    ("smc", 43),
    ("xdp", 44),
    ("mctp", 45),
];

/// The number of a family.
#[must_use]
pub fn number(word: &[u8]) -> Option<u16> {
    number_of(ALL, word)
}

/// The name of a family.
#[must_use]
pub fn name(number: u16) -> Option<&'static str> {
    name_of(ALL, number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_but_decnet() {
        assert!((0..COUNT).all(|n| name(n).is_some() == (n != 12)));
        assert_eq!(name(COUNT), None);
        assert_eq!(number(b"inet6"), Some(INET6));
        assert_eq!(number(b"local"), None);
    }
}
