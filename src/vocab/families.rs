//! Address families (`address_families(7)`).

use super::word::word_enum;

/// The number of address families, including the nameless one.
pub(crate) const COUNT: u16 = 46;

/// `AF_UNIX`, whose sockets have rules of their own.
pub(crate) const UNIX: u16 = AddressFamily::Unix.number();
/// `AF_INET`.
pub(crate) const INET: u16 = AddressFamily::Inet.number();
/// `AF_INET6`.
pub(crate) const INET6: u16 = AddressFamily::Inet6.number();

word_enum! {
    /// An address family. 12 (DECnet, gone from Linux) has no name, but a rule for all families covers it.
    ///
    /// ```
    /// use armorer::vocab::AddressFamily;
    ///
    /// assert_eq!((AddressFamily::Inet6.name(), AddressFamily::Inet6.number()), ("inet6", 10));
    /// ```
    AddressFamily: u16, "address family";
    Unspec = 0, "unspec";
    Unix = 1, "unix";
    Inet = 2, "inet";
    Ax25 = 3, "ax25";
    Ipx = 4, "ipx";
    Appletalk = 5, "appletalk";
    Netrom = 6, "netrom";
    Bridge = 7, "bridge";
    Atmpvc = 8, "atmpvc";
    X25 = 9, "x25";
    Inet6 = 10, "inet6";
    Rose = 11, "rose";
    Netbeui = 13, "netbeui";
    Security = 14, "security";
    Key = 15, "key";
    Netlink = 16, "netlink";
    Packet = 17, "packet";
    Ash = 18, "ash";
    Econet = 19, "econet";
    Atmsvc = 20, "atmsvc";
    Rds = 21, "rds";
    Sna = 22, "sna";
    Irda = 23, "irda";
    Pppox = 24, "pppox";
    Wanpipe = 25, "wanpipe";
    Llc = 26, "llc";
    Ib = 27, "ib";
    Mpls = 28, "mpls";
    Can = 29, "can";
    Tipc = 30, "tipc";
    Bluetooth = 31, "bluetooth";
    Iucv = 32, "iucv";
    Rxrpc = 33, "rxrpc";
    Isdn = 34, "isdn";
    Phonet = 35, "phonet";
    Ieee802154 = 36, "ieee802154";
    Caif = 37, "caif";
    Alg = 38, "alg";
    Nfc = 39, "nfc";
    Vsock = 40, "vsock";
    Kcm = 41, "kcm";
    Qipcrtr = 42, "qipcrtr";
    Smc = 43, "smc";
    Xdp = 44, "xdp";
    Mctp = 45, "mctp";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_but_decnet() {
        assert!((0..COUNT).all(|n| AddressFamily::from_number(n).is_some() == (n != 12)));
        assert_eq!(AddressFamily::from_number(COUNT), None);
        assert_eq!("inet6".parse(), Ok(AddressFamily::Inet6));
        assert!("local".parse::<AddressFamily>().is_err());
    }
}
