//! Operations: marker types that tie input, output and error together.

use std::future::{Ready, ready};

use crate::provider::TypedOperation;
use crate::{AwsError, RequestContext};

/// What the default of an operation in a generated trait answers.
pub fn not_implemented<O: TypedOperation>(
    _: &RequestContext,
    _: O::Input,
) -> Ready<Result<O::Output, O::Error>> {
    ready(Err(AwsError::not_implemented(O::operation()).into()))
}

/// Makes a marker type for each operation of a service:
/// `operations!(SERVICE, SqsError; 0 AddPermission(AddPermissionRequest) -> ();)`. The numbers are the
/// operations' indices in the schema.
#[macro_export]
macro_rules! operations {
    ($service:ident, $error:ty; $($index:literal $name:ident($input:ty) -> $output:ty;)*) => {$(
        #[doc = concat!("The operation `", stringify!($name), "`.")]
        pub struct $name;

        impl $crate::provider::TypedOperation for $name {
            type Input = $input;
            type Output = $output;
            type Error = $error;

            #[inline]
            fn operation() -> $crate::schema::Operation {
                $crate::schema::Operation::new($service, $index)
            }
        }
    )*};
}

/// Implements a service's trait for its client: `client!(SqsClient: SqsApi, SqsError; add_permission
/// AddPermission(AddPermissionRequest) -> ();)`, with the method, the marker type, input and output.
#[macro_export]
macro_rules! client {
    ($name:ident: $api:ident, $error:ident; $($method:ident $marker:ident($($input:ident)?) -> $output:ty;)*) => {
        impl<T: $crate::client::Transport> $api for $name<T> {$(
            #[inline]
            fn $method(
                &self,
                ctx: &$crate::RequestContext,
                $(input: $input)?
            ) -> impl Future<Output = Result<$output, $error>> + Send {
                let input = ($({ let input: $input = input; input })?);
                $crate::client::call::<operations::$marker>(&self.transport, ctx, input)
            }
        )*}
    };
}
