//! Partitions and their regions, from botocore's `partitions.json`.

/// A partition: a set of regions with DNS names and accounts of its own.
#[derive(Debug, PartialEq, Eq)]
pub struct Partition {
    /// `aws`, `aws-cn`, `aws-us-gov`...: the second part of every ARN.
    pub id: &'static str,
    /// `amazonaws.com`.
    pub dns_suffix: &'static str,
    /// Suffix of names with IPv4 and IPv6 addresses.
    pub dual_stack_dns_suffix: &'static str,
    /// The region of services without regions.
    pub implicit_global_region: &'static str,
    /// Its regions, sorted by name; with the pseudo region of global services (`aws-global`).
    pub regions: &'static [Region],
    /// What may stand before `-<word>-<number>` in the names of its regions.
    prefixes: &'static [&'static str],
}

/// A region.
#[derive(Debug, PartialEq, Eq)]
pub struct Region {
    /// `eu-central-1`.
    pub name: &'static str,
    /// `Europe (Frankfurt)`.
    pub description: &'static str,
}

impl Region {
    /// True of `aws-global` and its like, which stand for services without regions.
    #[must_use]
    pub fn is_global(&self) -> bool {
        self.name.ends_with("-global")
    }
}

/// All partitions, `aws` first.
#[must_use]
pub fn partitions() -> &'static [Partition] {
    PARTITIONS
}

/// The partition of this id.
#[must_use]
pub fn partition(id: &str) -> Option<&'static Partition> {
    PARTITIONS.iter().find(|partition| partition.id == id)
}

/// The partition that a region belongs to, as endpoint rules find it (`aws.partition`): the one that
/// lists it, else the one whose names look like it, else `aws`.
#[must_use]
pub fn partition_of(region: &str) -> &'static Partition {
    let listed = PARTITIONS.iter().find(|partition| partition.region(region).is_some());
    let alike = || PARTITIONS.iter().find(|partition| partition.names_like(region));
    listed.or_else(alike).unwrap_or(&PARTITIONS[0])
}

/// True of regions that exist, in whichever partition; false of `aws-global` and its like.
#[must_use]
pub fn is_region(name: &str) -> bool {
    PARTITIONS.iter().filter_map(|partition| partition.region(name)).any(|region| !region.is_global())
}

/// All regions of all partitions, without `aws-global` and its like.
pub fn regions() -> impl Iterator<Item = &'static Region> {
    PARTITIONS.iter().flat_map(|partition| partition.regions).filter(|region| !region.is_global())
}

impl Partition {
    /// The region of this name, if the partition lists it.
    #[must_use]
    pub fn region(&self, name: &str) -> Option<&'static Region> {
        let place = self.regions.binary_search_by(|region| region.name.cmp(name)).ok()?;
        self.regions.get(place)
    }

    /// Whether the name has the form of the partition's regions: `<prefix>-<word>-<number>`.
    fn names_like(&self, name: &str) -> bool {
        let Some((rest, number)) = name.rsplit_once('-') else { return false };
        let Some((prefix, word)) = rest.rsplit_once('-') else { return false };
        let is_word = |it: &str| it.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        self.prefixes.contains(&prefix)
            && !word.is_empty()
            && is_word(word)
            && !number.is_empty()
            && number.bytes().all(|byte| byte.is_ascii_digit())
    }
}

static PARTITIONS: &[Partition] = include!(concat!(env!("OUT_DIR"), "/partitions.rs"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partition_of_a_region() {
        for (region, id, suffix) in [
            ("us-east-1", "aws", "amazonaws.com"),
            ("eu-central-1", "aws", "amazonaws.com"),
            ("aws-global", "aws", "amazonaws.com"),
            ("eu-elsewhere-99", "aws", "amazonaws.com"),
            ("cn-north-1", "aws-cn", "amazonaws.com.cn"),
            ("cn-elsewhere-7", "aws-cn", "amazonaws.com.cn"),
            ("us-gov-west-1", "aws-us-gov", "amazonaws.com"),
            ("us-gov-elsewhere-7", "aws-us-gov", "amazonaws.com"),
            ("us-iso-east-1", "aws-iso", "c2s.ic.gov"),
            ("us-isob-east-1", "aws-iso-b", "sc2s.sgov.gov"),
            ("eusc-de-east-1", "aws-eusc", "amazonaws.eu"),
            // What no partition knows is taken for the first one's.
            ("", "aws", "amazonaws.com"),
            ("mars", "aws", "amazonaws.com"),
            ("cn--1", "aws", "amazonaws.com"),
            ("cn-north-x", "aws", "amazonaws.com"),
        ] {
            let partition = partition_of(region);
            assert_eq!((partition.id, partition.dns_suffix), (id, suffix), "{region}");
        }
    }

    #[test]
    fn valid_regions() {
        // They are looked for as what is sorted is.
        assert!(regions().all(|region| is_region(region.name)));
        assert!(is_region("us-east-1") && is_region("cn-northwest-1"));
        assert!(!is_region("aws-global") && !is_region("us-east-9"));
        assert!(regions().count() > 35);
        assert_eq!(partition("aws").map(|it| it.implicit_global_region), Some("us-east-1"));
        assert!(partition("mars").is_none());
    }
}
