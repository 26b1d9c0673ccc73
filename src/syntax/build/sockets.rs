//! `network` and `unix` rules.

use super::{EmptyList, bare, condition, peer, permissions, word};
use crate::syntax::Pattern;
use crate::syntax::ast::{NetworkCondition, NetworkRule, UnixCondition, UnixRule};
use crate::vocab::{AddressFamily, IpAddress, NetworkPermissions, PortRange, Protocol, SocketKind, SocketType};

impl NetworkRule {
    /// Every permission for every socket.
    ///
    /// ```
    /// use armorer::ast::{NetworkRule, Rule};
    /// use armorer::vocab::{AddressFamily, NetworkPermissions, SocketType};
    ///
    /// let rule = NetworkRule::new().family(AddressFamily::Inet6).kind(SocketType::Stream);
    /// assert_eq!(Rule::from(rule).to_string(), "network inet6 stream,");
    ///
    /// let local = NetworkRule::new()
    ///     .permissions(NetworkPermissions::CONNECT)?
    ///     .family(AddressFamily::Inet)
    ///     .protocol("tcp".parse()?)
    ///     .ip("127.0.0.1".parse()?)
    ///     .port("1024-65535".parse()?)
    ///     .peer_ip("127.0.0.1".parse()?)
    ///     .peer_port("5432".parse()?);
    /// assert!(Rule::from(local).to_string().ends_with("peer=(ip=127.0.0.1, port=5432),"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new() -> NetworkRule {
        NetworkRule { permissions: None, family: None, socket: None, conditions: Vec::new(), peer: None }
    }

    /// The same rule with these permissions alone.
    ///
    /// # Errors
    /// When there are none.
    pub fn permissions(self, set: NetworkPermissions) -> Result<NetworkRule, EmptyList> {
        Ok(NetworkRule { permissions: permissions(set, set.iter())?, ..self })
    }

    /// The same rule for one address family.
    #[must_use]
    pub fn family(self, family: AddressFamily) -> NetworkRule {
        NetworkRule { family: Some(word(family)), ..self }
    }

    /// The same rule for one socket type. `none` and `dccp` are types of `unix` rules only: the compiler refuses them here.
    #[must_use]
    pub fn kind(self, kind: SocketType) -> NetworkRule {
        NetworkRule { socket: Some(word(SocketKind::Type(kind))), ..self }
    }

    /// The same rule for one protocol.
    #[must_use]
    pub fn protocol(self, protocol: Protocol) -> NetworkRule {
        NetworkRule { socket: Some(word(SocketKind::Protocol(protocol))), ..self }
    }

    /// The same rule for sockets with this address.
    #[must_use]
    pub fn ip(self, ip: IpAddress) -> NetworkRule {
        self.with("ip", NetworkCondition::Ip(word(ip)))
    }

    /// The same rule for sockets with a port of the range.
    #[must_use]
    pub fn port(self, ports: PortRange) -> NetworkRule {
        self.with("port", NetworkCondition::Port(word(ports)))
    }

    /// The same rule for peers with this address.
    #[must_use]
    pub fn peer_ip(mut self, ip: IpAddress) -> NetworkRule {
        peer(&mut self.peer, "ip", NetworkCondition::Ip(word(ip)));
        self
    }

    /// The same rule for peers with a port of the range.
    #[must_use]
    pub fn peer_port(mut self, ports: PortRange) -> NetworkRule {
        peer(&mut self.peer, "port", NetworkCondition::Port(word(ports)));
        self
    }

    fn with(mut self, name: &str, value: NetworkCondition) -> NetworkRule {
        self.conditions.push(condition(name, value));
        self
    }
}

impl Default for NetworkRule {
    fn default() -> Self {
        NetworkRule::new()
    }
}

impl UnixRule {
    /// Every permission for every unix socket.
    ///
    /// ```
    /// use armorer::ast::{Rule, UnixRule};
    /// use armorer::vocab::{NetworkPermissions, SocketType};
    /// use armorer::{Pattern, ProfileName};
    ///
    /// let serve = UnixRule::new()
    ///     .permissions(NetworkPermissions::BIND | NetworkPermissions::LISTEN)?
    ///     .kind(SocketType::Stream)
    ///     .address(Pattern::literal("@web")?);
    /// assert_eq!(Rule::from(serve).to_string(), "unix (bind, listen) type=stream addr=@web,");
    /// let connect = UnixRule::new()
    ///     .permissions(NetworkPermissions::CONNECT)?
    ///     .peer_address(Pattern::literal("@db")?)
    ///     .peer_label(ProfileName::new("db")?.to_pattern());
    /// assert_eq!(Rule::from(connect).to_string(), "unix connect peer=(addr=@db, label=db),");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new() -> UnixRule {
        UnixRule { permissions: None, conditions: Vec::new(), peer: None }
    }

    /// The same rule with these permissions alone.
    ///
    /// # Errors
    /// When there are none.
    pub fn permissions(self, set: NetworkPermissions) -> Result<UnixRule, EmptyList> {
        Ok(UnixRule { permissions: permissions(set, set.iter())?, ..self })
    }

    /// The same rule for one socket type.
    #[must_use]
    pub fn kind(self, kind: SocketType) -> UnixRule {
        self.with("type", UnixCondition::Type(word(kind)))
    }

    /// The same rule for sockets with this address: `@name`, `none` or `auto`.
    #[must_use]
    pub fn address(self, address: Pattern) -> UnixRule {
        self.with("addr", UnixCondition::Address(bare(address)))
    }

    /// The same rule for peers with this address.
    #[must_use]
    pub fn peer_address(mut self, address: Pattern) -> UnixRule {
        peer(&mut self.peer, "addr", UnixCondition::Address(bare(address)));
        self
    }

    /// The same rule for peers whose label matches.
    #[must_use]
    pub fn peer_label(mut self, label: Pattern) -> UnixRule {
        peer(&mut self.peer, "label", UnixCondition::Label(bare(label)));
        self
    }

    fn with(mut self, name: &str, value: UnixCondition) -> UnixRule {
        self.conditions.push(condition(name, value));
        self
    }
}

impl Default for UnixRule {
    fn default() -> Self {
        UnixRule::new()
    }
}
