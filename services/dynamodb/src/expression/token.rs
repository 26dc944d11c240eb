//! Cuts an expression into tokens.

use super::Kind;
use crate::error::DynamoError;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A letter, then letters, digits and `_`: an attribute, a function, or a keyword.
    Word,
    /// `#name`.
    Name,
    /// `:value`.
    Value,
    /// Digits: the index of a list.
    Digits,
    /// One of `( ) [ ] , . + - = <> < <= > >=`.
    Symbol,
    /// A character that stands in no expression.
    Other,
    /// Behind the last.
    End,
}

/// A token and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'s> {
    pub(super) kind: TokenKind,
    pub(super) text: &'s str,
    start: usize,
}

impl Token<'_> {
    pub(super) fn is(&self, symbol: &str) -> bool {
        self.kind == TokenKind::Symbol && self.text == symbol
    }

    /// Whether it is a keyword; these have no case.
    pub(super) fn is_keyword(&self, keyword: &str) -> bool {
        self.kind == TokenKind::Word && self.text.eq_ignore_ascii_case(keyword)
    }
}

/// The tokens of an expression, and where reading has come to.
pub(super) struct Tokens<'s> {
    pub(super) kind: Kind,
    source: &'s str,
    tokens: Vec<Token<'s>>,
    position: usize,
}

impl<'s> Tokens<'s> {
    pub(super) fn new(source: &'s str, kind: Kind) -> Self {
        let mut tokens = Vec::with_capacity(source.len() / 4 + 2);
        let mut start = 0;
        while let Some(first) = source[start..].chars().next() {
            let rest = &source[start..];
            if first.is_whitespace() {
                start += first.len_utf8();
                continue;
            }
            let (kind, length) = measure(rest, first);
            tokens.push(Token { kind, text: &rest[..length], start });
            start += length;
        }
        tokens.push(Token { kind: TokenKind::End, text: "", start });
        Self { kind, source, tokens, position: 0 }
    }

    /// The token that comes next, [`TokenKind::End`] at the end and ever after.
    pub(super) fn peek(&self) -> Token<'s> {
        self.at(self.position)
    }

    /// The token behind that one.
    pub(super) fn peek_second(&self) -> Token<'s> {
        self.at(self.position + 1)
    }

    fn at(&self, position: usize) -> Token<'s> {
        let end = Token { kind: TokenKind::End, text: "", start: self.source.len() };
        self.tokens.get(position).copied().unwrap_or(end)
    }

    /// How many tokens have been taken.
    pub(super) fn position(&self) -> usize {
        self.position
    }

    /// Takes the next token.
    pub(super) fn next(&mut self) -> Token<'s> {
        let token = self.peek();
        self.position += 1;
        token
    }

    /// Takes the next token if it is this symbol.
    pub(super) fn take(&mut self, symbol: &str) -> bool {
        let found = self.peek().is(symbol);
        self.position += usize::from(found);
        found
    }

    /// Takes the next token if it is this keyword.
    pub(super) fn take_keyword(&mut self, keyword: &str) -> bool {
        let found = self.peek().is_keyword(keyword);
        self.position += usize::from(found);
        found
    }

    /// Takes the next token, which has to be this symbol.
    pub(super) fn expect(&mut self, symbol: &str) -> Result<(), DynamoError> {
        if self.take(symbol) { Ok(()) } else { Err(self.syntax_error()) }
    }

    /// That the next token cannot stand where it does. AWS shows it with the text from the token before it
    /// to the one behind it (conformance: updateItem; aws/aws-cdk#7591: `token: ":", near: "hits : incr"`).
    pub(super) fn syntax_error(&self) -> DynamoError {
        let position = self.position.min(self.tokens.len() - 1);
        let token = self.at(position);
        let first = self.at(position.saturating_sub(1));
        let last = self.at(position + 1);
        let last = if last.kind == TokenKind::End { token } else { last };
        let near = self.source[first.start..last.start + last.text.len()].trim_end();
        let text = if token.kind == TokenKind::End { "<EOF>" } else { token.text };
        self.kind.invalid(format_args!("Syntax error; token: \"{text}\", near: \"{near}\""))
    }
}

/// The kind and the length of the token at the front of a text that begins with `first`.
fn measure(text: &str, first: char) -> (TokenKind, usize) {
    let word = |from: usize| {
        from + text[from..].bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count()
    };
    match first {
        'a'..='z' | 'A'..='Z' => (TokenKind::Word, word(1)),
        '0'..='9' => (TokenKind::Digits, text.bytes().take_while(u8::is_ascii_digit).count()),
        '#' if word(1) > 1 => (TokenKind::Name, word(1)),
        ':' if word(1) > 1 => (TokenKind::Value, word(1)),
        '<' if text.starts_with("<>") || text.starts_with("<=") => (TokenKind::Symbol, 2),
        '>' if text.starts_with(">=") => (TokenKind::Symbol, 2),
        '(' | ')' | '[' | ']' | ',' | '.' | '+' | '-' | '=' | '<' | '>' => (TokenKind::Symbol, 1),
        _ => (TokenKind::Other, first.len_utf8()),
    }
}
