//! Structures as generated code has them, with serde's derives beside.

use std::sync::OnceLock;

use asf_runtime::schema::{Schema, ServiceSchema};
use asf_runtime::{Map, Shape, Structure};
use serde::{Deserialize, Serialize};

/// A structure with its members, by their index in the schema, and [`Shape`] as scaffold writes it.
macro_rules! structure {
    ($type:ident of $service:ident { $($index:literal $field:ident ($name:literal): $member:ty,)* }) => {
        #[derive(Default, Serialize, Deserialize)]
        pub(super) struct $type {
            $(
                #[serde(rename = $name, default, skip_serializing_if = "Option::is_none")]
                $field: Option<$member>,
            )*
        }

        impl Shape for $type {
            fn schema(&self) -> Option<Schema> {
                Some(Self::schema_of())
            }

            fn get(&self, index: usize) -> Option<&dyn Shape> {
                match index {
                    $($index => self.$field.as_ref().map(|it| it as &dyn Shape),)*
                    _ => None,
                }
            }

            fn slot(&mut self, index: usize) -> Option<&mut dyn Shape> {
                match index {
                    $($index => Some(self.$field.get_or_insert_default()),)*
                    _ => None,
                }
            }
        }

        impl Structure for $type {
            fn schema_of() -> Schema {
                static SCHEMA: OnceLock<Schema> = OnceLock::new();
                *SCHEMA.get_or_init(|| {
                    let schema = $service().shape(stringify!($type)).expect("the shape is in the spec");
                    $(assert_eq!(schema.member($index).name(), $name);)*
                    schema
                })
            }
        }
    };
}

/// A union likewise.
macro_rules! union {
    ($type:ident of $service:ident { $($index:literal $variant:ident ($name:literal): $member:ty,)* }) => {
        #[derive(Default, Serialize, Deserialize)]
        pub(super) enum $type {
            $(
                #[serde(rename = $name)]
                $variant($member),
            )*
            #[default]
            #[serde(skip)]
            Unknown,
        }

        impl Shape for $type {
            fn schema(&self) -> Option<Schema> {
                Some(Self::schema_of())
            }

            fn get(&self, index: usize) -> Option<&dyn Shape> {
                match (index, self) {
                    $(($index, Self::$variant(value)) => Some(value),)*
                    _ => None,
                }
            }

            fn variant(&self) -> Option<(usize, &dyn Shape)> {
                match self {
                    $(Self::$variant(value) => Some(($index, value)),)*
                    Self::Unknown => None,
                }
            }

            fn slot(&mut self, index: usize) -> Option<&mut dyn Shape> {
                if self.get(index).is_none() {
                    *self = match index {
                        $($index => Self::$variant(Default::default()),)*
                        _ => return None,
                    };
                }
                match self {
                    $(Self::$variant(value) => Some(value),)*
                    Self::Unknown => None,
                }
            }
        }

        impl Structure for $type {
            fn schema_of() -> Schema {
                static SCHEMA: OnceLock<Schema> = OnceLock::new();
                *SCHEMA.get_or_init(|| {
                    let schema = $service().shape(stringify!($type)).expect("the shape is in the spec");
                    $(assert_eq!(schema.member($index).name(), $name);)*
                    schema
                })
            }
        }
    };
}

structure!(PutItemInput of dynamodb {
    0 table_name("TableName"): String,
    1 item("Item"): Map<AttributeValue>,
    3 return_values("ReturnValues"): String,
    4 return_consumed_capacity("ReturnConsumedCapacity"): String,
    7 condition_expression("ConditionExpression"): String,
});

union!(AttributeValue of dynamodb {
    0 S("S"): String,
    1 N("N"): String,
    3 Ss("SS"): Vec<String>,
    4 Ns("NS"): Vec<String>,
    6 M("M"): Map<AttributeValue>,
    7 L("L"): Vec<AttributeValue>,
    8 Null("NULL"): bool,
    9 Bool("BOOL"): bool,
});

structure!(SendMessageRequest of sqs {
    0 queue_url("QueueUrl"): String,
    1 message_body("MessageBody"): String,
    2 delay_seconds("DelaySeconds"): i32,
    3 message_attributes("MessageAttributes"): Map<MessageAttributeValue>,
});

structure!(MessageAttributeValue of sqs {
    0 string_value("StringValue"): String,
    4 data_type("DataType"): String,
});

structure!(PutMetricDataInput of cloudwatch {
    0 namespace("Namespace"): String,
    1 metric_data("MetricData"): Vec<MetricDatum>,
});

structure!(MetricDatum of cloudwatch {
    0 metric_name("MetricName"): String,
    1 dimensions("Dimensions"): Vec<Dimension>,
    2 timestamp("Timestamp"): At,
    3 value("Value"): f64,
    7 unit("Unit"): String,
});

structure!(Dimension of cloudwatch {
    0 name("Name"): String,
    1 value("Value"): String,
});

/// A timestamp, which serde is not asked to write.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct At {
    #[serde(skip)]
    at: asf_runtime::Timestamp,
}

impl Shape for At {
    fn scalar(&self) -> Option<asf_runtime::shape::Scalar<'_>> {
        self.at.scalar()
    }

    fn set(&mut self, value: asf_runtime::shape::Scalar<'_>) -> Result<(), asf_runtime::shape::Mismatch> {
        self.at.set(value)
    }
}

macro_rules! services {
    ($($name:ident $spec:literal)*) => {$(
        fn $name() -> &'static ServiceSchema {
            static SERVICE: OnceLock<&'static ServiceSchema> = OnceLock::new();
            SERVICE.get_or_init(|| {
                let spec = include_bytes!(concat!("../../../specs/", $spec, "/service-2.json"));
                asf_runtime::schema::load_service(stringify!($name), spec).expect("the spec is well-formed")
            })
        }
    )*};
}

services!(
    dynamodb "dynamodb/2012-08-10"
    sqs "sqs/2012-11-05"
    cloudwatch "cloudwatch/2010-08-01"
);
