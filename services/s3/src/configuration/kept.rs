//! Configurations as they are kept: the generated structure itself, so that what was put comes back.

use std::sync::Arc;

use asf_runtime::Structure;
use asf_runtime::shape::copy_shape;
use asf_runtime::value::neutral::{from_neutral, to_neutral};
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A structure of the service's model, as it is kept: shared, and written down as text of its neutral form,
/// which has the names of the model. A member that a later model adds is absent in what an earlier build wrote.
#[derive(Debug, PartialEq)]
pub struct Kept<T>(Arc<T>);

impl<T> Clone for Kept<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> From<T> for Kept<T> {
    fn from(value: T) -> Self {
        Self(Arc::new(value))
    }
}

impl<T> std::ops::Deref for Kept<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Clone> Kept<T> {
    /// A copy, for an answer.
    #[must_use]
    pub fn to_owned(&self) -> T {
        T::clone(&self.0)
    }
}

impl<T: Structure> Serialize for Kept<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let json = to_neutral(T::schema_of(), &*self.0);
        serializer.serialize_str(&serde_json::to_string(&json).map_err(S::Error::custom)?)
    }
}

impl<'de, T: Structure> Deserialize<'de> for Kept<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let json = serde_json::from_str(&text).map_err(D::Error::custom)?;
        let value = from_neutral(T::schema_of(), &json).map_err(D::Error::custom)?;
        let mut typed = T::default();
        copy_shape(T::schema_of(), &value, &mut typed).map_err(D::Error::custom)?;
        Ok(typed.into())
    }
}

#[cfg(test)]
mod tests {
    use asf_api_s3::{ExpirationStatus, LifecycleExpiration, LifecycleRule};
    use asf_runtime::Timestamp;

    use super::*;

    #[test]
    fn it_comes_back_as_it_was() {
        let rule = LifecycleRule {
            id: Some("old".to_owned()),
            status: Some(ExpirationStatus::Enabled),
            expiration: Some(LifecycleExpiration {
                date: Some(Timestamp::from_seconds(86_400)),
                ..Default::default()
            }),
            ..Default::default()
        };
        let kept = Kept::from(rule.clone());
        let text = serde_json::to_string(&kept).unwrap();
        let read: Kept<LifecycleRule> = serde_json::from_str(&text).unwrap();
        assert_eq!(*read, rule);
        assert!(serde_json::from_str::<Kept<LifecycleRule>>(r#""{\"None\": 1}""#).is_err());
    }
}
