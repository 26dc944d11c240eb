//! Filter policies and event patterns: whatever the text, no panic, and what is read can be matched.
#![no_main]

use asf_patterns::{Event, Pattern};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|texts: (&str, &str)| {
    let (pattern, event) = texts;
    match Pattern::parse(pattern) {
        Ok(pattern) => {
            let _ = (pattern.keys(), pattern.combinations());
            if let Some(event) = Event::of_json(event) {
                let _ = pattern.matches(&event);
            }
        }
        Err(error) => {
            let _ = error.to_string();
        }
    }
});
