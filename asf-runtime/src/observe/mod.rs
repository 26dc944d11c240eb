//! What an operator sees of a running gateway and moves in it.

pub mod clock;
