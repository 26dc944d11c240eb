//! Conditions over items.

use asf_dynamodb::evaluate::{check_filter, check_key_access, holds};
use asf_dynamodb::expression::{self, Condition, Kind};

use crate::notation::{item, placeholders, refused};
use crate::tables::{global, table};

fn read(text: &str, with: &str) -> Condition {
    expression::condition(text, Kind::Condition, &mut placeholders(with))
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

const ITEM: &str = "s: 'hello', n: 5, b: 0x0102, ss: <'a', 'b'>, ns: <1, 2>, bs: <0x01, 0x02>, m: {x: {y: 7}, z: 'q'}, \
                    l: ['a', 2, {k: 'v'}], nothing: null, on_: true, off: false";

fn check(text: &str, with: &str, expect: bool) {
    assert_eq!(holds(&read(text, with), &item(ITEM)), expect, "{text} with {with}");
    assert_eq!(holds(&read(&format!("NOT ({text})"), with), &item(ITEM)), !expect, "NOT {text}");
}

#[test]
fn comparisons() {
    for (text, value, expect) in [
        ("s = :v", "'hello'", true),
        ("s = :v", "'Hello'", false),
        (":v = s", "'hello'", true),
        ("n = :v", "5.0", true),
        ("n = :v", "'5'", false),
        ("n <> :v", "'5'", true),
        ("n < :v", "10", true),
        ("n < :v", "'10'", false),
        ("n >= :v", "5", true),
        ("n > :v", "5", false),
        (":v > n", "6", true),
        ("s < :v", "'hellp'", true),
        ("s < :v", "'I'", false),
        ("b < :v", "0x02", true),
        ("b > :v", "0x01", true),
        ("ss = :v", "<'b', 'a'>", true),
        ("ns <> :v", "<2, 1>", false),
        ("l = :v", "['a', 2, {k: 'v'}]", true),
        ("m.x = :v", "{y: 7}", true),
        ("nothing = :v", "null", true),
        ("on_ = :v", "true", true),
        ("off = :v", "true", false),
        // What an attribute has, an order may not apply to; then none is there.
        ("on_ < :v", "1", false),
        ("l < :v", "1", false),
        // What is not there is equal to nothing.
        ("absent = :v", "1", false),
        ("absent <> :v", "1", true),
        ("absent < :v", "1", false),
        ("m.x.y = :v", "7", true),
        ("l[1] = :v", "2", true),
        ("l[2].k = :v", "'v'", true),
        ("l[9] = :v", "2", false),
        ("l.k = :v", "2", false),
        ("m[0] = :v", "2", false),
        ("s.x = :v", "2", false),
    ] {
        check(text, &format!(":v={value}"), expect);
    }
}

#[test]
fn ranges_and_lists() {
    for (text, with, expect) in [
        ("n BETWEEN :a AND :b", ":a=5; :b=6", true),
        ("n between :a and :b", ":a=4; :b=5", true),
        ("n BETWEEN :a AND :b", ":a=6; :b=7", false),
        ("s BETWEEN :a AND :b", ":a='h'; :b='i'", true),
        ("absent BETWEEN :a AND :b", ":a='h'; :b='i'", false),
        (":a BETWEEN n AND m.x.y", ":a=6", true),
        ("n IN (:a, :b)", ":a=6; :b=5", true),
        ("n in (:a)", ":a='5'", false),
        ("absent IN (:a)", ":a=5", false),
    ] {
        check(text, with, expect);
    }
}

#[test]
fn functions() {
    for (text, with, expect) in [
        ("attribute_exists(s)", "", true),
        ("attribute_exists(m.x.y)", "", true),
        ("attribute_exists(m.x.q)", "", false),
        ("attribute_exists(nothing)", "", true),
        ("attribute_not_exists(l[3])", "", true),
        ("attribute_type(m.x, :t)", ":t='M'", true),
        ("attribute_type(nothing, :t)", ":t='NULL'", true),
        ("attribute_type(absent, :t)", ":t='S'", false),
        ("begins_with(s, :p)", ":p='he'", true),
        ("begins_with(s, :p)", ":p='lo'", false),
        ("begins_with(b, :p)", ":p=0x01", true),
        ("begins_with(n, :p)", ":p='5'", false),
        ("begins_with(s, absent)", "", false),
        ("contains(s, :p)", ":p='ell'", true),
        ("contains(s, :p)", ":p=5", false),
        ("contains(b, :p)", ":p=0x02", true),
        ("contains(b, :p)", ":p=0x", true),
        ("contains(b, :p)", ":p=0x0201", false),
        ("contains(ss, :p)", ":p='a'", true),
        ("contains(ss, :p)", ":p='c'", false),
        ("contains(ns, :p)", ":p=2.0", true),
        ("contains(bs, :p)", ":p=0x02", true),
        ("contains(l, :p)", ":p='a'", true),
        ("contains(l, :p)", ":p={k: 'v'}", true),
        ("contains(:l, s)", ":l=['hello']", true),
        ("contains(m, :p)", ":p='x'", false),
        ("contains(absent, :p)", ":p='x'", false),
        ("size(s) = :n", ":n=5", true),
        // ExtendDB/extenddb#67, which has seen it at AWS.
        ("size(:text) = :n", ":text='é𝄞'; :n=3", true),
        ("size(b) = :n", ":n=2", true),
        ("size(ss) = :n", ":n=2", true),
        ("size(m) = :n", ":n=2", true),
        ("size(l) > :n", ":n=2", true),
        ("size(absent) > :n", ":n=0", false),
        ("n = size(s)", "", true),
        // Numbers have no size.
        ("size(n) >= :n", ":n=0", false),
    ] {
        check(text, with, expect);
    }
}

#[test]
fn precedence() {
    for (text, expect) in [
        ("on_ = :t OR off = :t AND off = :t", true),
        ("(on_ = :t OR off = :t) AND off = :t", false),
        ("NOT off = :t AND on_ = :t", true),
        ("NOT (off = :t OR on_ = :t)", false),
        ("NOT NOT on_ = :t", true),
        ("off = :t OR NOT off = :t", true),
        ("n BETWEEN :a AND :b AND on_ = :t", true),
        ("n BETWEEN :a AND :b AND off = :t", false),
        ("not(off=:t)and(on_=:t)or off=:t", true),
    ] {
        check_with_bounds(text, expect);
    }
}

fn check_with_bounds(text: &str, expect: bool) {
    assert_eq!(holds(&read(text, ":t=true; :a=1; :b=9"), &item(ITEM)), expect, "{text}");
}

/// (asserted) (access), and from memory (filter).
#[test]
fn keys_in_conditions() {
    let table = table("a:S, b:S, c:S", "a b", vec![], vec![global("by_c", "c")]);
    let filter = read("x = :v AND size(b) > :v", ":v=1");
    assert_eq!(
        refused(check_filter(&filter, &table.keys, "Filter Expression")),
        "Filter Expression can only contain non-primary key attributes: Primary key attribute: b"
    );
    assert_eq!(check_filter(&read("x = :v OR c = :v", ":v=1"), &table.keys, "Filter Expression"), Ok(()));
    for (text, expect) in [
        ("attribute_exists(a.b.c) and #a = x", "Key: a"),
        ("attribute_exists(#a[0])", "Key: a"),
        ("size(c.x) > x", "IndexKey: c"),
    ] {
        let condition = expression::condition(text, Kind::Filter, &mut placeholders("#a=a")).unwrap();
        assert_eq!(
            refused(check_key_access(condition.paths(), &table)),
            format!(
                "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: {expect}"
            )
        );
    }
}
