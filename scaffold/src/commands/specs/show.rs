//! `scaffold specs show <service> [operation|shape]`: a model to read.

use std::process::ExitCode;

use asf_schema::{Kind, Member, MemberFlags, Operation, Schema, ServiceSchema, ShapeFlags};
use serde_json::{Value, json};

use crate::cli::Global;
use crate::output::{print, print_json, table};
use crate::specs::SpecSource;
use crate::suggest;

/// Prints a service, or one of its operations or shapes. With `--json` the spec's own text (patched).
///
/// # Errors
/// When there is no such service, operation or shape; the nearest is named.
pub(super) fn run(
    source: &SpecSource,
    service: &str,
    name: Option<&str>,
    global: &Global,
) -> anyhow::Result<ExitCode> {
    let schema = source.schema(service)?;
    if global.json {
        let spec = source.spec(service)?;
        let Some(name) = name else {
            print_json(&json!({
                "metadata": spec["metadata"],
                "operations": keys(&spec["operations"]),
                "shapes": keys(&spec["shapes"]),
            }))?;
            return Ok(ExitCode::SUCCESS);
        };
        let found = ["operations", "shapes"].iter().find_map(|kind| spec[*kind].get(name));
        print_json(found.ok_or_else(|| unknown(schema, name))?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let text = match name {
        None => service_text(schema),
        // An operation and a shape may bear the same name: both are shown.
        Some(name) => match (schema.operation(name), schema.shape(name)) {
            (Some(operation), Some(shape)) => operation_text(operation) + "\n" + &shape_text(shape),
            (Some(operation), None) => operation_text(operation),
            (None, Some(shape)) => shape_text(shape),
            (None, None) => return Err(unknown(schema, name)),
        },
    };
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn unknown(schema: &'static ServiceSchema, name: &str) -> anyhow::Error {
    let names = schema.operations.iter().map(|it| it.name).chain(schema.shapes.iter().map(|it| it.name));
    suggest::unknown("operation or shape", name, names).context(schema.name)
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect()
}

fn service_text(schema: &'static ServiceSchema) -> String {
    let metadata = &schema.metadata;
    let protocols: Vec<&str> = metadata.protocols.iter().map(|it| it.as_str()).collect();
    let mut rows = vec![
        row(["name", schema.name]),
        row(["full name", metadata.full_name]),
        row(["service id", metadata.service_id]),
        row(["api version", metadata.api_version]),
        row(["protocols", &protocols.join(", ")]),
        row(["endpoint prefix", metadata.endpoint_prefix]),
        row(["signing name", metadata.signing_name]),
    ];
    for (what, value) in
        [("target prefix", metadata.target_prefix), ("xml namespace", metadata.xml_namespace)]
    {
        rows.extend(value.map(|value| row([what, value])));
    }
    let mut text = table(&rows);
    text += &format!("\n{} operations, {} shapes\n\n", schema.operations.len(), schema.shapes.len());
    let operations = schema.operations().map(|operation| {
        let http = format!("{} {}", operation.row().method, operation.row().uri);
        row([operation.name(), &http])
    });
    text += &table(&operations.collect::<Vec<_>>());
    text
}

fn operation_text(operation: Operation) -> String {
    let http = operation.row();
    let mut text = format!("{}\n  {} {} -> {}\n", operation.name(), http.method, http.uri, http.status);
    for (what, shape) in [("input", operation.input()), ("output", operation.output())] {
        match shape {
            Some(shape) => {
                text += &format!("\n{what}: {}\n", shape.name());
                text += &members_text(shape);
            }
            None => text += &format!("\n{what}: none\n"),
        }
    }
    let errors: Vec<Vec<String>> = operation
        .errors()
        .map(|shape| {
            let (code, status) = shape.error().map_or(("", 0), |it| (it.code, it.status));
            row([
                &format!("  {}", shape.name()),
                &status.to_string(),
                if code == shape.name() { "" } else { code },
            ])
        })
        .collect();
    if !errors.is_empty() {
        text += &format!("\nerrors:\n{}", table(&errors));
    }
    text
}

fn shape_text(shape: Schema) -> String {
    let mut text = format!("{}: {}", shape.name(), kind_text(shape));
    if let Some(limits) = limits(shape) {
        text += &format!(" ({limits})");
    }
    text.push('\n');
    if let Some(error) = shape.error() {
        text += &format!("  error {}, status {}\n", error.code, error.status);
    }
    for value in shape.enum_values() {
        text += &format!("  {value}\n");
    }
    text + &members_text(shape)
}

fn members_text(shape: Schema) -> String {
    let rows: Vec<Vec<String>> = shape
        .members()
        .filter(|_| shape.kind().has_members())
        .map(|member| {
            let target = member.target();
            row([&format!("  {}", member.name()), &kind_text(target), target.name(), &remarks(member)])
        })
        .collect();
    table(&rows)
}

/// What is special about a member, in words.
fn remarks(member: Member) -> String {
    let mut remarks = Vec::new();
    if member.is_required() {
        remarks.push("required".to_owned());
    }
    if member.location() != asf_schema::Location::Body {
        remarks.push(format!("in {:?}", member.location()).to_lowercase());
    }
    if member.wire_name() != member.name() {
        remarks.push(format!("as {}", member.wire_name()));
    }
    if member.query_name() != member.wire_name() {
        remarks.push(format!("over query as {}", member.query_name()));
    }
    for (flag, word) in [
        (MemberFlags::PAYLOAD, "payload"),
        (MemberFlags::FLATTENED, "flattened"),
        (MemberFlags::STREAMING, "streaming"),
        (MemberFlags::EVENT_STREAM, "event stream"),
        (MemberFlags::HOST_LABEL, "host label"),
        (MemberFlags::IDEMPOTENCY_TOKEN, "idempotency token"),
        (MemberFlags::XML_ATTRIBUTE, "xml attribute"),
        (MemberFlags::JSON_VALUE, "json value"),
        (MemberFlags::SENSITIVE, "sensitive"),
        (MemberFlags::DEPRECATED, "deprecated"),
    ] {
        if member.has(flag) {
            remarks.push(word.to_owned());
        }
    }
    remarks.extend(limits(member.target()));
    remarks.join(", ")
}

/// `list of Message`, `map of QueueAttributeName to String`, `structure`.
fn kind_text(shape: Schema) -> String {
    match (shape.item(), shape.key_value()) {
        (Some(item), _) => format!("list of {}", item.target().name()),
        (_, Some((key, value))) => format!("map of {} to {}", key.target().name(), value.target().name()),
        _ if shape.kind() == Kind::String && !shape.enum_values().is_empty() => "enum".to_owned(),
        _ if shape.has(ShapeFlags::EVENT_STREAM) => "event stream".to_owned(),
        _ => format!("{:?}", shape.kind()).to_lowercase(),
    }
}

fn limits(shape: Schema) -> Option<String> {
    let limits = shape.constraints()?;
    let mut words = Vec::new();
    words.extend(limits.min.map(|it| format!("min {it}")));
    words.extend(limits.max.map(|it| format!("max {it}")));
    words.extend(limits.pattern.map(|it| format!("pattern {it}")));
    Some(words.join(", "))
}

fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}
