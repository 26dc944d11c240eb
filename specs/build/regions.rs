//! Partitions and regions as Rust source, from `partitions.json`.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::Value;

pub(crate) fn write(partitions: &Value, out: &Path) -> Result<(), Box<dyn Error>> {
    let mut rows = String::from("&[\n");
    for partition in partitions["partitions"].as_array().ok_or("partitions.json: no list of partitions")? {
        let id = partition["id"].as_str().ok_or("partitions.json: a partition without id")?;
        let output = |key: &str| partition["outputs"][key].as_str().unwrap_or_default();
        let mut regions: Vec<(&str, &str)> = partition["regions"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, region)| (name.as_str(), region["description"].as_str().unwrap_or_default()))
            .collect();
        regions.sort_unstable();
        let prefixes = prefixes(partition["regionRegex"].as_str().unwrap_or_default())
            .ok_or_else(|| format!("partitions.json: {id}: regionRegex is not of the known form"))?;
        write!(
            rows,
            "Partition {{ id: {id:?}, dns_suffix: {:?}, dual_stack_dns_suffix: {:?}, \
             implicit_global_region: {:?}, prefixes: &{prefixes:?}, regions: &[",
            output("dnsSuffix"),
            output("dualStackDnsSuffix"),
            output("implicitGlobalRegion"),
        )?;
        for (name, description) in regions {
            write!(rows, "Region {{ name: {name:?}, description: {description:?} }}, ")?;
        }
        rows.push_str("] },\n");
    }
    rows.push_str("]\n");
    fs::write(out.join("partitions.rs"), rows)?;
    Ok(())
}

/// What may stand before `-<word>-<number>`: `^(us|eu)\-\w+\-\d+$` -> `us`, `eu`. All expressions in
/// the file have this form, so the binary needs no regular expressions for them.
fn prefixes(regex: &str) -> Option<Vec<String>> {
    let body = regex.strip_prefix('^')?.strip_suffix(r"\-\w+\-\d+$")?.replace(r"\-", "-");
    let names: Vec<String> = match body.split_once('(') {
        Some((before, rest)) => {
            let (group, after) = rest.split_once(')')?;
            group.split('|').map(|name| format!("{before}{name}{after}")).collect()
        }
        None => vec![body],
    };
    let plain = |name: &String| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    names.iter().all(plain).then_some(names)
}
