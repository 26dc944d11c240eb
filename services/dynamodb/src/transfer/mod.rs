//! The files of exports and imports: what is in them, and how they are packed. Nothing here knows where they lie.

pub mod export;
pub mod import;
