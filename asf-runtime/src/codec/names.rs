//! What members are called in XML elements and form parameters.

use asf_schema::{Kind, Member, MemberFlags};

/// Which of a member's names counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Names {
    /// The name on the wire (`locationName`, else the name): rest-xml, and responses of ec2.
    #[default]
    Wire,
    /// `queryName` where a patch gives one (services that speak query beside another protocol), else the
    /// name on the wire: query.
    Query,
}

impl Names {
    /// The name of a member, of the item of a list, of the key or the value of a map.
    #[must_use]
    pub fn of(self, member: Member) -> &'static str {
        match self {
            Self::Wire => member.wire_name(),
            Self::Query => member.query_name(),
        }
    }

    /// The name of the element or parameter of a member. For a flattened list that is the name of its
    /// item where the model gives one (botocore: `BaseXMLResponseParser._member_key_name` and
    /// `QuerySerializer._serialize_type_list`), as there is no other place for the item's name.
    #[must_use]
    pub fn element(self, member: Member) -> &'static str {
        if member.has(MemberFlags::FLATTENED) && member.target().kind() == Kind::List {
            let item = member.target().member(0);
            if self.is_given(item) {
                return self.of(item);
            }
        }
        self.of(member)
    }

    fn is_given(self, member: Member) -> bool {
        member.has(MemberFlags::NAMED) || (self == Self::Query && member.row().query_name.is_some())
    }
}
