//! `AttributeUpdates`: changes of whole attributes.

use std::sync::Arc;

use crate::error::DynamoError;
use crate::expression::ast::{Action, Assigned, Origin, Update};
use crate::models::{AttributeType, AttributeValue, Path};

/// The wire's `AttributeValueUpdate`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AttributeUpdate {
    /// What to do with the attribute.
    pub action: UpdateAction,
    /// With which value.
    pub value: Option<AttributeValue>,
}

/// `Action`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UpdateAction {
    /// The value is that of the attribute, which is the default.
    #[default]
    Put,
    /// The value is added to a number, a set or a list.
    Add,
    /// The value is taken from a set; without one, the attribute goes.
    Delete,
}

/// The update.
///
/// # Errors
///
/// If an action has no value that it needs, or one of a type that it has no use for.
pub fn updates(
    attributes: impl IntoIterator<Item = (String, AttributeUpdate)>,
) -> Result<Update, DynamoError> {
    let actions = attributes.into_iter().map(|(name, it)| action(name, it)).collect::<Result<_, _>>()?;
    Ok(Update { actions, origin: Origin::Legacy })
}

fn action(name: String, update: AttributeUpdate) -> Result<Action, DynamoError> {
    let path = Path::attribute(name);
    let Some(value) = update.value else {
        return match update.action {
            UpdateAction::Delete => Ok(Action::Remove(path)),
            _ => Err(DynamoError::parameter(
                "Only DELETE action is allowed when no attribute value is specified",
            )),
        };
    };
    let it = value.attribute_type();
    let value = Arc::new(value);
    match update.action {
        UpdateAction::Put => Ok(Action::Set(path, Assigned::Value(value))),
        UpdateAction::Add if it.is_set() || matches!(it, AttributeType::N | AttributeType::L) => {
            Ok(Action::Add(path, value))
        }
        UpdateAction::Add => {
            Err(DynamoError::parameter(format_args!("ADD action is not supported for the type {it}")))
        }
        UpdateAction::Delete if it.is_set() => Ok(Action::Delete(path, value)),
        UpdateAction::Delete => Err(DynamoError::parameter(format_args!(
            "DELETE action with value is not supported for the type {it}"
        ))),
    }
}
