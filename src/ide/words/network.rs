//! Address families (`address_families(7)`), socket types (`socket(2)`) and protocols.

use super::WordTable;

/// Address families by number.
pub(super) const FAMILIES: WordTable = &[
    ("unspec", "No family in particular."),
    ("unix", "Communication on the machine (`unix(7)`); unix rules say more about it."),
    ("inet", "IPv4 (`ip(7)`)."),
    ("ax25", "Amateur radio AX.25."),
    ("ipx", "IPX of Novell; gone from Linux."),
    ("appletalk", "AppleTalk (`ddp(7)`)."),
    ("netrom", "Amateur radio NET/ROM."),
    ("bridge", "Multiprotocol bridge."),
    ("atmpvc", "ATM permanent virtual circuits."),
    ("x25", "X.25 (`x25(7)`)."),
    ("inet6", "IPv6 (`ipv6(7)`)."),
    ("rose", "Amateur radio X.25 PLP."),
    ("netbeui", "Reserved for 802.2LLC."),
    ("security", "A pseudo-family of security callbacks."),
    ("key", "Key management, of IPsec."),
    ("netlink", "Communication with the kernel (`netlink(7)`), as network tools have it."),
    ("packet", "Packets of the link layer (`packet(7)`): sniffing and forging traffic."),
    ("ash", "Ash, of clusters; no Linux implements it."),
    ("econet", "Acorn Econet; gone from Linux."),
    ("atmsvc", "ATM switched virtual circuits."),
    ("rds", "Reliable datagram sockets."),
    ("sna", "Linux SNA."),
    ("irda", "Infrared; gone from Linux."),
    ("pppox", "PPP over Ethernet and tunnels."),
    ("wanpipe", "WAN cards of Sangoma."),
    ("llc", "Logical link control (802.2)."),
    ("ib", "InfiniBand native addressing."),
    ("mpls", "Multiprotocol label switching."),
    ("can", "Controller area network, the bus of vehicles."),
    ("tipc", "Cluster communication (TIPC)."),
    ("bluetooth", "Bluetooth."),
    ("iucv", "Communication of z/VM guests."),
    ("rxrpc", "Rx remote procedure calls, of AFS."),
    ("isdn", "ISDN."),
    ("phonet", "Phonet, of Nokia modems."),
    ("ieee802154", "Low-rate wireless networks (802.15.4)."),
    ("caif", "CAIF, of ST-Ericsson modems."),
    ("alg", "The kernel's cryptography."),
    ("nfc", "Near-field communication."),
    ("vsock", "Communication between virtual machines and host (`vsock(7)`)."),
    ("kcm", "Kernel connection multiplexor."),
    ("qipcrtr", "Qualcomm IPC router."),
    ("smc", "Shared memory communication."),
    ("xdp", "Express data path: packets before the network stack."),
    ("mctp", "Management component transport protocol."),
];

/// Socket types by number, then those of unix rules.
pub(super) const TYPES: WordTable = &[
    ("stream", "A reliable two-way stream of bytes; TCP in inet and inet6."),
    ("dgram", "Datagrams; UDP in inet and inet6."),
    ("raw", "Raw access to the protocol below. It needs `capability net_raw`."),
    ("rdm", "Reliable datagrams without order."),
    ("seqpacket", "A reliable sequence of datagrams."),
    ("packet", "An obsolete type of link-layer sockets."),
];

/// Types that only unix rules know.
pub(super) const UNIX_TYPES: WordTable = &[("none", "No type."), ("dccp", "Datagram congestion control protocol.")];

/// All of them.
pub(super) const PROTOCOLS: WordTable = &[
    ("tcp", "TCP: the same as `stream` of the family."),
    ("udp", "UDP: the same as `dgram` of the family."),
    ("icmp", "ICMP of IPv4: raw sockets of that protocol."),
];
