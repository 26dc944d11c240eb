//! The tokens of a pattern, and where AWS's reader stands with each.
//!
//! The text is known to be JSON without white space. The reader that AWS uses looks ahead and reads late, which shows
//! in the columns of its errors: it stands behind a token, but behind the opening quote of a string whose text nobody
//! has asked for, and, with the name of a member, where it will stand with the value
//! (test_sns_filter_policy::test_validate_policy).

/// A token.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    ObjectStart,
    ObjectEnd,
    ArrayStart,
    ArrayEnd,
    Name(String),
    Text(String),
    Number { text: String, value: f64 },
    True,
    False,
    Null,
}

impl Token {
    /// As the reader shows it.
    pub(crate) fn shown(&self) -> &str {
        match self {
            Self::ObjectStart => "{",
            Self::ObjectEnd => "}",
            Self::ArrayStart => "[",
            Self::ArrayEnd => "]",
            Self::Name(text) | Self::Text(text) | Self::Number { text, .. } => text,
            Self::True => "true",
            Self::False => "false",
            Self::Null => "null",
        }
    }
}

/// Reads tokens from front to back.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    text: &'a str,
    /// Behind the last token.
    end: usize,
    /// Where AWS's reader stands.
    at: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, end: 0, at: 0 }
    }

    /// What is still to be read.
    pub(crate) fn rest(&self) -> &'a str {
        self.text.get(self.end..).unwrap_or_default()
    }

    pub(crate) fn source(&self) -> &'a str {
        self.text
    }

    /// The column at which AWS's reader stands, from 1.
    pub(crate) fn column(&self) -> usize {
        self.text.get(..self.at).unwrap_or_default().chars().count() + 1
    }

    /// The text of the string that was read last is looked at: the reader goes behind it.
    pub(crate) fn finish(&mut self) {
        self.at = self.end;
    }

    /// The next token; behind the last, ends of objects.
    pub(crate) fn next(&mut self) -> Token {
        while self.rest().starts_with([',', ':']) {
            self.end += 1;
        }
        let rest = self.rest();
        let (token, length) = lex(rest);
        let begin = self.end;
        self.end += length;
        self.at = if matches!(token, Token::Text(_)) { begin + 1 } else { self.end };
        let Token::Text(name) = token else { return token };
        if !self.rest().starts_with(':') {
            return Token::Text(name);
        }
        let value = self.end + 1;
        let (ahead, length) = lex(self.text.get(value..).unwrap_or_default());
        self.at = if matches!(ahead, Token::Text(_)) { value + 1 } else { value + length };
        Token::Name(name)
    }
}

/// The token that a text begins with, and its length in bytes.
fn lex(text: &str) -> (Token, usize) {
    let single = match text.bytes().next() {
        None => return (Token::ObjectEnd, 0),
        Some(b'{') => Token::ObjectStart,
        Some(b'}') => Token::ObjectEnd,
        Some(b'[') => Token::ArrayStart,
        Some(b']') => Token::ArrayEnd,
        Some(b'"') => {
            let length = string_length(text);
            let content = text.get(..length).and_then(|it| serde_json::from_str(it).ok());
            return (Token::Text(content.unwrap_or_default()), length);
        }
        Some(b't') => return (Token::True, 4),
        Some(b'f') => return (Token::False, 5),
        Some(b'n') => return (Token::Null, 4),
        Some(_) => {
            let length = text.find([',', ']', '}']).unwrap_or(text.len());
            let number = text.get(..length).unwrap_or_default();
            let value = number.parse().unwrap_or(f64::NAN);
            return (Token::Number { text: number.to_owned(), value }, length);
        }
    };
    (single, 1)
}

/// The length of the string that a text begins with, quotes included.
fn string_length(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}
