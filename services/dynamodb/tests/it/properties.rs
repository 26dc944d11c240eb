//! What holds of any input.

use asf_dynamodb::evaluate::{KeyCondition, SortCondition};
use asf_dynamodb::expression::{self, Kind, Placeholders};
use asf_dynamodb::models::{KeyValue, PrimaryKey};
use asf_dynamodb::number::{Number, NumberError};
use bigdecimal::BigDecimal;
use proptest::prelude::*;

/// Texts of numbers that DynamoDB has.
fn number() -> impl Strategy<Value = Number> {
    (any::<bool>(), "[0-9]{1,38}", -170_i32..=125).prop_filter_map(
        "in range",
        |(negative, digits, exponent)| {
            format!("{}{digits}e{exponent}", if negative { "-" } else { "" }).parse().ok()
        },
    )
}

fn big(number: Number) -> BigDecimal {
    number.to_string().parse().unwrap()
}

fn key_value() -> impl Strategy<Value = KeyValue> {
    prop_oneof![
        "[a-b\u{0}\u{1}\u{ff}]{0,4}".prop_map(KeyValue::S),
        prop::collection::vec(prop_oneof![Just(0_u8), Just(1), Just(0xFF), any::<u8>()], 0..4)
            .prop_map(|bytes| KeyValue::B(bytes.into())),
        number().prop_map(KeyValue::N),
    ]
}

/// Two keys of one type.
fn key_values() -> impl Strategy<Value = (KeyValue, KeyValue)> {
    (key_value(), key_value())
        .prop_filter("of one type", |(one, two)| one.attribute_type() == two.attribute_type())
}

fn encoded(value: &KeyValue) -> Vec<u8> {
    let mut bytes = Vec::new();
    value.encode(&mut bytes);
    bytes
}

/// Words and symbols of expressions in any order.
fn nonsense() -> impl Strategy<Value = String> {
    let tokens = [
        "a",
        "b.c",
        "#n",
        ":v",
        "(",
        ")",
        "[",
        "]",
        "1",
        ",",
        ".",
        "=",
        "<>",
        "<",
        "<=",
        ">=",
        ">",
        "+",
        "-",
        "AND",
        "or",
        "NOT",
        "between",
        "IN",
        "SET",
        "remove",
        "ADD",
        "delete",
        "size",
        "contains",
        "if_not_exists",
        "attribute_exists",
        "!",
        "\u{e9}",
        " ",
    ];
    prop::collection::vec(prop::sample::select(tokens.to_vec()), 0..24).prop_map(|it| it.join(" "))
}

fn read_all(text: &str) {
    let placeholders = || {
        let names = [("#n".to_owned(), "n".to_owned())];
        Placeholders::new(Some(names), Some([(":v".to_owned(), "x".into())])).unwrap()
    };
    for kind in [Kind::Condition, Kind::Filter, Kind::KeyCondition] {
        if let Ok(condition) = expression::condition(text, kind, &mut placeholders()) {
            let _ = asf_dynamodb::evaluate::holds(&condition, &Default::default());
            let _ = asf_dynamodb::evaluate::key_tests(&condition);
        }
    }
    if let Ok(update) = expression::update(text, &mut placeholders()) {
        let _ = asf_dynamodb::evaluate::apply(&update, &Default::default());
    }
    let _ = expression::projection(text, &mut placeholders());
    let _ = asf_dynamodb::partiql::read(text, vec!["x".into()]);
}

proptest! {
    #[test]
    fn numbers_compare_as_decimals(one in number(), two in number()) {
        prop_assert_eq!(one.cmp(&two), big(one).cmp(&big(two)));
        prop_assert_eq!(one == two, big(one) == big(two));
    }

    #[test]
    fn numbers_come_back_from_their_text(it in number()) {
        prop_assert_eq!(it.to_string().parse::<Number>(), Ok(it));
    }

    #[test]
    fn sums_are_exact_or_refused(one in number(), two in number()) {
        let (plus, minus) = (big(one) + big(two), big(one) - big(two));
        for (result, exact) in [(one.plus(two), plus), (one.minus(two), minus)] {
            match result {
                Ok(sum) => prop_assert_eq!(big(sum), exact),
                Err(NumberError::TooManyDigits) => {
                    prop_assert!(exact.normalized().digits() > 38);
                    prop_assert!(exact.abs() < "1e126".parse::<BigDecimal>().unwrap());
                }
                Err(NumberError::Overflow) => prop_assert!(exact.abs() >= "1e126".parse::<BigDecimal>().unwrap()),
                Err(error) => {
                    prop_assert_eq!(error, NumberError::Underflow);
                    prop_assert!(exact.abs() < "1e-130".parse::<BigDecimal>().unwrap());
                }
            }
        }
    }

    #[test]
    fn any_text_is_a_number_or_not(text in "[-+0-9.eE]{0,12}|\\PC*") {
        if let Ok(number) = text.parse::<Number>() {
            prop_assert_eq!(big(number), text.parse::<BigDecimal>().unwrap());
        }
    }

    #[test]
    fn encoded_keys_sort_like_keys((one, two) in key_values()) {
        prop_assert_eq!(encoded(&one).cmp(&encoded(&two)), one.cmp(&two));
        // And whatever follows them does not change that.
        if one != two {
            let (mut low, mut high) = (encoded(&one), encoded(&two));
            low.push(0xFF);
            high.push(0x00);
            prop_assert_eq!(low.cmp(&high), one.cmp(&two));
        }
    }

    #[test]
    fn bounds_of_a_query_hold_what_its_condition_does(
        (value, key) in key_values(),
        high in key_value(),
        partition in key_value(),
    ) {
        let mut conditions = vec![
            SortCondition::All,
            SortCondition::Equal(value.clone()),
            SortCondition::Less(value.clone()),
            SortCondition::LessOrEqual(value.clone()),
            SortCondition::Greater(value.clone()),
            SortCondition::GreaterOrEqual(value.clone()),
        ];
        if high.attribute_type() == value.attribute_type() {
            conditions.push(SortCondition::Between(value.clone().min(high.clone()), high.max(value.clone())));
        }
        if !matches!(value, KeyValue::N(_)) {
            conditions.push(SortCondition::BeginsWith(value));
        }
        for sort in conditions {
            let condition = KeyCondition { partition: partition.clone(), sort };
            let mut bytes = PrimaryKey { partition: partition.clone(), sort: Some(key.clone()) }.encode();
            for _ in 0..2 {
                let inside = std::ops::RangeBounds::contains(&condition.bounds(), &bytes);
                prop_assert_eq!(inside, condition.sort.contains(&key), "{:?} {:?}", &condition.sort, &key);
                // In an index the key of the table follows.
                bytes.extend([0xFF, 0x00]);
            }
        }
    }

    #[test]
    fn no_text_is_too_much_for_the_parser(text in "\\PC*") {
        read_all(&text);
    }

    #[test]
    fn no_order_of_tokens_is_too_much_for_the_parser(text in nonsense()) {
        read_all(&text);
    }
}
