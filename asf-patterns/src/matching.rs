//! Whether the conditions of a rule hold together.

use crate::condition::Condition;
use crate::event::{Event, Leaf, Scalar};
use crate::{Field, Rule};

/// So many values are looked at for one rule. Only an event that is made for it needs more, and does not match.
const MAX_STEPS: usize = 1_000_000;

/// Whether there is, for each path, a value for which one of its conditions holds, such that all of them stand in the
/// same elements of the arrays that they share.
pub(crate) fn matches(rule: &Rule, event: &Event) -> bool {
    let mut choices = Vec::with_capacity(rule.fields.len());
    for field in &rule.fields {
        match possible(field, event) {
            Possible::Anywhere => {}
            Possible::At(leaves) if leaves.is_empty() => return false,
            Possible::At(leaves) => choices.push(leaves),
        }
    }
    // What leaves least choice comes first.
    choices.sort_by_key(Vec::len);
    let mut steps = 0;
    choose(&choices, &mut Vec::new(), &mut steps)
}

enum Possible<'a> {
    /// It holds because there is no value.
    Anywhere,
    At(Vec<&'a Leaf>),
}

fn possible<'a>(field: &Field, event: &'a Event) -> Possible<'a> {
    let leaves = event.at(&field.path);
    let holds_without = |condition: &Condition| match condition {
        Condition::Exists(wanted) => !wanted,
        Condition::Equals(Scalar::Null) => event.absent_is_null(),
        _ => false,
    };
    if leaves.is_empty() && field.conditions.iter().any(holds_without) {
        return Possible::Anywhere;
    }
    let holds = |leaf: &&Leaf| field.conditions.iter().any(|it| it.holds(&leaf.value));
    Possible::At(leaves.iter().filter(holds).collect())
}

fn choose(choices: &[Vec<&Leaf>], chosen: &mut Vec<(u32, u32)>, steps: &mut usize) -> bool {
    let Some((first, others)) = choices.split_first() else { return true };
    for leaf in first {
        *steps += 1;
        if *steps > MAX_STEPS {
            return false;
        }
        let agrees = |(array, element): &(u32, u32)| {
            chosen.iter().all(|(other, place)| other != array || place == element)
        };
        if !leaf.elements.iter().all(agrees) {
            continue;
        }
        let before = chosen.len();
        chosen.extend_from_slice(&leaf.elements);
        if choose(others, chosen, steps) {
            return true;
        }
        chosen.truncate(before);
    }
    false
}
