//! Writes the route table: by the build script of `asf-specs` for all services, at run time for one.

use std::collections::{BTreeMap, HashMap, VecDeque};

use asf_schema::{AuthKind, Location, OperationFlags, OperationSchema, ProtocolKind, Schema, ServiceSchema};

use super::{
    BEARER, DEPRECATED, HAS_GREEDY, HAS_LABEL, HEADER, NONE, Place, SECTIONS, SLASH, Section, Text, UNSIGNED,
    hash, method_number, sketch,
};
use crate::siblings;

/// Why there is no table.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// More of something than a row can refer to.
    #[error("{count} {what}, more than the {limit} that a table can have")]
    TooLarge {
        /// What there are too many of.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
}

/// Collects services, and lays the table out.
#[derive(Debug, Default)]
pub struct TableBuilder {
    services: Vec<&'static ServiceSchema>,
}

impl TableBuilder {
    /// Adds a service.
    pub fn add(&mut self, service: &'static ServiceSchema) {
        self.services.push(service);
    }

    /// The table: its bytes and its text, for [`Router::embedded`](crate::Router::embedded).
    ///
    /// # Errors
    /// When there are more services, operations or paths than 16 bits can count.
    pub fn finish(mut self) -> Result<(Vec<u8>, String), TableError> {
        self.services.sort_unstable_by_key(|service| service.name);
        let mut layout = Layout::default();
        for (index, service) in self.services.iter().enumerate() {
            layout.service(limit("services", index)?, service)?;
        }
        // `cloudwatch.localhost.localstack.cloud`: the folder's name, where it is no endpoint's.
        for (index, service) in self.services.iter().enumerate() {
            let endpoints = &mut layout.indices[1];
            endpoints.entry(service.name.to_owned()).or_insert_with(|| vec![index as u16]);
        }
        layout.write()
    }
}

fn limit(what: &'static str, count: usize) -> Result<u16, TableError> {
    // The two upper bits of a count are flags in nodes.
    let most = usize::from(NONE - 1);
    match u16::try_from(count) {
        Ok(number) if count <= most => Ok(number),
        _ => Err(TableError::TooLarge { what, count, limit: most }),
    }
}

#[derive(Default)]
struct Layout {
    text: Texts,
    services: Vec<u8>,
    operations: Vec<u8>,
    operation_count: usize,
    indices: [BTreeMap<String, Vec<u16>>; 4],
    nodes: Vec<NodeDraft>,
    args: Vec<(Text, Text)>,
    /// Where a list of arguments stands: many operations have the same.
    known_args: HashMap<Vec<(Text, Text)>, u16>,
    fallback: Option<u16>,
}

#[derive(Default)]
struct NodeDraft {
    literals: BTreeMap<String, usize>,
    label: Option<usize>,
    greedy: Option<usize>,
    leaves: Vec<LeafDraft>,
}

struct LeafDraft {
    method: u8,
    service: u16,
    operation: u16,
    flags: u8,
    first_arg: u16,
    constants: u8,
    required: u8,
    bit: u8,
}

impl Layout {
    fn service(&mut self, index: u16, service: &'static ServiceSchema) -> Result<(), TableError> {
        let metadata = &service.metadata;
        if service.name == siblings::PLAIN_PATHS {
            self.fallback = Some(index);
        }
        let first = limit("operations", self.operation_count)?;
        let count = limit("operations of a service", service.operations.len())?;
        limit("operations", self.operation_count + service.operations.len())?;
        self.operation_count += service.operations.len();

        let name = self.text.add(service.name)?;
        let protocols = metadata.protocols.iter().fold(0, |bits, kind| bits | 1 << *kind as u8);
        self.services.extend(name.to_le_bytes());
        self.services.extend(first.to_le_bytes());
        self.services.extend(count.to_le_bytes());
        self.services.extend([protocols, metadata.protocol() as u8, siblings::rank(service.name), 0]);
        for operation in service.operations {
            let name = self.text.add(operation.name)?;
            self.operations.extend(name.to_le_bytes());
        }

        let mut add = |index_at: usize, name: &str| {
            let list = self.indices[index_at].entry(name.to_owned()).or_default();
            if !name.is_empty() && !list.contains(&index) {
                list.push(index);
            }
        };
        let of_service = |(_, name): &&(&str, &str)| *name == service.name;
        add(0, metadata.signing_name);
        siblings::SIGNING_NAMES.iter().filter(of_service).for_each(|(alias, _)| add(0, alias));
        add(1, metadata.endpoint_prefix);
        siblings::HOST_NAMES.iter().filter(of_service).for_each(|(alias, _)| add(1, alias));
        if let Some(prefix) = metadata.target_prefix {
            add(2, prefix);
        }
        if metadata.speaks(ProtocolKind::Query) || metadata.speaks(ProtocolKind::Ec2) {
            add(3, metadata.api_version);
        }
        if metadata.protocols.iter().any(|kind| kind.is_rest()) {
            for (at, row) in service.operations.iter().enumerate() {
                self.path(index, first + at as u16, service, row)?;
            }
        }
        Ok(())
    }

    fn path(
        &mut self,
        service: u16,
        operation: u16,
        schema: &'static ServiceSchema,
        row: &'static OperationSchema,
    ) -> Result<(), TableError> {
        if self.nodes.is_empty() {
            self.nodes.push(NodeDraft::default());
        }
        let (path, query) = row.uri.split_once('?').unwrap_or((row.uri, ""));
        let mut at = 0;
        for segment in path.split('/').filter(|segment| !segment.is_empty()) {
            let next = self.nodes.len();
            let node = &mut self.nodes[at];
            at = if segment.starts_with('{') && segment.ends_with("+}") {
                *node.greedy.get_or_insert(next)
            } else if segment.starts_with('{') && segment.ends_with('}') {
                *node.label.get_or_insert(next)
            } else {
                *node.literals.entry(segment.to_owned()).or_insert(next)
            };
            if at == next {
                self.nodes.push(NodeDraft::default());
            }
        }

        let mut args = Vec::new();
        let first = query.split(['&', '=']).next().unwrap_or_default();
        let bit = sketch(first).trailing_zeros() as u8;
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            args.push((self.text.add(key)?, self.text.add(value)?));
        }
        let constants = args.len().min(usize::from(u8::MAX));
        let members = row.input.map(|id| Schema::new(schema, id)).into_iter().flat_map(Schema::members);
        for member in members.filter(|member| member.is_required()) {
            match member.location() {
                Location::QueryString => args.push((self.text.add(member.wire_name())?, Place::Query as u32)),
                Location::Header => {
                    let name = member.wire_name().to_ascii_lowercase();
                    args.push((self.text.add(&name)?, Place::Header as u32));
                }
                _ => {}
            }
        }
        let prefix = row.host_prefix.unwrap_or_default();
        let prefix = prefix.split_once('{').map_or(prefix, |(before, _)| before);
        if !prefix.is_empty() {
            args.push((self.text.add(prefix)?, Place::Host as u32));
        }
        if path.starts_with("/tags") {
            for part in siblings::resources(schema.name) {
                args.push((self.text.add(part)?, Place::Arn as u32));
            }
        }
        args.truncate(usize::from(u8::MAX));
        let mut flags = 0;
        for (flag, holds) in [
            (SLASH, path.len() > 1 && path.ends_with('/')),
            (DEPRECATED, row.flags.contains(OperationFlags::DEPRECATED)),
            (UNSIGNED, row.auth == AuthKind::None),
            (BEARER, row.auth == AuthKind::Bearer),
        ] {
            flags |= if holds { flag } else { 0 };
        }
        let required = (args.len() - constants) as u8;
        let first_arg = self.args(args)?;
        self.nodes[at].leaves.push(LeafDraft {
            method: method_number(row.method),
            service,
            operation,
            flags,
            first_arg,
            constants: constants as u8,
            required,
            bit,
        });
        Ok(())
    }

    fn args(&mut self, args: Vec<(Text, Text)>) -> Result<u16, TableError> {
        if let Some(&at) = self.known_args.get(&args) {
            return Ok(at);
        }
        let at = limit("arguments", self.args.len())?;
        self.args.extend(&args);
        self.known_args.insert(args, at);
        Ok(at)
    }

    fn write(mut self) -> Result<(Vec<u8>, String), TableError> {
        let mut lists = Vec::new();
        let mut indices = [const { Vec::new() }; 4];
        for (bytes, index) in indices.iter_mut().zip(std::mem::take(&mut self.indices)) {
            for (name, services) in index.into_iter().filter(|(_, services)| !services.is_empty()) {
                bytes.extend(self.text.add(&name)?.to_le_bytes());
                bytes.extend(limit("services under a name", lists.len() / 2)?.to_le_bytes());
                bytes.extend((services.len() as u16).to_le_bytes());
                lists.extend(services.iter().flat_map(|service| service.to_le_bytes()));
            }
        }
        let (nodes, leaves) = self.trie()?;
        let args = self.args.iter().flat_map(|(key, value)| [key.to_le_bytes(), value.to_le_bytes()]);
        let args = args.flatten().collect();
        let [signing, endpoints, targets, versions] = indices;
        let slots = self.slots([&signing, &endpoints, &targets, &versions], &nodes);
        // In the order of `Section`.
        let sections: [Vec<u8>; SECTIONS] = [
            self.services,
            self.operations,
            signing,
            endpoints,
            targets,
            versions,
            lists,
            nodes,
            leaves,
            slots,
            args,
        ];
        let mut bytes = Vec::new();
        let mut start = HEADER;
        for section in &sections {
            bytes.extend((start as u32).to_le_bytes());
            start += section.len();
        }
        bytes.extend((start as u32).to_le_bytes());
        bytes.extend(u32::from(self.fallback.unwrap_or(NONE)).to_le_bytes());
        bytes.extend(sections.into_iter().flatten());
        Ok((bytes, self.text.text))
    }

    /// The hash table of all rows that are asked for by name.
    fn slots(&self, indices: [&[u8]; 4], nodes: &[u8]) -> Vec<u8> {
        let number = |row: &[u8], at: usize| u16::from_le_bytes([row[at], row[at + 1]]);
        let mut groups: Vec<(Section, &[u8], u16, u16)> = Vec::new();
        let of_indices = [Section::Signing, Section::Endpoints, Section::Targets, Section::Versions];
        for (section, rows) in of_indices.into_iter().zip(indices) {
            groups.push((section, rows, 0, (rows.len() / section.row()) as u16));
        }
        for service in self.services.chunks_exact(Section::Services.row()) {
            groups.push((Section::Operations, &self.operations, number(service, 4), number(service, 6)));
        }
        for node in nodes.chunks_exact(Section::Nodes.row()) {
            groups.push((Section::Nodes, nodes, number(node, 4), number(node, 6)));
        }
        let names: usize = groups.iter().map(|(.., len)| usize::from(*len)).sum();
        // A power of two, and at most half full.
        let mut slots = vec![NONE; (names * 2).next_power_of_two()];
        for (section, rows, first, len) in groups {
            for row in first..first + len {
                let start = usize::from(row) * section.row();
                let text =
                    Text::from_le_bytes([rows[start], rows[start + 1], rows[start + 2], rows[start + 3]]);
                let mut at = hash(section, first, self.text.get(text)) as usize & (slots.len() - 1);
                while slots[at] != NONE {
                    at = (at + 1) & (slots.len() - 1);
                }
                slots[at] = row;
            }
        }
        slots.into_iter().flat_map(u16::to_le_bytes).collect()
    }

    /// Nodes numbered so that children stand together: breadth first.
    fn trie(&mut self) -> Result<(Vec<u8>, Vec<u8>), TableError> {
        let (mut nodes, mut leaves) = (Vec::new(), Vec::new());
        let mut queue = VecDeque::new();
        if !self.nodes.is_empty() {
            queue.push_back((String::new(), 0));
        }
        // The number of the next child.
        let mut next = 1;
        while let Some((segment, at)) = queue.pop_front() {
            let draft = std::mem::take(&mut self.nodes[at]);
            let count = limit("operations of a path", draft.leaves.len())?;
            let first_leaf = limit("operations with paths", leaves.len() / Section::Leaves.row())?;
            let mut flags = 0;
            flags |= if draft.label.is_some() { HAS_LABEL } else { 0 };
            flags |= if draft.greedy.is_some() { HAS_GREEDY } else { 0 };
            nodes.extend(self.text.add(&segment)?.to_le_bytes());
            nodes.extend(limit("nodes", next)?.to_le_bytes());
            nodes.extend(limit("literals", draft.literals.len())?.to_le_bytes());
            nodes.extend(first_leaf.to_le_bytes());
            nodes.extend((count | flags).to_le_bytes());
            let mut rows = draft.leaves;
            rows.sort_by_key(|leaf| (leaf.method, leaf.service));
            for leaf in rows {
                leaves.extend(leaf.operation.to_le_bytes());
                leaves.extend(leaf.service.to_le_bytes());
                leaves.extend(leaf.first_arg.to_le_bytes());
                leaves.extend([leaf.method, leaf.flags, leaf.constants, leaf.required, leaf.bit, 0]);
            }
            next += draft.literals.len();
            queue.extend(draft.literals);
            for child in [draft.label, draft.greedy].into_iter().flatten() {
                next += 1;
                queue.push_back((String::new(), child));
            }
        }
        Ok((nodes, leaves))
    }
}

/// The text, each piece once.
#[derive(Default)]
struct Texts {
    text: String,
    known: HashMap<String, Text>,
}

impl Texts {
    fn get(&self, text: Text) -> &str {
        let start = (text >> 8) as usize;
        self.text.get(start..start + (text & 0xff) as usize).unwrap_or_default()
    }

    fn add(&mut self, text: &str) -> Result<Text, TableError> {
        if text.is_empty() {
            return Ok(0);
        }
        if let Some(&known) = self.known.get(text) {
            return Ok(known);
        }
        let (at, len) = (self.text.len(), text.len());
        if len > 0xff {
            return Err(TableError::TooLarge { what: "bytes of a name", count: len, limit: 0xff });
        }
        if at > 0xff_ffff {
            return Err(TableError::TooLarge { what: "bytes of names", count: at, limit: 0xff_ffff });
        }
        self.text.push_str(text);
        let added = (at as u32) << 8 | len as u32;
        self.known.insert(text.to_owned(), added);
        Ok(added)
    }
}
