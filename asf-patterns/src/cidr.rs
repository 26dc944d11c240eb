//! Ranges of IP addresses: `10.0.0.0/24`, `2001:db8::/32`.

use std::net::IpAddr;

/// The addresses that begin alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cidr {
    network: IpAddr,
    bits: u8,
}

impl Cidr {
    /// # Errors
    /// In AWS's words (test_sns_filter_policy::test_validate_policy_string_operators; those for masks that are too
    /// long are from memory of the library).
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (address, mask) = match text.split_once('/') {
            Some((address, mask)) if !mask.contains('/') => (address, mask),
            _ => return Err("Malformed CIDR, one '/' required".to_owned()),
        };
        let bits: i32 =
            mask.parse().map_err(|_| "Malformed CIDR, mask bits must be an integer".to_owned())?;
        let bits = u8::try_from(bits.min(255))
            .map_err(|_| "Malformed CIDR, mask bits must not be negative".to_owned())?;
        let network: IpAddr = address.parse().map_err(|_| format!("Nonstandard IP address: {address}"))?;
        match network {
            IpAddr::V4(_) if bits > 32 => Err("IPv4 mask bits must be < 32".to_owned()),
            IpAddr::V6(_) if bits > 128 => Err("IPv6 mask bits must be < 128".to_owned()),
            _ => Ok(Self { network, bits }),
        }
    }

    pub(crate) fn contains(&self, text: &str) -> bool {
        match (self.network, text.parse()) {
            (IpAddr::V4(network), Ok(IpAddr::V4(address))) => {
                let differ = network.to_bits() ^ address.to_bits();
                differ.checked_shr(32 - u32::from(self.bits)).unwrap_or(0) == 0
            }
            (IpAddr::V6(network), Ok(IpAddr::V6(address))) => {
                let differ = network.to_bits() ^ address.to_bits();
                differ.checked_shr(128 - u32::from(self.bits)).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}
