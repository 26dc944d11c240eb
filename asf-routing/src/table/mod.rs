//! The route table: one array of bytes and one text, read in place.
//!
//! Everything is a row of fixed size in one of eleven sections; rows refer to each other by 16-bit index,
//! and to the text by a [`Text`] (offset and length). The header is the starts of the sections, counted
//! from the start of the bytes, their end, and the service of plain paths. Numbers are little-endian. [`build`] writes what this reads; a
//! table that is not one reads as empty rather than failing.

pub(crate) mod build;

use std::borrow::Cow;

use asf_schema::ProtocolKind;

/// Sections, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Section {
    /// [`Service`]s, sorted by name.
    Services,
    /// Names of operations ([`Text`]): a service's stand together, sorted.
    Operations,
    /// Name in the credential scope -> services; an index as all four are: [`Text`], start and length in
    /// [`Section::Lists`], sorted by text.
    Signing,
    /// First labels of the host name -> services.
    Endpoints,
    /// Prefix of `X-Amz-Target`, service in rpc paths -> services.
    Targets,
    /// `Version` -> services that speak query or ec2.
    Versions,
    /// Indices of services that the four indices refer to.
    Lists,
    /// [`Node`]s of the trie over all rest services; the root is the first.
    Nodes,
    /// [`Leaf`]s: a node's stand together.
    Leaves,
    /// Where names are: see [`Table::position`].
    Slots,
    /// What leaves refer to: constant query arguments (name and value, each a [`Text`]), and what else has
    /// to be there (name, and [`Place`]).
    Args,
}

/// How many sections there are.
const SECTIONS: usize = 11;
/// Starts of all sections, the end, and the service that plain paths fall back to.
const HEADER: usize = (SECTIONS + 2) * 4;
/// No service, no row.
pub(crate) const NONE: u16 = u16::MAX;

impl Section {
    const fn row(self) -> usize {
        match self {
            Self::Lists | Self::Slots => 2,
            Self::Operations => 4,
            Self::Signing | Self::Endpoints | Self::Targets | Self::Versions | Self::Args => 8,
            Self::Services | Self::Nodes | Self::Leaves => 12,
        }
    }
}

/// A piece of the text: offset in the upper 24 bits, length in the lower 8.
pub(crate) type Text = u32;

/// A service.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Service {
    name: Text,
    /// Its operations in [`Section::Operations`].
    pub(crate) first_operation: u16,
    pub(crate) operations: u16,
    /// A bit for each protocol it speaks: `1 << ProtocolKind as u8`.
    protocols: u8,
    /// The main protocol, as `ProtocolKind as u8`.
    protocol: u8,
    /// Among services that nothing tells apart the lowest is taken.
    pub(crate) rank: u8,
}

impl Service {
    /// The first protocol of some kind that it speaks.
    pub(crate) fn speaks(&self, is_one: impl Fn(ProtocolKind) -> bool) -> Option<ProtocolKind> {
        ALL.into_iter().find(|kind| self.protocols & 1 << *kind as u8 != 0 && is_one(*kind))
    }

    /// The main protocol.
    pub(crate) fn protocol(&self) -> ProtocolKind {
        ALL.into_iter().find(|kind| *kind as u8 == self.protocol).unwrap_or(ProtocolKind::RestJson)
    }
}

/// A node of the trie. The children stand together: those of literal segments sorted by text, then that of
/// a label, then that of a greedy label.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    pub(crate) first_child: u16,
    /// How many literal children there are.
    pub(crate) literals: u16,
    pub(crate) first_leaf: u16,
    pub(crate) leaves: u16,
    pub(crate) has_label: bool,
    pub(crate) has_greedy: bool,
}

impl Node {
    pub(crate) fn label(&self) -> Option<u16> {
        self.has_label.then(|| self.first_child.saturating_add(self.literals))
    }

    pub(crate) fn greedy(&self) -> Option<u16> {
        let before = self.literals.saturating_add(u16::from(self.has_label));
        self.has_greedy.then(|| self.first_child.saturating_add(before))
    }
}

/// In [`Node::leaves`]'s number.
const HAS_LABEL: u16 = 1 << 15;
/// In [`Node::leaves`]'s number.
const HAS_GREEDY: u16 = 1 << 14;

/// An operation at a node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leaf {
    pub(crate) operation: u16,
    pub(crate) service: u16,
    pub(crate) method: u8,
    pub(crate) flags: u8,
    /// Which bit [`sketch`] has for the first constant argument.
    bit: u8,
    first_arg: u16,
    /// Constant query arguments.
    pub(crate) constants: u8,
    /// Query arguments and headers that have to be there, and what else tells siblings apart.
    pub(crate) required: u8,
}

impl Leaf {
    pub(crate) fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// Whether a request with the arguments of this [`sketch`] may have the constant ones.
    pub(crate) fn may_fit(&self, sketch: u64) -> bool {
        self.constants == 0 || sketch >> (self.bit & 63) & 1 != 0
    }
}

/// Where something is that is required.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Place {
    Query,
    Header,
    /// In front of the host's name.
    Host,
    /// In an ARN in the path or the query string; of several any will do.
    Arn,
}

/// The path in the model ends with a slash.
pub(crate) const SLASH: u8 = 1;
/// The operation is deprecated.
pub(crate) const DEPRECATED: u8 = 1 << 1;
/// The operation may be called unsigned.
pub(crate) const UNSIGNED: u8 = 1 << 2;
/// The operation is called with a bearer token.
pub(crate) const BEARER: u8 = 1 << 3;

/// The method as a number; 0 for one that no operation has.
pub(crate) fn method_number(method: &str) -> u8 {
    match method {
        "GET" => 1,
        "PUT" => 2,
        "POST" => 3,
        "DELETE" => 4,
        "HEAD" => 5,
        "PATCH" => 6,
        "OPTIONS" => 7,
        _ => 0,
    }
}

/// The table.
pub(crate) struct Table {
    bytes: Cow<'static, [u8]>,
    text: Cow<'static, str>,
    /// Of the sections, and the end.
    starts: [usize; SECTIONS + 1],
    /// The service that plain paths fall back to.
    pub(crate) fallback: u16,
}

impl Table {
    /// A table that is part of the binary.
    pub(crate) const fn embedded(bytes: &'static [u8], text: &'static str) -> Self {
        let (starts, fallback) = header(bytes);
        Self { bytes: Cow::Borrowed(bytes), text: Cow::Borrowed(text), starts, fallback }
    }

    /// A table made at run time.
    pub(crate) fn owned(bytes: Vec<u8>, text: String) -> Self {
        let (starts, fallback) = header(&bytes);
        Self { bytes: Cow::Owned(bytes), text: Cow::Owned(text), starts, fallback }
    }

    /// How many services there are.
    pub(crate) fn services(&self) -> u16 {
        self.len(Section::Services) as u16
    }

    /// How many rows a section has.
    fn len(&self, section: Section) -> usize {
        let at = section as usize;
        self.starts[at + 1].saturating_sub(self.starts[at]) / section.row()
    }

    fn row<const N: usize>(&self, section: Section, index: usize) -> [u8; N] {
        let at = section as usize;
        let start = self.starts[at] + index * section.row();
        let row = self.bytes.get(start..start + N).filter(|_| start + N <= self.starts[at + 1]);
        row.and_then(|row| row.try_into().ok()).unwrap_or([0; N])
    }

    /// The text of a reference.
    pub(crate) fn text(&self, text: Text) -> &str {
        let start = (text >> 8) as usize;
        self.text.get(start..start + (text & 0xff) as usize).unwrap_or_default()
    }

    pub(crate) fn service(&self, index: u16) -> Service {
        let [a, b, c, d, e, f, g, h, protocols, protocol, rank, _] =
            self.row(Section::Services, usize::from(index));
        Service {
            name: u32::from_le_bytes([a, b, c, d]),
            first_operation: u16::from_le_bytes([e, f]),
            operations: u16::from_le_bytes([g, h]),
            protocols,
            protocol,
            rank,
        }
    }

    pub(crate) fn service_name(&self, index: u16) -> &str {
        self.text(self.service(index).name)
    }

    pub(crate) fn operation_name(&self, index: u16) -> &str {
        self.text(u32::from_le_bytes(self.row(Section::Operations, usize::from(index))))
    }

    /// The operation of this name of a service.
    pub(crate) fn operation(&self, service: u16, name: &str) -> Option<u16> {
        let Service { first_operation, operations, .. } = self.service(service);
        self.position(Section::Operations, first_operation, operations, name)
    }

    /// The services that one of the four indices has under a name.
    pub(crate) fn find(&self, index: Section, name: &str) -> impl ExactSizeIterator<Item = u16> + '_ {
        let (start, len) = match self.position(index, 0, NONE, name) {
            Some(at) => {
                let [_, _, _, _, a, b, c, d]: [u8; 8] = self.row(index, usize::from(at));
                (u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d]))
            }
            None => (0, 0),
        };
        (0..len)
            .map(move |at| u16::from_le_bytes(self.row(Section::Lists, usize::from(start) + usize::from(at))))
    }

    /// The row of a name among the `len` rows from `first`, all of which begin with a [`Text`].
    ///
    /// One hash table, with open addressing, has the rows of all sections that are asked for by name. A
    /// slot is the row's number in its section, so a slot of another section is only a guess that does not
    /// come true: what counts is the text that the row has.
    fn position(&self, section: Section, first: u16, len: u16, name: &str) -> Option<u16> {
        let slots = self.len(Section::Slots);
        let mut at = hash(section, first, name) as usize;
        for _ in 0..slots {
            at &= slots - 1;
            let row = u16::from_le_bytes(self.row(Section::Slots, at));
            if row == NONE {
                return None;
            }
            if row >= first && row - first < len {
                let text = u32::from_le_bytes(self.row(section, usize::from(row)));
                if (text & 0xff) as usize == name.len() && self.text(text) == name {
                    return Some(row);
                }
            }
            at += 1;
        }
        None
    }

    pub(crate) fn node(&self, index: u16) -> Node {
        // Before these stands the segment that leads here, which is read by `literal`.
        let [_, _, _, _, e, f, g, h, i, j, k, l] = self.row(Section::Nodes, usize::from(index));
        let leaves = u16::from_le_bytes([k, l]);
        Node {
            first_child: u16::from_le_bytes([e, f]),
            literals: u16::from_le_bytes([g, h]),
            first_leaf: u16::from_le_bytes([i, j]),
            leaves: leaves & !(HAS_LABEL | HAS_GREEDY),
            has_label: leaves & HAS_LABEL != 0,
            has_greedy: leaves & HAS_GREEDY != 0,
        }
    }

    /// The child of a literal segment.
    pub(crate) fn literal(&self, node: &Node, segment: &str) -> Option<u16> {
        if node.literals == 0 {
            return None;
        }
        self.position(Section::Nodes, node.first_child, node.literals, segment)
    }

    pub(crate) fn leaves(&self, node: &Node) -> impl Iterator<Item = Leaf> + '_ {
        let first = usize::from(node.first_leaf);
        (first..first + usize::from(node.leaves)).map(|at| {
            let [a, b, c, d, e, f, method, flags, constants, required, bit, _] =
                self.row(Section::Leaves, at);
            Leaf {
                operation: u16::from_le_bytes([a, b]),
                service: u16::from_le_bytes([c, d]),
                method,
                flags,
                bit,
                first_arg: u16::from_le_bytes([e, f]),
                constants,
                required,
            }
        })
    }

    /// Constant query arguments of a leaf: name and value.
    pub(crate) fn constants(&self, leaf: &Leaf) -> impl Iterator<Item = (&str, &str)> {
        let first = usize::from(leaf.first_arg);
        (first..first + usize::from(leaf.constants)).map(|at| {
            let (key, value) = self.arg(at);
            (self.text(key), self.text(value))
        })
    }

    /// What else a request to a leaf has: name and place.
    pub(crate) fn required(&self, leaf: &Leaf) -> impl Iterator<Item = (&str, Place)> {
        let first = usize::from(leaf.first_arg) + usize::from(leaf.constants);
        (first..first + usize::from(leaf.required)).map(|at| {
            let (key, place) = self.arg(at);
            let places = [Place::Query, Place::Header, Place::Host];
            (self.text(key), places.into_iter().find(|it| *it as u32 == place).unwrap_or(Place::Arn))
        })
    }

    fn arg(&self, at: usize) -> (u32, u32) {
        let [a, b, c, d, e, f, g, h] = self.row(Section::Args, at);
        (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]))
    }

    /// Bytes of each section, and of the text: for reports and tests.
    pub(crate) fn sizes(&self) -> (usize, usize) {
        (self.bytes.len(), self.text.len())
    }
}

impl std::fmt::Debug for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { bytes, text, starts, fallback } = self;
        let mut it = f.debug_struct("Table");
        it.field("bytes", &bytes.len()).field("text", &text.len());
        it.field("starts", starts).field("fallback", fallback).finish()
    }
}

/// The protocols, as the bits and numbers in the table stand for them.
pub(crate) const ALL: [ProtocolKind; 6] = [
    ProtocolKind::RpcV2Cbor,
    ProtocolKind::Json,
    ProtocolKind::RestJson,
    ProtocolKind::RestXml,
    ProtocolKind::Query,
    ProtocolKind::Ec2,
];

/// Where a name is first looked for: of a section, among the rows from `first`.
pub(crate) fn hash(section: Section, first: u16, name: &str) -> u32 {
    const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut hash = (u64::from(first) << 8 | section as u64).wrapping_mul(MULTIPLIER);
    let (words, rest) = name.as_bytes().as_chunks::<8>();
    let mut last = [0; 8];
    for (to, from) in last.iter_mut().zip(rest) {
        *to = *from;
    }
    for word in words.iter().chain(std::iter::once(&last)) {
        hash = (hash.rotate_left(23) ^ u64::from_le_bytes(*word)).wrapping_mul(MULTIPLIER);
    }
    (hash >> 32) as u32
}

/// A bit that stands for the name of an argument: a request without the bits of an operation's constant
/// arguments is not for it.
pub(crate) fn sketch(name: &str) -> u64 {
    let [first, .., last] = name.as_bytes() else { return 1 };
    1 << ((name.len() + usize::from(*first) * 5 + usize::from(*last) * 3) & 63)
}

/// Starts of the sections, the end, and the service of plain paths.
const fn header(bytes: &[u8]) -> ([usize; SECTIONS + 1], u16) {
    let mut starts = [0; SECTIONS + 1];
    if bytes.len() < HEADER {
        return (starts, NONE);
    }
    let mut at = 0;
    while at <= SECTIONS {
        starts[at] = number(bytes, at) as usize;
        at += 1;
    }
    (starts, number(bytes, SECTIONS + 1) as u16)
}

/// A number of the header.
const fn number(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at * 4], bytes[at * 4 + 1], bytes[at * 4 + 2], bytes[at * 4 + 3]])
}
