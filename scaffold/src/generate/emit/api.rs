//! `api`: the operations as a trait.

use quote::quote;

use super::{USES, doc, ident, pretty, spaced};
use crate::generate::model::Model;
use crate::generate::plan::Plan;

pub(super) fn file(model: &Model, plan: &Plan) -> anyhow::Result<String> {
    let name = ident(&plan.api());
    let error = ident(&plan.error());
    let about = format!(
        " The operations of {}. Each answers \"not implemented\" unless it is implemented.",
        plan.service.metadata.full_name
    );
    let methods = plan.operations.iter().map(|operation| {
        let about = format!(" `{}`", operation.name);
        let docs = doc(model.docs.operations.get(operation.name).map(String::as_str));
        let gap = model.docs.operations.get(operation.name).map(|_| quote!(#[doc = ""]));
        let method = ident(&operation.method);
        let marker = ident(operation.name);
        let input = operation.input.as_ref().map(|input| {
            let input = ident(input);
            quote!(input: #input)
        });
        let argument = if operation.input.is_some() { quote!(input) } else { quote!(()) };
        let output = match &operation.output {
            Some(output) => {
                let output = ident(output);
                quote!(#output)
            }
            None => quote!(()),
        };
        quote! {
            #[doc = #about]
            #gap
            #docs
            fn #method(&self, ctx: &asf_runtime::RequestContext, #input)
                -> impl Future<Output = Result<#output, #error>> + Send
            {
                asf_runtime::generated::not_implemented::<crate::operations::#marker>(ctx, #argument)
            }
        }
    });
    let text = pretty(quote! {
        #[doc = #about]
        pub trait #name: Send + Sync {
            #(#methods)*
        }
    })?;
    Ok(format!("{USES}\n{}", spaced(&text)))
}
