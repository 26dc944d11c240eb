//! How commands print: results on stdout (text or JSON), remarks and progress on stderr.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::Value;

/// What `--json` and `--quiet` ask for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Output {
    /// Results as JSON.
    pub json: bool,
    /// Results only.
    pub quiet: bool,
}

impl Output {
    /// A remark for the user, on stderr; not with `--quiet`.
    pub fn remark(self, text: impl std::fmt::Display) {
        if !self.quiet {
            eprintln!("{text}");
        }
    }

    /// A progress bar on stderr, for work in `steps` steps; hidden when nobody watches.
    #[must_use]
    pub fn progress(self, steps: usize, what: &'static str) -> ProgressBar {
        if self.quiet || !io::stderr().is_terminal() {
            return ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        }
        let bar = ProgressBar::new(steps as u64).with_message(what);
        let style = "{msg} {wide_bar} {pos}/{len} {eta}";
        bar.set_style(ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.enable_steady_tick(Duration::from_millis(200));
        bar
    }
}

/// Writes text to stdout.
///
/// # Errors
/// When stdout is closed.
pub fn print(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

/// Writes a value to stdout, indented, with a line end.
///
/// # Errors
/// When stdout is closed.
pub fn print_json(value: &Value) -> io::Result<()> {
    print(&format!("{value:#}\n"))
}

/// Lines up rows in columns, the first row being the heading.
#[must_use]
pub fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(&format!("{cell:<width$}  "));
        }
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
        let rows = [vec!["name".to_owned(), "n".to_owned()], vec!["ü".to_owned(), "12".to_owned()]];
        assert_eq!(table(&rows), "name  n\nü     12\n");
        assert_eq!(table(&[]), "");
    }
}
