//! When a server that crashed is started again.

use std::time::Duration;

/// When a server that crashed is started again: after a pause that grows with each crash in a row.
///
/// It does not apply to the first start: a server that has never been up is wrong, not unlucky.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestartPolicy {
    /// The pause after the first crash; after each further one it is twice as long.
    pub first_pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
    /// A server that was up this long begins anew: its next crash is the first.
    pub steady_after: Duration,
    /// Crashes in a row after which it is given up; 0 never restarts.
    pub most: u32,
}

impl Default for RestartPolicy {
    fn default() -> Self {
        Self {
            first_pause: Duration::from_millis(100),
            longest_pause: Duration::from_secs(30),
            steady_after: Duration::from_secs(60),
            most: 8,
        }
    }
}

impl RestartPolicy {
    /// Never restarts.
    #[must_use]
    pub fn never() -> Self {
        Self { most: 0, ..Self::default() }
    }

    /// How long to wait after so many crashes in a row (1 is the first), or that it is given up.
    #[must_use]
    pub fn pause(&self, crashes: u32) -> Option<Duration> {
        let doublings = crashes.saturating_sub(1).min(31);
        (crashes <= self.most)
            .then(|| self.first_pause.saturating_mul(1 << doublings).min(self.longest_pause))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_limit() {
        let policy =
            RestartPolicy { longest_pause: Duration::from_millis(500), most: 5, ..Default::default() };
        let pauses: Vec<_> = (1..=6).map(|it| policy.pause(it).map(|it| it.as_millis())).collect();
        assert_eq!(pauses, [Some(100), Some(200), Some(400), Some(500), Some(500), None]);
        assert_eq!(RestartPolicy::never().pause(1), None);
        let patient = RestartPolicy { most: u32::MAX, ..Default::default() };
        assert_eq!(patient.pause(u32::MAX), Some(Duration::from_secs(30)));
    }
}
