//! Copies a value into another of the same schema, whatever their types: a [`Value`](crate::Value) into
//! a generated structure, or the other way round.

use asf_schema::{Kind, Schema};

use super::{Mismatch, Shape};

/// Copies what is there in `from` into `to`, which is empty. Streams are left behind: they can be read
/// once only.
///
/// ```
/// use asf_runtime::{Value, shape::copy_shape};
/// # let spec = br#"{"metadata": {"protocol": "json"}, "operations": {}, "shapes": {
/// #   "Queue": {"type": "structure", "members": {"Name": {"shape": "Text"}}}, "Text": {"type": "string"}}}"#;
/// # let service = asf_schema::load_service("sqs", spec)?;
/// let schema = service.shape("Queue").ok_or("no such shape")?;
/// let mut from = asf_runtime::value::StructValue::new(schema);
/// from.insert("Name", "jobs".into())?;
/// let mut to = Value::Null;
/// copy_shape(schema, &Value::Struct(from), &mut to)?;
/// assert_eq!(to.member("Name").and_then(Value::as_str), Some("jobs"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Mismatch`] if one of the two is not of this schema.
pub fn copy_shape(schema: Schema, from: &dyn Shape, to: &mut dyn Shape) -> Result<(), Mismatch> {
    if from.is_null() {
        return to.set_null();
    }
    to.begin(schema);
    match schema.kind() {
        Kind::Structure | Kind::Union => {
            for index in 0..schema.len() {
                if let Some(part) = from.get(index) {
                    let target = schema.member(index).target();
                    copy_shape(target, part, to.slot(index).ok_or(Mismatch)?)?;
                }
            }
            Ok(())
        }
        Kind::List => {
            let target = schema.member(0).target();
            for index in 0..from.len() {
                let item = from.get(index).ok_or(Mismatch)?;
                copy_shape(target, item, to.slot(index).ok_or(Mismatch)?)?;
            }
            Ok(())
        }
        Kind::Map => {
            let target = schema.member(1).target();
            for index in 0..from.len() {
                let (Some(key), Some(value)) = (from.key(index), from.get(index)) else {
                    return Err(Mismatch);
                };
                copy_shape(target, value, to.entry(key.to_owned()).ok_or(Mismatch)?)?;
            }
            Ok(())
        }
        _ => from.scalar().map_or(Ok(()), |value| to.set(value)),
    }
}
