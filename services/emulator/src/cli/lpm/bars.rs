//! Progress bars of installations, one a package; lines where nobody watches.

use std::io::{self, IsTerminal as _};
use std::time::Duration;

use asf_packages::Progress;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// How often a bar moves while nothing is known.
const TICK: Duration = Duration::from_millis(120);

/// The bars of a command.
pub(super) struct Bars {
    bars: MultiProgress,
    how: How,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    Bars,
    Lines,
    Silent,
}

impl Bars {
    pub(super) fn new(is_quiet: bool) -> Self {
        let how = match (is_quiet, io::stderr().is_terminal()) {
            (true, _) => How::Silent,
            (false, true) => How::Bars,
            (false, false) => How::Lines,
        };
        Self { bars: MultiProgress::new(), how }
    }

    pub(super) fn add(&self, name: &str) -> Bar {
        let bar = match self.how {
            How::Bars => {
                let bar = self.bars.add(ProgressBar::no_length());
                bar.set_style(style("{prefix} {spinner} {msg}"));
                bar.set_prefix(name.to_owned());
                bar.enable_steady_tick(TICK);
                bar
            }
            How::Lines | How::Silent => ProgressBar::hidden(),
        };
        Bar { name: name.to_owned(), bar, how: self.how }
    }
}

/// The bar of a package.
pub(super) struct Bar {
    name: String,
    bar: ProgressBar,
    how: How,
}

impl Bar {
    /// Says what it came to, in place of the bar.
    pub(super) fn done(&self, words: &str) {
        self.bar.set_style(style("{msg}"));
        self.bar.finish_with_message(words.to_owned());
        if self.how == How::Lines {
            eprintln!("{words}");
        }
    }
}

impl Progress for Bar {
    fn step(&self, what: &str) {
        self.bar.set_style(style("{prefix} {spinner} {msg}"));
        self.bar.set_message(what.to_owned());
        if self.how == How::Lines {
            eprintln!("{}: {what}", self.name);
        }
    }

    fn bytes(&self, done: u64, total: Option<u64>) {
        if let Some(total) = total
            && self.bar.length() != Some(total)
        {
            self.bar.set_length(total);
            self.bar.set_style(style("{prefix} {wide_bar} {bytes}/{total_bytes} {eta}"));
        }
        self.bar.set_position(done);
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
