//! The code of `docs/extending.md` is code of this crate, which is compiled.

const GUIDE: &str = include_str!("../../../../docs/extending.md");
const SHOWN: &[&str] = &[
    include_str!("../../src/command.rs"),
    include_str!("../../src/extension.rs"),
    include_str!("../../src/hooks.rs"),
    include_str!("../../src/lib.rs"),
    include_str!("../../src/main.rs"),
    include_str!("../../src/patches.rs"),
    include_str!("../../src/provider.rs"),
    include_str!("../../src/variables.rs"),
    include_str!("gateway.rs"),
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
