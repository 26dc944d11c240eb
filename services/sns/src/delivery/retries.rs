//! Deliveries that are tried again: what is worth it, and when.

use std::iter;

use asf_runtime::clock::Clock;
use asf_runtime::error::ServiceError;

/// Why a delivery failed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// It would fail again: the caller is to blame, or there is nobody who answers. "SNS doesn't retry the message
    /// delivery as a result of a client-side error" ("Amazon SNS dead-letter queues").
    Final(String),
    /// The other side is to blame, and may be well again later.
    Passing(String),
    /// There was too much for the other side.
    Throttled(String),
}

/// So many of the attempts of [`managed`] come without a delay.
pub(super) const AT_ONCE: usize = 3;

/// Seconds before each further attempt.
pub(super) type Delays = Box<dyn Iterator<Item = i64> + Send>;

impl Failure {
    /// What another service has answered.
    pub(super) fn of(error: &dyn ServiceError) -> Self {
        let (code, status, text) = (error.code(), error.status(), error.to_string());
        if status == 429 || code.contains("Throttl") || code.contains("TooManyRequests") {
            Self::Throttled(text)
        // 501 is ours: there is nobody who answers for that service, and there will be nobody.
        } else if status >= 500 && status != 501 {
            Self::Passing(text)
        } else {
            Self::Final(text)
        }
    }

    /// Whether it may work later.
    #[cfg(test)]
    fn is_worth_it(&self) -> bool {
        !matches!(self, Self::Final(_))
    }

    /// What went wrong.
    pub(super) fn text(self) -> String {
        match self {
            Self::Final(text) | Self::Passing(text) | Self::Throttled(text) => text,
        }
    }
}

impl From<String> for Failure {
    fn from(text: String) -> Self {
        Self::Final(text)
    }
}

/// Of queues, functions and streams ("Amazon SNS message delivery retries", AWS managed endpoints): 3 times at once,
/// 2 times a second later, 10 times after 1 to 20 seconds, 100,000 times after 20. AWS adds a random part to each.
pub(super) fn managed() -> Delays {
    phases(AT_ONCE, 1, 20, 100_000)
}

/// Of streams that are throttled (the footnote there): 2 times after 10 seconds, 10 times after 10 to 600, 38 times
/// after 600.
pub(super) fn throttled_stream() -> Delays {
    phases(0, 10, 600, 38)
}

fn phases(at_once: usize, least: i32, greatest: i32, at_most: usize) -> Delays {
    const BACKING_OFF: i32 = 10;
    let growth = (f64::from(greatest) / f64::from(least)).powf(1.0 / f64::from(BACKING_OFF - 1));
    #[allow(clippy::cast_possible_truncation, reason = "it is not more than the greatest")]
    let backoff = (0..BACKING_OFF).map(move |step| (f64::from(least) * growth.powi(step)).round() as i64);
    Box::new(
        iter::repeat_n(0, at_once)
            .chain(iter::repeat_n(least.into(), 2))
            .chain(backoff)
            .chain(iter::repeat_n(greatest.into(), at_most)),
    )
}

/// Waits after a failure until it is time to try again.
///
/// # Errors
/// The failure: it is of no use to try again, or there are no delays left.
pub(super) async fn pause(
    failure: Failure,
    delays: &mut (dyn Iterator<Item = i64> + Send),
    clock: &dyn Clock,
) -> Result<(), Failure> {
    if matches!(failure, Failure::Final(_)) {
        return Err(failure);
    }
    match delays.next() {
        None => Err(failure),
        Some(..=0) => Ok(()),
        Some(delay) => {
            clock.until(clock.now().plus_seconds(delay)).await;
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use asf_runtime::AwsError;

    use super::*;

    #[test]
    fn phases_of_aws() {
        let all: Vec<_> = managed().collect();
        assert_eq!(all[..15], [0, 0, 0, 1, 1, 1, 1, 2, 3, 4, 5, 7, 10, 14, 20]);
        assert!(all.len() == 100_015 && all[15..].iter().all(|it| *it == 20));
        assert_eq!(all.iter().sum::<i64>() / 86_400, 23);
        let all: Vec<_> = throttled_stream().collect();
        assert_eq!(all[..12], [10, 10, 10, 16, 25, 39, 62, 97, 153, 242, 381, 600]);
        assert_eq!(all.len(), 50);
        assert!(all.iter().sum::<i64>() / 3_600 >= 6);
    }

    #[test]
    fn who_is_to_blame() {
        let of = |status: u16, code: &'static str| {
            Failure::of(&AwsError::receiver(code, "").with_status(status)).is_worth_it()
        };
        assert!(
            of(500, "InternalError") && of(503, "ServiceUnavailable") && of(429, "TooManyRequestsException")
        );
        assert!(of(400, "RequestThrottled") && of(400, "KMS.ThrottlingException"));
        assert!(
            !of(404, "ResourceNotFoundException")
                && !of(400, "QueueDoesNotExist")
                && !of(403, "AccessDenied")
        );
        assert!(!of(501, "NotImplemented"));
    }
}
