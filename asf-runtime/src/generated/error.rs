//! Errors: a structure for each modelled one, and a service's enum of them.

use std::any::Any;

use asf_schema::{ServiceSchema, ShapeId};

use crate::error::ServiceError;
use crate::shape::copy_shape;
use crate::{AwsError, Structure};

/// A generated structure that is an error.
pub trait ModelledError: Structure + ServiceError {
    /// The text for people: the member of the model, or, where the model has none, a field besides.
    fn message_mut(&mut self) -> &mut Option<String>;
}

/// The error as this type, if it is of this type.
///
/// # Errors
/// The error, if it is of another type.
pub fn downcast<T: Any>(error: Box<dyn ServiceError>) -> Result<Box<T>, Box<dyn ServiceError>> {
    let any: &dyn Any = &*error;
    if !any.is::<T>() {
        return Err(error);
    }
    let any: Box<dyn Any> = error;
    any.downcast().map_err(|_| AwsError::internal("an error changed its type").into())
}

/// Which of a service's modelled errors this is: by its shape if it has one, else by its code.
#[must_use]
pub fn modelled(service: &'static ServiceSchema, error: &dyn ServiceError) -> Option<ShapeId> {
    if let Some(schema) = error.schema() {
        let found = service.shape(schema.name()).filter(|found| found.error().is_some());
        return found.map(asf_schema::Schema::id);
    }
    let code = error.code();
    let is_it = |row: &asf_schema::ShapeSchema| row.error.is_some_and(|it| it.code == code);
    service.shapes.iter().position(is_it).map(|index| ShapeId(index as u16))
}

/// Makes the structure of a modelled error out of an error of the same shape but of another type.
#[must_use]
pub fn received<T: ModelledError>(error: &dyn ServiceError) -> T {
    let mut typed = T::default();
    if let Some((schema, members)) = error.schema().zip(error.members())
        && schema.name() == T::schema_of().name()
        // Both sides are indexed by one schema; that of another version may have other members.
        && schema.len() == T::schema_of().len()
        && copy_shape(schema, members, &mut typed).is_err()
    {
        typed = T::default();
    }
    let message = typed.message_mut();
    if message.is_none() {
        *message = error.message().map(str::to_owned);
    }
    typed
}

/// Writes an error as `Display` does: `Code: message`.
///
/// # Errors
/// When the formatter fails.
pub fn fmt_error(error: &dyn ServiceError, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
    match error.message() {
        Some(message) => write!(f, "{}: {message}", error.code()),
        None => f.write_str(error.code()),
    }
}

/// Makes a structure an error: `modelled_error!(QueueDoesNotExist message)`, where `message` is the
/// field with the text for people.
#[macro_export]
macro_rules! modelled_error {
    ($name:ident $message:ident) => {
        impl $name {
            /// This error with a text for people.
            #[must_use]
            #[inline]
            pub fn new(message: impl Into<String>) -> Self {
                let mut error = Self::default();
                error.$message = Some(message.into());
                error
            }

            #[inline]
            fn row() -> Option<&'static $crate::schema::ErrorSchema> {
                <Self as $crate::Structure>::schema_of().error()
            }
        }

        impl $crate::generated::ModelledError for $name {
            #[inline]
            fn message_mut(&mut self) -> &mut Option<String> {
                &mut self.$message
            }
        }

        impl $crate::error::ServiceError for $name {
            #[inline]
            fn code(&self) -> &str {
                Self::row().map_or("", |row| row.code)
            }

            #[inline]
            fn message(&self) -> Option<&str> {
                self.$message.as_deref()
            }

            #[inline]
            fn status(&self) -> u16 {
                Self::row().map_or(400, |row| row.status)
            }

            #[inline]
            fn sender_fault(&self) -> bool {
                Self::row().is_none_or(|row| row.sender_fault)
            }

            #[inline]
            fn schema(&self) -> Option<$crate::schema::Schema> {
                Some(<Self as $crate::Structure>::schema_of())
            }

            #[inline]
            fn members(&self) -> Option<&dyn $crate::Shape> {
                Some(self)
            }
        }

        impl ::std::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                $crate::generated::fmt_error(self, f)
            }
        }

        impl ::std::error::Error for $name {}
    };
}

/// Makes an enum the errors of a service:
/// `service_error!(SqsError = SERVICE { 7 QueueDoesNotExist(QueueDoesNotExist) })`, where the numbers
/// are the errors' shapes. The enum has a variant `Other(AwsError)` besides, for what is not modelled.
#[macro_export]
macro_rules! service_error {
    ($name:ident = $service:ident { $($id:literal $variant:ident($error:ty)),* $(,)? }) => {
        impl $name {
            #[inline]
            fn inner(&self) -> &dyn $crate::error::ServiceError {
                match self {
                    $(Self::$variant(error) => { let error: &$error = error; error })*
                    Self::Other(error) => error,
                }
            }
        }

        impl $crate::error::ServiceError for $name {
            #[inline]
            fn code(&self) -> &str {
                self.inner().code()
            }

            #[inline]
            fn message(&self) -> Option<&str> {
                self.inner().message()
            }

            #[inline]
            fn status(&self) -> u16 {
                self.inner().status()
            }

            #[inline]
            fn sender_fault(&self) -> bool {
                self.inner().sender_fault()
            }

            #[inline]
            fn schema(&self) -> Option<$crate::schema::Schema> {
                self.inner().schema()
            }

            #[inline]
            fn members(&self) -> Option<&dyn $crate::Shape> {
                self.inner().members()
            }

            #[inline]
            fn details(&self) -> &[$crate::error::ErrorDetail] {
                self.inner().details()
            }
        }

        impl ::std::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(self.inner(), f)
            }
        }

        impl ::std::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Debug::fmt(self.inner(), f)
            }
        }

        impl ::std::error::Error for $name {}

        impl From<$crate::AwsError> for $name {
            #[inline]
            fn from(error: $crate::AwsError) -> Self {
                Self::Other(error)
            }
        }

        $(
            impl From<$error> for $name {
                #[inline]
                fn from(error: $error) -> Self {
                    Self::$variant(error.into())
                }
            }
        )*

        impl From<Box<dyn $crate::error::ServiceError>> for $name {
            #[inline]
            fn from(error: Box<dyn $crate::error::ServiceError>) -> Self {
                let error = match $crate::generated::downcast::<Self>(error) {
                    Ok(error) => return *error,
                    Err(error) => error,
                };
                match $crate::generated::modelled($service, &*error) {
                    $(
                        Some($crate::schema::ShapeId($id)) => {
                            $crate::generated::received::<$error>(&*error).into()
                        }
                    )*
                    _ => Self::Other($crate::AwsError::from(&*error)),
                }
            }
        }
    };
}
