//! Values as requests have them, in types that take a sixth of the room of the generated ones, which have a field for
//! every type of value. They are read into, checked and turned into the domain's without a copy of what is in them.

use asf_api_dynamodb::AttributeValue as Generated;
use asf_runtime::schema::Schema;
use asf_runtime::{Bytes, Map, Shape, Structure as _};

/// From how many attributes on they are found by hashing.
const MANY: usize = 24;

/// A value. To whom it is read by its schema it is a structure with a member for each type.
#[derive(Debug, Default)]
#[allow(missing_docs, reason = "the names are those of the service's types")]
pub enum Received {
    /// Of no type, which is an error.
    #[default]
    Nothing,
    S(String),
    N(String),
    B(Bytes),
    SS(Vec<String>),
    NS(Vec<String>),
    BS(Vec<Bytes>),
    M(Attributes),
    L(Vec<Received>),
    Null(bool),
    Bool(bool),
    /// Of several types, which is an error.
    Several(Box<Generated>),
}

impl Received {
    /// The one member that is there.
    fn member(&self) -> Option<(usize, &dyn Shape)> {
        Some(match self {
            Self::S(text) => (0, text),
            Self::N(text) => (1, text),
            Self::B(bytes) => (2, bytes),
            Self::SS(set) => (3, set),
            Self::NS(set) => (4, set),
            Self::BS(set) => (5, set),
            Self::M(map) => (6, map),
            Self::L(list) => (7, list),
            Self::Null(it) => (8, it),
            Self::Bool(it) => (9, it),
            Self::Nothing | Self::Several(_) => return None,
        })
    }

    fn empty(index: usize) -> Option<Self> {
        Some(match index {
            0 => Self::S(String::new()),
            1 => Self::N(String::new()),
            2 => Self::B(Bytes::new()),
            3 => Self::SS(Vec::new()),
            4 => Self::NS(Vec::new()),
            5 => Self::BS(Vec::new()),
            6 => Self::M(Attributes::default()),
            7 => Self::L(Vec::new()),
            8 => Self::Null(false),
            9 => Self::Bool(false),
            _ => return None,
        })
    }

    /// As the generated type has it.
    fn generated(self) -> Generated {
        let mut it = Generated::default();
        match self {
            Self::Nothing => {}
            Self::S(text) => it.s = Some(text),
            Self::N(text) => it.n = Some(text),
            Self::B(bytes) => it.b = Some(bytes),
            Self::SS(set) => it.ss = Some(set),
            Self::NS(set) => it.ns = Some(set),
            Self::BS(set) => it.bs = Some(set),
            Self::M(map) => it.m = Some(map.into_iter().map(|(name, it)| (name, it.generated())).collect()),
            Self::L(list) => it.l = Some(list.into_iter().map(Self::generated).collect()),
            Self::Null(null) => it.null = Some(null),
            Self::Bool(bool) => it.bool = Some(bool),
            Self::Several(several) => return *several,
        }
        it
    }

    /// The values that the generated type has, by type in the order of its fields.
    pub(super) fn all(it: Generated) -> impl Iterator<Item = Self> {
        let Generated { s, n, b, ss, ns, bs, m, l, null, bool } = it;
        let all = [
            s.map(Self::S),
            n.map(Self::N),
            b.map(Self::B),
            ss.map(Self::SS),
            ns.map(Self::NS),
            bs.map(Self::BS),
            m.map(|map| Self::M(map.into())),
            l.map(|list| Self::L(list.into_iter().map(Self::from).collect())),
            null.map(Self::Null),
            bool.map(Self::Bool),
        ];
        all.into_iter().flatten()
    }
}

impl From<Generated> for Received {
    fn from(it: Generated) -> Self {
        let Generated { s, n, b, ss, ns, bs, m, l, null, bool } = &it;
        let present = [
            s.is_some(),
            n.is_some(),
            b.is_some(),
            ss.is_some(),
            ns.is_some(),
            bs.is_some(),
            m.is_some(),
            l.is_some(),
            null.is_some(),
            bool.is_some(),
        ];
        match present.into_iter().filter(|it| *it).count() {
            0 | 1 => Self::all(it).next().unwrap_or_default(),
            _ => Self::Several(Box::new(it)),
        }
    }
}

impl Shape for Received {
    fn schema(&self) -> Option<Schema> {
        Some(Generated::schema_of())
    }

    fn get(&self, index: usize) -> Option<&dyn Shape> {
        match self {
            Self::Several(it) => it.get(index),
            _ => self.member().filter(|(at, _)| *at == index).map(|(_, it)| it),
        }
    }

    fn variant(&self) -> Option<(usize, &dyn Shape)> {
        self.member()
    }

    fn slot(&mut self, index: usize) -> Option<&mut dyn Shape> {
        match self.member().map(|(at, _)| at) {
            Some(at) if at == index => {}
            Some(_) => *self = Self::Several(Box::new(std::mem::take(self).generated())),
            None if matches!(self, Self::Nothing) => *self = Self::empty(index)?,
            None => {}
        }
        Some(match self {
            Self::Nothing => return None,
            Self::S(text) | Self::N(text) => text,
            Self::B(bytes) => bytes,
            Self::SS(set) | Self::NS(set) => set,
            Self::BS(set) => set,
            Self::M(map) => map,
            Self::L(list) => list,
            Self::Null(it) | Self::Bool(it) => it,
            Self::Several(it) => return it.slot(index),
        })
    }
}

/// Attributes by name, in the order in which they came.
#[derive(Debug)]
pub enum Attributes {
    /// So few that looking at each is the fastest way to find one.
    Few(Vec<(String, Received)>),
    /// Any number.
    Many(Box<Map<Received>>),
}

impl Default for Attributes {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl From<Map<Generated>> for Attributes {
    fn from(map: Map<Generated>) -> Self {
        Self::Few(map.into_iter().map(|(name, it)| (name, it.into())).collect())
    }
}

impl IntoIterator for Attributes {
    type Item = (String, Received);
    type IntoIter = IntoIter;

    fn into_iter(self) -> IntoIter {
        match self {
            Self::Few(few) => IntoIter::Few(few.into_iter()),
            Self::Many(many) => IntoIter::Many((*many).into_iter()),
        }
    }
}

/// The attributes in their order.
#[derive(Debug)]
#[allow(missing_docs, reason = "the names are those of `Attributes`")]
pub enum IntoIter {
    Few(std::vec::IntoIter<(String, Received)>),
    Many(<Map<Received> as IntoIterator>::IntoIter),
}

impl Iterator for IntoIter {
    type Item = (String, Received);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Few(few) => few.next(),
            Self::Many(many) => many.next(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match self {
            Self::Few(few) => few.size_hint(),
            Self::Many(many) => many.size_hint(),
        }
    }
}

impl Shape for Attributes {
    fn len(&self) -> usize {
        match self {
            Self::Few(few) => few.len(),
            Self::Many(many) => many.len(),
        }
    }

    fn get(&self, index: usize) -> Option<&dyn Shape> {
        match self {
            Self::Few(few) => few.get(index).map(|(_, it)| it as &dyn Shape),
            Self::Many(many) => many.get_index(index).map(|(_, it)| it as &dyn Shape),
        }
    }

    fn key(&self, index: usize) -> Option<&str> {
        match self {
            Self::Few(few) => few.get(index).map(|(name, _)| name.as_str()),
            Self::Many(many) => many.get_index(index).map(|(name, _)| name.as_str()),
        }
    }

    fn entry(&mut self, key: String) -> Option<&mut dyn Shape> {
        if let Self::Few(few) = self
            && few.len() >= MANY
        {
            *self = Self::Many(Box::new(std::mem::take(few).into_iter().collect()));
        }
        match self {
            Self::Few(few) => {
                let index = match few.iter().position(|(name, _)| *name == key) {
                    Some(index) => index,
                    None => {
                        few.push((key, Received::Nothing));
                        few.len() - 1
                    }
                };
                let (_, it) = few.get_mut(index)?;
                *it = Received::Nothing;
                Some(it)
            }
            Self::Many(many) => Shape::entry(&mut **many, key),
        }
    }
}

#[cfg(test)]
mod tests {
    use asf_runtime::codec::json::{JsonOptions, read_shape, write_shape};

    use super::*;

    fn names() -> Vec<&'static str> {
        Generated::schema_of().members().map(asf_runtime::schema::Member::name).collect()
    }

    /// The numbers in here are those of the schema.
    #[test]
    fn members_have_the_numbers_of_the_schema() {
        assert_eq!(names(), ["S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL"]);
        for index in 0..names().len() {
            let mut it = Received::default();
            assert!(it.slot(index).is_some());
            assert_eq!(it.variant().map(|(at, _)| at), Some(index));
        }
        assert!(Received::default().slot(10).is_none());
    }

    /// What there are many of is small.
    #[test]
    fn small() {
        assert_eq!(size_of::<Received>(), 40);
        assert!(size_of::<Generated>() > 5 * size_of::<Received>());
    }

    /// What the generated type is read from and written as, this is too.
    #[test]
    fn as_the_generated_type_has_it() {
        let many: Vec<String> = (0..60).map(|it| format!(r#""a{}":{{"N":"{it}"}}"#, it % 40)).collect();
        for text in [
            r#"{"S":"a"}"#,
            r#"{"N":"1"}"#,
            r#"{"B":"AAEC"}"#,
            r#"{"SS":["a","b"]}"#,
            r#"{"NS":["1"]}"#,
            r#"{"BS":["AAEC"]}"#,
            r#"{"M":{"b":{"S":"x"},"a":{"L":[{"NULL":true},{"BOOL":false}]},"b":{"N":"2"}}}"#,
            r#"{}"#,
            r#"{"BOOL":true,"S":"a"}"#,
            r#"{"M":{"a":{"S":"a","N":"1"}},"S":"a","L":[]}"#,
            r#"{"L":[{"S":1}]}"#,
            r#"{"S":"a","S":"b"}"#,
            r#"{"S":"a","N":"1","S":"b"}"#,
            &format!(r#"{{"M":{{{}}}}}"#, many.join(",")),
        ] {
            let schema = Generated::schema_of();
            let read = |into: &mut dyn Shape| {
                let read = read_shape(schema, text.as_bytes(), JsonOptions::STRICT, into);
                read.map_err(|error| error.to_string())
            };
            let written = |it: &dyn Shape| {
                let mut out = Vec::new();
                write_shape(schema, it, JsonOptions::STRICT, &mut out).unwrap();
                String::from_utf8(out).unwrap()
            };
            let (mut ours, mut theirs) = (Received::default(), Generated::default());
            assert_eq!(read(&mut ours), read(&mut theirs), "{text}");
            assert_eq!(written(&ours), written(&theirs), "{text}");
            assert_eq!(ours.generated(), theirs, "{text}");
            assert_eq!(Received::from(theirs.clone()).generated(), theirs, "{text}");
        }
    }
}
