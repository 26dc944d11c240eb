//! Items as answers have them: written from where they lie, without a copy in the generated types.

use std::cell::OnceCell;
use std::sync::Arc;

use asf_api_dynamodb::AttributeValue as Generated;
use asf_runtime::codec::json::{write_key, write_str};
use asf_runtime::{Map, Shape};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::to_item;
use crate::models::{AttributeValue, Item};
use crate::store::ItemRecord;

/// An item of an answer. In JSON it writes itself; whoever asks for its parts (other protocols, patches) has it in
/// the generated types from then on.
#[derive(Debug, Default)]
pub struct Shown {
    item: Source,
    generated: OnceCell<Box<Map<Generated>>>,
}

#[derive(Debug)]
enum Source {
    /// As it is stored.
    Stored(Arc<ItemRecord>),
    /// Made for the answer.
    Made(Item),
}

impl Default for Source {
    fn default() -> Self {
        Self::Made(Item::new())
    }
}

impl From<Arc<ItemRecord>> for Shown {
    fn from(item: Arc<ItemRecord>) -> Self {
        Self { item: Source::Stored(item), generated: OnceCell::new() }
    }
}

impl From<Item> for Shown {
    fn from(item: Item) -> Self {
        Self { item: Source::Made(item), generated: OnceCell::new() }
    }
}

impl Shown {
    /// The attributes.
    #[must_use]
    pub fn item(&self) -> &Item {
        match &self.item {
            Source::Stored(record) => &record.item,
            Source::Made(item) => item,
        }
    }

    /// In the generated types.
    #[must_use]
    pub fn into_generated(self) -> Map<Generated> {
        match self.item {
            Source::Stored(record) => to_item(Arc::unwrap_or_clone(record).item),
            Source::Made(item) => to_item(item),
        }
    }

    /// About the bytes that it takes as JSON.
    fn room(&self) -> usize {
        match &self.item {
            Source::Stored(record) => record.size as usize + 20 * record.item.len() + 32,
            Source::Made(item) => 20 * item.len(),
        }
    }

    fn generated(&self) -> &Map<Generated> {
        self.generated.get_or_init(|| Box::new(to_item(self.item().clone())))
    }
}

impl Shape for Shown {
    fn len(&self) -> usize {
        self.item().len()
    }

    fn get(&self, index: usize) -> Option<&dyn Shape> {
        Shape::get(self.generated(), index)
    }

    fn key(&self, index: usize) -> Option<&str> {
        self.generated().key(index)
    }

    fn write_json(&self, out: &mut Vec<u8>) -> bool {
        out.reserve(self.room());
        write_item(self.item(), out);
        true
    }
}

/// Items of an answer in their order.
#[derive(Debug, Default)]
pub struct ShownItems(pub Vec<Shown>);

impl Shape for ShownItems {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn get(&self, index: usize) -> Option<&dyn Shape> {
        self.0.get(index).map(|it| it as &dyn Shape)
    }

    fn write_json(&self, out: &mut Vec<u8>) -> bool {
        // At once, so that a page is not moved again and again as it grows.
        out.reserve(self.0.iter().map(Shown::room).sum::<usize>() + 2);
        write_list(b"[", self.0.iter(), out, |it, out| write_item(it.item(), out));
        true
    }
}

fn write_item(item: &Item, out: &mut Vec<u8>) {
    out.push(b'{');
    for (name, value) in item {
        write_key(name, out);
        write_value(value, out);
    }
    out.push(b'}');
}

/// As in the rest of the crate no value is nested so deeply that this would be too deep.
fn write_value(value: &AttributeValue, out: &mut Vec<u8>) {
    match value {
        AttributeValue::S(text) => {
            out.extend_from_slice(b"{\"S\":");
            write_str(text, out);
        }
        AttributeValue::N(number) => {
            out.extend_from_slice(b"{\"N\":\"");
            number.write(out);
            out.push(b'"');
        }
        AttributeValue::B(bytes) => {
            out.extend_from_slice(b"{\"B\":");
            write_bytes(bytes, out);
        }
        AttributeValue::SS(set) => write_list(b"{\"SS\":[", set.iter(), out, |it, out| write_str(it, out)),
        AttributeValue::NS(set) => write_list(b"{\"NS\":[", set.iter(), out, |it, out| {
            out.push(b'"');
            it.write(out);
            out.push(b'"');
        }),
        AttributeValue::BS(set) => write_list(b"{\"BS\":[", set.iter(), out, |it, out| write_bytes(it, out)),
        AttributeValue::M(map) => {
            out.extend_from_slice(b"{\"M\":");
            write_item(map, out);
        }
        AttributeValue::L(list) => write_list(b"{\"L\":[", list.iter(), out, write_value),
        AttributeValue::Null => out.extend_from_slice(b"{\"NULL\":true"),
        AttributeValue::Bool(true) => out.extend_from_slice(b"{\"BOOL\":true"),
        AttributeValue::Bool(false) => out.extend_from_slice(b"{\"BOOL\":false"),
    }
    out.push(b'}');
}

/// A list up to its end.
fn write_list<T>(
    begin: &[u8],
    members: impl Iterator<Item = T>,
    out: &mut Vec<u8>,
    write: impl Fn(T, &mut Vec<u8>),
) {
    out.extend_from_slice(begin);
    for (position, member) in members.enumerate() {
        if position > 0 {
            out.push(b',');
        }
        write(member, out);
    }
    out.push(b']');
}

fn write_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    let start = out.len();
    out.resize(start + bytes.len().div_ceil(3) * 4, 0);
    // There is room for exactly this.
    let written = STANDARD.encode_slice(bytes, &mut out[start..]).unwrap_or_default();
    out.truncate(start + written);
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use asf_api_dynamodb::PutItemInput;
    use asf_runtime::Structure as _;
    use asf_runtime::codec::json::{JsonOptions, write_shape};
    use asf_runtime::shape::copy_shape;

    use super::*;

    /// What is written at once is what the generated types are written as, and so is a copy.
    #[test]
    fn as_the_generated_types_have_it() {
        let text = r#"{"s":{"S":"a \"b\"\u0001é"},"n":{"N":"-0.0125"},"b":{"B":"AAEC"},"ss":{"SS":["b","a"]},
            "ns":{"NS":["1","1e2"]},"bs":{"BS":["AAEC","AA=="]},"":{"S":""},
            "m":{"M":{"":{"M":{}},"\"":{"L":[{"NULL":true},{"BOOL":true},{"BOOL":false},{"L":[]}]}}}}"#;
        let json = serde_json::from_str(text).unwrap();
        let item = crate::json::read_item(json).unwrap();
        let schema = PutItemInput::schema_of().member_named("Item").unwrap().target();
        let written = |it: &dyn Shape| {
            let mut out = Vec::new();
            write_shape(schema, it, JsonOptions::STRICT, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let expected = written(&to_item(item.clone()));
        let stored = Arc::new(ItemRecord::from(item.clone()));
        for shown in [Shown::from(item.clone()), Shown::from(stored)] {
            assert_eq!(written(&shown), expected);
            let mut copy = Map::<Generated>::default();
            copy_shape(schema, &shown, &mut copy).unwrap();
            assert_eq!(written(&copy), expected);
            assert_eq!(written(&shown.into_generated()), expected);
        }
        assert_eq!(written(&Shown::default()), "{}");
        let page = ShownItems(vec![item.clone().into(), item.into()]);
        let mut out = Vec::new();
        assert!(page.write_json(&mut out));
        assert_eq!(String::from_utf8(out).unwrap(), format!("[{expected},{expected}]"));
    }
}
