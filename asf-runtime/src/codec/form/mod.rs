//! Form parameters (`application/x-www-form-urlencoded`) <-> [`Shape`](crate::Shape), driven by the schema:
//! the requests of query and ec2.
//!
//! The name of a parameter is a path: `Tags.member.1.Key`. [`Parameters`] decodes and sorts them once, so
//! that what belongs to one structure, list or map stands together; [`read_shape`] then walks schema and
//! parameters side by side. The facts are those of Smithy's `awsQuery` and `ec2Query` and of botocore's
//! `QuerySerializer` and `EC2Serializer`.

mod parameters;
mod read;
mod write;

use asf_schema::{Member, MemberFlags};

use super::names::Names;

pub use parameters::Parameters;
pub use read::read_shape;
pub use write::FormWriter;

/// How the two protocols name parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Lists are `List.member.1`, or `List.1` when flattened; maps `Map.entry.1.key`, or `Map.1.key`.
    /// An empty list is `List=`.
    Query,
    /// Lists are always `List.1`, named by `queryName` or the `locationName` with its first letter in
    /// upper case. An empty list is not there.
    Ec2,
}

impl Dialect {
    /// The name of a member, or of the item of a list, or of the key or the value of a map: its first
    /// letter, and the rest.
    fn name(self, member: Member) -> (char, &'static str) {
        let (name, capital) = match (self, member.row().query_name) {
            (Self::Query, _) => (Names::Query.of(member), false),
            (Self::Ec2, Some(name)) => (name, false),
            (Self::Ec2, None) => (member.wire_name(), member.has(MemberFlags::NAMED)),
        };
        split(name, capital)
    }

    /// The name of the parameter of a member of a structure.
    fn element(self, member: Member) -> (char, &'static str) {
        match self {
            Self::Query => split(Names::Query.element(member), false),
            Self::Ec2 => self.name(member),
        }
    }

    /// Whether the items of a list, or entries of a map, follow its name at once.
    fn is_flat_list(self, member: Member) -> bool {
        self == Self::Ec2 || member.has(MemberFlags::FLATTENED)
    }
}

fn split(name: &'static str, capital: bool) -> (char, &'static str) {
    let mut letters = name.chars();
    let first = letters.next().unwrap_or_default();
    (if capital { first.to_ascii_uppercase() } else { first }, letters.as_str())
}

/// Whether a segment of a parameter's name is this name.
fn is_name((first, rest): (char, &str), segment: &str) -> bool {
    segment.strip_prefix(first) == Some(rest)
}

#[cfg(test)]
mod tests;
