//! The reading of a SAML response: the parts of its assertion that AWS looks at.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// Deepest nesting of elements, and most texts that are kept.
const MAX_DEPTH: usize = 64;
const MAX_TEXTS: usize = 1_000;

/// What an assertion says. Prefixes of elements are not looked at: identity providers use what they like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assertion {
    /// `Issuer` of the assertion.
    pub issuer: Option<String>,
    /// `NameID` of the subject.
    pub subject: Option<String>,
    /// Its `Format`.
    pub subject_format: Option<String>,
    /// `Recipient` of `SubjectConfirmationData`.
    pub recipient: Option<String>,
    /// `NotOnOrAfter` of `Conditions` and `SubjectConfirmationData`.
    pub not_on_or_after: Vec<String>,
    /// `Audience`s.
    pub audiences: Vec<String>,
    /// `SessionNotOnOrAfter` of `AuthnStatement`.
    pub session_not_on_or_after: Option<String>,
    /// `Attribute`s: name and values, in the order of the assertion.
    pub attributes: Vec<(String, Vec<String>)>,
}

impl Assertion {
    /// Reads a response, or an assertion alone. `None` if it is not well-formed XML, is nested deeper than
    /// 64 elements or has more than 1,000 values, or has no assertion in it (one that is encrypted cannot
    /// be read).
    #[must_use]
    pub fn read(xml: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(xml).ok()?;
        let mut reader = Reader::from_str(text);
        let mut walk = Walk::default();
        loop {
            match reader.read_event().ok()? {
                Event::Start(start) => walk.open(&start)?,
                Event::Empty(start) => {
                    walk.open(&start)?;
                    walk.close()?;
                }
                Event::End(_) => walk.close()?,
                Event::Text(text) => walk.text.push_str(&text.into_inner()),
                Event::CData(text) => walk.text.push_str(&text.into_inner()),
                Event::GeneralRef(reference) => walk.text.push_str(&resolve(&reference)?),
                Event::DocType(_) => return None,
                Event::Eof => break,
                _ => {}
            }
        }
        (walk.seen && walk.path.is_empty()).then_some(walk.found)
    }
}

/// An entity: one of the five predefined, or a character by number.
fn resolve(reference: &quick_xml::events::BytesRef<'_>) -> Option<String> {
    if let Some(letter) = reference.resolve_char_ref().ok()? {
        return Some(letter.to_string());
    }
    quick_xml::escape::resolve_predefined_entity(reference).map(str::to_owned)
}

#[derive(Default)]
struct Walk {
    /// Local names of the open elements.
    path: Vec<String>,
    text: String,
    texts: usize,
    seen: bool,
    found: Assertion,
}

impl Walk {
    fn open(&mut self, start: &BytesStart<'_>) -> Option<()> {
        if self.path.len() >= MAX_DEPTH {
            return None;
        }
        let name = start.local_name().as_ref().to_owned();
        self.text.clear();
        match name.as_str() {
            "Assertion" => {
                // Of several assertions the first counts.
                if self.seen && !self.is_within("Assertion") {
                    return None;
                }
                self.seen = true;
            }
            "NameID" => self.found.subject_format = attribute(start, "Format")?,
            "SubjectConfirmationData" => {
                self.found.recipient = attribute(start, "Recipient")?;
                let end = attribute(start, "NotOnOrAfter")?;
                self.keep_end(end)?;
            }
            "Conditions" => {
                let end = attribute(start, "NotOnOrAfter")?;
                self.keep_end(end)?;
            }
            "AuthnStatement" => {
                self.found.session_not_on_or_after = attribute(start, "SessionNotOnOrAfter")?;
            }
            "Attribute" => {
                self.count()?;
                let name = attribute(start, "Name")?.unwrap_or_default();
                self.found.attributes.push((name, Vec::new()));
            }
            _ => {}
        }
        self.path.push(name);
        Some(())
    }

    fn close(&mut self) -> Option<()> {
        let name = self.path.pop()?;
        let text = std::mem::take(&mut self.text).trim().to_owned();
        let parent = self.path.last().map(String::as_str);
        match (parent, name.as_str()) {
            (Some("Assertion"), "Issuer") => self.found.issuer = Some(text),
            (Some("Subject"), "NameID") => self.found.subject = Some(text),
            (Some("AudienceRestriction"), "Audience") => {
                self.count()?;
                self.found.audiences.push(text);
            }
            (Some("Attribute"), "AttributeValue") => {
                self.count()?;
                if let Some((_, values)) = self.found.attributes.last_mut() {
                    values.push(text);
                }
            }
            _ => {}
        }
        Some(())
    }

    fn is_within(&self, name: &str) -> bool {
        self.path.iter().any(|open| open == name)
    }

    fn keep_end(&mut self, end: Option<String>) -> Option<()> {
        if let Some(end) = end {
            self.count()?;
            self.found.not_on_or_after.push(end);
        }
        Some(())
    }

    fn count(&mut self) -> Option<()> {
        self.texts += 1;
        (self.texts <= MAX_TEXTS).then_some(())
    }
}

/// The value of an attribute. The outer `None` is one that is not well-formed.
fn attribute(start: &BytesStart<'_>, name: &str) -> Option<Option<String>> {
    for attribute in start.attributes() {
        let attribute = attribute.ok()?;
        if attribute.key.local_name().as_ref() == name {
            return quick_xml::escape::unescape(&attribute.value).ok().map(|text| Some(text.into_owned()));
        }
    }
    Some(None)
}
