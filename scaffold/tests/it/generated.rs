//! What the generated crates of `tests/features` do: tables, round trips, enums, unions, errors, traits.

use std::fmt::Debug;

use asf_api_feature_boxes as boxes;
use asf_api_feature_cut as cut;
use asf_api_feature_docs as docs;
use asf_api_feature_enums as enums;
use asf_api_feature_errors as errors;
use asf_api_feature_names as names;
use asf_api_feature_recursion as recursion;
use asf_api_feature_schema as schema;
use asf_api_feature_streams as streams;
use asf_api_feature_unions as unions;
use asf_api_feature_values as values;
use asf_runtime::context::Environment;
use asf_runtime::error::ServiceError;
use asf_runtime::provider::TypedOperation as _;
use asf_runtime::schema::{Schema, ServiceSchema, load_service_value};
use asf_runtime::shape::copy_shape;
use asf_runtime::value::neutral::{from_neutral, to_neutral};
use asf_runtime::{AwsError, RequestContext, Shape, Structure};
use futures_util::FutureExt as _;
use scaffold::generate::Model;
use serde_json::{Value, json};

use crate::features::spec;

#[test]
fn tables_are_those_that_the_spec_loads_as() {
    let check = |feature: &str, generated: &ServiceSchema| {
        let loaded = load_service_value(&format!("feature-{feature}"), &spec(feature)).unwrap();
        assert_eq!(format!("{generated:#?}"), format!("{loaded:#?}"), "{feature}");
    };
    check("boxes", boxes::SERVICE);
    check("docs", docs::SERVICE);
    check("enums", enums::SERVICE);
    check("errors", errors::SERVICE);
    check("names", names::SERVICE);
    check("recursion", recursion::SERVICE);
    check("schema", schema::SERVICE);
    check("streams", streams::SERVICE);
    check("unions", unions::SERVICE);
    check("values", values::SERVICE);
    let operations = ["Get", "Put"].map(str::to_owned);
    let model = Model::new("feature-cut", spec("cut"), Some(&operations)).unwrap();
    assert_eq!(format!("{:#?}", cut::SERVICE), format!("{:#?}", model.service));
}

/// From JSON into the generated type, and back.
fn typed<T: Structure>(json: &Value) -> T {
    let value = from_neutral(T::schema_of(), json).unwrap();
    let mut typed = T::default();
    copy_shape(T::schema_of(), &value, &mut typed).unwrap();
    typed
}

fn round_trip<T: Structure + Clone + PartialEq + Debug>(json: &Value) -> T {
    let value: T = typed(json);
    assert_eq!(&to_neutral(T::schema_of(), &value), json);
    assert_eq!(value.clone(), value);
    value
}

#[test]
fn values_of_all_kinds() {
    let value: values::Everything = round_trip(&json!({
        "Bool": true, "Byte": -128, "Short": 32767, "Int": -1, "Long": 9_007_199_254_740_993_i64, "Float": 0.5,
        "Double": 1e300, "Text": "a", "Character": "c", "Blob": "AAEC", "Time": 1, "Date": 2,
        "Any": {"x": [1, null]}, "Json": [true], "List": ["a", "b"], "Lists": [["a"], []],
        "Map": {"b": 1, "a": 2}, "MapOfLists": {"k": [["v"]]}, "SparseList": ["a", null],
        "SparseMap": {"a": null, "b": 3}, "Colour": "red", "Colours": ["green", "blue"],
        "ByColour": {"red": "green", "mauve": "mauve"}, "Secret": "s", "Token": "t",
    }));
    assert_eq!(value.sparse_list, Some(vec![Some("a".to_owned()), None]));
    let colours = value.colours.as_deref().unwrap();
    assert_eq!(colours, [values::Colour::Green, values::Colour::Unknown("blue".to_owned())]);
    assert_eq!(value.map.as_ref().unwrap().keys().collect::<Vec<_>>(), ["b", "a"]);
    let shown = format!("{value:?}");
    assert!(shown.contains("Secret: *** Redacted ***") && !shown.contains("\"s\""), "{shown}");
    assert_eq!(value.secret.as_deref(), Some("s"));
    round_trip::<values::Everything>(&json!({}));
}

#[test]
fn recursive_and_large_values() {
    let leaf = json!({"Name": "leaf"});
    round_trip::<recursion::Tree>(&json!({
        "Name": "root", "Child": {"Child": {"Name": "grandchild"}}, "Children": [{}, {"Name": "second"}],
        "Named": {"a": {"Leaf": leaf}},
    }));
    round_trip::<recursion::Left>(&json!({"Right": {"Filter": {"Not": {"And": [{"Left": {}}]}}}}));
    round_trip::<boxes::PutRequest>(&json!({
        "Huge": {"M000": "first", "M175": "last"}, "Choice": {"Wide": {"M23": "last"}},
        "Choices": [{"Text": "t"}, {"Few": {"A": "a"}}],
    }));
    // What is boxed does not count: 176 strings here, 24 there.
    assert!(size_of::<boxes::PutRequest>() < 800 && size_of::<boxes::Choice>() < 64);
}

#[test]
fn names_are_free_of_clashes() {
    let value: names::DefaultShape = round_trip(&json!({"Tag": {"Key": "upper"}, "tag": {"key": "lower"}}));
    let tags = (value.tag_2.unwrap(), value.tag.unwrap());
    assert_eq!((tags.0.key.as_deref(), tags.1.key.as_deref()), (Some("upper"), Some("lower")));
    let value: names::OptionShape =
        round_trip(&json!({"type": "1", "Type": "2", "self": "3", "Self": "4", "self_": "5", "fn": "6"}));
    assert_eq!((value.r#type.as_deref(), value.type_2.as_deref()), (Some("1"), Some("2")));
    assert_eq!(value.self_.as_deref(), Some("5"));
    round_trip::<names::ResultShape>(&json!({"64Bit": "1", "x-y": "2", "aws:Tag": "3", "_": "4"}));
    round_trip::<names::Shape2ndThing>(&json!({"Thing": {"Thing": {}}}));
}

#[test]
fn enums_are_open_and_find_their_values() {
    fn check<T: for<'a> From<&'a str> + AsRef<str> + Debug>(values: &[&str], model: &[&str]) {
        assert!(values.is_sorted());
        let mut expected = model.to_vec();
        expected.sort_unstable();
        expected.dedup();
        assert_eq!(values, expected);
        for value in values {
            assert_eq!(T::from(value).as_ref(), *value);
        }
        assert_eq!(T::from("of tomorrow").as_ref(), "of tomorrow");
    }
    let model = |shape: &str| enums::SERVICE.shape(shape).unwrap().enum_values();
    check::<enums::Odd>(enums::Odd::VALUES, model("Odd"));
    check::<enums::Same>(enums::Same::VALUES, model("Same"));
    check::<enums::Plain>(enums::Plain::VALUES, model("Plain"));
    check::<enums::Number>(enums::Number::VALUES, model("Number"));
    check::<enums::Operator>(enums::Operator::VALUES, model("Operator"));
    for (value, expected) in [
        ("unknown", enums::Odd::UnknownValue),
        ("", enums::Odd::Empty),
        ("Self", enums::Odd::SelfValue),
        ("UNKNOWN", enums::Odd::Unknown("UNKNOWN".to_owned())),
    ] {
        assert_eq!(enums::Odd::from(value), expected, "{value}");
    }
    assert_eq!(enums::Operator::from("<="), enums::Operator::LessEqual);
    assert_eq!(enums::Plain::from("a1.medium"), enums::Plain::A1Medium);
}

#[test]
fn unions_hold_one_member() {
    let value: unions::PutRequest = round_trip(&json!({
        "Value": {"M": {"a": {"Nested": {"N": 1}}, "b": {"Wrapped": {"Inner": {"BOOL": false}}}}},
        "Values": [{"L": []}, {"Unknown": "member of that name"}, {"type": "a"}],
    }));
    let values = value.values.unwrap();
    assert!(matches!(&values[1], unions::Attribute::UnknownValue(text) if text == "member of that name"));
    assert_eq!(unions::Attribute::default(), unions::Attribute::Unknown);
    assert_eq!(to_neutral(unions::Attribute::schema_of(), &unions::Attribute::Unknown), json!({}));
    // Another member takes the place of the first.
    let mut value = unions::Attribute::S("text".to_owned());
    assert!(value.slot(1).is_some() && value.get(0).is_none() && value.get(1).is_some());
    assert!(value.slot(99).is_none());
    assert_eq!(
        format!("{:?}", unions::Attribute::Secret("s".to_owned())),
        "Attribute { Secret: *** Redacted *** }"
    );
}

#[test]
fn errors_of_the_model() {
    use errors::{ErrorsError as E, *};
    // Each by its own shape, in a box, as transports hand it over.
    let check = |error: E, code: &str, status: u16, sender_fault: bool, message: Option<&str>| {
        let seen = (error.code(), error.status(), error.sender_fault(), error.message());
        assert_eq!(seen, (code, status, sender_fault, message));
        let same = E::from(Box::new(error.clone()) as Box<dyn ServiceError>);
        assert_eq!(same.to_string(), error.to_string());
        let by_code = AwsError::sender(code.to_owned(), "of a transport without types");
        let found = E::from(Box::new(by_code) as Box<dyn ServiceError>);
        assert_eq!((found.code(), found.message()), (code, Some("of a transport without types")));
        assert_eq!(found.schema().map(Schema::name), error.schema().map(Schema::name));
    };
    check(NotFound::new("gone").into(), "ResourceNotFound", 404, true, Some("gone"));
    check(Throttled::default().into(), "Throttled", 429, true, None);
    check(Throttled::new("slow down").into(), "Throttled", 429, true, Some("slow down"));
    check(WithMessage::new("m").into(), "WithMessage", 400, true, Some("m"));
    check(WithErrorMessage::new("m").into(), "WithErrorMessage", 400, true, Some("m"));
    check(WithNumber::new("m").into(), "WithNumber", 400, true, Some("m"));
    check(Other::new("m").into(), "Other", 400, true, Some("m"));
    check(Large::new("m").into(), "Large", 400, true, Some("m"));
    check(Fault::new("m").into(), "Fault", 503, false, Some("m"));

    let error = E::from(NotFound { resource_id: Some("r".to_owned()), ..NotFound::new("gone") });
    assert_eq!(error.to_string(), "ResourceNotFound: gone");
    assert_eq!(
        to_neutral(NotFound::schema_of(), error.members().unwrap()),
        json!({"message": "gone", "ResourceId": "r"})
    );
    let other = E::from(AwsError::sender("Elsewhere", "not in the model"));
    assert!(matches!(&other, E::Other(_)) && other.code() == "Elsewhere" && other.schema().is_none());
    // A result is not much larger than what it holds.
    assert!(size_of::<E>() <= 112, "{}", size_of::<E>());
}

#[test]
fn operations_are_not_implemented_unless_they_are() {
    struct Nothing;
    impl cut::CutApi for Nothing {}
    struct Drops;
    impl names::OddNamesApi for Drops {
        async fn r#match(
            &self,
            _: &RequestContext,
            input: names::OptionShape,
        ) -> Result<names::ResultShape, names::OddNamesError> {
            Ok(names::ResultShape { arns: input.r#type, ..Default::default() })
        }
    }
    use cut::CutApi as _;
    use names::OddNamesApi as _;
    let ctx = RequestContext::new(cut::operations::Put::operation(), Environment::default());
    let error = Nothing.put(&ctx, Default::default()).now_or_never().unwrap().unwrap_err();
    assert_eq!((error.code(), error.status()), ("NotImplemented", 501));
    assert_eq!(error.message(), Some("The operation feature-cut.Put is not implemented."));
    let input = names::OptionShape { r#type: Some("x".to_owned()), ..Default::default() };
    let output = Drops.r#match(&ctx, input).now_or_never().unwrap().unwrap();
    assert_eq!(output.arns.as_deref(), Some("x"));
    let error = Drops.new(&ctx).now_or_never().unwrap().unwrap_err();
    assert_eq!(error.code(), "NotImplemented");
}

#[test]
fn streams_stay_streams() {
    let name = |index: u16| asf_runtime::schema::Operation::new(streams::SERVICE, index).name();
    assert_eq!((0..3).map(name).collect::<Vec<_>>(), ["Download", "Talk", "Upload"]);
    let mut input = streams::UploadRequest::default();
    let body = asf_runtime::shape::ByteStream::from("bytes");
    input.slot(1).unwrap().put_stream(body).unwrap();
    let body = input.body.as_mut().and_then(Shape::take_stream).unwrap();
    assert_eq!(body.as_bytes(), Some(&b"bytes"[..]));
    // A stream of events is one of unions, and an error may be among them.
    let event = streams::Heard::Broken(streams::Broken { message: Some("m".to_owned()) });
    assert_eq!(to_neutral(streams::Heard::schema_of(), &event), json!({"Broken": {"message": "m"}}));
}
