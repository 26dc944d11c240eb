//! XML -> value: recursive descent over quick-xml's tokens, which follows the schema.
//!
//! Refused are: a document type, entities that are not predefined, characters that XML 1.0 does not have,
//! another encoding than UTF-8, tags that do not match, anything after the root element, more than
//! [`MAX_DEPTH`] open elements (in what is skipped, too); in requests also text between elements, elements
//! inside a simple value, an element that comes twice where the schema has one, and a union without
//! exactly one member. Elements that the schema does not have are skipped.

use std::borrow::Cow;

use asf_schema::{Kind, Member, MemberFlags, Schema, ShapeFlags, TimestampFormat};
use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::XmlOptions;
use super::escape::is_xml_char;
use crate::Timestamp;
use crate::codec::{CodecError, MAX_DEPTH, in_body, text};
use crate::shape::{Mismatch, Scalar, Shape};

/// Reads a whole document into a value. An empty body is an empty structure.
///
/// # Errors
/// When the document is not XML, or not of the schema.
pub fn read_shape(
    schema: Schema,
    bytes: &[u8],
    options: XmlOptions,
    into: &mut dyn Shape,
) -> Result<(), CodecError> {
    if bytes.is_empty() && schema.kind().has_members() {
        into.begin(schema);
        return Ok(());
    }
    let mut reader = XmlReader::new(bytes, options)?;
    let root = reader.root()?;
    reader.value(schema, &root, into)?;
    reader.finish()
}

/// Reads the members of a structure that travel in the body; the others, whatever the body says of
/// them, are left alone. The structure has begun already and may hold what came in headers and paths.
///
/// # Errors
/// When the document is not XML, or not of the schema.
pub fn read_body(
    schema: Schema,
    bytes: &[u8],
    options: XmlOptions,
    into: &mut dyn Shape,
) -> Result<(), CodecError> {
    if bytes.is_empty() {
        return Ok(());
    }
    let mut reader = XmlReader::new(bytes, options)?;
    let root = reader.root()?;
    reader.structure(schema, &root, true, into)?;
    reader.finish()
}

/// Reads a document that is one member (a payload) into the member's value.
///
/// # Errors
/// When the document is not XML, or not of the member's schema.
pub fn read_member(
    member: Member,
    bytes: &[u8],
    options: XmlOptions,
    into: &mut dyn Shape,
) -> Result<(), CodecError> {
    if bytes.is_empty() && member.target().kind().has_members() {
        into.begin(member.target());
        return Ok(());
    }
    let mut reader = XmlReader::new(bytes, options)?;
    let root = reader.root()?;
    reader.place(Place::of_member(member), &root, into)?;
    reader.finish()
}

/// A start tag.
#[derive(Clone)]
pub struct Element<'x> {
    tag: BytesStart<'x>,
    /// `<name/>`: there is no end tag to come.
    empty: bool,
}

impl Element<'_> {
    /// The name without its prefix.
    #[must_use]
    pub fn name(&self) -> &str {
        local(self.tag.name().0)
    }

    /// Whether it says that it is null, as XML Schema has it.
    fn is_nil(&self) -> bool {
        self.tag
            .attributes()
            .flatten()
            .any(|it| local(it.key.0) == "nil" && matches!(it.value.as_ref(), "true" | "1"))
    }
}

/// A name without its prefix.
fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// What is expected next: a shape, and what its member says about it.
#[derive(Clone, Copy)]
struct Place {
    schema: Schema,
    format: Option<TimestampFormat>,
    json_value: bool,
}

impl Place {
    fn of(schema: Schema) -> Self {
        Self { schema, format: schema.row().timestamp_format, json_value: false }
    }

    fn of_member(member: Member) -> Self {
        let json_value = member.has(MemberFlags::JSON_VALUE);
        Self { schema: member.target(), format: member.timestamp_format(), json_value }
    }
}

/// Reads elements one by one: for documents of which not all is a value.
///
/// Every [`Element`] that is handed out has to be consumed, by one of [`value`](Self::value),
/// [`text`](Self::text) and [`skip`](Self::skip), or by [`child`](Self::child) until there is none.
///
/// ```
/// use asf_runtime::codec::xml::{XmlOptions, XmlReader};
///
/// let mut reader = XmlReader::new(b"<Error><Code>NoSuchKey</Code><Key>a</Key></Error>", XmlOptions::LENIENT)?;
/// let error = reader.root()?;
/// let mut code = String::new();
/// while let Some(element) = reader.child(&error)? {
///     match element.name() {
///         "Code" => code = reader.text(&element)?.into_owned(),
///         _ => reader.skip(&element)?,
///     }
/// }
/// reader.finish()?;
/// assert_eq!(code, "NoSuchKey");
/// # Ok::<(), asf_runtime::codec::CodecError>(())
/// ```
pub struct XmlReader<'x> {
    tokens: quick_xml::Reader<&'x [u8]>,
    options: XmlOptions,
    /// Number of open elements.
    open: usize,
    /// Whether ends of lines have to be looked at at all.
    carriage_returns: bool,
    /// Where text is put together that does not come in one piece; kept for its memory.
    scratch: String,
}

impl<'x> XmlReader<'x> {
    /// Reads a document.
    ///
    /// # Errors
    /// When it is not UTF-8, or has characters that XML does not have.
    pub fn new(bytes: &'x [u8], options: XmlOptions) -> Result<Self, CodecError> {
        let text = std::str::from_utf8(bytes).map_err(|_| CodecError::new("the XML is not UTF-8"))?;
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        // One pass without branches, rather than a look at each text.
        let (mut illegal, mut carriage_returns) = (false, false);
        for &byte in text.as_bytes() {
            illegal |= byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r');
            carriage_returns |= byte == b'\r';
        }
        if illegal || (!text.is_ascii() && text.contains(['\u{FFFE}', '\u{FFFF}'])) {
            return Err(CodecError::new("the XML has a character that XML does not allow"));
        }
        Ok(Self {
            tokens: quick_xml::Reader::from_str(text),
            options,
            open: 0,
            carriage_returns,
            scratch: String::new(),
        })
    }

    /// The root element. To be called once, before everything else.
    ///
    /// # Errors
    /// When there is none, or it has not the name that the options ask for.
    pub fn root(&mut self) -> Result<Element<'x>, CodecError> {
        let root = loop {
            match self.token()? {
                Event::Start(tag) => break Element { tag, empty: false },
                Event::Empty(tag) => break Element { tag, empty: true },
                Event::Text(text) if is_blank(&text) => {}
                Event::Decl(declaration) => {
                    if let Some(encoding) = declaration.encoding() {
                        let encoding = encoding.map_err(|error| self.syntax(error))?;
                        if !encoding.eq_ignore_ascii_case("utf-8")
                            && !encoding.eq_ignore_ascii_case("us-ascii")
                        {
                            return Err(CodecError::new("the encoding of the XML is not UTF-8"));
                        }
                    }
                }
                Event::Eof => return Err(CodecError::new("the XML has no root element")),
                _ => return Err(CodecError::new("the XML has text before the root element")),
            }
        };
        match self.options.root {
            Some(name) if name != root.name() => Err(CodecError::new(format!(
                "the root element is '{}' rather than '{name}'",
                text::shortened(root.name())
            ))),
            _ => Ok(root),
        }
    }

    /// Makes sure that nothing is left after the root element.
    ///
    /// # Errors
    /// When there is something.
    pub fn finish(&mut self) -> Result<(), CodecError> {
        loop {
            match self.token()? {
                Event::Eof => return Ok(()),
                Event::Text(text) if is_blank(&text) => {}
                _ => return Err(CodecError::new("the XML goes on after the root element")),
            }
        }
    }

    /// The next element inside another one; `None` after the last.
    ///
    /// # Errors
    /// When the document is not well-formed, or (in requests) there is text between the elements.
    pub fn child(&mut self, parent: &Element<'_>) -> Result<Option<Element<'x>>, CodecError> {
        if parent.empty {
            return Ok(None);
        }
        loop {
            match self.token()? {
                Event::Start(tag) => return Ok(Some(Element { tag, empty: false })),
                Event::Empty(tag) => return Ok(Some(Element { tag, empty: true })),
                Event::End(_) => return Ok(None),
                Event::Text(text) if is_blank(&text) => {}
                Event::Eof => return Err(self.ended()),
                Event::GeneralRef(reference) => {
                    self.character(&reference)?;
                    self.stray_text(parent)?;
                }
                _ => self.stray_text(parent)?,
            }
        }
    }

    /// The text inside an element, which ends with it.
    ///
    /// # Errors
    /// When the document is not well-formed, or (in requests) there are elements inside.
    pub fn text(&mut self, element: &Element<'_>) -> Result<Cow<'x, str>, CodecError> {
        let mut whole = Cow::Borrowed("");
        if element.empty {
            return Ok(whole);
        }
        loop {
            let piece: Cow<'x, str> = match self.token()? {
                Event::End(_) => return Ok(whole),
                Event::Text(piece) if self.carriage_returns => piece.xml10_content(),
                Event::Text(piece) => piece.into_inner(),
                Event::CData(piece) if self.carriage_returns => piece.xml10_content(),
                Event::CData(piece) => piece.into_inner(),
                Event::GeneralRef(reference) => {
                    let character = self.character(&reference)?;
                    self.owned(&mut whole).push(character);
                    continue;
                }
                Event::Start(tag) if !self.options.strict => {
                    self.skip(&Element { tag, empty: false })?;
                    continue;
                }
                Event::Empty(_) if !self.options.strict => continue,
                Event::Eof => return Err(self.ended()),
                _ => {
                    let name = text::shortened(element.name());
                    return Err(CodecError::new(format!("the element '{name}' has elements in it")));
                }
            };
            match &whole {
                Cow::Borrowed("") => whole = piece,
                _ => self.owned(&mut whole).push_str(&piece),
            }
        }
    }

    /// Passes over an element with all that is in it.
    ///
    /// # Errors
    /// When the document is not well-formed.
    pub fn skip(&mut self, element: &Element<'_>) -> Result<(), CodecError> {
        if element.empty {
            return Ok(());
        }
        let outside = self.open.saturating_sub(1);
        loop {
            match self.token()? {
                Event::End(_) if self.open == outside => return Ok(()),
                Event::Eof => return Err(self.ended()),
                Event::GeneralRef(reference) => {
                    self.character(&reference)?;
                }
                _ => {}
            }
        }
    }

    /// Reads an element into a value of a shape.
    ///
    /// # Errors
    /// When the document is not well-formed, or not of the schema.
    pub fn value(
        &mut self,
        schema: Schema,
        element: &Element<'x>,
        into: &mut dyn Shape,
    ) -> Result<(), CodecError> {
        self.place(Place::of(schema), element, into)
    }

    /// The next token that matters. Keeps count of open elements.
    fn token(&mut self) -> Result<Event<'x>, CodecError> {
        loop {
            let event = match self.tokens.read_event() {
                Ok(event) => event,
                Err(error) => return Err(self.syntax(error)),
            };
            match &event {
                Event::Start(_) if self.open >= MAX_DEPTH => {
                    let message = format!("the XML is nested deeper than {MAX_DEPTH} levels");
                    return Err(CodecError::new(message));
                }
                Event::Start(_) => self.open += 1,
                Event::End(_) => self.open = self.open.saturating_sub(1),
                Event::DocType(_) => return Err(CodecError::new("the XML has a document type")),
                Event::Comment(_) | Event::PI(_) => continue,
                Event::Eof if self.open > 0 => return Err(self.ended()),
                _ => {}
            }
            return Ok(event);
        }
    }

    fn syntax(&self, error: impl std::fmt::Display) -> CodecError {
        let at = self.tokens.error_position();
        CodecError::new(format!("the XML is not well-formed at byte {at}: {error}"))
    }

    fn ended(&self) -> CodecError {
        CodecError::new("the XML ends inside an element")
    }

    fn stray_text(&self, parent: &Element<'_>) -> Result<(), CodecError> {
        match self.options.strict {
            true => {
                let name = text::shortened(parent.name());
                Err(CodecError::new(format!("the element '{name}' has text between its elements")))
            }
            false => Ok(()),
        }
    }

    /// What a reference stands for. Services answer with references to control characters (S3 does), so
    /// clients take them.
    fn character(&self, reference: &BytesRef<'_>) -> Result<char, CodecError> {
        match reference.as_ref() {
            "lt" => return Ok('<'),
            "gt" => return Ok('>'),
            "amp" => return Ok('&'),
            "quot" => return Ok('"'),
            "apos" => return Ok('\''),
            _ => {}
        }
        match reference.resolve_char_ref() {
            Ok(Some(character)) if is_xml_char(character) || !self.options.strict => Ok(character),
            Ok(None) => {
                let name = text::shortened(reference);
                Err(CodecError::new(format!("the XML refers to the unknown entity '{name}'")))
            }
            _ => Err(CodecError::new("the XML refers to a character that XML does not allow")),
        }
    }

    /// Text that can be added to.
    fn owned<'t>(&mut self, text: &'t mut Cow<'x, str>) -> &'t mut String {
        if let Cow::Borrowed(borrowed) = text {
            let mut owned = std::mem::take(&mut self.scratch);
            owned.clear();
            owned.push_str(borrowed);
            *text = Cow::Owned(owned);
        }
        text.to_mut()
    }

    fn place(&mut self, place: Place, element: &Element<'x>, into: &mut dyn Shape) -> Result<(), CodecError> {
        let schema = place.schema;
        match schema.kind() {
            Kind::Structure | Kind::Union => {
                into.begin(schema);
                self.structure(schema, element, false, into)
            }
            Kind::List => {
                into.begin(schema);
                self.list(schema, element, into)
            }
            Kind::Map => {
                into.begin(schema);
                while let Some(child) = self.child(element)? {
                    match self.options.strict && child.name() != "entry" {
                        true => self.skip(&child)?,
                        false => self.entry(schema, &child, into)?,
                    }
                }
                Ok(())
            }
            _ => {
                let text = self.text(element)?;
                let read = self.simple(place, &text, into);
                self.recycle(text);
                read
            }
        }
    }

    fn structure(
        &mut self,
        schema: Schema,
        element: &Element<'x>,
        body_only: bool,
        into: &mut dyn Shape,
    ) -> Result<(), CodecError> {
        if !element.tag.attributes_raw().is_empty() {
            self.attributes(schema, element, into)?;
        }
        let elsewhere = MemberFlags::STREAMING | MemberFlags::EVENT_STREAM;
        let mut last = None;
        while let Some(child) = self.child(element)? {
            let Some(member) = self.find(schema, child.name(), last.unwrap_or(0)) else {
                self.skip(&child)?;
                continue;
            };
            let is_here = |it: Member| {
                !it.row().flags.intersects(elsewhere)
                    && (!body_only || in_body(it.location(), self.options.output))
            };
            // A header and a member of the body may share their name.
            let same_name = |it: &Member| is_here(*it) && self.options.names.element(*it) == child.name();
            let found = if is_here(member) { Some(member) } else { schema.members().find(same_name) };
            let Some(member) = found else {
                self.skip(&child)?;
                continue;
            };
            let row = member.row();
            let other = last.is_some_and(|it| it != member.index());
            if other && schema.kind() == Kind::Union {
                return Err(only_one(schema));
            }
            last = Some(member.index());
            self.member(member, &child, into).map_err(|error| error.within(row.name))?;
        }
        match schema.kind() == Kind::Union && last.is_none() && self.options.strict {
            true => Err(only_one(schema)),
            false => Ok(()),
        }
    }

    /// The member of an element's name. `last` is the one before, which in a flattened list comes again;
    /// otherwise the next one is the likeliest.
    fn find(&self, schema: Schema, name: &str, last: usize) -> Option<Member> {
        let names = self.options.names;
        let len = schema.len();
        for index in [last, last + 1] {
            if index < len && names.element(schema.member(index)) == name {
                return Some(schema.member(index));
            }
        }
        let by_element = || schema.members().find(|it| names.element(*it) == name);
        let by_wire_name = || schema.member_on_wire(name, len);
        match names {
            super::Names::Wire => by_wire_name().or_else(by_element),
            super::Names::Query => by_element().or_else(by_wire_name),
        }
    }

    fn attributes(
        &mut self,
        schema: Schema,
        element: &Element<'_>,
        into: &mut dyn Shape,
    ) -> Result<(), CodecError> {
        for attribute in element.tag.attributes() {
            let attribute = attribute.map_err(|error| self.syntax(error))?;
            let name = attribute.key.0;
            if name == "xmlns" || name.starts_with("xmlns:") {
                continue;
            }
            // A member is called `xsi:type`; the prefix in the document may be another one.
            let is_it =
                |it: &Member| it.has(MemberFlags::XML_ATTRIBUTE) && local(it.wire_name()) == local(name);
            let Some(member) = schema.members().find(is_it) else { continue };
            let value =
                attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| self.syntax(error))?;
            if self.options.strict && !value.chars().all(is_xml_char) {
                return Err(CodecError::new("the XML refers to a character that XML does not allow"));
            }
            let slot = into.slot(member.index()).ok_or(Mismatch)?;
            self.simple(Place::of_member(member), &value, slot)
                .map_err(|error| error.within(member.name()))?;
        }
        Ok(())
    }

    fn member(
        &mut self,
        member: Member,
        element: &Element<'x>,
        into: &mut dyn Shape,
    ) -> Result<(), CodecError> {
        let place = Place::of_member(member);
        let index = member.index();
        let there = into.get(index).is_some();
        match place.schema.kind() {
            kind @ (Kind::List | Kind::Map) if member.has(MemberFlags::FLATTENED) => {
                let collection = into.slot(index).ok_or(Mismatch)?;
                if !there {
                    collection.begin(place.schema);
                }
                match kind {
                    Kind::List => self.item(place.schema, element, collection),
                    _ => self.entry(place.schema, element, collection),
                }
            }
            _ if there && self.options.strict => Err(CodecError::new("the element is there twice")),
            _ if there => self.skip(element),
            kind if kind.is_simple() && !self.options.strict => {
                let text = self.text(element)?;
                let nothing = is_blank(&text) && !matches!(kind, Kind::String | Kind::Blob);
                let read = match nothing {
                    true => Ok(()),
                    false => {
                        let slot = into.slot(index).ok_or(Mismatch)?;
                        self.simple(place, &text, slot)
                    }
                };
                self.recycle(text);
                read
            }
            _ => self.place(place, element, into.slot(index).ok_or(Mismatch)?),
        }
    }

    fn list(
        &mut self,
        schema: Schema,
        element: &Element<'x>,
        into: &mut dyn Shape,
    ) -> Result<(), CodecError> {
        let name = self.options.names.of(schema.member(0));
        let mut index = 0;
        while let Some(child) = self.child(element)? {
            if self.options.strict && child.name() != name && child.name() != "member" {
                self.skip(&child)?;
                continue;
            }
            self.item(schema, &child, into).map_err(|error| error.within(index))?;
            index += 1;
        }
        Ok(())
    }

    fn item(
        &mut self,
        schema: Schema,
        element: &Element<'x>,
        into: &mut dyn Shape,
    ) -> Result<(), CodecError> {
        let slot = into.slot(0).ok_or(Mismatch)?;
        if schema.has(ShapeFlags::SPARSE) && element.is_nil() {
            self.skip(element)?;
            return Ok(slot.set_null()?);
        }
        self.place(Place::of_member(schema.member(0)), element, slot)
    }

    /// The key usually comes first. Where the value does, it is read when the key is known, from a copy
    /// of the tokens.
    fn entry(
        &mut self,
        schema: Schema,
        element: &Element<'x>,
        into: &mut dyn Shape,
    ) -> Result<(), CodecError> {
        let Some((key_member, member)) = schema.key_value() else { return Err(Mismatch.into()) };
        let (key_name, value_name) = (self.options.names.of(key_member), self.options.names.of(member));
        let sparse = schema.has(ShapeFlags::SPARSE);
        let place = Place::of_member(member);
        let (mut key, mut had_key, mut had_value) = (None, false, false);
        let mut later = None;
        while let Some(child) = self.child(element)? {
            if child.name() == key_name && !had_key {
                had_key = true;
                let text = self.text(&child)?;
                key = Some(text.as_ref().to_owned());
                self.recycle(text);
            } else if child.name() == value_name && !had_value {
                had_value = true;
                let Some(key) = key.take() else {
                    later = Some((self.tokens.clone(), self.open, child.clone()));
                    self.skip(&child)?;
                    continue;
                };
                let slot = into.entry(key).ok_or(Mismatch)?;
                self.entry_value(place, sparse, &child, slot).map_err(|error| error.within(value_name))?;
            } else {
                self.skip(&child)?;
            }
        }
        match (key, later) {
            _ if !had_key => Err(CodecError::new("an entry of the map has no key")),
            (Some(key), Some((tokens, open, child))) => {
                let slot = into.entry(key).ok_or(Mismatch)?;
                let here = std::mem::replace(&mut self.tokens, tokens);
                let open_here = std::mem::replace(&mut self.open, open);
                self.entry_value(place, sparse, &child, slot).map_err(|error| error.within(value_name))?;
                (self.tokens, self.open) = (here, open_here);
                Ok(())
            }
            // A key without a value has an empty one, if there is such a thing.
            (Some(key), None) => {
                let slot = into.entry(key).ok_or(Mismatch)?;
                if !place.schema.kind().is_simple() {
                    slot.begin(place.schema);
                    return Ok(());
                }
                self.simple(place, "", slot).map_err(|error| error.within(value_name))
            }
            (None, _) => Ok(()),
        }
    }

    fn entry_value(
        &mut self,
        place: Place,
        sparse: bool,
        element: &Element<'x>,
        into: &mut dyn Shape,
    ) -> Result<(), CodecError> {
        if sparse && element.is_nil() {
            self.skip(element)?;
            return Ok(into.set_null()?);
        }
        self.place(place, element, into)
    }

    fn simple(&self, place: Place, content: &str, into: &mut dyn Shape) -> Result<(), CodecError> {
        let Place { schema, format, json_value } = place;
        let format = format.unwrap_or(self.options.timestamp_format);
        if json_value {
            let document =
                serde_json::from_str(content).map_err(|_| CodecError::new("the text is not JSON"))?;
            return Ok(into.set(Scalar::Document(Cow::Owned(document)))?);
        }
        match schema.kind() {
            Kind::String => Ok(into.set(Scalar::Str(content))?),
            Kind::Timestamp if !self.options.strict => {
                let content = trimmed(content);
                let others =
                    [TimestampFormat::DateTime, TimestampFormat::HttpDate, TimestampFormat::EpochSeconds];
                match others.iter().find_map(|it| Timestamp::parse(content, *it).ok()) {
                    Some(at) => Ok(into.set(Scalar::Time(at))?),
                    None => text::read(schema, content, format, into),
                }
            }
            // Services break base64 into lines.
            Kind::Blob if content.contains(is_space) => {
                let joined: String = content.chars().filter(|it| !is_space(*it)).collect();
                text::read(schema, &joined, format, into)
            }
            _ => text::read(schema, trimmed(content), format, into),
        }
    }

    fn recycle(&mut self, text: Cow<'x, str>) {
        if let Cow::Owned(owned) = text {
            self.scratch = owned;
        }
    }
}

fn only_one(schema: Schema) -> CodecError {
    CodecError::new(format!("exactly one member of the union {} has to be set", schema.name()))
}

fn is_space(it: char) -> bool {
    matches!(it, ' ' | '\t' | '\n' | '\r')
}

fn trimmed(text: &str) -> &str {
    text.trim_matches(is_space)
}

fn is_blank(text: &str) -> bool {
    text.bytes().all(|it| matches!(it, b' ' | b'\t' | b'\n' | b'\r'))
}
