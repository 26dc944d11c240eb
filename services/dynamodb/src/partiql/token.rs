//! Cuts a statement into tokens.

use std::borrow::Cow;

use crate::error::DynamoError;

/// A token, without what quotes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token<'s> {
    /// A keyword, or a name without quotes.
    Word(&'s str),
    /// `"name"`
    Name(Cow<'s, str>),
    /// `'text'`
    Text(Cow<'s, str>),
    /// Digits, with fraction and exponent, without a sign.
    Number(&'s str),
    /// One of [`SYMBOLS`].
    Symbol(&'static str),
    /// Behind the last.
    End,
}

/// Longer ones first.
const SYMBOLS: [&str; 24] = [
    "<<", ">>", "<>", "!=", "<=", ">=", "<", ">", "=", "(", ")", "[", "]", "{", "}", ",", ".", ":", "+", "-",
    "*", "?", ";", "/",
];

/// A statement that cannot be read, and why.
pub(super) fn malformed(reason: &str) -> DynamoError {
    DynamoError::validation(format!("Statement wasn't well formed, can't be processed: {reason}"))
}

/// A token and where it stands: line and column, both from 1, and its length.
#[derive(Clone, Debug)]
pub(super) struct Placed<'s> {
    pub(super) token: Token<'s>,
    start: usize,
    end: usize,
}

/// The tokens of a statement, and where reading has come to.
pub(super) struct Tokens<'s> {
    source: &'s str,
    tokens: Vec<Placed<'s>>,
    position: usize,
}

impl<'s> Tokens<'s> {
    pub(super) fn new(source: &'s str) -> Result<Self, DynamoError> {
        let mut tokens = Vec::new();
        let mut start = 0;
        while let Some(first) = source[start..].chars().next() {
            let rest = &source[start..];
            if first.is_whitespace() {
                start += first.len_utf8();
                continue;
            }
            if rest.starts_with("--") {
                start += rest.find('\n').unwrap_or(rest.len());
                continue;
            }
            if rest.starts_with("/*") {
                start += rest.find("*/").map_or(rest.len(), |end| end + 2);
                continue;
            }
            let (token, length) = cut(rest, first).ok_or_else(|| {
                let (line, column) = place(source, start);
                malformed(&format!("Unexpected character at {line}:{column}:1"))
            })?;
            tokens.push(Placed { token, start, end: start + length });
            start += length;
        }
        tokens.push(Placed { token: Token::End, start, end: start });
        Ok(Self { source, tokens, position: 0 })
    }

    pub(super) fn peek(&self) -> &Token<'s> {
        self.at(self.position)
    }

    pub(super) fn peek_second(&self) -> &Token<'s> {
        self.at(self.position + 1)
    }

    fn at(&self, position: usize) -> &Token<'s> {
        self.tokens.get(position).map_or(&Token::End, |placed| &placed.token)
    }

    pub(super) fn next(&mut self) -> Token<'s> {
        let token = self.peek().clone();
        self.position += 1;
        token
    }

    pub(super) fn is_symbol(&self, symbol: &str) -> bool {
        matches!(self.peek(), Token::Symbol(found) if *found == symbol)
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Token::Word(found) if found.eq_ignore_ascii_case(word))
    }

    pub(super) fn take(&mut self, symbol: &str) -> bool {
        let found = self.is_symbol(symbol);
        self.position += usize::from(found);
        found
    }

    pub(super) fn take_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.position += usize::from(found);
        found
    }

    pub(super) fn expect(&mut self, symbol: &str) -> Result<(), DynamoError> {
        if self.take(symbol) { Ok(()) } else { Err(self.unexpected()) }
    }

    pub(super) fn expect_word(&mut self, word: &str) -> Result<(), DynamoError> {
        if self.take_word(word) { Ok(()) } else { Err(self.unexpected()) }
    }

    /// That the next token cannot stand where it does.
    pub(super) fn unexpected(&self) -> DynamoError {
        match self.tokens.get(self.position) {
            Some(Placed { token, start, end }) if *token != Token::End => {
                let (line, column) = place(self.source, *start);
                let text = &self.source[*start..*end];
                malformed(&format!("Unexpected term {text} at {line}:{column}:{}", text.chars().count()))
            }
            _ => malformed("Unexpected end of statement"),
        }
    }

    /// Where the token before the next one stands: `1:11:1`.
    pub(super) fn last_place(&self) -> String {
        self.position.checked_sub(1).map_or_else(String::new, |position| self.place_of(position))
    }

    /// Where the next token stands.
    pub(super) fn next_place(&self) -> String {
        self.place_of(self.position)
    }

    fn place_of(&self, position: usize) -> String {
        self.tokens.get(position).map_or_else(String::new, |Placed { start, end, .. }| {
            let (line, column) = place(self.source, *start);
            format!("{line}:{column}:{}", self.source[*start..*end].chars().count())
        })
    }
}

fn place(source: &str, start: usize) -> (usize, usize) {
    let before = &source[..start];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

fn cut(text: &str, first: char) -> Option<(Token<'_>, usize)> {
    match first {
        'a'..='z' | 'A'..='Z' | '_' | '$' => {
            let is_part = |it: char| it.is_ascii_alphanumeric() || it == '_' || it == '$';
            let length = text.find(|it| !is_part(it)).unwrap_or(text.len());
            Some((Token::Word(&text[..length]), length))
        }
        '0'..='9' => {
            let length = number_length(text.as_bytes());
            Some((Token::Number(&text[..length]), length))
        }
        '"' => quoted(text, '"').map(|(name, length)| (Token::Name(name), length)),
        '\'' => quoted(text, '\'').map(|(text, length)| (Token::Text(text), length)),
        _ => SYMBOLS
            .into_iter()
            .find(|symbol| text.starts_with(symbol))
            .map(|symbol| (Token::Symbol(symbol), symbol.len())),
    }
}

fn number_length(text: &[u8]) -> usize {
    let digits = |from: usize| from + text[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut length = digits(0);
    // A dot that no digit follows is not the number's.
    if text.get(length) == Some(&b'.') && text.get(length + 1).is_some_and(u8::is_ascii_digit) {
        length = digits(length + 1);
    }
    if matches!(text.get(length), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(text.get(length + 1), Some(b'+' | b'-')));
        let end = digits((length + 1 + sign).min(text.len()));
        if end > length + 1 + sign {
            length = end;
        }
    }
    length
}

/// What stands in quotes, which are doubled in it, and the length with them; `None` if they do not end.
fn quoted(text: &str, quote: char) -> Option<(Cow<'_, str>, usize)> {
    let mut from = 1;
    loop {
        let end = from + text[from..].find(quote)?;
        if !text[end + 1..].starts_with(quote) {
            let inner = &text[1..end];
            let doubled = [quote, quote].iter().collect::<String>();
            let inner = match inner.contains(&doubled) {
                true => Cow::Owned(inner.replace(&doubled, quote.encode_utf8(&mut [0; 4]))),
                false => Cow::Borrowed(inner),
            };
            return Some((inner, end + 1));
        }
        from = end + 2;
    }
}
