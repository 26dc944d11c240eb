//! `types`: the structures.

use quote::quote;

use super::{Block, doc, ident, invocation, pretty, type_tokens};
use crate::generate::model::Model;
use crate::generate::plan::{Plan, Structure};

/// A definition for each structure.
pub(super) fn blocks(model: &Model, plan: &Plan) -> anyhow::Result<Vec<Block>> {
    let block = |structure: &Structure| {
        Ok(Block { name: structure.name.clone(), text: definition(model, structure)? })
    };
    plan.structures.iter().map(block).collect()
}

/// The structure and what makes it a shape.
pub(super) fn definition(model: &Model, structure: &Structure) -> anyhow::Result<String> {
    let shape = structure.shape;
    let name = ident(&structure.name);
    let docs = doc(model.docs.shapes.get(shape.name()).map(String::as_str));
    let derive = if structure.clone { quote!(#[derive(Clone, Default)]) } else { quote!(#[derive(Default)]) };
    let added = structure.message.as_ref().filter(|message| message.added).map(|message| {
        let field = ident(&message.field);
        quote! {
            /// The text for people. Not a member of the model.
            pub #field: Option<String>,
        }
    });
    let fields = structure.fields.iter().map(|field| {
        let docs = doc(model.docs.member(shape.name(), field.member));
        let name = ident(&field.name);
        let ty = type_tokens(&field.ty);
        quote!(#docs pub #name: Option<#ty>,)
    });
    let text = pretty(quote! {
        #docs
        #derive
        pub struct #name { #(#fields)* #added }
    })?;
    let members: Vec<String> =
        structure.fields.iter().enumerate().map(|(index, field)| format!("{index} {}", field.name)).collect();
    let head = format!("{} = SERVICE[{}]", structure.name, shape.id().0);
    Ok(text + &invocation("structure", &head, &members))
}
