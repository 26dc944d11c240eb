//! The HTML of AWS's documentation as Markdown, for doc comments.
//!
//! The specs' HTML is machine-made and flat: paragraphs, lists, links, code, notes. A tag that is not
//! known is dropped and its content kept; nothing here fails.

/// HTML as Markdown: paragraphs apart by an empty line, no line end at the end.
#[must_use]
pub fn markdown(html: &str) -> String {
    let mut writer = Writer::default();
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        writer.text(&rest[..open]);
        rest = &rest[open..];
        match tag(rest) {
            Some((tag, after)) => {
                writer.tag(&tag);
                rest = after;
            }
            None => {
                // A lone `<`, as in `a < b`.
                writer.text("<");
                rest = &rest[1..];
            }
        }
    }
    writer.text(rest);
    writer.finish()
}

struct Tag<'a> {
    name: String,
    closes: bool,
    attributes: &'a str,
}

/// The tag that the text starts with, and what is behind it.
fn tag(text: &str) -> Option<(Tag<'_>, &str)> {
    let inner = text.strip_prefix('<')?;
    let first = inner.strip_prefix('/').unwrap_or(inner);
    if !first.starts_with(|it: char| it.is_ascii_alphabetic() || it == '!') {
        return None;
    }
    let end = inner.find('>')?;
    let body = &inner[..end];
    let closes = body.starts_with('/');
    let body = body.trim_matches('/');
    let name_end = body.find(|it: char| it.is_ascii_whitespace()).unwrap_or(body.len());
    let tag = Tag { name: body[..name_end].to_ascii_lowercase(), closes, attributes: &body[name_end..] };
    Some((tag, &inner[end + 1..]))
}

#[derive(Default)]
struct Writer {
    blocks: Vec<String>,
    /// The block that is being written.
    line: String,
    /// A space is due before the next word.
    space: bool,
    /// For each open list: the number of the next item, if they are numbered.
    lists: Vec<Option<usize>>,
    /// The next block starts a list's item.
    item: bool,
    links: Vec<Option<(String, usize)>>,
    code: usize,
    preformatted: bool,
}

impl Writer {
    fn text(&mut self, text: &str) {
        let text = entities(text);
        if self.preformatted {
            self.line.push_str(&text);
            return;
        }
        for (index, word) in text.split(|it: char| it.is_whitespace()).enumerate() {
            self.space |= index > 0;
            if word.is_empty() {
                continue;
            }
            let opened = self.code > 0 && self.line.ends_with('`');
            if self.space && !self.line.is_empty() && !opened {
                self.line.push(' ');
            }
            self.space = false;
            for c in word.chars() {
                // What Markdown would read as markup, and is meant as it stands.
                if self.code == 0 && matches!(c, '*' | '_' | '[' | ']' | '<' | '>' | '`' | '\\') {
                    self.line.push('\\');
                }
                self.line.push(if self.code > 0 && c == '`' { '\'' } else { c });
            }
        }
    }

    fn tag(&mut self, tag: &Tag<'_>) {
        match (tag.name.as_str(), tag.closes) {
            ("p" | "div" | "section" | "dl" | "dd" | "table" | "tr" | "br" | "fullname" | "abstract", _) => {
                self.block();
            }
            ("note" | "important" | "caution" | "warning", false) => {
                self.block();
                let mut word = tag.name.clone();
                if let Some(first) = word.get_mut(..1) {
                    first.make_ascii_uppercase();
                }
                self.line = format!("**{word}:**");
                self.space = true;
            }
            ("note" | "important" | "caution" | "warning" | "dt", _) => self.block(),
            ("h1" | "h2" | "h3" | "h4" | "h5" | "h6", closes) => {
                self.block();
                if !closes {
                    self.line.push_str("#### ");
                }
            }
            ("ul", false) => self.open_list(None),
            ("ol", false) => self.open_list(Some(1)),
            ("ul" | "ol", true) => {
                self.block();
                self.lists.pop();
            }
            ("li", closes) => {
                self.block();
                self.item = !closes;
            }
            ("pre", closes) => {
                self.block();
                self.preformatted = !closes;
            }
            ("code" | "tt", false) if !self.preformatted => self.open("`", true),
            ("code" | "tt", true) if !self.preformatted => self.close("`", true),
            ("b" | "strong", false) if self.code == 0 => self.open("**", false),
            ("b" | "strong", true) if self.code == 0 => self.close("**", false),
            ("i" | "em", false) if self.code == 0 => self.open("*", false),
            ("i" | "em", true) if self.code == 0 => self.close("*", false),
            ("a", false) => {
                // Within code there is no markup.
                let link =
                    attribute(tag.attributes, "href").filter(|it| self.code == 0 && it.starts_with("http"));
                self.flush_space();
                self.links.push(link.map(|link| (link.to_owned(), self.line.len())));
            }
            ("a", true) => {
                if let Some(Some((link, start))) = self.links.pop()
                    && self.line.len() > start
                    && self.line.is_char_boundary(start)
                {
                    self.line.insert(start, '[');
                    self.line.push_str(&format!("]({})", link.replace([' ', ')'], "")));
                }
            }
            _ => {}
        }
    }

    fn open_list(&mut self, number: Option<usize>) {
        self.block();
        self.lists.push(number);
    }

    fn flush_space(&mut self) {
        let opened = self.code > 0 && self.line.ends_with('`');
        if self.space && !self.line.is_empty() && !opened {
            self.line.push(' ');
        }
        self.space = false;
    }

    fn open(&mut self, mark: &str, code: bool) {
        if code && self.code > 0 {
            self.code += 1;
            return;
        }
        self.flush_space();
        self.line.push_str(mark);
        self.code += usize::from(code);
    }

    fn close(&mut self, mark: &str, code: bool) {
        if code {
            match self.code {
                0 => return,
                1 => self.code = 0,
                _ => {
                    self.code -= 1;
                    return;
                }
            }
        }
        // Nothing between the marks: take the opening one back.
        match self.line.strip_suffix(mark) {
            Some(before) if !before.ends_with(mark) => self.line.truncate(before.len()),
            _ => self.line.push_str(mark),
        }
    }

    /// Ends the block that is being written.
    fn block(&mut self) {
        while self.code > 0 {
            self.close("`", true);
        }
        self.links.clear();
        self.space = false;
        let preformatted = self.preformatted;
        let line = std::mem::take(&mut self.line);
        if line.trim().is_empty() {
            return;
        }
        let text = if preformatted {
            format!("```text\n{}\n```", line.trim_matches('\n').replace("```", "'''"))
        } else {
            line.trim().to_owned()
        };
        let depth = self.lists.len();
        let item = std::mem::take(&mut self.item) && depth > 0;
        let mark = match self.lists.last_mut() {
            Some(Some(number)) if item => {
                *number += 1;
                format!("{}. ", *number - 1)
            }
            _ if item => "- ".to_owned(),
            _ => String::new(),
        };
        // Content of an item stands under its text; numbers are written with three columns as well.
        let indent = "   ".repeat(if item { depth - 1 } else { depth });
        let continued = "   ".repeat(depth);
        let mut lines = text.lines();
        let mut block = format!("{indent}{mark}{}", lines.next().unwrap_or_default());
        for line in lines {
            block.push('\n');
            block.push_str(&continued);
            block.push_str(line);
        }
        self.blocks.push(block);
    }

    fn finish(mut self) -> String {
        self.block();
        self.blocks.join("\n\n")
    }
}

/// The value of an attribute: `href="..."`.
fn attribute<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = attributes.split_once(name)?;
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|it| matches!(it, '"' | '\''))?;
    let rest = rest.strip_prefix(quote)?;
    Some(rest.split_once(quote)?.0.trim())
}

fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let known =
            rest.split_once(';').and_then(|(name, after)| Some((entity(name.strip_prefix('&')?)?, after)));
        match known {
            Some((c, after)) => {
                out.push(c);
                rest = after;
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out + rest
}

fn entity(name: &str) -> Option<char> {
    Some(match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "copy" => '©',
        "reg" => '®',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code).filter(|it| !it.is_control())?
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_to_markdown() {
        for (html, expected) in [
            ("", ""),
            ("<p>One.</p> <p>Two.</p>", "One.\n\nTwo."),
            ("<p>The <code>name</code> of\n   it.</p>", "The `name` of it."),
            ("<code> a </code>", "`a`"),
            ("see <a href=\"https://x.y/z\">this page</a>.", "see [this page](https://x.y/z)."),
            ("<code> <a href=\"https://x.y/z\">Get</a> </code> it", "`Get` it"),
            ("see <a>CreateQueue</a>.", "see CreateQueue."),
            ("<ul><li><p>a</p></li> <li><p>b</p><p>c</p></li></ul>", "- a\n\n- b\n\n   c"),
            ("<ol><li>a</li><li>b</li></ol>", "1. a\n\n2. b"),
            ("<ul><li>a<ul><li>b</li></ul></li></ul>after", "- a\n\n   - b\n\nafter"),
            ("<note><p>Mind.</p></note>", "**Note:**\n\nMind."),
            ("a &lt; b &amp; c &#169; &unknown; d", "a \\< b & c © &unknown; d"),
            ("a < b", "a \\< b"),
            ("<b>bold</b> <i>it</i> <b></b>", "**bold** *it*"),
            ("<pre>a\n  b</pre>", "```text\na\n  b\n```"),
            ("my_bucket *", "my\\_bucket \\*"),
            ("<code>my_bucket*</code>", "`my_bucket*`"),
            ("<unknown>x</unknown><!-- y -->", "x"),
            ("<p>open <code>code", "open `code`"),
            ("<", "\\<"),
            ("<é>", "\\<é\\>"),
        ] {
            assert_eq!(markdown(html), expected, "{html}");
        }
    }
}
