//! Ids of versions: opaque to clients, and to us a place in the order of a key's versions.

use asf_runtime::ids::Ids;
use base64::Engine;
use base64::alphabet::Alphabet;
use base64::engine::{GeneralPurpose, general_purpose::NO_PAD};

/// Characters that S3's own ids have (test_s3::TestS3BucketVersioning::test_object_version_id_format), none of
/// which a command line takes for an option.
const CHARACTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";

/// Bytes of an id: the order, and what nobody can foretell. 32 characters.
const LENGTH: usize = 24;

fn engine() -> Option<GeneralPurpose> {
    Some(GeneralPurpose::new(&Alphabet::new(CHARACTERS).ok()?, NO_PAD))
}

/// A new id of a version at this place.
#[must_use]
pub fn new(order: u64, ids: &Ids) -> String {
    let mut bytes = [0; LENGTH];
    ids.fill(&mut bytes);
    let (place, rest) = bytes.split_at_mut(8);
    // Mixed with the rest, so that ids of one key do not look alike.
    let mixed = order.to_be_bytes();
    for ((byte, part), with) in place.iter_mut().zip(mixed).zip(rest.iter()) {
        *byte = part ^ with;
    }
    engine().map(|engine| engine.encode(bytes)).unwrap_or_default()
}

/// The place that an id is of; `None` if it is no id.
#[must_use]
pub fn order(id: &str) -> Option<u64> {
    let bytes: [u8; LENGTH] = engine()?.decode(id).ok()?.try_into().ok()?;
    let (place, rest) = bytes.split_at(8);
    let mixed = place.iter().zip(rest).map(|(byte, with)| byte ^ with);
    Some(mixed.fold(0, |order, byte| order << 8 | u64::from(byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let ids = Ids::seeded(1);
        for place in [0, 1, u64::MAX, 0x0123_4567_89ab_cdef] {
            let id = new(place, &ids);
            assert_eq!(id.len(), 32);
            assert!(id.chars().all(|it| CHARACTERS.contains(it)), "{id}");
            assert_eq!(order(&id), Some(place));
            assert_ne!(new(place, &ids), id);
        }
        for text in ["", "null", "HPniJFCxqTsMuIH9KX8K8wEjNUgmABC", "********************************"] {
            assert_eq!(order(text), None, "{text}");
        }
    }
}
