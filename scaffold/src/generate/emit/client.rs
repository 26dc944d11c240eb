//! `client`: the client, which implements the trait of the operations over any transport.

use std::fmt::Write as _;

use quote::quote;

use super::{USES, ident, pretty, spaced};
use crate::generate::plan::Plan;

pub(super) fn file(plan: &Plan) -> anyhow::Result<String> {
    let name = ident(&plan.client());
    let api = ident(&plan.api());
    let error = ident(&plan.error());
    let about = format!(" Calls the operations of {} over a transport.", plan.service.metadata.full_name);
    let text = pretty(quote! {
        #[doc = #about]
        #[derive(Clone, Debug)]
        pub struct #name<T> { transport: T }

        impl<T: asf_runtime::client::Transport> #name<T> {
            /// A client over this transport.
            #[must_use]
            pub fn new(transport: T) -> Self {
                Self { transport }
            }

            /// The transport.
            #[must_use]
            pub fn transport(&self) -> &T {
                &self.transport
            }
        }
    })?;
    let mut methods = format!("asf_runtime::client! {{\n    {name}: {api}, {error};\n");
    for operation in &plan.operations {
        let input = operation.input.as_deref().unwrap_or_default();
        let output = operation.output.as_deref().unwrap_or("()");
        _ = writeln!(methods, "    {} {}({input}) -> {output};", operation.method, operation.name);
    }
    methods += "}\n";
    // Only to see that it is Rust: a table is better off one row a line.
    pretty(methods.parse().map_err(|error| anyhow::anyhow!("client: {error}"))?)?;
    Ok(format!("{USES}\n{}\n{methods}", spaced(&text)))
}
