//! What is wrong with expressions by themselves, in AWS's words. All of it is (asserted), where nothing else
//! is said.

use asf_dynamodb::expression::{self, Kind, Placeholders, check_use};
use asf_dynamodb::models::AttributeValue;

use crate::notation::{placeholders, refused};

/// What a filter is refused with, without the `Invalid FilterExpression: ` in front.
fn filter(text: &str, with: &str) -> String {
    let error = refused(expression::condition(text, Kind::Filter, &mut placeholders(with)));
    error.strip_prefix("Invalid FilterExpression: ").unwrap_or_else(|| panic!("{error}")).to_owned()
}

fn update(text: &str, with: &str) -> String {
    let error = refused(expression::update(text, &mut placeholders(with)));
    error.strip_prefix("Invalid UpdateExpression: ").unwrap_or_else(|| panic!("{error}")).to_owned()
}

#[test]
fn syntax_errors_show_the_token_and_its_neighbours() {
    for (text, token, near) in [
        // (conformance: updateItem)
        ("INVALID SYNTAX HERE", "INVALID", "INVALID SYNTAX"),
        // aws/aws-cdk#7591
        ("ADD hits : incr", ":", "hits : incr"),
        // getndazn/dazn-lambda-powertools#251 and #242
        ("SET #as, #LambdaPowertoolsContext = :v", ",", "#as, #LambdaPowertoolsContext"),
        ("REMOVE a, #, b", "#", ", #,"),
        // getmoto/moto#5150
        ("SET a = :v,", "<EOF>", ","),
        ("SET a", "<EOF>", "a"),
        ("SET", "<EOF>", "SET"),
        ("SET a  =   4", "4", "=   4"),
        ("SET a = :v 5", "5", ":v 5"),
        ("SET é = :v", "é", "SET é ="),
        ("  \t ", "<EOF>", ""),
    ] {
        let expect = format!("Syntax error; token: \"{token}\", near: \"{near}\"");
        assert_eq!(update(text, ":v=1"), expect, "{text}");
    }
}

#[test]
fn syntax_errors_of_conditions() {
    for text in [
        "things are not gonna be ok",
        "a",
        "a AND b",
        "NOT :v",
        "a > 4",
        "a = b = c",
        "(a = b) = c",
        "a = (b = c)",
        "attribute_exists()",
        "attribute_exists(a = b)",
        "attribute_exists(Pictures-RearView)",
        "attribute_exists(\"Pictures.RearView\")",
        "attribute_exists(Pictures..RearView)",
        "attribute_exists(Pi#ctures.RearView)",
        "attribute_exists(asdf[a])",
        "a.:a < b.:b",
        "a in b, c",
        "a > between",
        "a in b",
        "a in (b,c,)",
        "(a)between(b.(c.d))and(c)",
        "(a)between(b.c.d)and((c)",
        "#$.b > a",
        "a > :things.stuff",
        "b[:a] > a",
        "b[#_] > a",
        "ü > a",
        "_a > b",
        "(a)between(b.c[4.5].#d)and(:a)",
        "size(a).b > a",
        "(size(a)).b > a",
        "size(a)[0] > a",
        "(size(a))[0] > a",
        "a > b OR",
        "a > b)",
        "(a > b",
    ] {
        let error = filter(text, "");
        assert!(error.starts_with("Syntax error; "), "{text}: {error}");
    }
}

#[test]
fn syntax_errors_of_updates() {
    for text in [
        "whatever",
        "set a",
        "add a",
        "delete a",
        "set a=set",
        "remove a = b",
        "add a = b",
        "delete a = b",
        "delete a b",
        "delete a if_not_exist(b)",
        "add abort b",
        "add a if_not_exist(b)",
        "remove a b",
        "set a b",
        "set :a = b",
        "add :a b",
        "delete :a b",
        "remove :a",
        "set a = b / c",
        "set a = b * c",
        "set a[1] = \"eight\"",
        "set a[1] = 1",
        "SET a = if_not_exist(a, 100)",
        "SET if_not_exist(a, b) = a",
        "set (a = (b + c))",
        "set a = (b.c).d + e",
        "set a = (b.c)[0] + e",
        "set a = b + c + d",
        // From memory.
        "set a = if_not_exists(b, c + d)",
    ] {
        let error = update(text, "");
        assert!(error.starts_with("Syntax error; "), "{text}: {error}");
    }
}

#[test]
fn what_is_found_without_names_and_values() {
    let invalid_name = |name: &str| format!("Invalid function name; function: {name}");
    let misused = |name: &str| {
        format!("The function is not allowed to be used this way in an expression; function: {name}")
    };
    let reserved = |word: &str| format!("Attribute name is a reserved keyword; reserved keyword: {word}");
    let redundant = || "The expression has redundant parentheses;".to_owned();
    for (text, expect) in [
        ("", "The expression can not be empty;".to_owned()),
        ("a=a and a > ((views))", redundant()),
        ("(a)between(((b.c)).d)and(c)", redundant()),
        ("a > whatever((:things), ((a)))", redundant()),
        ("a=a AND ((a=a AND a=a)) AND a=a", redundant()),
        ("a=a OR ((a=a OR (a=a OR a=a)))", redundant()),
        ("((attribute_not_exists(pk)))", redundant()),
        ("a=a and whatever((:things)) > a", invalid_name("whatever")),
        ("attRIbute_exIsts((views), #a)", invalid_name("attRIbute_exIsts")),
        ("a=a and attribute_exists((views), (#a)) > b", misused("attribute_exists")),
        ("attribute_not_exists(things) > b", misused("attribute_not_exists")),
        ("attribute_type(things, :a) > b", misused("attribute_type")),
        ("begins_with(things, a) > b", misused("begins_with")),
        ("contains(:things, c) > b", misused("contains")),
        ("size(contains(a, b)) > a", misused("contains")),
        ("size(things)", misused("size")),
        ("a between b and attribute_exists(things)", misused("attribute_exists")),
        ("a in (b, attribute_exists(things))", misused("attribute_exists")),
        ("attribute_exists(views, #a)", reserved("views")),
        (":a < abOrT", reserved("abOrT")),
        ("a.b.name = :v", reserved("name")),
        // From memory.
        (
            "a = list_append(b, c)",
            "The function is not allowed in a condition expression; function: list_append".into(),
        ),
        ("a[2147483648] = :v", "List index is not within the allowable range; index: [2147483648]".into()),
    ] {
        assert_eq!(filter(text, ""), expect, "{text}");
    }
}

#[test]
fn what_is_found_of_updates_without_names_and_values() {
    let section =
        |name: &str| format!("The \"{name}\" section can only be used once in an update expression;");
    for (text, expect) in [
        ("", "The expression can not be empty;".to_owned()),
        (
            " set #c = :c set abOrt = true ",
            "Attribute name is a reserved keyword; reserved keyword: abOrt".into(),
        ),
        (" remove Absolute ", "Attribute name is a reserved keyword; reserved keyword: Absolute".into()),
        ("set #c = if_not_exist(:c) set c = d", "Invalid function name; function: if_not_exist".into()),
        ("set a = #c set c = :d", section("SET")),
        ("remove #d set a = b remove e", section("REMOVE")),
        ("add #d :e set a = b add e :f", section("ADD")),
        ("delete #d :e set a = b delete #e :f", section("DELETE")),
        ("set a = ((b))", "The expression has redundant parentheses;".into()),
        ("set a = size(b)", "The function is not allowed in an update expression; function: size".into()),
    ] {
        assert_eq!(update(text, ""), expect, "{text}");
    }
}

#[test]
fn placeholders_that_are_not_defined() {
    let name = |it: &str| {
        format!("An expression attribute name used in the document path is not defined; attribute name: {it}")
    };
    let value = |it: &str| {
        format!("An expression attribute value used in expression is not defined; attribute value: {it}")
    };
    for (text, expect) in [
        ("attribute_exists(#Pictures.RearView, :a) and a=a", name("#Pictures")),
        ("begins_with(Pictures.#RearView)", name("#RearView")),
        ("(#P between :lo and :hi) and (#PC in (:cat1, :cat2))", name("#P")),
        ("#4g > a", name("#4g")),
        ("#_ > a", name("#_")),
        ("(a)between(b.c[45].#d)and(:a)", name("#d")),
        ("begins_with(:hello, #a, #b)", value(":hello")),
        (":a < :b", value(":a")),
        (":_ > a", value(":_")),
    ] {
        assert_eq!(filter(text, ""), expect, "{text}");
    }
    assert_eq!(update("SET #c = if_not_exists(:c)", ""), name("#c"));
    assert_eq!(update("SET #a = if_not_exists(:c)", "#a=a"), value(":c"));
}

#[test]
fn operands_of_functions() {
    let count = |name: &str, count: usize| {
        format!(
            "Incorrect number of operands for operator or function; operator or function: {name}, number of operands: \
             {count}"
        )
    };
    let path =
        |name: &str| format!("Operator or function requires a document path; operator or function: {name}");
    for (text, with, expect) in [
        ("attribute_exists(things, a) and a=a", "", count("attribute_exists", 2)),
        ("attribute_not_exists(things, b)", "", count("attribute_not_exists", 2)),
        ("attribute_type(things)", "", count("attribute_type", 1)),
        ("begins_with(things)", "", count("begins_with", 1)),
        ("begins_with(things, size(a), b)", "", count("begins_with", 3)),
        ("contains(things)", "", count("contains", 1)),
        ("size(things, a) > b", "", count("size", 2)),
        ("attribute_exists(:a) and a=a", ":a='1'", path("attribute_exists")),
        ("attribute_not_exists(size(:a))", ":a='1'", path("attribute_not_exists")),
        (
            "attribute_type(a, :a)",
            ":a='1'",
            "Invalid attribute type name found; type: 1, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}".into(),
        ),
    ] {
        assert_eq!(filter(text, with), expect, "{text}");
    }
}

#[test]
fn types_of_operands() {
    for (text, function, value, found) in [
        ("attribute_type(a, size(a)) and a=a and a=:a", "attribute_type", "1", "N"),
        ("attribute_type(a, :a)", "attribute_type", "1", "N"),
        ("attribute_type(a, :a)", "attribute_type", "<'1'>", "SS"),
        ("begins_with(a, size(a)) and a=:a", "begins_with", "1", "N"),
        ("begins_with(a, :a)", "begins_with", "1", "N"),
        ("begins_with(a, :a)", "begins_with", "true", "BOOL"),
        ("begins_with(:a, a)", "begins_with", "null", "NULL"),
        ("begins_with(:a, a)", "begins_with", "[]", "L"),
        ("begins_with(:a, a)", "begins_with", "{}", "M"),
        ("size(size(a)) > :a", "size", "1", "N"),
        ("attribute_not_exists(size(:a))", "size", "1", "N"),
        ("size(:a) > a", "size", "true", "BOOL"),
        ("size(:a) > a", "size", "null", "NULL"),
        // (conformance: partiql)
        ("a < :a", "<", "true", "BOOL"),
        ("a between b and :a", "BETWEEN", "{}", "M"),
    ] {
        assert_eq!(
            filter(text, &format!(":a={value}")),
            format!(
                "Incorrect operand type for operator or function; operator or function: {function}, operand type: {found}"
            ),
            "{text}"
        );
    }
}

#[test]
fn nothing_is_compared_with_itself() {
    for (text, operator, operand) in [
        ("a = a AND #a = a AND :views > a", "=", "[a]"),
        ("#a <> a", "<>", "[a]"),
        ("a > #a", ">", "[a]"),
        ("((a=a) OR (a=a))", "=", "[a]"),
        ("((a=a) AND (a=a))", "=", "[a]"),
        ("contains(ab.bc[1].a, ab.bc[1].#a)", "contains", "[ab, bc, [1], a]"),
        ("attribute_type(ab.bc[1].#a, ab.bc[1].a)", "attribute_type", "[ab, bc, [1], a]"),
        ("begins_with(ab.bc[1].a, ab.bc[1].#a)", "begins_with", "[ab, bc, [1], a]"),
    ] {
        assert_eq!(
            filter(text, "#a=a"),
            format!(
                "The first operand must be distinct from the remaining operands for this operator or function; operator: \
                 {operator}, first operand: {operand}"
            ),
            "{text}"
        );
    }
    assert!(expression::condition(":a = :a", Kind::Filter, &mut placeholders(":a=1")).is_ok());
}

#[test]
fn bounds_of_between() {
    for (low, high, what) in [
        ("1", "'a'", "same data type for lower and upper bounds; lower bound operand: AttributeValue: {N:1}"),
        (
            "'b'",
            "'a'",
            "upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {S:b}",
        ),
    ] {
        assert_eq!(
            filter("a between :b and :a", &format!(":a={high}; :b={low}")),
            format!("The BETWEEN operator requires {what}, upper bound operand: AttributeValue: {{S:a}}")
        );
    }
}

#[test]
fn paths_of_one_expression() {
    for (text, verb, one, two) in [
        ("set d[1] = a, d.b = a, c[1].a = a, #c = if_not_exists(a)", "overlap", "[c, [1], a]", "[c]"),
        ("set c.b.#c = a, c = a, #d = a", "overlap", "[c, b, c]", "[c]"),
        ("set a = b remove a, #c, #d", "overlap", "[a]", "[a]"),
        ("set #c[3].#d = a, #c[3] = a", "overlap", "[c, [3], [3]]", "[c, [3]]"),
        ("remove c, #c.a, #d", "overlap", "[c]", "[c, a]"),
        ("remove a, #c, a, #d", "overlap", "[a]", "[a]"),
        ("set #c[3].#d = a, #c.#d[3] = if_not_exists(a)", "conflict", "[c, [3], [3]]", "[c, [3], [3]]"),
        ("remove a.#c set a[1] = #d", "conflict", "[a, c]", "[a, [1]]"),
    ] {
        assert_eq!(
            update(text, "#c=c; #d=[3]"),
            format!(
                "Two document paths {verb} with each other; must remove or rewrite one of these paths; path one: {one}, \
                 path two: {two}"
            ),
            "{text}"
        );
    }
    assert_eq!(
        refused(expression::projection("a.b, c, a", &mut placeholders(""))),
        "Invalid ProjectionExpression: Two document paths overlap with each other; must remove or rewrite one of these \
         paths; path one: [a, b], path two: [a]"
    );
}

#[test]
fn operands_of_updates() {
    let of_section = |section: &str, found: &str| {
        format!(
            "Incorrect operand type for operator or function; operator: {section}, operand type: {found}, typeSet: \
             ALLOWED_FOR_{section}_OPERAND"
        )
    };
    let of_function = |name: &str, found: &str| {
        format!(
            "Incorrect operand type for operator or function; operator or function: {name}, operand type: {found}"
        )
    };
    let count = |name: &str, count: usize| {
        format!(
            "Incorrect number of operands for operator or function; operator or function: {name}, number of operands: \
             {count}"
        )
    };
    let path =
        || "Operator or function requires a document path; operator or function: if_not_exists".to_owned();
    for (text, value, expect) in [
        ("set b = list_append(:a, a), c = if_not_exists(a) add a.b :a", "'a'", of_section("ADD", "STRING")),
        ("delete a.b :a", "'a'", of_section("DELETE", "STRING")),
        ("add a.b :a", "null", of_section("ADD", "NULL")),
        ("add a.b :a", "true", of_section("ADD", "BOOLEAN")),
        ("delete a.b :a", "0x00", of_section("DELETE", "BINARY")),
        ("add a.b :a", "{a: [1]}", of_section("ADD", "MAP")),
        ("add a.b :a", "[1]", of_section("ADD", "LIST")),
        ("delete a.b :a", "1", of_section("DELETE", "NUMBER")),
        ("set a = if_not_exists(c)", "1", count("if_not_exists", 1)),
        ("set a = list_append(c)", "1", count("list_append", 1)),
        ("set a = b + list_append(c, d, e)", "1", count("list_append", 3)),
        ("set a = if_not_exists(:a, c)", "1", path()),
        ("set a = if_not_exists(if_not_exists(a, b), c)", "1", path()),
        ("set a = list_append(:a, a)", "'a'", of_function("list_append", "S")),
        ("set a = list_append(a, :a)", "1", of_function("list_append", "N")),
        ("set a = a + :a", "'a'", of_function("+", "S")),
        ("set a = :a + b", "[]", of_function("+", "L")),
        ("set a = a - :a", "<1>", of_function("-", "NS")),
        ("set a = b + (c - :a)", "{}", of_function("-", "M")),
    ] {
        assert_eq!(update(text, &format!(":a={value}")), expect, "{text}");
    }
}

#[test]
fn updates_that_are_taken() {
    for text in [
        "set a[1] = b",
        "SET a.b = b",
        "SET a = if_not_exists(a, b) + b",
        "SET a = if_not_exists(a, if_not_exists(a, b))",
        "set a = (b + c)",
        "set a = (b + c) - (d)",
        "Set a=b Remove c,d Add e :v Delete f :w",
    ] {
        let result = expression::update(text, &mut placeholders(":v=1; :w=<1>"));
        assert!(result.is_ok(), "{text}: {result:?}");
    }
}

#[test]
fn limits() {
    let longest = format!("{}= :v", "a".repeat(4096 - 4));
    assert!(expression::condition(&longest, Kind::Filter, &mut placeholders(":v=1")).is_ok());
    assert_eq!(
        filter(&format!("{longest} "), ""),
        "Expression size has exceeded the maximum allowed size; expression size: 4097"
    );
    // n comparisons have n - 1 operators between them. From memory, like what follows.
    let joined = |count: usize| vec!["a=:v"; count].join(" OR ");
    assert!(expression::condition(&joined(150), Kind::Filter, &mut placeholders(":v=1")).is_ok());
    assert_eq!(filter(&joined(151), ""), "The expression contains too many operators; operator count: 301");
    let list = |count: usize| format!("a IN ({})", vec![":v"; count].join(","));
    assert!(expression::condition(&list(100), Kind::Filter, &mut placeholders(":v=1")).is_ok());
    assert_eq!(
        filter(&list(101), ""),
        "The IN operator is provided with too many operands; number of operands: 101"
    );
    let path = |count: usize| format!("{} = :v", vec!["a"; count].join("."));
    assert!(expression::condition(&path(32), Kind::Filter, &mut placeholders(":v=1")).is_ok());
    assert_eq!(
        filter(&path(33), ""),
        "The document path has too many nesting elements; nesting elements: 33"
    );
}

/// Nothing that fits into an expression is deep enough for the stack.
#[test]
fn depth() {
    for text in [
        "(".repeat(4096),
        format!("{}a=b{}", "(".repeat(2000), ")".repeat(2000)),
        "NOT ".repeat(1024),
        "size(".repeat(800),
        format!("{}a=b", "(NOT ".repeat(800)),
    ] {
        assert!(expression::condition(&text, Kind::Filter, &mut placeholders("")).is_err());
        assert!(expression::update(&format!("SET a = {}", &text[..4000]), &mut placeholders("")).is_err());
    }
    let negated = format!("{}attribute_exists(a)", "NOT ".repeat(299));
    assert!(expression::condition(&negated, Kind::Filter, &mut placeholders("")).is_ok());
}

#[test]
fn names_and_values_of_requests() {
    type Names = Vec<(String, String)>;
    let value = || AttributeValue::Null;
    let new = |names: Option<&[&str]>, values: Option<&[&str]>| {
        let names: Option<Names> = names.map(|all| all.iter().map(|it| ((*it).into(), "a".into())).collect());
        let values: Option<Vec<_>> =
            values.map(|all| all.iter().map(|it| ((*it).to_owned(), value())).collect());
        refused(Placeholders::new(names, values))
    };
    assert_eq!(new(Some(&[]), Some(&[])), "ExpressionAttributeNames must not be empty");
    assert_eq!(new(None, Some(&[])), "ExpressionAttributeValues must not be empty");
    for key in ["a", "#", "#a-b", ":a", "#é"] {
        let expect = format!("ExpressionAttributeNames contains invalid key: Syntax error; key: \"{key}\"");
        assert_eq!(new(Some(&[key]), None), expect);
    }
    assert_eq!(
        new(None, Some(&[":b", "b"])),
        "ExpressionAttributeValues contains invalid key: Syntax error; key: \"b\""
    );
}

#[test]
fn names_and_values_without_use() {
    let mut given = placeholders("#a=a; #b=b; :c=1; :d=1");
    assert!(expression::condition("#a = :c", Kind::Filter, &mut given).is_ok());
    assert_eq!(
        refused(given.finish()),
        "Value provided in ExpressionAttributeNames unused in expressions: keys: {#b}"
    );
    assert!(expression::projection("#b", &mut given).is_ok());
    assert_eq!(
        refused(given.finish()),
        "Value provided in ExpressionAttributeValues unused in expressions: keys: {:d}"
    );
    assert!(expression::update("SET x = :d", &mut given).is_ok());
    assert_eq!(given.finish(), Ok(()));
}

#[test]
fn names_and_values_without_expressions() {
    let update = [(Kind::Update, false), (Kind::Condition, false)];
    let get = [(Kind::Projection, true)];
    for (expressions, names, values, expect) in [
        (&update[..], true, true, "ExpressionAttributeNames can only be specified when using expressions"),
        (
            &update,
            false,
            true,
            "ExpressionAttributeValues can only be specified when using expressions: UpdateExpression and \
             ConditionExpression are null",
        ),
        (
            &[(Kind::Filter, false), (Kind::Projection, true)],
            true,
            true,
            "ExpressionAttributeValues can only be specified when using expressions: FilterExpression is null",
        ),
        (&get, true, true, "ExpressionAttributeValues can only be specified when using expressions"),
    ] {
        assert_eq!(refused(check_use(expressions, names, values)), expect);
    }
    assert_eq!(check_use(&[(Kind::Update, false), (Kind::Condition, true)], true, true), Ok(()));
}
