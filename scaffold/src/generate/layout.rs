//! What is boxed: a part that may hold its whole, and a part that is large.
//!
//! Optional members are laid out in place, so without boxes the union `Visual` of QuickSight would take
//! 56 kB wherever one stands, and a list of them as much for each item. Sizes are estimates: what a member
//! takes within its `Option`, on a machine with words of eight bytes.

use std::collections::HashSet;

use asf_schema::{Kind, Member, MemberFlags, Schema, ServiceSchema, ShapeFlags, ShapeId};

/// A union's variant is boxed if it takes more than this: all other values of the union pay for it.
const LARGE_VARIANT: usize = 512;
/// A structure's member is boxed if it takes more than this. The limit is high, as boxes make a value
/// less handy; what is below it fits on any stack.
const LARGE_MEMBER: usize = 4096;

/// Sizes and boxes of a service's shapes.
pub(super) struct Layout {
    /// For each shape: what it holds in place at any depth, and itself; sorted.
    reach: Vec<Vec<ShapeId>>,
    sizes: Vec<usize>,
}

impl Layout {
    pub(super) fn new(service: &'static ServiceSchema) -> Self {
        let direct: Vec<Vec<ShapeId>> = service.shapes().map(parts).collect();
        let reach: Vec<Vec<ShapeId>> = (0..direct.len()).map(|start| reachable(&direct, start)).collect();
        let mut layout = Self { sizes: vec![0; reach.len()], reach };
        let mut known = HashSet::new();
        for shape in service.shapes() {
            layout.measure(shape, &mut known);
        }
        layout
    }

    /// About how many bytes a structure, union or enum takes.
    pub(super) fn size(&self, shape: Schema) -> usize {
        self.sizes.get(usize::from(shape.id().0)).copied().unwrap_or(0)
    }

    /// Whether a member of a structure or union stands in a box.
    pub(super) fn is_boxed(&self, shape: Schema, member: Member) -> bool {
        let target = member.target();
        let limit = if shape.kind() == Kind::Union { LARGE_VARIANT } else { LARGE_MEMBER };
        is_part(target) && (self.is_recursive(shape, target) || self.size(target) > limit)
    }

    /// Whether a member's value may hold the member's own.
    fn is_recursive(&self, shape: Schema, target: Schema) -> bool {
        let reach = self.reach.get(usize::from(target.id().0));
        reach.is_some_and(|reach| reach.binary_search(&shape.id()).is_ok())
    }

    /// Measures a shape after its parts. Ends, because recursive parts are boxed and not entered.
    fn measure(&mut self, shape: Schema, known: &mut HashSet<ShapeId>) {
        if !shape.kind().has_members() || !known.insert(shape.id()) {
            return;
        }
        let mut sizes = Vec::new();
        for member in shape.members() {
            let target = member.target();
            if is_part(target) && !self.is_recursive(shape, target) {
                self.measure(target, known);
            }
            sizes.push(if self.is_boxed(shape, member) { 8 } else { self.member_size(member) });
        }
        let size = match shape.kind() {
            Kind::Union => sizes.into_iter().max().unwrap_or(0) + 8,
            _ => sizes.into_iter().sum(),
        };
        if let Some(slot) = self.sizes.get_mut(usize::from(shape.id().0)) {
            *slot = size;
        }
    }

    /// What an optional member takes that is not boxed.
    fn member_size(&self, member: Member) -> usize {
        let target = member.target();
        match target.kind() {
            Kind::Structure => self.size(target),
            Kind::Union if target.has(ShapeFlags::EVENT_STREAM) => 24,
            Kind::Union => self.size(target),
            Kind::String if member.has(MemberFlags::JSON_VALUE) => 72,
            Kind::Document | Kind::Map => 72,
            Kind::String | Kind::List | Kind::Timestamp => 24,
            Kind::Blob => 32,
            // Flags are placed where alignment leaves room.
            Kind::Boolean | Kind::Byte => 2,
            Kind::Short => 4,
            Kind::Integer | Kind::Float => 8,
            Kind::Long | Kind::Double => 16,
        }
    }
}

/// Whether a shape is laid out in place where it is a member: structures and unions, but not streams.
fn is_part(shape: Schema) -> bool {
    shape.kind().has_members() && !shape.has(ShapeFlags::EVENT_STREAM)
}

/// The structures and unions that a structure or union holds directly, not through a list, map or
/// stream (which hold them behind a pointer anyway).
fn parts(shape: Schema) -> Vec<ShapeId> {
    if !shape.kind().has_members() {
        return Vec::new();
    }
    shape.members().map(Member::target).filter(|it| is_part(*it)).map(Schema::id).collect()
}

/// All that a shape holds at any depth, and itself; sorted.
fn reachable(direct: &[Vec<ShapeId>], start: usize) -> Vec<ShapeId> {
    let mut seen = vec![ShapeId(start as u16)];
    let mut next = 0;
    let mut known = HashSet::from([ShapeId(start as u16)]);
    while let Some(&id) = seen.get(next) {
        for &part in direct.get(usize::from(id.0)).into_iter().flatten() {
            if known.insert(part) {
                seen.push(part);
            }
        }
        next += 1;
    }
    seen.sort_unstable();
    seen
}
