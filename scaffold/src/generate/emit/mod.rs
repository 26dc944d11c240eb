//! The fourth step: the plan as files. Each module here writes one; what is Rust code is made as tokens
//! and laid out by prettyplease, but for the tables of the schema, which are one row a line.

mod api;
mod cargo;
mod client;
mod enums;
mod errors;
mod operations;
mod schema;
mod types;
mod unions;

use anyhow::Context;
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

pub use cargo::Home;

use super::model::Model;
use super::plan::{Plan, Type};
use super::write::CrateFiles;

/// No file of a generated crate gets longer than about this many lines.
const LONGEST: usize = 4000;

/// All files of a service's crate.
///
/// # Errors
/// When what was generated is not Rust: a fault of this program, with the place in the message.
pub fn crate_files(model: &Model, plan: &Plan, home: &Home) -> anyhow::Result<CrateFiles> {
    let mut files = CrateFiles::new(model);
    files.add_plain("Cargo.toml", &cargo::manifest(model, home));
    files.add("src/lib.rs", "", &lib(model));
    files.add("src/api.rs", "The operations as a trait.", &api::file(model, plan)?);
    files.add("src/client.rs", "The client: the same trait, over a transport.", &client::file(plan)?);
    files.add("src/error.rs", "The errors.", &errors::file(model, plan)?);
    files.add("src/operations.rs", "A marker type for each operation.", &operations::file(plan)?);
    parts(&mut files, "types", "The structures.", types::blocks(model, plan)?);
    parts(&mut files, "enums", "The enums.", enums::blocks(model, plan)?);
    parts(&mut files, "unions", "The unions.", unions::blocks(model, plan)?);
    schema::add(&mut files, plan);
    Ok(files)
}

fn lib(model: &Model) -> String {
    let service = model.service;
    let mut text = format!("//! {}, generated.\n", service.metadata.full_name);
    if let Some(docs) = &model.docs.service {
        text += "//!\n";
        for line in docs.lines() {
            text += format!("//! {line}").trim_end();
            text.push('\n');
        }
    }
    text + "
#![forbid(unsafe_code)]
#![allow(missing_docs, unused_imports, deprecated, non_camel_case_types)]
#![allow(clippy::all, clippy::pedantic, rustdoc::all)]

pub mod api;
pub mod client;
pub mod enums;
pub mod error;
pub mod operations;
pub mod schema;
pub mod types;
pub mod unions;

pub use api::*;
pub use client::*;
pub use enums::*;
pub use error::*;
pub use schema::SERVICE;
pub use types::*;
pub use unions::*;
"
}

/// One definition: its name and its text.
struct Block {
    name: String,
    text: String,
}

/// A module of definitions, in one file, or, if there are many, in one file for each first letter.
fn parts(files: &mut CrateFiles, module: &str, about: &str, blocks: Vec<Block>) {
    let lines: usize = blocks.iter().map(|block| block.text.lines().count() + 1).sum();
    let join =
        |blocks: &[Block]| blocks.iter().map(|block| block.text.as_str()).collect::<Vec<_>>().join("\n");
    if lines <= LONGEST {
        return files.add(&format!("src/{module}.rs"), about, &format!("{USES}\n{}", join(&blocks)));
    }
    let mut groups: Vec<(String, usize, Vec<Block>)> = Vec::new();
    for block in blocks {
        let letter = block.name.chars().next().map_or('_', |it| it.to_ascii_lowercase());
        let lines = block.text.lines().count() + 1;
        match groups.last_mut() {
            Some((name, size, group)) if name.starts_with(letter) && *size + lines <= LONGEST => {
                *size += lines;
                group.push(block);
            }
            last => {
                let number = last.filter(|(name, ..)| name.starts_with(letter)).map_or(1, |(name, ..)| {
                    name.get(1..).and_then(|it| it.parse().ok()).map_or(2, |it: usize| it + 1)
                });
                let name = if number == 1 { letter.to_string() } else { format!("{letter}{number}") };
                groups.push((name, lines, vec![block]));
            }
        }
    }
    let mut list = String::new();
    for (name, ..) in &groups {
        list += &format!("mod {name};\n");
    }
    list.push('\n');
    for (name, ..) in &groups {
        list += &format!("pub use {name}::*;\n");
    }
    files.add(&format!("src/{module}.rs"), about, &list);
    for (name, _, group) in &groups {
        files.add(&format!("src/{module}/{name}.rs"), about, &format!("{USES}\n{}", join(group)));
    }
}

/// What the modules of definitions may refer to.
const USES: &str = "use crate::*;\n";

/// Tokens as text, laid out.
fn pretty(tokens: TokenStream) -> anyhow::Result<String> {
    let shown = tokens.clone();
    let file = syn::parse2(tokens).with_context(|| {
        let text: String = shown.to_string().chars().take(400).collect();
        format!("what was generated is not Rust: {text}")
    })?;
    Ok(prettyplease::unparse(&file))
}

/// An empty line between the functions of traits and impls, which prettyplease does not put there.
fn spaced(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        out.push_str(line);
        out.push('\n');
        let ends = line == "    }" || line == "}";
        if ends && lines.peek().is_some_and(|next| next.trim() != "}") {
            out.push('\n');
        }
    }
    out
}

/// Use of a macro of asf-runtime: `name!(head { rows })`, in lines that break between rows only.
fn invocation(name: &str, head: &str, rows: &[String]) -> String {
    let start = format!("asf_runtime::{name}!({head} {{");
    if rows.is_empty() {
        return start + "});\n";
    }
    let all = rows.join(", ");
    if start.len() + all.len() + 5 <= WIDTH {
        return format!("{start} {all} }});\n");
    }
    let mut text = start + "\n";
    let mut line = String::new();
    for row in rows {
        if !line.is_empty() && line.len() + row.len() + 6 > WIDTH {
            text += &format!("    {line}\n");
            line.clear();
        }
        let space = if line.is_empty() { "" } else { " " };
        line += &format!("{space}{row},");
    }
    text + &format!("    {line}\n}});\n")
}

/// Columns of a line that is not laid out by prettyplease.
const WIDTH: usize = 110;

fn ident(name: &str) -> Ident {
    match name.strip_prefix("r#") {
        Some(raw) => Ident::new_raw(raw, Span::call_site()),
        None => Ident::new(name, Span::call_site()),
    }
}

fn doc(text: Option<&str>) -> TokenStream {
    let lines = text.into_iter().flat_map(str::lines).map(|line| {
        let line = if line.is_empty() { String::new() } else { format!(" {line}") };
        quote!(#[doc = #line])
    });
    quote!(#(#lines)*)
}

fn type_tokens(ty: &Type) -> TokenStream {
    match ty {
        Type::Path(path) => path.parse().unwrap_or_default(),
        Type::Named(name) => {
            let name = ident(name);
            quote!(#name)
        }
        Type::List(item) => {
            let item = type_tokens(item);
            quote!(Vec<#item>)
        }
        Type::Map(value) => {
            let value = type_tokens(value);
            quote!(asf_runtime::Map<#value>)
        }
        Type::Nullable(item) => {
            let item = type_tokens(item);
            quote!(Option<#item>)
        }
        Type::Boxed(part) => {
            let part = type_tokens(part);
            quote!(Box<#part>)
        }
        Type::Events(event) => {
            let event = type_tokens(event);
            quote!(asf_runtime::shape::EventStream<#event>)
        }
    }
}
