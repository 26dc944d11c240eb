//! `schema`: the tables of the service, one row a line, so that an update of the specs reads well as a
//! diff. They are what `asf_schema::load_service` makes of the same spec, to the letter.

use std::fmt::Write as _;

use asf_schema::{
    AuthKind, Constraints, ErrorSchema, HttpChecksum, Location, MemberSchema, OperationSchema, ServiceSchema,
    ShapeSchema, TimestampFormat, XmlNamespace,
};

use super::LONGEST;
use crate::generate::plan::Plan;
use crate::generate::write::CrateFiles;

const USES: &str = "use asf_runtime::schema::{
    AuthKind, Constraints, ErrorSchema, HttpChecksum, Kind, Location, MemberSchema, Metadata, OperationSchema,
    ProtocolKind, ServiceSchema, ShapeId, ShapeSchema, TimestampFormat, XmlNamespace,
};
";

/// Adds the files of the tables.
pub(super) fn add(files: &mut CrateFiles, plan: &Plan) {
    let service = plan.service;
    let mut modules = String::new();
    let mut tables = String::new();
    let operations: Vec<String> = service.operations.iter().map(operation).collect();
    let shapes: Vec<String> = service.shapes.iter().map(shape).collect();
    let members: Vec<String> = service.members.iter().map(member).collect();
    for (name, ty, rows) in [
        ("operations", "OperationSchema", operations),
        ("shapes", "ShapeSchema", shapes),
        ("members", "MemberSchema", members),
    ] {
        let table = name.to_uppercase();
        let parts: Vec<&[String]> = rows.chunks(LONGEST).collect();
        if parts.len() <= 1 {
            _ = writeln!(modules, "mod {name};");
            files.add(
                &format!("src/schema/{name}.rs"),
                &format!("The table of {name}."),
                &format!(
                    "{USES}\npub(super) static {table}: &[{ty}] = &[\n{}];\n",
                    parts.first().copied().unwrap_or_default().concat()
                ),
            );
            continue;
        }
        let mut list = Vec::new();
        for (number, part) in parts.iter().enumerate() {
            let module = format!("{name}{}", number + 1);
            _ = writeln!(modules, "mod {module};");
            list.push(format!("{module}::ROWS"));
            files.add(
                &format!("src/schema/{module}.rs"),
                &format!("Part {} of the table of {name}.", number + 1),
                &format!("{USES}\npub(super) const ROWS: &[{ty}] = &[\n{}];\n", part.concat()),
            );
        }
        _ = writeln!(
            tables,
            "static {table}: &[{ty}] = &asf_runtime::schema::concat::<_, {}>(&[{}]);",
            rows.len(),
            list.join(", ")
        );
    }
    for (name, count) in [
        ("operations", service.operations.len()),
        ("shapes", service.shapes.len()),
        ("members", service.members.len()),
    ] {
        if count <= LONGEST {
            _ = writeln!(tables, "use {name}::{};", name.to_uppercase());
        }
    }
    let text = format!(
        "{modules}\n{USES}{tables}\n{}\n/// Members by wire name.\nstatic LOOKUP: &[u16] = &[\n{}];\n",
        self::service(service),
        numbers(service.lookup)
    );
    files.add("src/schema.rs", "The schema: the spec as flat tables.", &text);
}

fn service(service: &ServiceSchema) -> String {
    let metadata = &service.metadata;
    let protocols: Vec<String> =
        metadata.protocols.iter().map(|it| format!("ProtocolKind::{it:?}")).collect();
    let mut fields = String::new();
    let mut field = |name: &str, value: String| {
        _ = writeln!(fields, "        {name}: {value},");
    };
    field("api_version", format!("{:?}", metadata.api_version));
    field("endpoint_prefix", format!("{:?}", metadata.endpoint_prefix));
    field("signing_name", format!("{:?}", metadata.signing_name));
    field("service_id", format!("{:?}", metadata.service_id));
    field("full_name", format!("{:?}", metadata.full_name));
    field("protocols", format!("&[{}]", protocols.join(", ")));
    field("signature_version", format!("{:?}", metadata.signature_version));
    for (name, text) in [
        ("abbreviation", metadata.abbreviation),
        ("json_version", metadata.json_version),
        ("target_prefix", metadata.target_prefix),
        ("xml_namespace", metadata.xml_namespace),
        ("global_endpoint", metadata.global_endpoint),
    ] {
        if text.is_some() {
            field(name, format!("{text:?}"));
        }
    }
    for (name, is) in
        [("query_compatible", metadata.query_compatible), ("no_error_wrapping", metadata.no_error_wrapping)]
    {
        if is {
            field(name, "true".to_owned());
        }
    }
    format!(
        "/// The service.
pub static SERVICE: &ServiceSchema = &ServiceSchema {{
    name: {:?},
    metadata: Metadata {{
{fields}        ..Metadata::EMPTY
    }},
    operations: OPERATIONS,
    shapes: SHAPES,
    members: MEMBERS,
    lookup: LOOKUP,
}};
",
        service.name
    )
}

fn operation(row: &OperationSchema) -> String {
    let mut text = format!("    OperationSchema::new({:?}, {:?}, {:?})", row.name, row.method, row.uri);
    let mut add = |part: String| text.push_str(&part);
    if row.status != 200 {
        add(format!(".status({})", row.status));
    }
    if let Some(id) = row.input {
        add(format!(".input({})", id.0));
    }
    if let Some(id) = row.output {
        add(format!(".output({})", id.0));
    }
    if !row.errors.is_empty() {
        let ids: Vec<String> = row.errors.iter().map(|id| format!("ShapeId({})", id.0)).collect();
        add(format!(".errors(&[{}])", ids.join(", ")));
    }
    for (method, name) in [
        ("result_wrapper", row.result_wrapper),
        ("input_xml_name", row.input_xml_name),
        ("output_xml_name", row.output_xml_name),
        ("host_prefix", row.host_prefix),
    ] {
        if let Some(name) = name {
            add(format!(".{method}({name:?})"));
        }
    }
    if let Some(it) = row.input_xml_namespace {
        add(format!(".input_xml_namespace({})", namespace(it)));
    }
    if row.auth != AuthKind::SigV4 {
        add(format!(".auth(AuthKind::{:?})", row.auth));
    }
    if let Some(it) = row.http_checksum {
        add(format!(".http_checksum({})", checksum(it)));
    }
    if !row.flags.is_empty() {
        add(format!(".flags({})", row.flags.bits()));
    }
    text + ",\n"
}

fn shape(row: &ShapeSchema) -> String {
    let mut text = format!(
        "    ShapeSchema::new({:?}, Kind::{:?}, {}, {})",
        row.name, row.kind, row.members_start, row.members_len
    );
    let mut add = |part: String| text.push_str(&part);
    if !row.flags.is_empty() {
        add(format!(".flags({})", row.flags.bits()));
    }
    if let Some(it) = row.timestamp_format {
        add(timestamp(it));
    }
    if let Some(index) = row.payload {
        add(format!(".payload({index})"));
    }
    if !row.enum_values.is_empty() {
        add(format!(".enum_values(&{:?})", row.enum_values));
    }
    if let Some(it) = row.constraints {
        let Constraints { min, max, pattern } = it;
        add(format!(".constraints(&Constraints {{ min: {min:?}, max: {max:?}, pattern: {pattern:?} }})"));
    }
    if let Some(ErrorSchema { code, status, sender_fault }) = row.error {
        add(format!(
            ".error(&ErrorSchema {{ code: {code:?}, status: {status}, sender_fault: {sender_fault} }})"
        ));
    }
    if let Some(it) = row.xml_namespace {
        add(format!(".xml_namespace({})", namespace(it)));
    }
    if let Some(name) = row.xml_name {
        add(format!(".xml_name({name:?})"));
    }
    text + ",\n"
}

fn member(row: &MemberSchema) -> String {
    let mut text = format!("    MemberSchema::new({:?}, {})", row.name, row.target.0);
    let mut add = |part: String| text.push_str(&part);
    if row.wire_name != row.name {
        add(format!(".wire({:?})", row.wire_name));
    }
    if row.location != Location::Body {
        add(format!(".at(Location::{:?})", row.location));
    }
    if !row.flags.is_empty() {
        add(format!(".flags({})", row.flags.bits()));
    }
    if let Some(it) = row.timestamp_format {
        add(timestamp(it));
    }
    if let Some(name) = row.query_name {
        add(format!(".query_name({name:?})"));
    }
    if let Some(it) = row.xml_namespace {
        add(format!(".xml_namespace({})", namespace(it)));
    }
    text + ",\n"
}

fn timestamp(format: TimestampFormat) -> String {
    format!(".timestamp(TimestampFormat::{format:?})")
}

fn namespace(it: &XmlNamespace) -> String {
    format!("&XmlNamespace {{ prefix: {:?}, uri: {:?} }}", it.prefix, it.uri)
}

fn checksum(it: &HttpChecksum) -> String {
    format!(
        "&HttpChecksum {{ request_algorithm_member: {:?}, request_checksum_required: {:?}, \
         request_validation_mode_member: {:?}, response_algorithms: &{:?} }}",
        it.request_algorithm_member,
        it.request_checksum_required,
        it.request_validation_mode_member,
        it.response_algorithms
    )
}

/// Numbers in lines of at most 24.
fn numbers(numbers: &[u16]) -> String {
    let line = |line: &[u16]| {
        let words: Vec<String> = line.iter().map(u16::to_string).collect();
        format!("    {},\n", words.join(", "))
    };
    numbers.chunks(24).map(line).collect()
}
