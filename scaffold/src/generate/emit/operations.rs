//! `operations`: a marker type for each operation, by AWS's own name, which is what macros are given.

use std::fmt::Write as _;

use super::pretty;
use crate::generate::plan::Plan;

pub(super) fn file(plan: &Plan) -> anyhow::Result<String> {
    // A marker may have the name of a structure: types are named by their paths.
    let path = |name: &Option<String>| match name {
        Some(name) => format!("crate::{name}"),
        None => "()".to_owned(),
    };
    let mut table = format!("asf_runtime::operations! {{\n    SERVICE, crate::{};\n", plan.error());
    for (index, operation) in plan.operations.iter().enumerate() {
        let (input, output) = (path(&operation.input), path(&operation.output));
        _ = writeln!(table, "    {index} {}({input}) -> {output};", operation.name);
    }
    table += "}\n";
    // Only to see that it is Rust: a table is better off one row a line.
    pretty(table.parse().map_err(|error| anyhow::anyhow!("operations: {error}"))?)?;
    Ok(format!("use crate::schema::SERVICE;\n\n{table}"))
}
