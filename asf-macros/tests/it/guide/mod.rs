//! The code of `docs/writing-a-provider.md`, and that it is the code of the guide.

mod clocks;
mod errors;
#[allow(unreachable_pub, reason = "the guide shows it as it would stand in a crate of its own")]
mod one_file;
mod one_file_tests;
mod other_services;
mod streams;
mod without_types;

const GUIDE: &str = include_str!("../../../../docs/writing-a-provider.md");
const ONE_FILE: &str = include_str!("one_file.rs");
const SHOWN: &[&str] = &[
    include_str!("clocks.rs"),
    include_str!("errors.rs"),
    ONE_FILE,
    include_str!("one_file_tests.rs"),
    include_str!("other_services.rs"),
    include_str!("streams.rs"),
    include_str!("without_types.rs"),
    include_str!("../expand.rs"),
    include_str!("../raw.rs"),
];

/// The lines of a text that are not empty, without what they are indented by.
fn lines(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| format!("{line}\n")).collect()
}

#[test]
fn every_piece_of_code_is_compiled() {
    let files: Vec<String> = SHOWN.iter().map(|file| lines(file)).collect();
    let mut pieces = 0;
    for piece in GUIDE.split("```rust,ignore\n").skip(1) {
        let code = piece.split("```").next().unwrap();
        assert!(files.iter().any(|file| file.contains(&lines(code))), "is in no file:\n{code}");
        pieces += 1;
    }
    assert!(pieces >= 8, "{pieces}");
}

#[test]
fn the_whole_file_is_shown_and_its_length_is_right() {
    assert!(GUIDE.contains(&format!("```rust,ignore\n{ONE_FILE}```")), "the guide shows other code");
    let length = format!("{} lines", ONE_FILE.lines().count());
    assert!(GUIDE.contains(&length), "the guide does not say that these are {length}");
}
