//! A query out of its text.
//!
//! The grammar is sqlparser's. What S3 Select has besides is dealt with on the way there, token by token: the path
//! behind `S3Object`, and `IS MISSING`.

use sqlparser::dialect::GenericDialect;
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, Tokenizer};

use super::compile::compile;
use super::fault;
use super::query::{Query, Step};
use crate::error::Fault;

/// Bytes of a query (S3's "List of SELECT Object Content Error Codes", `ExpressionTooLong`).
const MAX: usize = 256 << 10;
/// Levels of a query that its text nests.
const DEPTH: usize = 64;
/// Operators and keywords of a query. `1+1+1+..` is a tree that is as deep as it is long, the parser does not count
/// that as nesting, and each level takes some of the thread's stack.
const OPERATORS: usize = 500;
/// Bytes of stack to parse and to evaluate on: some functions take many KiB a level where they are not optimised.
pub(crate) const STACK: usize = 32 << 20;

/// Reads a query.
///
/// # Errors
/// `ExpressionTooLong`, `ParseUnexpectedToken`, `ParseUnsupportedSyntax`, `ParseSelectMissingFrom` and the like.
pub(crate) fn parse(text: &str) -> Result<Query, Fault> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("s3-select-parse".to_owned()).stack_size(STACK);
        let thread = thread.spawn_scoped(scope, || parse_here(text)).ok();
        let parsed = thread.and_then(|it| it.join().ok());
        parsed.unwrap_or_else(|| {
            Err(fault("InternalError", "We encountered an internal error. Please try again."))
        })
    })
}

fn parse_here(text: &str) -> Result<Query, Fault> {
    if text.len() > MAX {
        return Err(fault(
            "ExpressionTooLong",
            "The SQL expression is too long: The maximum byte-length for the SQL expression is 256 KB.",
        ));
    }
    let dialect = GenericDialect {};
    let tokens = Tokenizer::new(&dialect, text).tokenize();
    let tokens = tokens.map_err(|error| fault("LexerInvalidChar", error.to_string()))?;
    let mut tokens: Vec<Token> =
        tokens.into_iter().filter(|it| !matches!(it, Token::Whitespace(_))).collect();
    if tokens.iter().filter(|it| is_operator(it)).count() > OPERATORS {
        return Err(too_deep());
    }
    let from = take_path(&mut tokens)?;
    replace_missing(&mut tokens);
    let mut parser = Parser::new(&dialect).with_recursion_limit(DEPTH).with_tokens(tokens);
    let query = parser.parse_query().map_err(of_parser)?;
    while parser.consume_token(&Token::SemiColon) {}
    if parser.peek_token().token != Token::EOF {
        return Err(unexpected(format!("Unexpected token found: {}", parser.peek_token().token)));
    }
    compile(*query, from)
}

pub(super) fn unexpected(message: impl Into<std::borrow::Cow<'static, str>>) -> Fault {
    fault("ParseUnexpectedToken", message)
}

pub(super) fn unsupported() -> Fault {
    fault("ParseUnsupportedSyntax", "The SQL expression contains unsupported syntax.")
}

fn of_parser(error: ParserError) -> Fault {
    match error {
        ParserError::TokenizerError(message) | ParserError::ParserError(message) => unexpected(message),
        ParserError::RecursionLimitExceeded => too_deep(),
    }
}

fn too_deep() -> Fault {
    fault("ParseUnsupportedSyntax", "The SQL expression is nested too deep.")
}

/// Whether a token may put one more level onto what stands before it: all that is no operand and no punctuation.
fn is_operator(token: &Token) -> bool {
    match token {
        Token::Word(word) => word.keyword != Keyword::NoKeyword,
        Token::Number(..) | Token::SingleQuotedString(_) | Token::DoubleQuotedString(_) => false,
        Token::Comma | Token::Period | Token::LParen | Token::RParen | Token::EOF => false,
        _ => true,
    }
}

fn is_keyword(token: Option<&Token>, keyword: Keyword) -> bool {
    matches!(token, Some(Token::Word(word)) if word.keyword == keyword)
}

/// Takes the path out that follows `FROM S3Object`.
fn take_path(tokens: &mut Vec<Token>) -> Result<Vec<Step>, Fault> {
    let missing = || {
        fault("ParseSelectMissingFrom", "The SQL expression contains a missing FROM after the SELECT list.")
    };
    let is_table = |token: Option<&Token>| matches!(token, Some(Token::Word(word)) if word.value.eq_ignore_ascii_case("s3object"));
    let at = (0..tokens.len())
        .find(|at| is_keyword(tokens.get(*at), Keyword::FROM) && is_table(tokens.get(at + 1)))
        .ok_or_else(missing)?;
    let start = at + 2;
    let (mut end, mut steps) = (start, Vec::new());
    loop {
        let rest = (tokens.get(end), tokens.get(end + 1), tokens.get(end + 2));
        let (step, length) = match rest {
            (Some(Token::LBracket), Some(Token::Mul), Some(Token::RBracket)) => (Step::Each, 3),
            (Some(Token::LBracket), Some(Token::Number(number, _)), Some(Token::RBracket)) => {
                (Step::Index(number.parse().map_err(|_| unsupported())?), 3)
            }
            (Some(Token::LBracket), Some(Token::SingleQuotedString(name)), Some(Token::RBracket)) => {
                (Step::Member { name: name.clone(), is_exact: true }, 3)
            }
            (Some(Token::Period), Some(Token::Word(word)), _) => {
                (Step::Member { name: word.value.clone(), is_exact: word.quote_style.is_some() }, 2)
            }
            (Some(Token::Period), Some(Token::Mul), _) => (Step::Each, 2),
            _ => break,
        };
        steps.push(step);
        end += length;
    }
    tokens.drain(start..end);
    Ok(steps)
}

/// `IS MISSING` is `IS UNKNOWN` to the parser.
fn replace_missing(tokens: &mut [Token]) {
    for at in 1..tokens.len() {
        let before = tokens.get(at - 1);
        let is_condition = is_keyword(before, Keyword::IS)
            || (is_keyword(before, Keyword::NOT) && at > 1 && is_keyword(tokens.get(at - 2), Keyword::IS));
        let is_missing = matches!(
            tokens.get(at),
            Some(Token::Word(word)) if word.quote_style.is_none() && word.value.eq_ignore_ascii_case("missing")
        );
        if is_condition
            && is_missing
            && let Some(token) = tokens.get_mut(at)
        {
            *token = Token::make_keyword("UNKNOWN");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    /// What the parser of a query says, or nothing.
    fn refusal(expression: &str) -> Option<String> {
        parse(&format!("SELECT {expression} FROM S3Object s")).err().map(|it| it.to_string())
    }

    // A stack that is too small ends the process, so these are run or the test is killed.
    #[test]
    fn a_query_may_be_long_but_not_deep() {
        for chain in ["1+", "'a'||", "1=1 AND ", "1=2 OR ", "1*"] {
            assert_eq!(refusal(&format!("{}1", chain.repeat(200))), None, "{chain}");
            let refused = refusal(&format!("{}1", chain.repeat(20_000))).unwrap_or_default();
            assert!(refused.contains("nested too deep"), "{chain}: {refused}");
        }
        for suffix in [" IS NULL", " BETWEEN 1 AND 2", " IN (1)", " LIKE 'a'", "[0]", "::int"] {
            let refused = refusal(&format!("s.a{}", suffix.repeat(15_000))).unwrap_or_default();
            assert!(refused.contains("nested too deep"), "{suffix}: {refused}");
        }
        for prefix in ["- ", "NOT ", "("] {
            assert!(refusal(&format!("{}1", prefix.repeat(5_000))).is_some(), "{prefix}");
        }
        assert_eq!(refusal(&format!("1 IN ({}1)", "1,".repeat(20_000))), None);
        assert_eq!(refusal(&vec!["s.c"; 20_000].join(",")), None);
    }

    #[test]
    fn the_deepest_query_fits_on_the_stack() {
        assert_eq!(refusal(&format!("{}1", "1+".repeat(super::OPERATORS - 2))), None);
    }
}
