//! Characters that cannot stand for themselves in XML.

/// Appends text that stands between tags.
///
/// `\r` becomes a reference, as it would be read as `\n` otherwise. Control characters that XML 1.0 does
/// not have become references too, which S3 does likewise (its documentation of `encoding-type` warns of
/// it): a parser will refuse the document, rather than read another text than the one that is stored.
pub fn escape_text(text: &str, out: &mut String) {
    escape(text, &TEXT, out);
}

/// Appends text that stands in an attribute, between double quotes.
pub fn escape_attribute(text: &str, out: &mut String) {
    escape(text, &ATTRIBUTE, out);
}

static TEXT: [bool; 256] = specials(false);
static ATTRIBUTE: [bool; 256] = specials(true);

/// The bytes that are escaped. All are ASCII.
const fn specials(attribute: bool) -> [bool; 256] {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = attribute || (byte != 0x09 && byte != 0x0a);
        byte += 1;
    }
    table[b'<' as usize] = true;
    table[b'>' as usize] = true;
    table[b'&' as usize] = true;
    table[b'"' as usize] = attribute;
    table
}

fn escape(text: &str, specials: &[bool; 256], out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| specials[usize::from(byte)]) {
        // The special byte is ASCII, so it and its successor are boundaries of characters.
        let (plain, tail) = rest.split_at(at);
        out.push_str(plain);
        let (special, after) = tail.split_at(1);
        match special {
            "<" => out.push_str("&lt;"),
            ">" => out.push_str("&gt;"),
            "&" => out.push_str("&amp;"),
            "\"" => out.push_str("&quot;"),
            control => {
                out.push_str("&#");
                let code = control.bytes().next().unwrap_or_default();
                out.push_str(itoa::Buffer::new().format(code));
                out.push(';');
            }
        }
        rest = after;
    }
    out.push_str(rest);
}

/// Whether XML 1.0 has a character.
pub(super) fn is_xml_char(it: char) -> bool {
    matches!(it, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped() {
        for (text, between_tags, in_attribute) in [
            ("", "", ""),
            ("plain é 😀", "plain é 😀", "plain é 😀"),
            ("<a> & \"b\" 'c'", "&lt;a&gt; &amp; \"b\" 'c'", "&lt;a&gt; &amp; &quot;b&quot; 'c'"),
            ("a\tb\nc\rd", "a\tb\nc&#13;d", "a&#9;b&#10;c&#13;d"),
            ("\u{1}", "&#1;", "&#1;"),
        ] {
            let (mut first, mut second) = (String::new(), String::new());
            escape_text(text, &mut first);
            escape_attribute(text, &mut second);
            assert_eq!((first.as_str(), second.as_str()), (between_tags, in_attribute));
        }
    }
}
