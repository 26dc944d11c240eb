//! What an impl block says: the step between parsing and emission.

use proc_macro2::{Ident, Span};
use syn::{Attribute, Expr, ImplItem, ImplItemFn, LitStr, Path, Type};

/// An impl block with `#[provider]`.
pub(crate) struct Provider {
    pub(crate) arguments: Arguments,
    /// Attributes of the impl block, `#[provider]` not among them.
    pub(crate) attributes: Vec<Attribute>,
    /// The service's trait.
    pub(crate) api_trait: Path,
    /// The type that implements it.
    pub(crate) subject: Type,
    pub(crate) handlers: Vec<Handler>,
    /// Items that are no handlers; they are wrong, but stay in the block so that they are checked.
    pub(crate) others: Vec<ImplItem>,
}

/// The arguments of `#[provider]`, with what they are by default.
pub(crate) struct Arguments {
    /// botocore's folder name.
    pub(crate) service: LitStr,
    /// The provider's name.
    pub(crate) name: LitStr,
    /// What makes it; `Default` if none.
    pub(crate) new: Option<Path>,
    /// How constraints are complained of; as the runtime has it if none.
    pub(crate) validation: Option<Expr>,
    /// The generated crate.
    pub(crate) api: Path,
    /// What makes another table of that of the handlers; nothing if none.
    pub(crate) handlers: Option<Path>,
    /// Of several for a service, the highest is taken.
    pub(crate) priority: i32,
    /// Its condition; none if it has none.
    pub(crate) should_load: Option<Path>,
    /// Whether the gateway finds it.
    pub(crate) register: bool,
}

/// One operation bound to a function.
pub(crate) struct Handler {
    /// The operation's name, which is that of its marker type; spelt where the literal is.
    pub(crate) operation: Ident,
    /// The trait's method for the operation.
    pub(crate) method: Ident,
    /// The function, `#[handler]` not among its attributes.
    pub(crate) function: ImplItemFn,
    /// What it is called with, in order, `self` not among them.
    pub(crate) arguments: Vec<Argument>,
    /// Whether members of the input are its parameters.
    pub(crate) expand: bool,
    /// Whether it returns a future.
    pub(crate) is_async: bool,
    pub(crate) form: Form,
}

/// A parameter of a function.
pub(crate) enum Argument {
    /// `&RequestContext`
    Context,
    /// The input, and where its type stands.
    Input(Span),
    /// A member of the input.
    Member { field: Ident, required: bool },
}

/// How a function relates to the trait's method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// It is the method.
    Method,
    /// It would be the method, but has another name, which is an error.
    Misnamed,
    /// It is a function of the type's own, and the method calls it.
    Own,
}

impl Handler {
    /// Whether the operation has an input, as far as the function shows.
    pub(crate) fn takes_input(&self) -> bool {
        self.expand || self.arguments.iter().any(|it| matches!(it, Argument::Input(_)))
    }
}
