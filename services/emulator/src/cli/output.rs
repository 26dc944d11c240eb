//! How results are written to stdout: as a table, as JSON, or plainly.

use std::io::{self, Write as _};

use serde_json::Value;

/// What `--format` names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// Columns with headings, for people
    #[default]
    Table,
    /// JSON, for programs
    Json,
    /// The values alone, a line each, for shells
    Plain,
}

/// Writes text to stdout. A reader that has gone away, such as `head`, is no error.
pub(super) fn print(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// Writes a value to stdout, indented.
pub(super) fn print_json(value: &Value) -> io::Result<()> {
    print(&format!("{value:#}\n"))
}

/// Writes rows: with a heading as a table, as a JSON array of objects with the heading's names, or as lines
/// with tabs.
pub(super) fn print_rows<const N: usize>(
    format: Format,
    heading: [&str; N],
    rows: &[[String; N]],
) -> io::Result<()> {
    match format {
        Format::Table => print(&table(heading, rows)),
        Format::Plain => print(&rows.iter().map(|row| row.join("\t") + "\n").collect::<String>()),
        Format::Json => print_json(&objects(heading, rows)),
    }
}

/// Rows as a JSON array of objects with the heading's names.
pub(super) fn objects<const N: usize>(heading: [&str; N], rows: &[[String; N]]) -> Value {
    let object = |row: &[String; N]| {
        let members =
            heading.iter().zip(row).map(|(name, value)| ((*name).to_owned(), value.as_str().into()));
        Value::Object(members.collect())
    };
    rows.iter().map(object).collect()
}

/// Lines up rows in columns.
fn table<const N: usize>(heading: [&str; N], rows: &[[String; N]]) -> String {
    let heading = heading.map(str::to_uppercase);
    let mut widths = heading.each_ref().map(|cell| cell.chars().count());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for row in std::iter::once(&heading).chain(rows) {
        let line: String = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}  ")).collect();
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let rows = [["ü".to_owned(), "12".to_owned()], ["longer".to_owned(), String::new()]];
        assert_eq!(table(["name", "n"], &rows), "NAME    N\nü       12\nlonger\n");
    }
}
