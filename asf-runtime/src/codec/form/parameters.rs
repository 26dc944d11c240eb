//! The parameters of a request, decoded and in an order in which they can be walked as a tree.

use std::cmp::Ordering;

use crate::codec::CodecError;

/// Greatest number of parameters in a request. CloudWatch's PutMetricData, the longest there is, has
/// about 30,000 in its 1 MB.
const MAX_PARAMETERS: usize = 1 << 17;

/// The parameters of a request.
///
/// The text of all of them is decoded into one buffer. They are sorted by name, segment by segment, with
/// numbers by their value: so the parameters below any prefix (`Tags.member.2.`) are a range, and the
/// items of a list come in their order. Those of one name keep the order in which they came.
#[derive(Debug)]
pub struct Parameters {
    text: String,
    pairs: Vec<Pair>,
}

/// Where in the text a name and its value end and start; 16 bytes, as there can be many.
#[derive(Clone, Copy, Debug)]
struct Pair {
    name: (u32, u32),
    value: (u32, u32),
}

impl Parameters {
    /// Reads the parameters of a query string and a body; a request may have either or both.
    ///
    /// # Errors
    /// When a `%` is not followed by two hexadecimal digits, the decoded text is not UTF-8, or there are
    /// too many parameters.
    pub fn read(query: Option<&str>, body: &[u8]) -> Result<Self, CodecError> {
        let sources = [query.unwrap_or_default().as_bytes(), body];
        let length = sources.iter().map(|it| it.len() + 2).sum();
        if u32::try_from(length).is_err() {
            return Err(CodecError::new("the parameters are too long"));
        }
        let mut text = Vec::with_capacity(length);
        let mut pairs = Vec::new();
        for piece in sources.into_iter().flat_map(|it| it.split(|&byte| byte == b'&')) {
            if piece.is_empty() {
                continue;
            }
            if pairs.len() == MAX_PARAMETERS {
                return Err(CodecError::new(format!("there are more than {MAX_PARAMETERS} parameters")));
            }
            let mut halves = piece.splitn(2, |&byte| byte == b'=');
            let name = decode(halves.next().unwrap_or_default(), &mut text)?;
            // The separators are kept, so that the text is UTF-8 only if each name and value is.
            text.push(b'=');
            let value = decode(halves.next().unwrap_or_default(), &mut text)?;
            text.push(b'&');
            pairs.push(Pair { name, value });
        }
        let text = String::from_utf8(text).map_err(|_| CodecError::new("the parameters are not UTF-8"))?;
        let mut parameters = Self { text, pairs: Vec::new() };
        pairs.sort_by(|left, right| compare(parameters.slice(left.name), parameters.slice(right.name)));
        parameters.pairs = pairs;
        Ok(parameters)
    }

    /// The value of the parameter of this name; of the first, if there are several.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let at = self.pairs.partition_point(|pair| compare(self.slice(pair.name), name).is_lt());
        let pair = self.pairs.get(at)?;
        (self.slice(pair.name) == name).then(|| self.slice(pair.value))
    }

    /// Names and values, sorted.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|pair| (self.slice(pair.name), self.slice(pair.value)))
    }

    /// All of them.
    pub(super) fn root(&self) -> Node<'_> {
        Node { parameters: self, own: &[], below: &self.pairs, start: 0 }
    }

    fn slice(&self, (start, end): (u32, u32)) -> &str {
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }
}

/// The parameters of one prefix: those whose name it is, and those whose name goes on after it.
#[derive(Clone, Copy)]
pub(super) struct Node<'p> {
    parameters: &'p Parameters,
    own: &'p [Pair],
    below: &'p [Pair],
    /// Where in the names of those below the next segment starts.
    start: usize,
}

impl<'p> Node<'p> {
    /// The value of the prefix itself.
    ///
    /// # Errors
    /// When it is there more than once, and not always with the same value.
    pub(super) fn value(&self) -> Result<Option<&'p str>, CodecError> {
        let Some((first, others)) = self.own.split_first() else { return Ok(None) };
        let value = self.parameters.slice(first.value);
        match others.iter().all(|it| self.parameters.slice(it.value) == value) {
            true => Ok(Some(value)),
            false => Err(CodecError::new("the parameter is there twice")),
        }
    }

    /// The next segments, each with its parameters, sorted.
    pub(super) fn children(&self) -> impl Iterator<Item = (&'p str, Node<'p>)> + use<'p> {
        let Self { parameters, below: mut rest, start, .. } = *self;
        std::iter::from_fn(move || {
            let name = parameters.slice(rest.first()?.name);
            let segment = name.get(start..)?.split('.').next()?;
            let end = start + segment.len();
            // All names below share what is before `start`, and the sorting has put those of a segment
            // together, the bare ones first.
            let rest_of = |pair: &Pair| parameters.slice(pair.name).get(start..)?.strip_prefix(segment);
            let own = rest.iter().take_while(|it| rest_of(it) == Some("")).count();
            let (own, others) = rest.split_at(own);
            let goes_on = |it: &&Pair| rest_of(it).is_some_and(|rest| rest.starts_with('.'));
            let (below, others) = others.split_at(others.iter().take_while(goes_on).count());
            rest = others;
            Some((segment, Node { parameters, own, below, start: end + 1 }))
        })
    }
}

/// Appends a name or value without its percent-encoding. Decoders at hand let a broken escape through as
/// it is; here it is an error.
fn decode(mut encoded: &[u8], text: &mut Vec<u8>) -> Result<(u32, u32), CodecError> {
    let start = text.len();
    while let Some(at) = encoded.iter().position(|byte| matches!(byte, b'%' | b'+')) {
        let (plain, rest) = encoded.split_at(at);
        text.extend_from_slice(plain);
        encoded = match rest {
            [b'+', rest @ ..] => {
                text.push(b' ');
                rest
            }
            [b'%', high, low, rest @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                text.push(digit(*high) << 4 | digit(*low));
                rest
            }
            _ => return Err(CodecError::new("a '%' is not followed by two hexadecimal digits")),
        };
    }
    text.extend_from_slice(encoded);
    // Checked before: the whole fits.
    Ok((start as u32, text.len() as u32))
}

fn digit(hex: u8) -> u8 {
    match hex {
        b'0'..=b'9' => hex - b'0',
        _ => (hex | 0x20).wrapping_sub(b'a').wrapping_add(10),
    }
}

/// The order of names: a dot before everything else, a number before a longer one.
fn compare(left: &str, right: &str) -> Ordering {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    let at = common(left, right);
    // No longer than either of them.
    let ((before, left), (_, right)) = (left.split_at(at), right.split_at(at));
    let digits = |text: &[u8]| text.iter().take_while(|it| it.is_ascii_digit()).count();
    let (left_digits, right_digits) = (digits(left), digits(right));
    let in_number = before.last().is_some_and(u8::is_ascii_digit) || (left_digits > 0 && right_digits > 0);
    let rank = |text: &[u8]| text.first().map(|&byte| (byte != b'.', byte));
    match in_number {
        true => left_digits.cmp(&right_digits).then_with(|| rank(left).cmp(&rank(right))),
        false => rank(left).cmp(&rank(right)),
    }
}

/// The length of the beginning that two names share: most share a long one.
fn common(left: &[u8], right: &[u8]) -> usize {
    let (left_chunks, _) = left.as_chunks::<8>();
    let (right_chunks, _) = right.as_chunks::<8>();
    let chunks = left_chunks.iter().zip(right_chunks).take_while(|(left, right)| left == right).count();
    let start = chunks * 8;
    let ((_, left), (_, right)) = (left.split_at(start), right.split_at(start));
    start + left.iter().zip(right).take_while(|(left, right)| left == right).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(query: Option<&str>, body: &str) -> Result<Vec<(String, String)>, String> {
        let parameters = Parameters::read(query, body.as_bytes()).map_err(|error| error.to_string())?;
        Ok(parameters.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    #[test]
    fn decoded() {
        for (query, body, expected) in [
            (None, "", vec![]),
            (None, "&&", vec![]),
            (None, "a", vec![("a", "")]),
            (None, "a=", vec![("a", "")]),
            (None, "=b", vec![("", "b")]),
            (None, "a=b=c", vec![("a", "b=c")]),
            (None, "a=+%20%2B%26%3d&b=%C3%A9\u{e9}", vec![("a", "  +&="), ("b", "\u{e9}\u{e9}")]),
            (Some("b=1"), "a=2&b=3", vec![("a", "2"), ("b", "1"), ("b", "3")]),
            (Some("a.1=x"), "", vec![("a.1", "x")]),
        ] {
            let expected: Vec<_> =
                expected.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            assert_eq!(names(query, body), Ok(expected), "{query:?} {body}");
        }
    }

    #[test]
    fn refused() {
        let escape = "a '%' is not followed by two hexadecimal digits";
        let utf_8 = "the parameters are not UTF-8";
        let many = "&a".repeat(MAX_PARAMETERS + 1);
        for (body, expected) in [
            (b"a=%".as_slice(), escape),
            (b"a=%1", escape),
            (b"a=%g1", escape),
            (b"a=%1g", escape),
            (b"%=1", escape),
            (b"a=%+1", escape),
            (b"a=%ff", utf_8),
            (b"a=\xff", utf_8),
            // Neither half of a character is one.
            (b"a%C3=%A9", utf_8),
            (b"a=%C3&%A9=b", utf_8),
            (many.as_bytes(), "there are more than 131072 parameters"),
        ] {
            let error = Parameters::read(None, body).unwrap_err();
            assert_eq!(error.to_string(), expected);
        }
    }

    #[test]
    fn found() {
        let parameters = Parameters::read(Some("b=1&Action=x"), b"b=2&c.1=3&b.1=4").unwrap();
        for (name, expected) in
            [("Action", Some("x")), ("b", Some("1")), ("c", None), ("c.1", Some("3")), ("", None)]
        {
            assert_eq!(parameters.get(name), expected);
        }
    }

    /// Each name comes before all that follow it.
    #[test]
    fn sorted() {
        let names = [
            "", ".", ".a", "-", "1", "1.a", "2", "9", "10", "10.a", "01", "A.1", "A.2", "A.2.x", "A.10",
            "A.10.x", "A.100", "A-B", "A-B.1", "AB", "a", "a.b.c", "a.b.1", "a1", "a1.b", "a1b", "a2", "a10",
            "aa", "\u{e9}",
        ];
        let names = {
            let mut names = names.to_vec();
            names.sort_by(|left, right| compare(left, right));
            names
        };
        for (index, left) in names.iter().enumerate() {
            assert_eq!(compare(left, left), Ordering::Equal);
            for right in &names[index + 1..] {
                assert_eq!(compare(left, right), Ordering::Less, "{left} {right}");
                assert_eq!(compare(right, left), Ordering::Greater, "{left} {right}");
            }
        }
        let position = |name: &str| names.iter().position(|it| *it == name).unwrap();
        for (left, right) in
            [("A.2.x", "A.10"), ("A.10.x", "A.100"), ("A.100", "A-B"), ("a", "a.b.1"), ("9", "10")]
        {
            assert!(position(left) < position(right), "{left} {right}");
        }
    }
}
