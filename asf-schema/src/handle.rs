//! What code passes around: an index together with the service it belongs to.

use crate::{
    Constraints, ErrorSchema, Kind, Location, MemberFlags, MemberSchema, OperationSchema, ServiceSchema,
    ShapeFlags, ShapeId, ShapeSchema, TimestampFormat, XmlNamespace,
};

/// A shape of a service.
#[derive(Clone, Copy)]
pub struct Schema {
    service: &'static ServiceSchema,
    row: &'static ShapeSchema,
}

impl Schema {
    /// The shape of this id.
    ///
    /// # Panics
    /// If the id is not one of the service's: ids come from the service's own tables only.
    #[must_use]
    #[inline]
    pub fn new(service: &'static ServiceSchema, id: ShapeId) -> Self {
        Self { service, row: &service.shapes[usize::from(id.0)] }
    }

    /// The service it belongs to.
    #[must_use]
    #[inline]
    pub fn service(self) -> &'static ServiceSchema {
        self.service
    }

    /// Its index in the service's table.
    #[must_use]
    #[inline]
    pub fn id(self) -> ShapeId {
        // Counted rather than kept: two words go through calls in registers, three do not.
        let offset = std::ptr::from_ref(self.row).addr() - self.service.shapes.as_ptr().addr();
        ShapeId((offset / size_of::<ShapeSchema>()) as u16)
    }

    /// Its row, for what has no method here.
    #[must_use]
    #[inline]
    pub fn row(self) -> &'static ShapeSchema {
        self.row
    }

    /// The name in the spec.
    #[must_use]
    #[inline]
    pub fn name(self) -> &'static str {
        self.row.name
    }

    /// What it is.
    #[must_use]
    #[inline]
    pub fn kind(self) -> Kind {
        self.row.kind
    }

    /// Whether it has all of these traits.
    #[must_use]
    #[inline]
    pub fn has(self, flags: ShapeFlags) -> bool {
        self.row.flags.contains(flags)
    }

    /// Number of members (1 for lists, 2 for maps).
    #[must_use]
    #[inline]
    pub fn len(self) -> usize {
        usize::from(self.row.members_len)
    }

    /// True when there are no members.
    #[must_use]
    #[inline]
    pub fn is_empty(self) -> bool {
        self.row.members_len == 0
    }

    /// The rows of its members, in the order of the spec.
    #[must_use]
    #[inline]
    pub fn member_rows(self) -> &'static [MemberSchema] {
        let start = self.row.members_start as usize;
        &self.service.members[start..start + usize::from(self.row.members_len)]
    }

    /// The member at an index below [`len`](Self::len).
    ///
    /// # Panics
    /// If the index is not below it.
    #[must_use]
    #[inline]
    pub fn member(self, index: usize) -> Member {
        Member { service: self.service, row: &self.member_rows()[index], index: index as u16 }
    }

    /// Its members, in the order of the spec.
    #[inline]
    pub fn members(self) -> impl ExactSizeIterator<Item = Member> + DoubleEndedIterator {
        let service = self.service;
        self.member_rows().iter().enumerate().map(move |(index, row)| Member {
            service,
            row,
            index: index as u16,
        })
    }

    /// The member of this name in the spec.
    #[must_use]
    pub fn member_named(self, name: &str) -> Option<Member> {
        let index = self.member_rows().iter().position(|row| row.name == name)?;
        Some(self.member(index))
    }

    /// The member of this name on the wire. `hint` is where to look first: the index after the last
    /// one found, as both sides usually write members in the order of the spec.
    #[must_use]
    pub fn member_on_wire(self, wire_name: &str, hint: usize) -> Option<Member> {
        let rows = self.member_rows();
        // Most names differ in length or in the first letter: no need to call for a comparison.
        let name = wire_name.as_bytes();
        let is_it = |row: &MemberSchema| {
            let other = row.wire_name.as_bytes();
            other.len() == name.len() && other.first() == name.first() && other == name
        };
        if rows.get(hint).is_some_and(is_it) {
            return Some(self.member(hint));
        }
        if rows.len() <= 16 {
            let index = rows.iter().position(is_it)?;
            return Some(self.member(index));
        }
        let start = self.row.members_start as usize;
        let order = &self.service.lookup[start..start + rows.len()];
        let found = order.partition_point(|&index| rows[usize::from(index)].wire_name < wire_name);
        let index = usize::from(*order.get(found)?);
        (rows[index].wire_name == wire_name).then(|| self.member(index))
    }

    /// The item of a list. `None` for everything else.
    #[must_use]
    #[inline]
    pub fn item(self) -> Option<Member> {
        (self.kind() == Kind::List).then(|| self.member(0))
    }

    /// Key and value of a map. `None` for everything else.
    #[must_use]
    #[inline]
    pub fn key_value(self) -> Option<(Member, Member)> {
        (self.kind() == Kind::Map).then(|| (self.member(0), self.member(1)))
    }

    /// The member that is the HTTP body.
    #[must_use]
    #[inline]
    pub fn payload(self) -> Option<Member> {
        self.row.payload.map(|index| self.member(usize::from(index)))
    }

    /// The member whose target is an event stream.
    #[must_use]
    pub fn event_stream(self) -> Option<Member> {
        self.members().find(|member| member.has(MemberFlags::EVENT_STREAM))
    }

    /// The member that is a body which is not buffered: a streaming blob or an event stream.
    #[must_use]
    pub fn streaming(self) -> Option<Member> {
        let streams = MemberFlags::STREAMING | MemberFlags::EVENT_STREAM;
        self.members().find(|member| member.row.flags.intersects(streams))
    }

    /// The values of an enum; empty for everything else.
    #[must_use]
    pub fn enum_values(self) -> &'static [&'static str] {
        self.row.enum_values
    }

    /// Bounds and pattern.
    #[must_use]
    pub fn constraints(self) -> Option<&'static Constraints> {
        self.row.constraints
    }

    /// Code, status and fault of an error.
    #[must_use]
    pub fn error(self) -> Option<&'static ErrorSchema> {
        self.row.error
    }

    /// Namespace of the XML element.
    #[must_use]
    pub fn xml_namespace(self) -> Option<&'static XmlNamespace> {
        self.row.xml_namespace
    }
}

impl PartialEq for Schema {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.row, other.row)
    }
}

impl Eq for Schema {}

impl std::fmt::Debug for Schema {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Schema({}#{})", self.service.name, self.row.name)
    }
}

/// A member of a shape.
#[derive(Clone, Copy)]
pub struct Member {
    service: &'static ServiceSchema,
    row: &'static MemberSchema,
    index: u16,
}

impl Member {
    /// Its row, for what has no method here.
    #[must_use]
    #[inline]
    pub fn row(self) -> &'static MemberSchema {
        self.row
    }

    /// Its position among the members of its shape.
    #[must_use]
    #[inline]
    pub fn index(self) -> usize {
        usize::from(self.index)
    }

    /// The name in the spec.
    #[must_use]
    #[inline]
    pub fn name(self) -> &'static str {
        self.row.name
    }

    /// The name on the wire.
    #[must_use]
    #[inline]
    pub fn wire_name(self) -> &'static str {
        self.row.wire_name
    }

    /// The name in requests and responses of the query protocol: `queryName` where a patch gives one
    /// (services that speak another protocol beside query), else the wire name. On the item of a list
    /// and on the key and value of a map it is their name likewise.
    #[must_use]
    pub fn query_name(self) -> &'static str {
        self.row.query_name.unwrap_or(self.row.wire_name)
    }

    /// The shape of its values.
    #[must_use]
    #[inline]
    pub fn target(self) -> Schema {
        Schema::new(self.service, self.row.target)
    }

    /// Where it travels in rest protocols.
    #[must_use]
    #[inline]
    pub fn location(self) -> Location {
        self.row.location
    }

    /// Whether it has all of these traits.
    #[must_use]
    #[inline]
    pub fn has(self, flags: MemberFlags) -> bool {
        self.row.flags.contains(flags)
    }

    /// Whether it has to be there.
    #[must_use]
    pub fn is_required(self) -> bool {
        self.has(MemberFlags::REQUIRED)
    }

    /// The timestamp format that member or target ask for.
    #[must_use]
    #[inline]
    pub fn timestamp_format(self) -> Option<TimestampFormat> {
        self.row.timestamp_format
    }

    /// Namespace of the XML element.
    #[must_use]
    pub fn xml_namespace(self) -> Option<&'static XmlNamespace> {
        self.row.xml_namespace
    }
}

impl std::fmt::Debug for Member {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Member({})", self.row.name)
    }
}

/// An operation of a service.
#[derive(Clone, Copy)]
pub struct Operation {
    service: &'static ServiceSchema,
    row: &'static OperationSchema,
    index: u16,
}

impl Operation {
    /// The operation at this index of the service's table.
    ///
    /// # Panics
    /// If the index is not one of the service's: indices come from the service's own tables only.
    #[must_use]
    #[inline]
    pub fn new(service: &'static ServiceSchema, index: u16) -> Self {
        Self { service, row: &service.operations[usize::from(index)], index }
    }

    /// The service it belongs to.
    #[must_use]
    #[inline]
    pub fn service(self) -> &'static ServiceSchema {
        self.service
    }

    /// Its row: method, uri, status and the like.
    #[must_use]
    #[inline]
    pub fn row(self) -> &'static OperationSchema {
        self.row
    }

    /// Its index in the service's table.
    #[must_use]
    #[inline]
    pub fn index(self) -> u16 {
        self.index
    }

    /// `GetQueueUrl`.
    #[must_use]
    #[inline]
    pub fn name(self) -> &'static str {
        self.row.name
    }

    /// Shape of the input.
    #[must_use]
    pub fn input(self) -> Option<Schema> {
        self.row.input.map(|id| Schema::new(self.service, id))
    }

    /// Shape of the output.
    #[must_use]
    pub fn output(self) -> Option<Schema> {
        self.row.output.map(|id| Schema::new(self.service, id))
    }

    /// Shapes of the modelled errors.
    pub fn errors(self) -> impl ExactSizeIterator<Item = Schema> {
        let service = self.service;
        self.row.errors.iter().map(move |&id| Schema::new(service, id))
    }
}

impl PartialEq for Operation {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.row, other.row)
    }
}

impl Eq for Operation {}

impl std::fmt::Debug for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Operation({}.{})", self.service.name, self.row.name)
    }
}
