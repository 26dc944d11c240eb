//! What the compiler says to who misuses the macros; the words are in `tests/ui/fail/*.stderr`.
//! `TRYBUILD=overwrite cargo test -p asf-macros` writes them anew.

#[test]
fn is_answered_with_the_mend() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/pass/*.rs");
    cases.compile_fail("tests/ui/fail/*.rs");
}
