//! Updates of items.

use asf_dynamodb::evaluate::{apply, check_update, updated_attributes};
use asf_dynamodb::expression::{self, Update};
use asf_dynamodb::number::NumberError;

use crate::notation::{item, placeholders, refused};
use crate::tables::{global, table};

fn read(text: &str, with: &str) -> Update {
    expression::update(text, &mut placeholders(with)).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn check(before: &str, text: &str, with: &str, after: &str) {
    let updated = apply(&read(text, with), &item(before)).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(updated, item(after), "{text}");
}

#[test]
fn set() {
    for (before, text, with, after) in [
        ("", "SET x = :v", ":v=1", "x: 1"),
        ("x: 1", "SET x = :v", ":v='a'", "x: 'a'"),
        ("x: 1", "SET y = x", "", "x: 1, y: 1"),
        // All is read before anything is written.
        ("x: 1, y: 2", "SET x = y, y = x", "", "x: 2, y: 1"),
        ("x: 1", "SET x = x + :v", ":v=2.5", "x: 3.5"),
        ("x: 1", "SET x = :v - x", ":v=2.5", "x: 1.5"),
        ("", "SET x = if_not_exists(x, :v) + :v", ":v=2", "x: 4"),
        ("x: 1", "SET x = if_not_exists(x, :v) + :v", ":v=2", "x: 3"),
        ("x: 1", "SET y = if_not_exists(y, if_not_exists(x, :v))", ":v=2", "x: 1, y: 1"),
        ("x: [1]", "SET x = list_append(x, :v)", ":v=[2]", "x: [1, 2]"),
        ("x: [1]", "SET x = list_append(:v, x)", ":v=[2]", "x: [2, 1]"),
        ("", "SET x = list_append(if_not_exists(x, :e), :v)", ":e=[]; :v=[2]", "x: [2]"),
        ("x: {}", "SET x.y = :v", ":v=1", "x: {y: 1}"),
        ("x: {y: {z: 1}}", "SET x.y.z = x.y.z + :v", ":v=1", "x: {y: {z: 2}}"),
        ("x: [1, 2]", "SET x[1] = :v", ":v='a'", "x: [1, 'a']"),
        // Behind the end elements are added, in the order of their indexes.
        ("x: [1, 2]", "SET x[9] = :v, x[5] = :w", ":v='nine'; :w='five'", "x: [1, 2, 'five', 'nine']"),
        ("x: [{y: 1}]", "SET x[0].y = :v", ":v=2", "x: [{y: 2}]"),
        ("x: {}", "SET x.#odd = :v", "#odd=a.b; :v=1", "x: {a.b: 1}"),
    ] {
        check(before, text, with, after);
    }
}

#[test]
fn remove() {
    for (before, text, after) in [
        ("x: 1, y: 2", "REMOVE x", "y: 2"),
        ("x: 1", "REMOVE y", "x: 1"),
        ("x: {y: 1, z: 2}", "REMOVE x.y", "x: {z: 2}"),
        ("x: {z: 2}", "REMOVE x.y", "x: {z: 2}"),
        // Indexes are those of the item as it was.
        ("x: [0, 1, 2, 3]", "REMOVE x[1], x[2]", "x: [0, 3]"),
        ("x: [0, 1, 2, 3]", "REMOVE x[2], x[0], x[9]", "x: [1, 3]"),
        ("x: [[0, 1], 2]", "REMOVE x[1], x[0][0]", "x: [[1]]"),
    ] {
        check(before, text, "", after);
    }
    check("x: [0, 1, 2]", "REMOVE x[0] SET x[1] = :v, x[7] = :v", ":v=9", "x: [9, 2, 9]");
}

#[test]
fn add_and_delete() {
    for (before, text, value, after) in [
        ("", "ADD x :v", "5", "x: 5"),
        ("x: 1", "ADD x :v", "-5", "x: -4"),
        ("", "ADD x :v", "<1>", "x: <1>"),
        ("x: <1, 2>", "ADD x :v", "<2, 3>", "x: <1, 2, 3>"),
        ("x: <'a', 'b'>", "ADD x :v", "<'c', 'd'>", "x: <'a', 'b', 'c', 'd'>"),
        ("x: {}", "ADD x.y :v", "1", "x: {y: 1}"),
        ("x: [1]", "ADD x[0] :v", "1", "x: [2]"),
        ("x: <1, 2, 3>", "DELETE x :v", "<1, 4>", "x: <2, 3>"),
        ("x: <1, 2>, y: 1", "DELETE x :v", "<1, 2>", "y: 1"),
        ("y: 1", "DELETE x :v", "<1>", "y: 1"),
        ("x: {y: <0x01>}", "DELETE x.y :v", "<0x01>", "x: {}"),
    ] {
        check(before, text, &format!(":v={value}"), after);
    }
}

/// (asserted): of `d` and `e` the new values, of `b` and `c` nothing.
#[test]
fn sections_in_any_order() {
    let values = ":c=<'a', 'b'>; :d=5; :e=<'a', 'b'>; :f=['a', 1]";
    let after = "d: 5, e: <'a', 'b'>, f: ['a', 1]";
    for text in
        ["REMOVE b DELETE c :c ADD d :d, e :e SET f = :f", "ADD e :e,d :d DELETE c :c REMOVE b SET f = :f"]
    {
        let update = read(text, values);
        let updated = apply(&update, &item("")).unwrap();
        assert_eq!(updated, item(after));
        assert_eq!(updated_attributes(&update, &updated), updated);
    }
}

#[test]
fn what_was_updated() {
    let before = "a: 1, m: {x: 1, y: 2}, l: [1, 2, 3], s: <1>";
    for (text, old, new) in [
        ("SET a = :v", "a: 1", "a: 9"),
        ("SET z = :v", "", "z: 9"),
        ("SET m.x = :v", "m: {x: 1}", "m: {x: 9}"),
        ("SET l[1] = :v", "l: [2]", "l: [9]"),
        ("REMOVE a SET z = :v", "a: 1", "z: 9"),
        ("DELETE s :s SET a = :v", "a: 1, s: <1>", "a: 9"),
        ("ADD a :v", "a: 1", "a: 10"),
    ] {
        let mut placeholders = placeholders(":v=9; :s=<1>");
        let update = expression::update(text, &mut placeholders).unwrap();
        let updated = apply(&update, &item(before)).unwrap();
        assert_eq!(updated_attributes(&update, &item(before)), item(old), "{text}");
        assert_eq!(updated_attributes(&update, &updated), item(new), "{text}");
    }
}

/// (asserted)
#[test]
fn updates_that_an_item_does_not_fit() {
    let path = "The document path provided in the update expression is invalid for update";
    let operand = "An operand in the update expression has an incorrect data type";
    let missing = "The provided expression refers to an attribute that does not exist in the item";
    for text in [
        "set b.a = :a, x = :a",
        "set b[1] = :a, x = :a",
        "set y.a = :a, x = :a",
        "set y[1] = :a, x = :a",
        "set c[1] = :a, x = :a",
        "set d.x = :a",
        "set d[9].x = :a",
        "remove b.a set x = :a",
        "remove y.a set x = :a",
        "remove c[1] set x = :a",
        "remove d.x set x = :a",
        "delete b.a :a set x = :a",
        "delete y[1] :a set x = :a",
        "delete d.x :a",
        "add b.a :a set x = :a",
        "add y.a :a set x = :a",
        "add d.x :a",
    ] {
        let before = item("b: 'a', c: {x: 'a'}, d: ['a', 'b']");
        assert_eq!(refused(apply(&read(text, ":a=<'a'>"), &before)), path, "{text}");
    }
    let before = item("a: 'a', b: {a: <'1'>}, c: 1, d: <1>");
    for (text, value, expect) in [
        ("delete d :a", "<'1'>", operand),
        ("delete b :a", "<1>", operand),
        ("delete b.a :a", "<1>", operand),
        ("delete b.a :a", "<0x00>", operand),
        ("delete c :a", "<1>", operand),
        ("add b :a", "<1>", operand),
        ("add d :a", "1", operand),
        ("set e = a + :a", "1", operand),
        ("set e = b - :a", "1", operand),
        ("set e = list_append(d, if_not_exists(f, :a))", "[]", operand),
        ("set e = x", "1", missing),
        ("set e = list_append(x, :a)", "[]", missing),
        ("set e = c + x", "1", missing),
    ] {
        let with = if text.contains(":a") { format!(":a={value}") } else { String::new() };
        assert_eq!(refused(apply(&read(text, &with), &before)), expect, "{text}");
    }
    for (text, value, expect) in [
        ("set c = c + :a", "9.9e125", NumberError::TooManyDigits),
        ("set c = :a + :a", "9.9e125", NumberError::Overflow),
        ("add c :a", "1e-100", NumberError::TooManyDigits),
    ] {
        let error = refused(apply(&read(text, &format!(":a={value}")), &before));
        assert_eq!(error, expect.to_string(), "{text}");
    }
}

/// (asserted)
#[test]
fn keys_do_not_change() {
    let table = table("a:S, b:S, c:S, d:S", "a b", vec![], vec![global("by_cd", "c d")]);
    let key = |name: &str| {
        format!(
            "One or more parameter values were invalid: Cannot update attribute {name}. This attribute is part of the key"
        )
    };
    let index = "One or more parameter values were invalid: Type mismatch for Index Key c Expected: S Actual: N IndexName: by_cd";
    let nested = "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: IndexKey: d";
    for (text, value, expect) in [
        ("add a.x :a", "1", key("a")),
        ("remove x set y = :a, a = :a", "1", key("a")),
        ("set x[1] = :a add b.b :a", "1", key("b")),
        ("set a = a.b + a[1]", "", key("a")),
        ("set x.a = a add c :a", "1", index.to_owned()),
        ("set e = x[1], c = a + :a", "1", index.into()),
        ("set c = :a", "1", index.into()),
        ("add d.b :a", "1", nested.into()),
        ("set d[1] = :a", "1", nested.into()),
        ("set e = list_append(a, b), f = d[1]", "", nested.into()),
    ] {
        let with = if value.is_empty() { String::new() } else { format!(":a={value}") };
        assert_eq!(refused(check_update(&read(text, &with), &table)), expect, "{text}");
    }
    assert_eq!(check_update(&read("SET c = :v REMOVE d", ":v='x'"), &table), Ok(()));
}

#[test]
fn an_item_cannot_be_nested_without_end() {
    let table = table("a:S", "a", vec![], vec![]);
    let update = read("SET m.x = m", "");
    let mut current = item("a: 'k', m: {}");
    let error = loop {
        current = apply(&update, &current).unwrap();
        if let Err(error) = asf_dynamodb::items::check_updated(&current, &table) {
            break error;
        }
    };
    assert!(error.message.starts_with("Nesting Levels have exceeded"), "{error}");
}

/// Neither appending a list to itself nor copying it over and over takes much more memory than an item may have.
#[test]
fn a_list_cannot_grow_beyond_an_item() {
    let whole = item(&format!("l: ['{}']", "x".repeat(300 * 1024)));
    let text = format!("SET x = {}l{}", "list_append(l, ".repeat(200), ")".repeat(200));
    let copies: Vec<String> = (0..200).map(|number| format!("x{number} = l")).collect();
    for text in [text, format!("SET {}", copies.join(", "))] {
        assert_eq!(
            refused(apply(&read(&text, ""), &whole)),
            "Item size to update has exceeded the maximum allowed size"
        );
    }
}
