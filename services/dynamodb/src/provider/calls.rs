//! Inputs and outputs of the operations on items whose items are in types of this crate: what requests are read into
//! and answers are written from. A table of handlers binds them; who calls the methods of `DynamoDbApi` has the
//! generated types, of which these are made, and which are made of these.

use asf_api_dynamodb::*;
use asf_runtime::generated::{filled, present};
use asf_runtime::provider::{Answer, HandlerTable, bind};
use asf_runtime::schema::Schema;
use asf_runtime::{Map, Shape, Structure};

use super::{DynamoProvider, batches, items, query, scan, throttle, transactions};
use crate::wire::received::Attributes;
use crate::wire::shown::{Shown, ShownItems};

/// An input, of which these members, by their numbers in the schema, are [`Attributes`]. The others are in `rest`.
macro_rules! input {
    ($(#[$text:meta])* $name:ident = $of:ident { $($index:literal $member:ident),* }) => {
        $(#[$text])*
        #[derive(Default)]
        pub(super) struct $name {
            pub(super) rest: $of,
            $(pub(super) $member: Option<Attributes>,)*
        }

        impl Shape for $name {
            fn schema(&self) -> Option<Schema> {
                Some($of::schema_of())
            }

            fn get(&self, index: usize) -> Option<&dyn Shape> {
                match index {
                    $($index => present(&self.$member),)*
                    _ => self.rest.get(index),
                }
            }

            fn slot(&mut self, index: usize) -> Option<&mut dyn Shape> {
                match index {
                    $($index => Some(filled(&mut self.$member)),)*
                    _ => self.rest.slot(index),
                }
            }
        }

        impl From<$of> for $name {
            fn from(mut rest: $of) -> Self {
                $(let $member = rest.$member.take().map(Attributes::from);)*
                Self { rest, $($member),* }
            }
        }
    };
}

/// An output, of which one member, by its number in the schema, has items as they are [`Shown`]. The others are in
/// `rest`.
macro_rules! output {
    ($(#[$text:meta])* $name:ident = $of:ident { $index:literal $member:ident: $shown:ty }) => {
        $(#[$text])*
        #[derive(Default)]
        pub(super) struct $name {
            pub(super) rest: $of,
            pub(super) $member: Option<$shown>,
        }

        impl Shape for $name {
            fn schema(&self) -> Option<Schema> {
                Some($of::schema_of())
            }

            fn get(&self, index: usize) -> Option<&dyn Shape> {
                match index {
                    $index => present(&self.$member),
                    _ => self.rest.get(index),
                }
            }
        }

        impl From<$name> for $of {
            fn from(it: $name) -> Self {
                let mut generated = it.rest;
                generated.$member = it.$member.map(Generated::generated);
                generated
            }
        }
    };
}

input! { /** Of `PutItem`. */ Put = PutItemInput { 1 item, 9 expression_attribute_values } }
input! { /** Of `GetItem`. */ Get = GetItemInput { 1 key } }
input! { /** Of `DeleteItem`. */ Delete = DeleteItemInput { 1 key, 9 expression_attribute_values } }
input! { /** Of `UpdateItem`. */ Update = UpdateItemInput { 1 key, 11 expression_attribute_values } }
input! { /** Of `Query`. */ QueryOf = QueryInput { 10 exclusive_start_key, 16 expression_attribute_values } }
input! { /** Of `Scan`. */ ScanOf = ScanInput { 7 exclusive_start_key, 14 expression_attribute_values } }

output! { /** Of `PutItem`. */ PutDone = PutItemOutput { 0 attributes: Shown } }
output! { /** Of `GetItem`. */ Got = GetItemOutput { 0 item: Shown } }
output! { /** Of `DeleteItem`. */ DeleteDone = DeleteItemOutput { 0 attributes: Shown } }
output! { /** Of `UpdateItem`. */ UpdateDone = UpdateItemOutput { 0 attributes: Shown } }
output! { /** Of `Query`. */ QueryPage = QueryOutput { 0 items: ShownItems } }
output! { /** Of `Scan`. */ ScanPage = ScanOutput { 0 items: ShownItems } }
output! { /** Of `BatchGetItem`. */ BatchGot = BatchGetItemOutput { 0 responses: Map<Vec<Shown>> } }
output! { /** Of an item of `TransactGetItems`. */ TogetherGotItem = ItemResponse { 0 item: Shown } }
output! {
    /** Of `TransactGetItems`. */
    TogetherGot = TransactGetItemsOutput { 1 responses: Vec<TogetherGotItem> }
}

/// What is in the generated types, too.
trait Generated {
    type As;
    fn generated(self) -> Self::As;
}

impl Generated for Shown {
    type As = Map<AttributeValue>;

    fn generated(self) -> Self::As {
        self.into_generated()
    }
}

impl Generated for ShownItems {
    type As = Vec<Map<AttributeValue>>;

    fn generated(self) -> Self::As {
        self.0.generated()
    }
}

impl Generated for TogetherGotItem {
    type As = ItemResponse;

    fn generated(self) -> ItemResponse {
        self.into()
    }
}

impl<T: Generated> Generated for Vec<T> {
    type As = Vec<T::As>;

    fn generated(self) -> Self::As {
        self.into_iter().map(T::generated).collect()
    }
}

impl<T: Generated> Generated for Map<T> {
    type As = Map<T::As>;

    fn generated(self) -> Self::As {
        self.into_iter().map(|(name, it)| (name, it.generated())).collect()
    }
}

/// A handler of an operation whose input and output are of these types.
macro_rules! handler {
    ($operation:ident, $input:ty, $errors:ident, $function:path) => {
        bind::own_handler::<DynamoProvider, operations::$operation, $input>(|provider, ctx, input| {
            Box::pin(async move {
                let input = bind::own_input::<operations::$operation, $input>(input)?;
                provider.resume(ctx);
                throttle(provider.$errors, ctx)?;
                let output = $function(provider, ctx, *input)?;
                Ok(Answer::Output(Box::new(output)))
            })
        })
    };
}

/// The table, with the types of this module where there are some.
pub(super) fn handlers(table: HandlerTable<DynamoProvider>) -> HandlerTable<DynamoProvider> {
    table
        .with(handler!(PutItem, Put, write_errors, items::put))
        .with(handler!(GetItem, Get, read_errors, items::get))
        .with(handler!(DeleteItem, Delete, write_errors, items::delete))
        .with(handler!(UpdateItem, Update, write_errors, items::update))
        .with(handler!(Query, QueryOf, read_errors, query::query))
        .with(handler!(Scan, ScanOf, read_errors, scan::scan))
        .with(handler!(BatchGetItem, BatchGetItemInput, read_errors, batches::get))
        .with(handler!(TransactGetItems, TransactGetItemsInput, read_errors, transactions::get))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers in here are those of the schema.
    #[test]
    fn members_have_the_numbers_of_the_schema() {
        fn is<T: Structure>(index: usize, name: &str) {
            assert_eq!(T::schema_of().member(index).name(), name, "{}", T::schema_of().name());
        }
        let values = "ExpressionAttributeValues";
        is::<PutItemInput>(1, "Item");
        is::<PutItemInput>(9, values);
        is::<GetItemInput>(1, "Key");
        is::<DeleteItemInput>(1, "Key");
        is::<DeleteItemInput>(9, values);
        is::<UpdateItemInput>(1, "Key");
        is::<UpdateItemInput>(11, values);
        is::<QueryInput>(10, "ExclusiveStartKey");
        is::<QueryInput>(16, values);
        is::<ScanInput>(7, "ExclusiveStartKey");
        is::<ScanInput>(14, values);
        is::<PutItemOutput>(0, "Attributes");
        is::<GetItemOutput>(0, "Item");
        is::<DeleteItemOutput>(0, "Attributes");
        is::<UpdateItemOutput>(0, "Attributes");
        is::<QueryOutput>(0, "Items");
        is::<ScanOutput>(0, "Items");
        is::<BatchGetItemOutput>(0, "Responses");
        is::<ItemResponse>(0, "Item");
        is::<TransactGetItemsOutput>(1, "Responses");
    }
}
