//! The domain of DynamoDB from outside: tables of cases, and properties over generated input.

mod conditions;
mod items;
mod key_conditions;
mod keys;
mod legacy;
mod notation;
mod numbers;
mod partiql;
mod projections;
mod properties;
mod syntax;
mod tables;
mod updates;
mod values;
