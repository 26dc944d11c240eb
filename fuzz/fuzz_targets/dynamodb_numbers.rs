//! DynamoDB's numbers: text and back, order and encoding, sums.
#![no_main]

use asf_dynamodb::number::Number;
use libfuzzer_sys::fuzz_target;

fn encoded(number: Number) -> Vec<u8> {
    let mut bytes = Vec::new();
    number.encode(&mut bytes);
    bytes
}

fuzz_target!(|texts: (&str, &str)| {
    let (Ok(one), Ok(two)) = (texts.0.parse::<Number>(), texts.1.parse::<Number>()) else { return };
    assert_eq!(one.to_string().parse(), Ok(one));
    assert_eq!(encoded(one).cmp(&encoded(two)), one.cmp(&two));
    assert!(one.size() <= 22);
    if let Ok(sum) = one.plus(two) {
        assert_eq!(two.plus(one), Ok(sum));
        // What was added can be taken away again, unless that has too many digits.
        if let Ok(back) = sum.minus(two) {
            assert_eq!(back, one);
        }
    }
});
