//! The variables of this extension.

use asf_runtime::config::{SERVICE_VARIABLES, Source, Variable, Whole};

asf_runtime::register!(SERVICE_VARIABLES: Variable = Variable::of::<Whole<1, 100_000>>(
    "MAILBOX_LIMIT",
    "Mailbox",
    "1000",
    "How many mails are kept; the oldest goes first.",
)
.by(Source::Asf));
