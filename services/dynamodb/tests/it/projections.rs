//! Projections of items.

use asf_dynamodb::evaluate::project;
use asf_dynamodb::expression;

use crate::notation::{item, placeholders};

#[test]
fn parts_of_items() {
    let whole = item("a: 1, b: {c: 2, d: {e: 3, f: 4}}, l: [0, {g: 5, h: 6}, 2, 3], s: 'x'");
    for (text, expect) in [
        ("a", "a: 1"),
        ("a, s, absent", "a: 1, s: 'x'"),
        ("#b", "b: {c: 2, d: {e: 3, f: 4}}"),
        ("b.c", "b: {c: 2}"),
        ("b.d.e, b.c", "b: {c: 2, d: {e: 3}}"),
        // Elements move together, in the order of the list.
        ("l[2], l[0]", "l: [0, 2]"),
        ("l[3], l[1].g", "l: [{g: 5}, 3]"),
        // Nothing is left of what has none of it.
        ("b.absent", ""),
        ("l[9]", ""),
        ("b[0]", ""),
        ("l.g", ""),
        ("s.x", ""),
    ] {
        let projection = expression::projection(text, &mut placeholders("#b=b")).unwrap();
        assert_eq!(project(&projection, &whole), item(expect), "{text}");
    }
}

#[test]
fn names_may_hold_anything() {
    let mut names = placeholders("#dotted=a.b");
    let projection = expression::projection("#dotted", &mut names).unwrap();
    assert_eq!(project(&projection, &item("a: {b: 1}, a.b: 2")), item("a.b: 2"));
}
