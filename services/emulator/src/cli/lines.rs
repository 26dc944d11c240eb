//! Log lines for people.

use std::fmt;

use asf_runtime::gateway::handlers::REQUEST_TARGET;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::{Format, Full, Writer};
use tracing_subscriber::fmt::time::{FormatTime as _, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// Time, level, message and fields; of a request the message only, because it says what is in the fields.
pub(super) struct Lines(Format<Full>);

impl Default for Lines {
    fn default() -> Self {
        Self(Format::default().with_target(false))
    }
}

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, ctx: &FmtContext<'_, S, N>, mut to: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        if event.metadata().target() != REQUEST_TARGET {
            return self.0.format_event(ctx, to, event);
        }
        // As `Format` has it: the time is dim, INFO is green.
        let (dim, green, plain) = match to.has_ansi_escapes() {
            true => ("\x1b[2m", "\x1b[32m", "\x1b[0m"),
            false => ("", "", ""),
        };
        to.write_str(dim)?;
        SystemTime.format_time(&mut to)?;
        write!(to, "{plain} {green} INFO{plain} ")?;
        let mut message = Message { to: &mut to, result: Ok(()) };
        event.record(&mut message);
        message.result?;
        writeln!(to)
    }
}

/// Writes the message of an event.
struct Message<'a, 'w> {
    to: &'a mut Writer<'w>,
    result: fmt::Result,
}

impl Visit for Message<'_, '_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.result = write!(self.to, "{value:?}");
        }
    }
}
