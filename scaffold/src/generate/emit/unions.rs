//! `unions`: the unions.

use quote::quote;

use super::{Block, doc, ident, invocation, pretty, type_tokens};
use crate::generate::model::Model;
use crate::generate::plan::{Plan, Union};

/// A definition for each union.
pub(super) fn blocks(model: &Model, plan: &Plan) -> anyhow::Result<Vec<Block>> {
    plan.unions.iter().map(|it| block(model, it)).collect()
}

fn block(model: &Model, it: &Union) -> anyhow::Result<Block> {
    let name = ident(&it.name);
    let docs = doc(model.docs.shapes.get(it.shape.name()).map(String::as_str));
    let derive = it.clone.then(|| quote!(#[derive(Clone)]));
    let variants = it.variants.iter().map(|variant| {
        let docs = doc(model.docs.member(it.shape.name(), variant.member));
        let name = ident(&variant.name);
        let ty = type_tokens(&variant.ty);
        quote!(#docs #name(#ty),)
    });
    let text = pretty(quote! {
        #docs
        #derive
        pub enum #name {
            #(#variants)*
            /// No member, or one that the model does not have.
            Unknown,
        }
    })?;
    let members: Vec<String> =
        it.variants.iter().enumerate().map(|(index, variant)| format!("{index} {}", variant.name)).collect();
    let head = format!("{} = SERVICE[{}]", it.name, it.shape.id().0);
    Ok(Block { name: it.name.clone(), text: text + &invocation("union_shape", &head, &members) })
}
