//! `error`: the modelled errors, and the enum of all errors of the service.

use quote::quote;

use super::{USES, ident, invocation, pretty, types};
use crate::generate::model::Model;
use crate::generate::names::Scope;
use crate::generate::plan::Plan;

/// A modelled error that is larger than this many bytes, by estimate, stands in a box, so that results
/// stay small.
const LARGE: usize = 104;

pub(super) fn file(model: &Model, plan: &Plan) -> anyhow::Result<String> {
    let mut text = format!("{USES}\n{}", enumeration(plan)?);
    for error in &plan.errors {
        let message = error.message.as_ref().map_or("message", |message| &message.field);
        text += &format!(
            "\n{}asf_runtime::modelled_error!({} {message});\n",
            types::definition(model, error)?,
            error.name
        );
    }
    Ok(text)
}

fn enumeration(plan: &Plan) -> anyhow::Result<String> {
    let name = ident(&plan.error());
    let docs = format!(" What the operations of {} fail with.", plan.service.metadata.full_name);
    let mut scope = Scope::with(["Other"]);
    let mut variants = Vec::new();
    let mut rows = Vec::new();
    for error in &plan.errors {
        let variant = scope.take(error.name.clone());
        rows.push(format!("{} {variant}({})", error.shape.id().0, error.name));
        let (variant, ty) = (ident(&variant), ident(&error.name));
        variants.push(if error.size > LARGE { quote!(#variant(Box<#ty>)) } else { quote!(#variant(#ty)) });
    }
    let text = pretty(quote! {
        #[doc = #docs]
        #[derive(Clone)]
        pub enum #name {
            #(#variants,)*
            /// An error that is not in the model.
            Other(asf_runtime::AwsError),
        }
    })?;
    Ok(text + &invocation("service_error", &format!("{name} = SERVICE"), &rows))
}
