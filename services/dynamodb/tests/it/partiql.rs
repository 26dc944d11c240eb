//! PartiQL statements. Words are from (conformance: partiql), where nothing else is said.

use asf_dynamodb::evaluate::{SortCondition, apply, holds};
use asf_dynamodb::models::KeyValue;
use asf_dynamodb::partiql::{Access, Returning, Select, Statement, access, primary_key, read};

use crate::notation::{item, number, refused, value};
use crate::tables::table;

fn select(text: &str) -> Select {
    match read(text, Vec::new()).unwrap_or_else(|error| panic!("{text}: {error}")) {
        Statement::Select(select) => select,
        other => panic!("{other:?}"),
    }
}

fn malformed(reason: &str) -> String {
    format!("Statement wasn't well formed, can't be processed: {reason}")
}

#[test]
fn conditions() {
    let it = item("pk: 'a', n: 5, s: 'hello', l: [1, {k: 'v'}], m: {x: 1}, nothing: null, tags: <'a', 'b'>");
    for (text, expect) in [
        ("pk = 'a'", true),
        ("'a' = pk", true),
        ("\"pk\" <> 'b'", true),
        ("pk != 'a'", false),
        ("n > 4 AND n <= 5.0", true),
        ("n = -5", false),
        ("n > -5", true),
        ("n BETWEEN 5 AND 6", true),
        ("n NOT BETWEEN 5 AND 6", false),
        ("n IN [4, 5]", true),
        ("n in (4, 6)", false),
        ("n NOT IN [4, 6]", true),
        ("NOT (n = 5 OR pk = 'b')", false),
        ("n = 6 OR n = 5 AND pk = 'a'", true),
        ("l[1].k = 'v'", true),
        ("m['x'] = 1 AND \"m\".\"x\" = 1", true),
        ("begins_with(s, 'he')", true),
        ("BEGINS_WITH(\"s\", 'lo')", false),
        ("contains(tags, 'a') AND contains(s, 'ell')", true),
        ("size(s) = 5", true),
        ("attribute_type(m, 'M')", true),
        ("attribute_exists(s) AND attribute_not_exists(zz)", true),
        // test_dynamodb::TestDynamoDB::test_dynamodb_partiql_missing
        ("s is not MISSING", true),
        ("zz IS MISSING", true),
        ("nothing IS NULL", true),
        ("s IS NOT NULL", true),
        ("tags = <<'b', 'a'>>", true),
        ("m = {'x': 1}", true),
        ("s = 'it''s' OR s = 'hello' -- a comment", true),
        ("s /* this */ = 'hello'", true),
    ] {
        let select = select(&format!("SELECT * FROM t WHERE {text}"));
        assert_eq!(holds(&select.condition.unwrap(), &it), expect, "{text}");
    }
}

#[test]
fn selects() {
    let found = select("SELECT a, b.c, l[0] FROM \"my-table\".\"by_x\" WHERE x = 1 ORDER BY y DESC;");
    assert_eq!((found.table.as_str(), found.index.as_deref()), ("my-table", Some("by_x")));
    assert_eq!(found.order, [("y".to_owned(), true)]);
    // From memory.
    assert_eq!(
        found.columns_of(&item("a: 1, b: {c: 2, d: 3}, l: [4]")),
        item("a: 1, c: 2").into_iter().chain([("l[0]".to_owned(), value("4"))]).collect()
    );
    let everything = select("select * from t");
    assert_eq!((everything.columns, everything.condition), (None, None));
    assert!(matches!(read("EXISTS(SELECT * FROM t WHERE pk = 'a')", vec![]), Ok(Statement::Exists(_))));
}

#[test]
fn inserts() {
    let text = "INSERT INTO \"t\" VALUE {'pk': 'a', 'n': ?, 'm': {'l': [1, true, null]}, 'ss': <<'x', 'y'>>, \"f\": -1.5}";
    let Ok(Statement::Insert { table, item: found }) = read(text, vec![value("7")]) else { panic!() };
    assert_eq!(
        (table.as_str(), found),
        ("t", item("pk: 'a', n: 7, m: {l: [1, true, null]}, ss: <'x', 'y'>, f: -1.5"))
    );
}

#[test]
fn updates() {
    for (text, before, after) in [
        ("SET n = 1 SET s = 'x'", "pk: 'a'", "pk: 'a', n: 1, s: 'x'"),
        ("SET n = n + 1, m.x = {'y': [2]}", "pk: 'a', n: 1, m: {}", "pk: 'a', n: 2, m: {x: {y: [2]}}"),
        ("SET n = n -1", "pk: 'a', n: 1", "pk: 'a', n: 0"),
        ("REMOVE n REMOVE l[0]", "pk: 'a', n: 1, l: [1, 2]", "pk: 'a', l: [2]"),
        ("SET l = list_append(l, [3])", "pk: 'a', l: [1]", "pk: 'a', l: [1, 3]"),
        ("SET t = set_add(t, <<1, 2>>)", "pk: 'a', t: <1>", "pk: 'a', t: <1, 2>"),
        ("SET t = set_delete(t, <<1>>)", "pk: 'a', t: <1, 2>", "pk: 'a', t: <2>"),
    ] {
        let statement = read(&format!("UPDATE t {text} WHERE pk = 'a' RETURNING ALL NEW *"), vec![]);
        let Ok(Statement::Update { update, condition, returning, .. }) = statement else {
            panic!("{statement:?}")
        };
        assert!(holds(&condition, &item(before)));
        assert_eq!(apply(&update, &item(before)).unwrap(), item(after), "{text}");
        assert_eq!(returning, Some(Returning::AllNew));
    }
}

fn invalid(reason: &str) -> String {
    format!("One or more parameter values were invalid: {reason}")
}

const BAGS: &str = "DynamoDB only supports either numbers or strings in bags";
const OF_EXISTS: &str = "operator or function: attribute_exists";

#[test]
fn statements_that_are_refused() {
    for (text, expect) in [
        ("", malformed("Unexpected end of statement")),
        ("DROP TABLE t", malformed("Expected data manipulation")),
        ("SELECT * FROM \"t", malformed("Unexpected character at 1:15:1")),
        ("SELECT *\nFROM t WHERE", malformed("Unexpected end of statement")),
        ("SELECT *\nFROM t x", malformed("Unexpected term x at 2:8:1")),
        ("SELECT * FROM t WHERE a = = 1", malformed("Unexpected term = at 1:27:1")),
        ("SELECT * FROM t WHERE f(a)", "Unrecognized function: f at 1:23:1".to_owned()),
        ("INSERT INTO t VALUE 1", malformed("VALUE has to be a map")),
        ("INSERT INTO t VALUE {'a': <<1, 1>>}", "Input collection contains duplicates".to_owned()),
        ("INSERT INTO t VALUE {'a': <<'x', 'x'>>}", invalid("Input collection [x, x] contains duplicates.")),
        ("INSERT INTO t VALUE {'a': <<1, 'x'>>}", format!("Unsupported data type in Bag. {BAGS}")),
        ("INSERT INTO t VALUE {'a': <<>>}", "Empty bags are not supported".to_owned()),
        // (conformance: partiqlFunctions)
        ("SELECT size(a) FROM t", "Unexpected path component at 1:8:4".to_owned()),
        ("SELECT * FROM t WHERE EXISTS(a)", "Unrecognized function: exists at 1:23:6".to_owned()),
        (
            "SELECT * FROM t WHERE attribute_exists('a')",
            format!("Operator or function requires a document path; {OF_EXISTS}"),
        ),
        (
            "SELECT * FROM t WHERE attribute_exists()",
            format!("Incorrect number of operands for operator or function; {OF_EXISTS}, number of operands: 0"),
        ),
        (
            "SELECT * FROM t WHERE attribute_exists(a, b)",
            format!("Incorrect number of operands for operator or function; {OF_EXISTS}, number of operands: 2"),
        ),
        ("SELECT * FROM t WHERE a.inner = 1", malformed("Invalid path dot component")),
        ("SELECT * FROM t LIMIT 5", "Unsupported clause: LIMIT at 1:23:1".to_owned()),
        ("UPDATE t SET a = set_add(b, <<1>>) WHERE c = 1", String::from("The first argument to SET_ADD must equal the assignment value at 1:18:7")),
        ("UPDATE t SET a = set_add(<<1>>, <<1>>) WHERE c = 1", String::from("The first argument to SET_ADD must equal the assignment value at 1:18:7")),
        ("UPDATE t SET a = set_add(a, 'x') WHERE c = 1", String::from("The second argument to SET_ADD must be a value with type SET at 1:26:1")),
        ("UPDATE t SET a = set_delete(a) WHERE c = 1", String::from("SET_DELETE must have exactly two arguments at 1:18:10")),
        ("UPDATE t WHERE pk = 'a'", malformed("Expected data manipulation")),
        ("UPDATE t SET a = 1", malformed("Unexpected end of statement")),
        ("SELECT * FROM t.i.x WHERE a = 1", "A path may contain at most 2 components in the FROM clause".to_owned()),
        ("SELECT * FROM \"t\".\"\" WHERE a = 1", "Path component cannot be an empty string".into()),
        ("SELECT * FROM \"\" WHERE a = 1", "Path component cannot be an empty string".into()),
        (
            "DELETE FROM t WHERE pk = 'x' RETURNING MODIFIED OLD *",
            "Invalid returning clause: RETURNING MODIFIED OLD *. Only RETURNING ALL OLD * is allowed in DELETE statements."
                .into(),
        ),
        (
            "SELECT pk FROM t WHERE a < true",
            "Incorrect operand type for operator or function; operator or function: <, operand type: BOOL".into(),
        ),
        // From memory, like what follows.
        ("SELECT l[-1] FROM t", "List index is not within the allowable range; index: [-1] at 1:11:1".into()),
        ("SELECT * FROM t WHERE a = ?", "Number of parameters in request and statement don't match.".into()),
        (
            "UPDATE t SET a = 1 REMOVE a.b WHERE pk = 'a'",
            "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path \
             two: [a, b]"
                .into(),
        ),
    ] {
        assert_eq!(refused(read(text, vec![])), expect, "{text}");
    }
    assert_eq!(
        refused(read("SELECT * FROM t", vec![value("1")])),
        "Number of parameters in request and statement don't match."
    );
}

#[test]
fn depth() {
    for text in [
        format!("SELECT * FROM t WHERE {}", "(".repeat(8000)),
        format!("SELECT * FROM t WHERE {}", "NOT ".repeat(2000)),
        format!("INSERT INTO t VALUE {}", "{'a':".repeat(1600)),
        format!("INSERT INTO t VALUE {{'a': {}", "[".repeat(8000)),
        format!("UPDATE t SET a = {}", "list_append(".repeat(600)),
    ] {
        assert!(read(&text, vec![]).is_err());
    }
}

#[test]
fn how_items_are_found() {
    let keys = table("pk:S, sk:N", "pk sk", vec![], vec![]).keys;
    let text = |it: &str| KeyValue::S(it.to_owned());
    let n = |it: &str| KeyValue::N(number(it));
    for (condition, partitions, sort) in [
        ("pk = 'a'", vec!["a"], SortCondition::All),
        ("pk = 'a' AND sk > 1 AND x = 1", vec!["a"], SortCondition::Greater(n("1"))),
        ("(x = 1 AND sk BETWEEN 1 AND 2) AND pk = 'a'", vec!["a"], SortCondition::Between(n("1"), n("2"))),
        ("pk IN ['a', 'b', 'a'] AND sk = 1", vec!["a", "b"], SortCondition::Equal(n("1"))),
        ("pk = 'a' AND sk IN [1, 2]", vec!["a"], SortCondition::All),
    ] {
        let found = access(&select(&format!("SELECT * FROM t WHERE {condition}")), &keys);
        let Ok(Access::Query(queries, false)) = found else { panic!("{condition}: {found:?}") };
        assert!(queries.iter().all(|query| query.sort == sort), "{condition}");
        let found: Vec<_> = queries.into_iter().map(|query| query.partition).collect();
        assert_eq!(found, partitions.into_iter().map(text).collect::<Vec<_>>(), "{condition}");
    }
    for condition in
        ["pk > 'a'", "pk = 'a' OR sk = 1", "pk = x", "size(pk) = 1", "NOT pk = 'a'", "pk IN ['a', x]"]
    {
        let found = access(&select(&format!("SELECT * FROM t WHERE {condition}")), &keys);
        assert_eq!(found, Ok(Access::Scan), "{condition}");
    }
    let ordered = |text: &str| access(&select(&format!("SELECT * FROM t {text}")), &keys);
    assert!(matches!(ordered("WHERE pk = 'a' ORDER BY sk DESC"), Ok(Access::Query(_, true))));
    // From memory.
    for (text, expect) in [
        ("ORDER BY sk", "Must have WHERE clause in the statement when using ORDER BY clause."),
        ("WHERE x = 1 ORDER BY x", "Variable reference x in ORDER BY clause must be part of the primary key"),
        (
            "WHERE sk = 1 ORDER BY sk",
            "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause.",
        ),
    ] {
        assert_eq!(refused(ordered(text)), expect);
    }
}

#[test]
fn keys_of_items_that_are_written() {
    let keys = table("pk:S, sk:N", "pk sk", vec![], vec![]).keys;
    let of = |condition: &str| match read(&format!("DELETE FROM t WHERE {condition}"), vec![]).unwrap() {
        Statement::Delete { condition, .. } => primary_key(&condition, &keys),
        other => panic!("{other:?}"),
    };
    let key = of("sk = 1 AND x > 2 AND pk = 'a'").unwrap();
    assert_eq!((key.partition, key.sort), (KeyValue::S("a".into()), Some(KeyValue::N(number("1")))));
    for condition in ["pk = 'a'", "pk = 'a' AND sk > 1", "pk = 'a' OR sk = 1", "pk IN ['a', 'b'] AND sk = 1"]
    {
        // From memory.
        assert_eq!(
            refused(of(condition)),
            "Where clause does not contain a mandatory equality on all key attributes",
            "{condition}"
        );
    }
}
