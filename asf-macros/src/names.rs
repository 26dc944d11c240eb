//! Names of methods and types, as `scaffold` gives them to what it generates. A test compares the two over
//! all generated crates.

use heck::{ToSnakeCase, ToUpperCamelCase};

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

/// The method of an operation: `ListWebACLs` -> `list_web_acls`. All operations of all services begin
/// with a capital and consist of letters and digits; none has the name of a keyword.
pub(crate) fn method(operation: &str) -> String {
    let mut text = operation.to_owned();
    for (from, to) in WORDS {
        text = text.replace(from, to);
    }
    plurals(&text).to_snake_case()
}

/// What an operation might be called whose method is this: a guess for messages.
pub(crate) fn operation(method: &str) -> String {
    method.to_upper_camel_case()
}

/// Plurals of acronyms are one word: `ARNs` -> `Arns`.
fn plurals(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let upper = |index: usize| chars.get(index).is_some_and(char::is_ascii_uppercase);
    let small = |(index, c): (usize, &char)| {
        let end = (index..chars.len()).find(|&it| !upper(it)).unwrap_or(chars.len());
        let plural = chars.get(end) == Some(&'s')
            && chars.get(end + 1).is_none_or(|next| !next.is_ascii_lowercase() && !next.is_ascii_digit())
            && index > 0
            && upper(index)
            && upper(index - 1);
        if plural { c.to_ascii_lowercase() } else { *c }
    };
    chars.iter().enumerate().map(small).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `list_queues ListQueues(ListQueuesRequest) -> ListQueuesResult;` in a generated client.
    fn pairs(client: &str) -> impl Iterator<Item = (&str, &str)> {
        client.lines().filter_map(|line| {
            let (method, rest) = line.trim().split_once(' ')?;
            let (operation, _) = rest.split_once('(')?;
            rest.ends_with(';').then_some((method, operation))
        })
    }

    #[test]
    fn are_those_of_the_generated_crates() {
        let generated = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../generated");
        let mut compared = 0;
        for directory in std::fs::read_dir(generated).unwrap() {
            let Ok(client) = std::fs::read_to_string(directory.unwrap().path().join("src/client.rs")) else {
                continue;
            };
            for (found, name) in pairs(&client).filter(|(_, name)| name.starts_with(char::is_uppercase)) {
                assert_eq!(method(name), found, "{name}");
                compared += 1;
            }
        }
        assert!(compared > 100, "only {compared} were compared");
    }

    #[test]
    fn special_words() {
        for (name, expected) in [
            ("CreateQueue", "create_queue"),
            ("ListWebACLs", "list_web_acls"),
            ("AssumeRoleWithSAML", "assume_role_with_saml"),
            ("GetOAuth2Token", "get_oauth2_token"),
            ("ListObjectsV2", "list_objects_v2"),
        ] {
            assert_eq!(method(name), expected, "{name}");
        }
        assert_eq!(operation("create_queue"), "CreateQueue");
    }
}
