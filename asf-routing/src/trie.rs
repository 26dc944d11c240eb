//! Method and path -> operation.
//!
//! The trie's edges are path segments. A literal segment is tried before a label, a label before a greedy
//! label, so the first match is the most specific one, as long as its constant query arguments are there.
//! A greedy label takes one segment or more, and may be followed by others; there is one a path at most.
//!
//! Assumptions, which hold for all models: a segment is a literal or a label, never a mixture; a trailing
//! slash tells no two operations of a service apart, so it is not asked for, and only decides between
//! services; a label is not empty.

use std::borrow::Cow;

use http::HeaderMap;

use crate::candidates::Candidates;
use crate::request::pairs;
use crate::table::{BEARER, DEPRECATED, Leaf, Node, Place, SLASH, Table, UNSIGNED, sketch};

/// How many segments may follow a greedy label; models have one.
const AFTER_GREEDY: usize = 8;

/// What is looked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Search<'a> {
    pub(crate) candidates: &'a Candidates,
    /// [`method_number`](crate::table::method_number).
    pub(crate) method: u8,
    pub(crate) query: &'a str,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) host: &'a str,
    /// Path and query.
    pub(crate) uri: &'a str,
    /// The request is not signed: operations that need no signature are the likelier ones.
    pub(crate) unsigned: bool,
    /// It has a bearer token.
    pub(crate) bearer: bool,
}

/// What was found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    pub(crate) service: u16,
    pub(crate) operation: u16,
    /// How many segments are literals; a version (`2015-03-31`, `v1`) counts for two.
    pub(crate) literals: u8,
    score: Score,
}

impl Found {
    /// Everything that is required is there.
    pub(crate) fn is_complete(&self) -> bool {
        self.score.complete
    }

    /// Everything that is required is there, and it is called as it is signed.
    pub(crate) fn is_called_so(&self) -> bool {
        self.score.complete && self.score.auth
    }
}

/// How well an operation fits; compared from the first field on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Score {
    /// Constant arguments, all of which are there; one with a value counts for two.
    constants: u8,
    /// `x-id`, in which SDKs of Smithy's name S3's operations, names it.
    named: bool,
    /// Everything that is required is there.
    complete: bool,
    /// How much of what is required is there.
    required: u8,
    /// The host name begins as the model wants it.
    host: bool,
    /// An ARN in it is of this service, and of none of its siblings.
    arn: bool,
    /// It is called as it is signed.
    auth: bool,
    /// The trailing slash is as in the model.
    slash: bool,
    current: bool,
    /// 255 minus the service's rank.
    preference: u8,
}

/// The operation of a path. `bucket` is a segment that stands before it.
pub(crate) fn find(table: &Table, search: Search<'_>, bucket: Option<&str>, path: &str) -> Option<Found> {
    let mut walk = Walk { table, search, arguments: Arguments::of(search.query), literals: 0, best: None };
    let rest = path.strip_prefix('/').unwrap_or(path);
    let root = table.node(0);
    match bucket {
        Some(bucket) => walk.segment(&root, bucket, Some(rest)),
        None => walk.rest(&root, Some(rest)),
    };
    walk.best
}

struct Walk<'a> {
    table: &'a Table,
    search: Search<'a>,
    arguments: Arguments<'a>,
    /// Of the path to the node.
    literals: u8,
    best: Option<Found>,
}

impl Walk<'_> {
    /// Goes on below a node; true when nothing better can come. `rest` is what follows the slash after the
    /// node's segment; `None` where the path ends without one.
    fn rest(&mut self, node: &Node, rest: Option<&str>) -> bool {
        let Some(text) = rest.filter(|text| !text.is_empty()) else {
            return self.leaves(node, rest.is_some());
        };
        let (segment, rest) = match text.split_once('/') {
            Some((segment, rest)) => (segment, Some(rest)),
            None => (text, None),
        };
        self.segment(node, segment, rest) || node.greedy().is_some_and(|greedy| self.greedy(greedy, text))
    }

    /// Takes one segment, as a literal or a label.
    fn segment(&mut self, node: &Node, segment: &str, rest: Option<&str>) -> bool {
        let literal = self.table.literal(node, segment).or_else(|| {
            // `%40connections`: some clients encode what they need not.
            segment.contains('%').then(|| self.table.literal(node, &decoded(segment)))?
        });
        if let Some(child) = literal {
            let before = self.literals;
            self.literals = before.saturating_add(1 + u8::from(is_version(segment)));
            if self.rest(&self.table.node(child), rest) {
                return true;
            }
            self.literals = before;
        }
        let label = node.label().filter(|_| !segment.is_empty());
        label.is_some_and(|child| self.rest(&self.table.node(child), rest))
    }

    /// Takes all segments, or all but some of the last ones.
    fn greedy(&mut self, child: u16, text: &str) -> bool {
        let node = self.table.node(child);
        if node.literals > 0 || node.has_label {
            let ends = text.rmatch_indices('/').take(AFTER_GREEDY).filter(|(at, _)| *at > 0);
            for (at, _) in ends {
                let after = text.get(at + 1..).unwrap_or_default();
                if !after.is_empty() && self.rest(&node, Some(after)) {
                    return true;
                }
            }
        }
        self.leaves(&node, text.ends_with('/'))
    }

    /// Looks at the operations of a node; true when one fits in every way.
    fn leaves(&mut self, node: &Node, slash: bool) -> bool {
        let before = self.best;
        let mut best: Option<Found> = None;
        for leaf in self.table.leaves(node) {
            let may_fit = leaf.method == self.search.method
                && leaf.may_fit(self.arguments.sketch)
                && self.search.candidates.contains(leaf.service);
            if !may_fit {
                continue;
            }
            let Some(score) = self.score(&leaf, slash) else { continue };
            if best.is_none_or(|best| best.score < score) {
                best = Some(Found {
                    service: leaf.service,
                    operation: leaf.operation,
                    literals: self.literals,
                    score,
                });
            }
        }
        let Some(best) = best else { return false };
        // What came before is more specific, unless it lacks something and is another service's.
        if before.is_none_or(|before| best.score.complete && before.service != best.service) {
            self.best = Some(best);
        }
        best.score.complete
    }

    /// How well it fits; `None` if it does not.
    fn score(&self, leaf: &Leaf, slash: bool) -> Option<Score> {
        let mut constants = 0_u8;
        for (name, value) in self.table.constants(leaf) {
            if !self.arguments.has(name, value) {
                return None;
            }
            constants = constants.saturating_add(1 + u8::from(!value.is_empty()));
        }
        let (mut complete, mut required, mut host, mut arn) = (true, 0_u8, true, false);
        for (name, place) in self.table.required(leaf) {
            let there = match place {
                Place::Query => self.arguments.has(name, ""),
                Place::Header => self.search.headers.contains_key(name),
                Place::Host => {
                    host = self.search.host.starts_with(name);
                    continue;
                }
                Place::Arn => {
                    arn = arn || decoded(self.search.uri).contains(name);
                    continue;
                }
            };
            required = required.saturating_add(u8::from(there));
            complete &= there;
        }
        let operation = || self.table.operation_name(leaf.operation);
        Some(Score {
            constants,
            named: self.arguments.id.is_some_and(|id| id == operation()),
            complete,
            required,
            host,
            arn,
            auth: if self.search.bearer {
                leaf.has(BEARER)
            } else {
                leaf.has(UNSIGNED) == self.search.unsigned
            },
            slash: leaf.has(SLASH) == slash,
            current: !leaf.has(DEPRECATED),
            preference: u8::MAX - self.table.service(leaf.service).rank,
        })
    }
}

/// How many query arguments are looked at; more than any operation has.
const MAX_ARGUMENTS: usize = 32;

/// The arguments of a query string.
struct Arguments<'a> {
    pairs: [(&'a str, &'a str); MAX_ARGUMENTS],
    len: usize,
    /// Of all names.
    sketch: u64,
    /// `x-id`.
    id: Option<&'a str>,
}

impl<'a> Arguments<'a> {
    fn of(query: &'a str) -> Self {
        let mut it = Self { pairs: [("", ""); MAX_ARGUMENTS], len: 0, sketch: 0, id: None };
        if !query.is_empty() {
            for (slot, pair) in it.pairs.iter_mut().zip(pairs(query)) {
                *slot = pair;
                it.len += 1;
                it.sketch |= if pair.0.contains('%') { u64::MAX } else { sketch(pair.0) };
                if pair.0 == "x-id" {
                    it.id = Some(pair.1);
                }
            }
        }
        it
    }

    /// Whether there is an argument of this name, and of this value if it is not empty.
    fn has(&self, name: &str, value: &str) -> bool {
        let there = self.pairs.iter().take(self.len);
        let is_value = |other: &str| value.is_empty() || other == value || decoded(other) == value;
        there.into_iter().any(|(key, other)| {
            (*key == name || (key.contains('%') && decoded(key) == name)) && is_value(other)
        })
    }
}

/// `2015-03-31`, `v1`, `v20180820`.
fn is_version(segment: &str) -> bool {
    let number = segment.strip_prefix('v').unwrap_or(segment);
    number.starts_with(|it: char| it.is_ascii_digit())
}

/// Without percent-encoding.
fn decoded(text: &str) -> Cow<'_, str> {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy()
}
