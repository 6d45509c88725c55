//! Where requests come from: a block of addresses, or a single one.

use std::{fmt, net::IpAddr, str::FromStr};

use ipnet::IpNet;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// The text is neither an address nor a block of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidNetwork {
    /// No address, or no length behind it that an address has.
    #[error(
        "expected an IP address or a block in CIDR notation, such as 192.0.2.0/24 or 2001:db8::/32"
    )]
    Malformed,
    /// The address is none that a block begins with: more or less may have been meant.
    #[error("the address has bits set behind the length of the block")]
    BitsBehind,
}

/// A block of IP addresses, in CIDR notation (RFC 4632 §3.1, RFC 4291 §2.3). A single address is a block of one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Network(IpNet);

impl Network {
    /// Whether an address is in it. An IPv4 address that is written as IPv6 (RFC 4291 §2.5.5.2) is one of IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

impl FromStr for Network {
    type Err = InvalidNetwork;
    fn from_str(text: &str) -> Result<Self, InvalidNetwork> {
        let block = match text.parse::<IpAddr>() {
            Ok(address) => IpNet::from(address.to_canonical()),
            Err(_) => text.parse().map_err(|_| InvalidNetwork::Malformed)?,
        };
        if block.trunc() == block {
            Ok(Self(block))
        } else {
            Err(InvalidNetwork::BitsBehind)
        }
    }
}

impl TryFrom<String> for Network {
    type Error = InvalidNetwork;
    fn try_from(text: String) -> Result<Self, InvalidNetwork> {
        text.parse()
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

crate::written_as_text!(Network);

impl JsonSchema for Network {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Network".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "maxLength": 49,
            "examples": ["192.0.2.0/24", "2001:db8::/32", "203.0.113.7"],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        text.parse().unwrap()
    }

    #[test]
    fn a_block_has_the_addresses_that_begin_as_it_does() {
        for (block, inside, outside) in [
            ("192.0.2.0/24", "192.0.2.255", "192.0.3.0"),
            ("192.0.2.7", "192.0.2.7", "192.0.2.8"),
            ("192.0.2.7", "::ffff:192.0.2.7", "::192.0.2.7"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::1"),
            ("::1", "::1", "127.0.0.1"),
            ("0.0.0.0/0", "203.0.113.9", "::1"),
        ] {
            let block = network(block);
            assert!(block.contains(inside.parse().unwrap()), "{block} {inside}");
            assert!(
                !block.contains(outside.parse().unwrap()),
                "{block} {outside}"
            );
            assert_eq!(block.to_string().parse(), Ok(block));
        }
        assert_eq!(network("192.0.2.7").to_string(), "192.0.2.7/32");
        assert_eq!(network("::ffff:192.0.2.7"), network("192.0.2.7"));
    }

    #[test]
    fn what_is_no_block_is_refused() {
        for wrong in [
            "",
            "localhost",
            "192.0.2",
            "192.0.2.0/33",
            "192.0.2.0/-1",
            "192.0.2.0/",
            "2001:db8::/129",
            "1.2.3.4/24/8",
            " 192.0.2.1",
            "192.0.2.1:80",
        ] {
            assert_eq!(
                wrong.parse::<Network>(),
                Err(InvalidNetwork::Malformed),
                "{wrong}"
            );
        }
        assert_eq!(
            "192.0.2.1/24".parse::<Network>(),
            Err(InvalidNetwork::BitsBehind)
        );
    }
}
