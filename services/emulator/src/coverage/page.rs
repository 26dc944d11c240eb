//! `docs/coverage.md`.

use std::fmt::Write as _;

use super::{Implemented, ServiceCoverage, percent};

const HEAD: &str = "\
# Coverage

What of AWS's operations is answered, and by whom. This page is written by `asf coverage --page`; a test checks that it
is current. `asf coverage [service]` and `GET /_asf/coverage` say the same of what is built in or runs, each operation
by name. Native is what has a handler; moto is what moto says of itself; whether moto's answer is right in all respects
is moto's affair. Everything else is answered with a 501 `NotImplemented`.

";

/// The page, of all services.
#[must_use]
pub fn page(services: &[ServiceCoverage], moto_version: &str) -> String {
    let (answered, silent): (Vec<_>, Vec<_>) =
        services.iter().partition(|it| it.count(Implemented::None) < it.operations.len());
    let mut page = HEAD.to_owned();
    let _ = writeln!(page, "| service | operations | native | moto {moto_version} | none | answered |");
    page.push_str("|---|--:|--:|--:|--:|--:|\n");
    for it in &answered {
        row(&mut page, &it.service, std::slice::from_ref(*it));
    }
    row(&mut page, "**all services of AWS**", services);
    let operations: usize = silent.iter().map(|it| it.operations.len()).sum();
    let count = silent.len();
    let _ = writeln!(page, "\n{count} more services, with {operations} operations, are answered by nobody.");
    page.push_str("\n## What native providers leave to others\n\n");
    for it in answered.iter().filter(|it| it.count(Implemented::Native) > 0) {
        let left = |by| {
            let names =
                it.operations.iter().filter(|(_, it)| **it == by).map(|(name, _)| format!("`{name}`"));
            names.collect::<Vec<_>>().join(", ")
        };
        let (moto, none) = (left(Implemented::Moto), left(Implemented::None));
        let _ = writeln!(page, "**{}**", it.service);
        for (who, names) in [("moto", moto), ("nobody", none)].iter().filter(|(_, names)| !names.is_empty()) {
            let _ = writeln!(page, "- {who}: {names}");
        }
        if it.count(Implemented::Native) == it.operations.len() {
            page.push_str("- nothing\n");
        }
        page.push('\n');
    }
    page.truncate(page.trim_end().len());
    page.push('\n');
    page
}

fn row(page: &mut String, name: &str, services: &[ServiceCoverage]) {
    let count = |by| services.iter().map(|it| it.count(by)).sum::<usize>();
    let whole: usize = services.iter().map(|it| it.operations.len()).sum();
    let (native, moto, none) =
        (count(Implemented::Native), count(Implemented::Moto), count(Implemented::None));
    let answered = percent(whole - none, whole);
    let _ = writeln!(page, "| {name} | {whole} | {native} | {moto} | {none} | {answered} % |");
}
