//! Numbers: text, limits, arithmetic, size. Their order is in `properties`.

use asf_dynamodb::number::{Number, NumberError};

use crate::notation::number;

const NINES: &str = "99999999999999999999999999999999999999";

#[test]
fn text_becomes_plain_digits() {
    let zeros = |count: usize| "0".repeat(count);
    for (text, expect) in [
        ("0", "0".to_owned()),
        ("-0", "0".into()),
        ("-0.00e5", "0".into()),
        ("0e99999999999999999999", "0".into()),
        ("00042", "42".into()),
        ("+7", "7".into()),
        (".5", "0.5".into()),
        ("5.", "5".into()),
        ("3.1400", "3.14".into()),
        ("0042.1200", "42.12".into()),
        ("1.5E2", "150".into()),
        ("1.5e-2", "0.015".into()),
        ("1E2", "100".into()),
        ("-0015.789e6", "-15789000".into()),
        ("1E125", format!("1{}", zeros(125))),
        ("0001.000e-130", format!("0.{}1", zeros(129))),
        ("-0009.99999999999999999999999999999999999990000e125", format!("-{NINES}{}", zeros(88))),
        ("0000012345678901234567890123456789012345678", "12345678901234567890123456789012345678".into()),
    ] {
        assert_eq!(number(text).to_string(), expect, "{text}");
    }
}

/// Words as in the crate's documentation of errors; (asserted).
#[test]
fn what_is_no_number() {
    for (text, expect) in [
        ("", "The parameter cannot be converted to a numeric value"),
        ("b", "The parameter cannot be converted to a numeric value: b"),
        ("NaN", "The parameter cannot be converted to a numeric value: NaN"),
        ("Infinity", "The parameter cannot be converted to a numeric value: Infinity"),
        ("1 ", "The parameter cannot be converted to a numeric value: 1 "),
        ("--1", "The parameter cannot be converted to a numeric value: --1"),
        ("1e", "The parameter cannot be converted to a numeric value: 1e"),
        ("1e+", "The parameter cannot be converted to a numeric value: 1e+"),
        ("1.2.3", "The parameter cannot be converted to a numeric value: 1.2.3"),
        (".", "The parameter cannot be converted to a numeric value: ."),
        ("0x1", "The parameter cannot be converted to a numeric value: 0x1"),
        (
            "123456789012345678901234567890123456789",
            "Attempting to store more than 38 significant digits in a Number",
        ),
        (
            "-1.23456789012345678901234567890123456789",
            "Attempting to store more than 38 significant digits in a Number",
        ),
        ("1e126", "Number overflow. Attempting to store a number with magnitude larger than supported range"),
        (
            "-1e126",
            "Number overflow. Attempting to store a number with magnitude larger than supported range",
        ),
        (
            "1e99999999999999999999",
            "Number overflow. Attempting to store a number with magnitude larger than supported range",
        ),
        (
            "1e-131",
            "Number underflow. Attempting to store a number with magnitude smaller than supported range",
        ),
        (
            "-1e-131",
            "Number underflow. Attempting to store a number with magnitude smaller than supported range",
        ),
        (
            "1e-99999999999999999999",
            "Number underflow. Attempting to store a number with magnitude smaller than supported range",
        ),
    ] {
        assert_eq!(text.parse::<Number>().unwrap_err().to_string(), expect, "{text}");
    }
}

#[test]
fn sums_and_differences() {
    let one_and_38_zeros = format!("1{}", "0".repeat(38));
    for (left, operator, right, expect) in [
        ("1", '+', "2", Ok("3")),
        ("1", '-', "2", Ok("-1")),
        ("0", '-', "0", Ok("0")),
        ("5", '-', "5", Ok("0")),
        ("0.1", '+', "0.2", Ok("0.3")),
        ("-1", '-', "-1", Ok("0")),
        ("1e20", '+', "1e-17", Ok("100000000000000000000.00000000000000001")),
        (NINES, '+', "1", Ok(one_and_38_zeros.as_str())),
        (one_and_38_zeros.as_str(), '-', "1", Ok(NINES)),
        (NINES, '+', "0.1", Err(NumberError::TooManyDigits)),
        ("1e100", '+', "1", Err(NumberError::TooManyDigits)),
        ("4e38", '-', "1", Err(NumberError::TooManyDigits)),
        ("9.9e125", '+', "9.9e125", Err(NumberError::Overflow)),
        // ExtendDB/extenddb#94
        ("9.9999999999999999999999999999999999999e125", '+', "1e125", Err(NumberError::Overflow)),
        ("9.5e125", '+', "9.9999999999999999999999999999999999999e124", Err(NumberError::Overflow)),
        ("9e125", '+', "9.9999999999999999999999999999999999999e124", Err(NumberError::TooManyDigits)),
        ("-9.9e125", '-', "9.9e125", Err(NumberError::Overflow)),
        ("1.1e-130", '-', "1e-130", Err(NumberError::Underflow)),
    ] {
        let (one, two) = (number(left), number(right));
        let result = if operator == '+' { one.plus(two) } else { one.minus(two) };
        assert_eq!(result, expect.map(number), "{left} {operator} {right}");
    }
}

/// (conformance: item-size)
#[test]
fn sizes() {
    for (text, bytes) in [
        ("0", 1),
        ("1", 2),
        ("12", 2),
        ("123", 3),
        ("1234", 3),
        ("12345678901234567890123456789012345678", 20),
        ("0042", 2),
        ("100", 2),
        ("1010", 3),
        ("0.0000001", 2),
        ("1E125", 2),
        ("1E-100", 2),
        ("1.5", 3),
        ("15", 2),
        ("1.2", 3),
        ("1.200", 3),
        ("1.234", 4),
        ("3.14159", 5),
        ("123456", 4),
        ("100.5", 4),
        ("0.15", 2),
        ("-42", 3),
        ("-0", 1),
    ] {
        assert_eq!(number(text).size(), bytes, "{text}");
    }
}
