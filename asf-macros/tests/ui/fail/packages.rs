use asf_macros::package;

#[package(version = "1")]
struct NoFunction;

#[package]
fn of_something(version: &str) {}

fn main() {}
