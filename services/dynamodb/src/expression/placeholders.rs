//! `#name` and `:value`: what stands for what, and whether it is used.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Kind;
use crate::error::DynamoError;
use crate::models::AttributeValue;

/// `ExpressionAttributeNames` and `ExpressionAttributeValues` of a request, over all its expressions. Read
/// these with it, then let it [`finish`](Self::finish).
#[derive(Debug, Default)]
pub struct Placeholders {
    names: BTreeMap<String, Entry<String>>,
    values: BTreeMap<String, Entry<Arc<AttributeValue>>>,
}

#[derive(Debug)]
struct Entry<T> {
    value: T,
    used: bool,
}

/// Refuses names and values without an expression that they could be for. `expressions` are those that the
/// operation has, in AWS's order, and whether the request has each; of the names only those that can hold
/// values ([`Kind::Projection`] cannot) are in the error.
///
/// # Errors
///
/// If there are names or values, and no expression that can have them.
pub fn check_use(expressions: &[(Kind, bool)], has_names: bool, has_values: bool) -> Result<(), DynamoError> {
    // (asserted); two captures of PutItem have it without the list of expressions (conformance: putItem).
    if has_names && !expressions.iter().any(|(_, given)| *given) {
        return Err(DynamoError::validation(
            "ExpressionAttributeNames can only be specified when using expressions",
        ));
    }
    let with_values = || expressions.iter().filter(|(kind, _)| *kind != Kind::Projection);
    if has_values && !with_values().any(|(_, given)| *given) {
        let kinds: Vec<String> = with_values().map(|(kind, _)| kind.to_string()).collect();
        let verb = if kinds.len() == 1 { "is" } else { "are" };
        let all = kinds.join(" and ");
        let suffix = if kinds.is_empty() { String::new() } else { format!(": {all} {verb} null") };
        return Err(DynamoError::validation(format!(
            "ExpressionAttributeValues can only be specified when using expressions{suffix}"
        )));
    }
    Ok(())
}

impl Placeholders {
    /// The names and values of a request, where it has them.
    ///
    /// # Errors
    ///
    /// If there are none in what is given, or a key is no placeholder (asserted).
    pub fn new<N, V>(names: Option<N>, values: Option<V>) -> Result<Self, DynamoError>
    where
        N: IntoIterator<Item = (String, String)>,
        V: IntoIterator<Item = (String, AttributeValue)>,
    {
        let names = entries(names, "ExpressionAttributeNames", '#', |it| it)?;
        let values = entries(values, "ExpressionAttributeValues", ':', Arc::new)?;
        Ok(Self { names, values })
    }

    pub(super) fn name(&mut self, placeholder: &str, kind: Kind) -> Result<String, DynamoError> {
        let Some(entry) = self.names.get_mut(placeholder) else {
            // (conformance: query)
            return Err(kind.invalid(format_args!(
                "An expression attribute name used in the document path is not defined; attribute name: \
                 {placeholder}"
            )));
        };
        entry.used = true;
        Ok(entry.value.clone())
    }

    pub(super) fn value(
        &mut self,
        placeholder: &str,
        kind: Kind,
    ) -> Result<Arc<AttributeValue>, DynamoError> {
        let Some(entry) = self.values.get_mut(placeholder) else {
            // (conformance: updateItem)
            return Err(kind.invalid(format_args!(
                "An expression attribute value used in expression is not defined; attribute value: {placeholder}"
            )));
        };
        entry.used = true;
        Ok(Arc::clone(&entry.value))
    }

    /// After all expressions are read.
    ///
    /// # Errors
    ///
    /// If a name or a value is in none of them (conformance: updateItem).
    pub fn finish(&self) -> Result<(), DynamoError> {
        unused(&self.names, "ExpressionAttributeNames")?;
        unused(&self.values, "ExpressionAttributeValues")
    }
}

fn entries<I, T, U>(
    given: Option<I>,
    parameter: &str,
    sign: char,
    keep: impl Fn(T) -> U,
) -> Result<BTreeMap<String, Entry<U>>, DynamoError>
where
    I: IntoIterator<Item = (String, T)>,
{
    let Some(given) = given else { return Ok(BTreeMap::new()) };
    let mut entries = BTreeMap::new();
    for (key, value) in given {
        let is_word =
            |rest: &str| !rest.is_empty() && rest.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
        if !key.strip_prefix(sign).is_some_and(is_word) {
            return Err(DynamoError::validation(format!(
                "{parameter} contains invalid key: Syntax error; key: \"{key}\""
            )));
        }
        entries.insert(key, Entry { value: keep(value), used: false });
    }
    if entries.is_empty() {
        return Err(DynamoError::validation(format!("{parameter} must not be empty")));
    }
    Ok(entries)
}

fn unused<T>(entries: &BTreeMap<String, Entry<T>>, parameter: &str) -> Result<(), DynamoError> {
    let unused: Vec<&str> =
        entries.iter().filter(|(_, entry)| !entry.used).map(|(key, _)| key.as_str()).collect();
    if unused.is_empty() {
        return Ok(());
    }
    Err(DynamoError::validation(format!(
        "Value provided in {parameter} unused in expressions: keys: {{{}}}",
        unused.join(", ")
    )))
}
