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

use std::fmt;

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
    /// Lists are always `List.1`. Names are those of `queryName`, else the names on the wire with their
    /// first letter in upper case. An empty list is not there.
    Ec2,
}

impl Dialect {
    /// The name of a member, or of the item of a list, or of the key or the value of a map.
    fn name(self, member: Member) -> Name {
        match (self, member.row().query_name) {
            (Self::Query, _) => Name { text: Names::Query.of(member), capital: false },
            (Self::Ec2, Some(text)) => Name { text, capital: false },
            (Self::Ec2, None) => Name { text: member.wire_name(), capital: true },
        }
    }

    /// The name of the parameter of a member of a structure.
    fn element(self, member: Member) -> Name {
        match self {
            Self::Query => Name { text: Names::Query.element(member), capital: false },
            Self::Ec2 => self.name(member),
        }
    }

    /// Whether the items of a list, or entries of a map, follow its name at once.
    fn is_flat_list(self, member: Member) -> bool {
        self == Self::Ec2 || member.has(MemberFlags::FLATTENED)
    }
}

/// The name of a member in parameters.
#[derive(Clone, Copy)]
struct Name {
    text: &'static str,
    /// Whether the first letter is written in upper case.
    capital: bool,
}

impl Name {
    /// Whether a segment of a parameter's name is this name.
    fn is(self, segment: &str) -> bool {
        if self.text.len() != segment.len() {
            return false;
        }
        match (self.text.as_bytes(), segment.as_bytes()) {
            ([first, rest @ ..], [other, others @ ..]) if self.capital => {
                first.to_ascii_uppercase() == *other && rest == others
            }
            (text, segment) => text == segment,
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut letters = self.text.chars();
        if let (true, Some(first)) = (self.capital, letters.next()) {
            return write!(f, "{}{}", first.to_ascii_uppercase(), letters.as_str());
        }
        f.write_str(self.text)
    }
}

#[cfg(test)]
mod tests;
