//! The moment between two changes.
//!
//! Whoever changes tables holds the gate together with others, for one step or for the closure of
//! [`State::atomically`](crate::State::atomically); whoever needs a moment at which nothing is half done
//! (a save, a branch, the end of a group of changes in the journal) holds it alone, for as long as it takes
//! to copy the roots of the tables or to take a list away.
//!
//! The gate may be entered again by who is in it: a thread knows which gates it holds. It is never held
//! over an await, since it is only held within closures.

use std::cell::RefCell;
use std::sync::PoisonError;

use crate::sync::{RwLock, RwLockReadGuard, thread_local};

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    lock: RwLock<()>,
}

thread_local! {
    #[allow(clippy::missing_const_for_thread_local, reason = "shuttle has no such form")]
    /// Addresses of the gates that this thread is in.
    #[allow(clippy::missing_const_for_thread_local, reason = "shuttle's macro knows no const")]
    static HELD: RefCell<Vec<usize>> = RefCell::new(Vec::new());
}

/// While it lives, no moment is taken.
pub(crate) struct Inside<'a> {
    // None if this thread was in it already.
    _entered: Option<(RwLockReadGuard<'a, ()>, Held)>,
}

/// That this thread is in a gate.
struct Held(usize);

impl Held {
    fn of(address: usize) -> Self {
        HELD.with(|held| held.borrow_mut().push(address));
        Self(address)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        HELD.with(|held| {
            let mut held = held.borrow_mut();
            if let Some(place) = held.iter().rposition(|address| *address == self.0) {
                held.swap_remove(place);
            }
        });
    }
}

impl Gate {
    fn address(&self) -> usize {
        std::ptr::from_ref(self) as usize
    }

    fn is_held(&self) -> bool {
        HELD.with(|held| held.borrow().contains(&self.address()))
    }

    /// Enters, together with others.
    pub(crate) fn enter(&self) -> Inside<'_> {
        if self.is_held() {
            return Inside { _entered: None };
        }
        let lock = self.lock.read().unwrap_or_else(PoisonError::into_inner);
        Inside { _entered: Some((lock, Held::of(self.address()))) }
    }

    /// Runs this while nobody is inside. `None`, and nothing is run, if this thread is inside itself.
    pub(crate) fn alone<R>(&self, moment: impl FnOnce() -> R) -> Option<R> {
        if self.is_held() {
            return None;
        }
        let _lock = self.lock.write().unwrap_or_else(PoisonError::into_inner);
        let _held = Held::of(self.address());
        Some(moment())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_inside_may_enter_again_but_not_be_alone() {
        let (gate, other) = (Gate::default(), Gate::default());
        let outer = gate.enter();
        drop(gate.enter());
        assert_eq!(gate.alone(|| 1), None);
        assert_eq!(other.alone(|| drop(other.enter())), Some(()));
        drop(outer);
        assert_eq!(gate.alone(|| 1), Some(1));
    }
}
