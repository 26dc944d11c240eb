//! `enums`: the enums.

use quote::quote;

use super::{Block, doc, ident, invocation, pretty};
use crate::generate::model::Model;
use crate::generate::plan::{Enum, Plan};

/// A definition for each enum.
pub(super) fn blocks(model: &Model, plan: &Plan) -> anyhow::Result<Vec<Block>> {
    plan.enums.iter().map(|it| block(model, it)).collect()
}

fn block(model: &Model, it: &Enum) -> anyhow::Result<Block> {
    let name = ident(&it.name);
    let docs = doc(model.docs.shapes.get(it.shape.name()).map(String::as_str));
    let variants = it.variants.iter().map(|(_, variant)| ident(variant));
    let text = pretty(quote! {
        #docs
        #[derive(Clone, PartialEq, Eq, Hash)]
        pub enum #name {
            #(#variants,)*
            /// A value that the model does not have.
            Unknown(String),
        }
    })?;
    // Sorted by value, as the macro asks for.
    let mut sorted: Vec<_> = it.variants.iter().collect();
    sorted.sort_unstable();
    let texts: Vec<String> =
        sorted.into_iter().map(|(value, variant)| format!("{variant} {value:?}")).collect();
    let head = format!("{} = Unknown", it.name);
    Ok(Block { name: it.name.clone(), text: text + &invocation("enumeration", &head, &texts) })
}
