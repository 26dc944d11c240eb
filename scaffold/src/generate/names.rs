//! The second step's names: AWS's names as Rust has them, without clashes.

use std::collections::{BTreeSet, HashMap};

use heck::{ToSnakeCase, ToUpperCamelCase};

/// Names that mean something to generated code, or to who imports all of it.
const RESERVED_TYPES: &[&str] = &[
    "Self",
    "Option",
    "Some",
    "None",
    "Result",
    "Ok",
    "Err",
    "String",
    "Vec",
    "Box",
    "Default",
    "Clone",
    "Copy",
    "Send",
    "Sync",
    "Sized",
    "Drop",
    "Fn",
    "FnMut",
    "FnOnce",
    "Iterator",
    "IntoIterator",
    "From",
    "Into",
    "TryFrom",
    "TryInto",
    "AsRef",
    "AsMut",
    "PartialEq",
    "Eq",
    "PartialOrd",
    "Ord",
    "Hash",
    "Debug",
    "ToString",
    "ToOwned",
    "Extend",
    "FromIterator",
    "Future",
    "IntoFuture",
    "Error",
    "Any",
    "DoubleEndedIterator",
    "ExactSizeIterator",
    "Unpin",
    "Shape",
    "Structure",
    "Transport",
    "RequestContext",
];

/// Words in AWS's capitals that heck would take apart.
const WORDS: &[(&str, &str)] = &[
    ("IPv4", "Ipv4"),
    ("IPv6", "Ipv6"),
    ("OAuth", "Oauth"),
    ("GiB", "Gib"),
    ("MiB", "Mib"),
    ("KiB", "Kib"),
    ("TiB", "Tib"),
    ("GBps", "Gbps"),
    ("MBps", "Mbps"),
    ("MacOS", "Macos"),
];

/// What each symbol of an enum value without letters and digits is called.
const SYMBOLS: &[(char, &str)] = &[
    ('*', "Star"),
    ('=', "Equal"),
    ('<', "Less"),
    ('>', "Greater"),
    ('!', "Not"),
    ('+', "Plus"),
    ('-', "Minus"),
    ('/', "Slash"),
    ('.', "Dot"),
    ('&', "And"),
    ('|', "Or"),
    ('%', "Percent"),
    ('$', "Dollar"),
    ('#', "Hash"),
    ('@', "At"),
    ('?', "Question"),
    (',', "Comma"),
    (':', "Colon"),
    (';', "Semicolon"),
    ('_', "Underscore"),
    (' ', "Space"),
    ('\'', "Quote"),
    ('"', "DoubleQuote"),
    ('(', "Open"),
    (')', "Close"),
    ('[', "OpenBracket"),
    (']', "CloseBracket"),
    ('~', "Tilde"),
    ('^', "Caret"),
    ('\t', "Tab"),
    ('\n', "Newline"),
    ('\\', "Backslash"),
];

/// A type's name: `DBInstance` -> `DbInstance`. Not yet free of clashes.
#[must_use]
pub fn type_name(name: &str) -> String {
    let name = words(name).to_upper_camel_case();
    if RESERVED_TYPES.contains(&name.as_str()) { name + "Shape" } else { identifier(&name, "Shape") }
}

/// The name of a field, argument or method: `QueueUrl` -> `queue_url`, `Type` -> `r#type`.
#[must_use]
pub fn field_name(name: &str) -> String {
    let name = identifier(&words(name).to_snake_case(), "_");
    match name.as_str() {
        // These cannot be raw identifiers.
        "self" | "super" | "crate" | "_" => name + "_",
        _ if is_keyword(&name) => format!("r#{name}"),
        _ => name,
    }
}

/// The name of an enum's or union's variant: `a1.medium` -> `A1Medium`, `*` -> `Star`.
#[must_use]
pub fn variant_name(value: &str) -> String {
    let mut name = words(value).to_upper_camel_case();
    if name.is_empty() {
        for symbol in value.chars() {
            match SYMBOLS.iter().find(|(it, _)| *it == symbol) {
                Some((_, word)) => name.push_str(word),
                None => name.push_str(&format!("U{:X}", u32::from(symbol))),
            }
        }
    }
    match name.as_str() {
        "" => "Empty".to_owned(),
        "Self" | "Unknown" => name + "Value",
        _ => identifier(&name, "V"),
    }
}

/// The crate's name: `transcribe-streaming` -> `asf-api-transcribe-streaming`.
#[must_use]
pub fn package_name(service: &str) -> String {
    format!("asf-api-{service}")
}

/// What stands before `Api`, `Client` and `Error`: `Route 53` -> `Route53`.
#[must_use]
pub fn service_name(service_id: &str) -> String {
    identifier(&words(service_id).to_upper_camel_case(), "Service")
}

/// Letters, digits and underscores, not starting with a digit, not empty.
fn identifier(name: &str, prefix: &str) -> String {
    let name: String = name.chars().filter(|it| it.is_ascii_alphanumeric() || *it == '_').collect();
    match name.chars().next() {
        None => format!("{prefix}_").replace("__", "_"),
        Some(first) if first.is_ascii_digit() => prefix.to_owned() + &name,
        Some(_) => name,
    }
}

/// The name with its words told apart as heck tells them: plurals of acronyms (`ARNs`) and a few words
/// of their own (`IPv6`) are one word.
fn words(name: &str) -> String {
    let mut text = name.to_owned();
    for (from, to) in WORDS {
        text = text.replace(from, to);
    }
    let chars: Vec<char> = text.chars().collect();
    let upper = |index: usize| chars.get(index).is_some_and(char::is_ascii_uppercase);
    let mut out = String::with_capacity(text.len());
    for (index, &c) in chars.iter().enumerate() {
        // In `ARNsFoo` the letters `RN` become small, as they stand between an acronym's start and its s.
        let end = (index..chars.len()).find(|&it| !upper(it)).unwrap_or(chars.len());
        let plural = chars.get(end) == Some(&'s')
            && chars.get(end + 1).is_none_or(|next| !next.is_ascii_lowercase() && !next.is_ascii_digit())
            && index > 0
            && upper(index)
            && upper(index - 1);
        out.push(if plural { c.to_ascii_lowercase() } else { c });
    }
    out
}

fn is_keyword(name: &str) -> bool {
    matches!(
        name,
        "abstract"
            | "as"
            | "async"
            | "await"
            | "become"
            | "box"
            | "break"
            | "const"
            | "continue"
            | "do"
            | "dyn"
            | "else"
            | "enum"
            | "extern"
            | "false"
            | "final"
            | "fn"
            | "for"
            | "gen"
            | "if"
            | "impl"
            | "in"
            | "let"
            | "loop"
            | "macro"
            | "match"
            | "mod"
            | "move"
            | "mut"
            | "override"
            | "priv"
            | "pub"
            | "ref"
            | "return"
            | "static"
            | "struct"
            | "trait"
            | "true"
            | "try"
            | "type"
            | "typeof"
            | "unsafe"
            | "unsized"
            | "use"
            | "virtual"
            | "where"
            | "while"
            | "yield"
    )
}

/// Names of one scope. The first to ask gets a name, the next ones the name with a number.
#[derive(Debug, Default)]
pub struct Scope {
    taken: BTreeSet<String>,
}

impl Scope {
    /// A scope in which these are taken already.
    pub fn with<'a>(taken: impl IntoIterator<Item = &'a str>) -> Self {
        Self { taken: taken.into_iter().map(str::to_owned).collect() }
    }

    /// The name, or the name with the first number that makes it free: `Arm64`, `Arm64_2`.
    pub fn take(&mut self, name: String) -> String {
        if self.taken.insert(name.clone()) {
            return name;
        }
        let base = name.strip_prefix("r#").unwrap_or(&name).trim_end_matches('_');
        let mut number = 2_u32;
        loop {
            let candidate = format!("{base}_{number}");
            if self.taken.insert(candidate.clone()) {
                return candidate;
            }
            number += 1;
        }
    }
}

/// The names of all things of one scope at once. Those whose Rust name is spelt like AWS's get theirs
/// first, so that `tag` gives way to `Tag`.
pub fn assign<'a>(
    names: &[&'a str],
    rust: impl Fn(&str) -> String,
    mut scope: Scope,
) -> HashMap<&'a str, String> {
    let mut order: Vec<&'a str> = names.to_vec();
    order.sort_by_key(|name| rust(name) != **name);
    order.into_iter().map(|name| (name, scope.take(rust(name)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types() {
        for (name, expected) in [
            ("CreateQueueRequest", "CreateQueueRequest"),
            ("DBInstance", "DbInstance"),
            ("ListObjectsV2Output", "ListObjectsV2Output"),
            ("AWSService", "AwsService"),
            ("IPSet", "IpSet"),
            ("S3Location", "S3Location"),
            ("__listOf__string", "ListOfString"),
            ("tag", "Tag"),
            ("Error", "ErrorShape"),
            ("Option", "OptionShape"),
            ("string", "StringShape"),
            ("2ndThing", "Shape2ndThing"),
            ("IPv6Range", "Ipv6Range"),
        ] {
            assert_eq!(type_name(name), expected, "{name}");
        }
    }

    #[test]
    fn fields() {
        for (name, expected) in [
            ("QueueUrl", "queue_url"),
            ("MD5OfMessageBody", "md5_of_message_body"),
            ("Type", "r#type"),
            ("type", "r#type"),
            ("Self", "self_"),
            ("crate", "crate_"),
            ("ARNs", "arns"),
            ("VPCSecurityGroupIDs", "vpc_security_group_ids"),
            ("TargetARNsList", "target_arns_list"),
            ("DBInstanceClass", "db_instance_class"),
            ("IPv6Addresses", "ipv6_addresses"),
            ("AssignIpv6AddressOnCreation", "assign_ipv6_address_on_creation"),
            ("MemoryGiB", "memory_gib"),
            ("SSEKMSKeyId", "ssekms_key_id"),
            ("x-amz-meta", "x_amz_meta"),
            ("aws:RequestTag", "aws_request_tag"),
            ("64Bit", "_64bit"),
            ("S", "s"),
            ("BOOL", "bool"),
            ("EBSs3", "eb_ss3"),
        ] {
            assert_eq!(field_name(name), expected, "{name}");
        }
    }

    #[test]
    fn variants() {
        for (value, expected) in [
            ("a1.medium", "A1Medium"),
            ("python3.10", "Python310"),
            ("us-east-1", "UsEast1"),
            ("ALL", "All"),
            ("", "Empty"),
            ("*", "Star"),
            ("<=", "LessEqual"),
            ("10", "V10"),
            ("unknown", "UnknownValue"),
            ("Self", "SelfValue"),
            ("s3:ObjectCreated:*", "S3ObjectCreated"),
            ("é", "U00e9"),
            ("日", "U65E5"),
        ] {
            let found = variant_name(value);
            assert!(syn::parse_str::<syn::Ident>(&found).is_ok(), "{value} -> {found}");
            if value.is_ascii() {
                assert_eq!(found, expected, "{value}");
            }
        }
    }

    #[test]
    fn clashes() {
        let names = assign(&["aRM64", "ARM64", "Arm64"], variant_name, Scope::default());
        assert_eq!((&*names["Arm64"], &*names["aRM64"], &*names["ARM64"]), ("Arm64", "ARm64", "Arm64_2"));
        let names = assign(&["type", "Type"], field_name, Scope::default());
        assert_eq!((&*names["type"], &*names["Type"]), ("r#type", "type_2"));
        let names = assign(&["self", "Self", "_"], field_name, Scope::default());
        assert_eq!((&*names["self"], &*names["Self"], &*names["_"]), ("self_", "self_2", "__"));
        let names = assign(&["SqsError", "Other"], type_name, Scope::with(["SqsError"]));
        assert_eq!((&*names["SqsError"], &*names["Other"]), ("SqsError_2", "Other"));
    }
}
