//! How the program is linked.

#![allow(clippy::disallowed_methods, reason = "a build script has its environment from cargo")]

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let target = |name: &str| std::env::var(format!("CARGO_CFG_TARGET_{name}")).unwrap_or_default();
    let is_static = target("FEATURE").split(',').any(|it| it == "crt-static");
    // A program at a fixed address needs no relocations: without 30,000 of them the start is a millisecond shorter,
    // and 1.5 MiB that only they touch stay out of memory. Heap, stacks and libraries are at random addresses still.
    if target("OS") == "linux" && target("ENV") == "gnu" && !is_static {
        println!("cargo:rustc-link-arg-bin=asf=-no-pie");
    }
}
