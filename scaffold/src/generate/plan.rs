//! The third step: what the crate will have. Every name, type, derive and box is decided here.

use std::collections::HashMap;

use asf_schema::{Kind, Member, MemberFlags, Schema, ServiceSchema, ShapeFlags};

use super::layout::Layout;
use super::model::Model;
use super::names::{self, Scope, assign};

/// A crate, decided.
#[derive(Debug)]
pub struct Plan {
    /// The tables.
    pub service: &'static ServiceSchema,
    /// `Sqs`.
    pub name: String,
    /// Structures that are no errors, by name.
    pub structures: Vec<Structure>,
    /// Structures that are errors, by name.
    pub errors: Vec<Structure>,
    /// Enums, by name.
    pub enums: Vec<Enum>,
    /// Unions, by name.
    pub unions: Vec<Union>,
    /// Operations, in the order of the schema.
    pub operations: Vec<Operation>,
}

/// A structure.
#[derive(Debug)]
pub struct Structure {
    /// The shape.
    pub shape: Schema,
    /// The type's name.
    pub name: String,
    /// In the order of the schema.
    pub fields: Vec<Field>,
    /// Streams cannot be cloned.
    pub clone: bool,
    /// About how many bytes it takes.
    pub size: usize,
    /// Of an error: the field with the text for people.
    pub message: Option<Message>,
}

/// Where an error's text is.
#[derive(Debug)]
pub struct Message {
    /// Name of the field.
    pub field: String,
    /// Whether the field is besides those of the model, which has none for it.
    pub added: bool,
}

/// A structure's field.
#[derive(Debug)]
pub struct Field {
    /// AWS's name.
    pub member: &'static str,
    /// Rust's name.
    pub name: String,
    /// The type within the `Option`.
    pub ty: Type,
}

/// An enum.
#[derive(Debug)]
pub struct Enum {
    /// The shape.
    pub shape: Schema,
    /// The type's name.
    pub name: String,
    /// Value and variant, in the order of the spec.
    pub variants: Vec<(&'static str, String)>,
}

/// A union.
#[derive(Debug)]
pub struct Union {
    /// The shape.
    pub shape: Schema,
    /// The type's name.
    pub name: String,
    /// In the order of the schema; `Unknown` comes on top.
    pub variants: Vec<Field>,
    /// Streams cannot be cloned.
    pub clone: bool,
}

/// An operation.
#[derive(Debug)]
pub struct Operation {
    /// AWS's name.
    pub name: &'static str,
    /// The method's name.
    pub method: String,
    /// The input's type, if there is an input.
    pub input: Option<String>,
    /// The output's type, if there is an output.
    pub output: Option<String>,
}

/// The type of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// A type of Rust or of the runtime, by its path.
    Path(&'static str),
    /// A generated type.
    Named(String),
    /// A list of these.
    List(Box<Type>),
    /// A map to these.
    Map(Box<Type>),
    /// An item that may be null.
    Nullable(Box<Type>),
    /// A part that may hold its whole, or that is large.
    Boxed(Box<Type>),
    /// A stream of these events.
    Events(Box<Type>),
}

impl Plan {
    /// Decides on everything.
    #[must_use]
    pub fn new(model: &Model) -> Self {
        Planner::new(model.service).plan()
    }

    /// `SqsApi`.
    #[must_use]
    pub fn api(&self) -> String {
        format!("{}Api", self.name)
    }

    /// `SqsClient`.
    #[must_use]
    pub fn client(&self) -> String {
        format!("{}Client", self.name)
    }

    /// `SqsError`.
    #[must_use]
    pub fn error(&self) -> String {
        format!("{}Error", self.name)
    }
}

/// Lists within lists; the specs have two of them.
const DEEPEST: usize = 16;

struct Planner {
    service: &'static ServiceSchema,
    name: String,
    types: HashMap<&'static str, String>,
    layout: Layout,
    streams: Vec<bool>,
}

impl Planner {
    fn new(service: &'static ServiceSchema) -> Self {
        let name = names::service_name(service.metadata.service_id);
        let own: Vec<String> = ["Api", "Client", "Error"].iter().map(|it| name.clone() + it).collect();
        let shapes: Vec<&'static str> =
            service.shapes().filter(|shape| has_type(*shape)).map(Schema::name).collect();
        let scope = Scope::with(own.iter().map(String::as_str));
        let types = assign(&shapes, names::type_name, scope);
        let layout = Layout::new(service);
        let mut planner = Self { service, name, types, layout, streams: Vec::new() };
        planner.streams = planner.find_streams();
        planner
    }

    fn plan(self) -> Plan {
        let mut structures = Vec::new();
        let mut errors = Vec::new();
        let mut enums = Vec::new();
        let mut unions = Vec::new();
        for shape in self.service.shapes() {
            match shape.kind() {
                Kind::Structure if shape.error().is_some() => errors.push(self.error(shape)),
                Kind::Structure => structures.push(self.structure(shape)),
                Kind::Union => unions.push(self.union(shape)),
                _ if has_type(shape) => enums.push(self.enumeration(shape)),
                _ => {}
            }
        }
        structures.sort_by(|a, b| a.name.cmp(&b.name));
        errors.sort_by(|a, b| a.name.cmp(&b.name));
        enums.sort_by(|a, b| a.name.cmp(&b.name));
        unions.sort_by(|a, b| a.name.cmp(&b.name));
        let operations = self.operations();
        Plan { service: self.service, name: self.name, structures, errors, enums, unions, operations }
    }

    fn operations(&self) -> Vec<Operation> {
        let all: Vec<&'static str> = self.service.operations().map(asf_schema::Operation::name).collect();
        let methods = assign(&all, names::field_name, Scope::default());
        let name_of = |shape: Schema| self.types.get(shape.name()).cloned();
        self.service
            .operations()
            .map(|it| Operation {
                name: it.name(),
                method: methods.get(it.name()).cloned().unwrap_or_default(),
                input: it.input().and_then(name_of),
                output: it.output().and_then(name_of),
            })
            .collect()
    }

    fn structure(&self, shape: Schema) -> Structure {
        Structure {
            shape,
            name: self.type_name(shape),
            fields: self.fields(shape, names::field_name, Scope::default()),
            clone: !self.has_stream(shape),
            size: self.layout.size(shape),
            message: None,
        }
    }

    fn error(&self, shape: Schema) -> Structure {
        let mut structure = self.structure(shape);
        let is_text = |field: &&Field| field.ty == Type::Path("String");
        let named = |name: &str| structure.fields.iter().filter(is_text).find(|field| field.name == name);
        let found = named("message").or_else(|| named("error_message"));
        structure.message = Some(match found {
            Some(field) => Message { field: field.name.clone(), added: false },
            None => {
                structure.size += 24;
                let mut scope = Scope::with(structure.fields.iter().map(|field| field.name.as_str()));
                Message { field: scope.take("message".to_owned()), added: true }
            }
        });
        structure
    }

    fn union(&self, shape: Schema) -> Union {
        Union {
            shape,
            name: self.type_name(shape),
            variants: self.fields(shape, names::variant_name, Scope::with(["Unknown"])),
            clone: !self.has_stream(shape),
        }
    }

    fn enumeration(&self, shape: Schema) -> Enum {
        let mut values: Vec<&'static str> = Vec::new();
        for value in shape.enum_values() {
            if !values.contains(value) {
                values.push(value);
            }
        }
        let variants = assign(&values, names::variant_name, Scope::with(["Unknown"]));
        let variant = |value: &'static str| (value, variants.get(value).cloned().unwrap_or_default());
        Enum { shape, name: self.type_name(shape), variants: values.into_iter().map(variant).collect() }
    }

    fn fields(&self, shape: Schema, rust: impl Fn(&str) -> String, scope: Scope) -> Vec<Field> {
        let members: Vec<&'static str> = shape.members().map(Member::name).collect();
        let fields = assign(&members, rust, scope);
        let field = |member: Member| {
            let ty = self.member_type(member);
            Field {
                member: member.name(),
                name: fields.get(member.name()).cloned().unwrap_or_default(),
                ty: if self.layout.is_boxed(shape, member) { Type::Boxed(Box::new(ty)) } else { ty },
            }
        };
        shape.members().map(field).collect()
    }

    fn member_type(&self, member: Member) -> Type {
        self.type_at(member, 0)
    }

    fn type_at(&self, member: Member, depth: usize) -> Type {
        let target = member.target();
        if depth > DEEPEST {
            // A list of itself, with no structure in between: no type of Rust's is that.
            return Type::Path("asf_runtime::Document");
        }
        let item = |member: Member| {
            let ty = self.type_at(member, depth + 1);
            Box::new(if target.has(ShapeFlags::SPARSE) { Type::Nullable(Box::new(ty)) } else { ty })
        };
        match target.kind() {
            Kind::Structure => Type::Named(self.type_name(target)),
            Kind::Union if target.has(ShapeFlags::EVENT_STREAM) => {
                Type::Events(Box::new(Type::Named(self.type_name(target))))
            }
            Kind::Union => Type::Named(self.type_name(target)),
            Kind::List => Type::List(item(target.member(0))),
            Kind::Map => Type::Map(item(target.member(1))),
            Kind::String if member.has(MemberFlags::JSON_VALUE) => Type::Path("asf_runtime::Document"),
            Kind::String if has_type(target) => Type::Named(self.type_name(target)),
            Kind::String => Type::Path("String"),
            Kind::Blob if member.has(MemberFlags::STREAMING) => Type::Path("asf_runtime::shape::ByteStream"),
            Kind::Blob => Type::Path("asf_runtime::Bytes"),
            Kind::Boolean => Type::Path("bool"),
            Kind::Byte => Type::Path("i8"),
            Kind::Short => Type::Path("i16"),
            Kind::Integer => Type::Path("i32"),
            Kind::Long => Type::Path("i64"),
            Kind::Float => Type::Path("f32"),
            Kind::Double => Type::Path("f64"),
            Kind::Timestamp => Type::Path("asf_runtime::Timestamp"),
            Kind::Document => Type::Path("asf_runtime::Document"),
        }
    }

    fn type_name(&self, shape: Schema) -> String {
        self.types.get(shape.name()).cloned().unwrap_or_default()
    }

    fn has_stream(&self, shape: Schema) -> bool {
        self.streams.get(usize::from(shape.id().0)).copied().unwrap_or(false)
    }

    /// Which shapes have a stream in them, at any depth.
    fn find_streams(&self) -> Vec<bool> {
        let streams = MemberFlags::STREAMING | MemberFlags::EVENT_STREAM;
        let mut found: Vec<bool> = self
            .service
            .shapes()
            .map(|shape| shape.member_rows().iter().any(|row| row.flags.intersects(streams)))
            .collect();
        loop {
            let next: Vec<bool> = self
                .service
                .shapes()
                .zip(&found)
                .map(|(shape, own)| {
                    *own || shape
                        .members()
                        .any(|it| found.get(usize::from(it.target().id().0)) == Some(&true))
                })
                .collect();
            if next == found {
                return found;
            }
            found = next;
        }
    }
}

/// Whether a shape becomes a type: structures, unions, enums.
fn has_type(shape: Schema) -> bool {
    shape.kind().has_members() || (shape.kind() == Kind::String && !shape.enum_values().is_empty())
}
