//! Files of variables: profiles and `.env`.
//!
//! The grammar is that of python-dotenv, which LocalStack reads its profiles with: `NAME=value`, `export` in
//! front, comments, single quotes (as is), double quotes (with escapes), values over several lines in
//! quotes, `${NAME}` and `${NAME:-default}`. Crates that read such files refuse spaces in values without
//! quotes, which `DOCKER_FLAGS=-e A=1` has, or take `${..}` from the process instead of from a map.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A file larger than this is not one of variables.
const MAX_FILE: u64 = 1 << 20;
/// The longest value. `${..}` of `${..}` would otherwise double with each line.
const MAX_VALUE: usize = 64 << 10;

/// A file of variables that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum EnvFileError {
    /// The file cannot be opened or is no text.
    #[error("{} cannot be read: {error}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: std::io::Error,
    },
    /// A line has no form that we know.
    #[error("{}, line {line}: {wrong}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        wrong: &'static str,
    },
    /// A profile was asked for that there is not.
    #[error("there is no profile {name:?}: {} does not exist", path.display())]
    NoProfile {
        /// Its name.
        name: String,
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The name of a profile is no file name.
    #[error("{0:?} is no name of a profile: letters, digits, '-', '_' and '.' are")]
    ProfileName(String),
}

/// Reads a file. `outer` are variables that `${..}` may name besides those of the file; they win, because
/// they win when the layers are put together.
///
/// # Errors
/// When the file cannot be read, or a line has no form that we know.
pub fn read_env_file(
    path: &Path,
    outer: &dyn Fn(&str) -> Option<String>,
) -> Result<BTreeMap<String, String>, EnvFileError> {
    let io = |error| EnvFileError::Io { path: path.to_owned(), error };
    if std::fs::metadata(path).map_err(io)?.len() > MAX_FILE {
        return Err(io(std::io::Error::other("it is larger than 1 MiB")));
    }
    let text = std::fs::read_to_string(path).map_err(io)?;
    parse(&text, outer).map_err(|(line, wrong)| EnvFileError::Line { path: path.to_owned(), line, wrong })
}

/// Reads the text of a file; errors have the line.
pub(super) fn parse(
    text: &str,
    outer: &dyn Fn(&str) -> Option<String>,
) -> Result<BTreeMap<String, String>, (usize, &'static str)> {
    let mut variables = BTreeMap::new();
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    while !rest.is_empty() {
        let before = text.get(..text.len() - rest.len()).unwrap_or_default();
        let line = || 1 + before.matches('\n').count();
        let (start, after) = rest.split_once('\n').unwrap_or((rest, ""));
        let start = start.trim();
        if start.is_empty() || start.starts_with('#') {
            rest = after;
            continue;
        }
        let Some((name, value)) = rest.split_once('=').filter(|(name, _)| !name.contains('\n')) else {
            return Err((line(), "there is no '='"));
        };
        let name = name.trim();
        let name = name.strip_prefix("export ").unwrap_or(name).trim();
        if !is_name(name) {
            return Err((line(), "before the '=' is no name of a variable"));
        }
        let (value, expands, after) = take_value(value).map_err(|wrong| (line(), wrong))?;
        let value = if expands {
            let known = |name: &str| outer(name).or_else(|| variables.get(name).cloned());
            expand(&value, &known).map_err(|wrong| (line(), wrong))?
        } else {
            value
        };
        variables.insert(name.to_owned(), value);
        rest = after;
    }
    Ok(variables)
}

fn is_name(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && text.bytes().next().is_some_and(|byte| !byte.is_ascii_digit())
}

/// A value, whether `${..}` in it count, and what follows its line.
fn take_value(text: &str) -> Result<(String, bool, &str), &'static str> {
    let text = text.trim_start_matches([' ', '\t']);
    if let Some(quoted) = text.strip_prefix('\'') {
        let (value, after) = take_quoted(quoted, '\'')?;
        return Ok((value, false, after));
    }
    if let Some(quoted) = text.strip_prefix('"') {
        let (value, after) = take_quoted(quoted, '"')?;
        return Ok((value, true, after));
    }
    let (line, after) = text.split_once('\n').unwrap_or((text, ""));
    // A comment begins at the first '#' or after white space; `a#b` is a value.
    let mut end = line.len();
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        if c == '#' && before.is_whitespace() {
            end = at;
            break;
        }
        before = c;
    }
    Ok((line.get(..end).unwrap_or(line).trim().to_owned(), true, after))
}

/// A value up to its quote, with its escapes read, and what follows its last line.
fn take_quoted(text: &str, quote: char) -> Result<(String, &str), &'static str> {
    let mut value = String::new();
    let mut characters = text.chars();
    loop {
        match characters.next() {
            None => return Err("the quote is not closed"),
            Some(c) if c == quote => break,
            Some('\\') => match (quote, characters.next()) {
                (_, None) => return Err("the quote is not closed"),
                (_, Some(c)) if c == quote || c == '\\' => value.push(c),
                ('"', Some('n')) => value.push('\n'),
                ('"', Some('r')) => value.push('\r'),
                ('"', Some('t')) => value.push('\t'),
                // Kept for `expand`, which reads it as a dollar.
                (_, Some(c)) => value.extend(['\\', c]),
            },
            Some(c) => value.push(c),
        }
    }
    let (line, after) = characters.as_str().split_once('\n').unwrap_or((characters.as_str(), ""));
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        Ok((value, after))
    } else {
        Err("after the closing quote there is something that is no comment")
    }
}

/// Puts values in the place of `${NAME}` and `${NAME:-default}`; `\$` is a dollar. A name without value is
/// nothing. What looks different stays as it is: `$NAME` is a password more often than a reference.
fn expand(text: &str, known: &dyn Fn(&str) -> Option<String>) -> Result<String, &'static str> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (before, from) = rest.split_at(at);
        if let Some(before) = before.strip_suffix('\\') {
            out.push_str(before);
            out.push('$');
            rest = from.get(1..).unwrap_or_default();
            continue;
        }
        out.push_str(before);
        let reference = from.strip_prefix("${").and_then(|it| it.split_once('}'));
        let named = reference.map(|(inner, after)| {
            let (name, default) = inner.split_once(":-").unwrap_or((inner, ""));
            (name, default, after)
        });
        match named {
            Some((name, default, after)) if is_name(name) => {
                let value = known(name).filter(|value| !value.is_empty());
                out.push_str(value.as_deref().unwrap_or(default));
                rest = after;
            }
            _ => {
                out.push('$');
                rest = from.get(1..).unwrap_or_default();
            }
        }
        if out.len() > MAX_VALUE {
            return Err("the value is longer than 64 KiB");
        }
    }
    out.push_str(rest);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(&str, &str)]) {
        let outer = |name: &str| (name == "HOME").then(|| "/home/me".to_owned());
        let expected = expected.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        assert_eq!(parse(text, &outer), Ok(expected.collect()), "{text}");
    }

    #[test]
    fn forms() {
        check("", &[]);
        check("# nothing\n\n", &[]);
        check("A=1", &[("A", "1")]);
        check("A=1\r\nB=2\r\n", &[("A", "1"), ("B", "2")]);
        check("\u{feff}A=1", &[("A", "1")]);
        check("  export A = 1  ", &[("A", "1")]);
        check("A=1 # one", &[("A", "1")]);
        check("A=#one\nB=a#b", &[("A", ""), ("B", "a#b")]);
        check("A=\nB=2", &[("A", ""), ("B", "2")]);
        check("A=-e X=1 -v a:b", &[("A", "-e X=1 -v a:b")]);
        check("A='a # ${HOME} \\' \\n'", &[("A", "a # ${HOME} ' \\n")]);
        check("A=\"a\\n\\\"b\\\" # c\" # d", &[("A", "a\n\"b\" # c")]);
        check("A=\"one\ntwo\"\nB=3", &[("A", "one\ntwo"), ("B", "3")]);
        check("A=1\nA=2", &[("A", "2")]);
    }

    #[test]
    fn references() {
        check("A=${HOME}/x", &[("A", "/home/me/x")]);
        check("A=1\nB=${A}2${C:-3}${D}", &[("A", "1"), ("B", "123")]);
        check("A=\"${HOME}\"", &[("A", "/home/me")]);
        check("HOME=/other\nA=${HOME}", &[("A", "/home/me"), ("HOME", "/other")]);
        check("A=pa$$w0rd$HOME${", &[("A", "pa$$w0rd$HOME${")]);
        check("A=\\${HOME}", &[("A", "${HOME}")]);
    }

    #[test]
    fn mistakes() {
        for (text, line) in [
            ("A", 1),
            ("A=1\n\nB\nC=3", 3),
            ("A B=1", 1),
            ("1A=1", 1),
            ("=1", 1),
            ("A='1", 1),
            ("\nA=\"1\n\n", 2),
            ("A='1' 2", 1),
        ] {
            assert_eq!(parse(text, &|_| None).map_err(|(line, _)| line), Err(line), "{text}");
        }
    }

    #[test]
    fn values_do_not_explode() {
        let mut text = format!("A0={}", "x".repeat(64));
        for n in 1..40 {
            text.push_str(&format!("\nA{n}=${{A{0}}}${{A{0}}}", n - 1));
        }
        assert_eq!(parse(&text, &|_| None).map(|_| ()).map_err(|(line, _)| line), Err(12));
    }
}
