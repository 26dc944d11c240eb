//! Who owns objects, and whether ACLs count.

use asf_api_s3::{ObjectOwnership, OwnershipControls, OwnershipControlsRule};

use super::refusal::{of_schema, well_formed};
use crate::error::Fault;

/// What a bucket has unless it says otherwise when it is made
/// (test_s3_api::TestS3BucketOwnershipControls::test_bucket_ownership_controls_exc).
pub const DEFAULT: ObjectOwnership = ObjectOwnership::BucketOwnerEnforced;

/// The controls with this ownership.
#[must_use]
pub fn controls(ownership: ObjectOwnership) -> OwnershipControls {
    OwnershipControls { rules: Some(vec![OwnershipControlsRule { object_ownership: Some(ownership) }]) }
}

/// The ownership in controls, which have exactly one rule.
///
/// # Errors
/// `MalformedXML` (test_bucket_ownership_controls_exc)
pub fn check(controls: Option<&OwnershipControls>) -> Result<ObjectOwnership, Fault> {
    let controls = controls.ok_or_else(Fault::malformed_xml)?;
    of_schema(controls)?;
    let rules = controls.rules.as_deref().unwrap_or_default();
    well_formed(rules.len() == 1)?;
    rules.first().and_then(|rule| rule.object_ownership.clone()).ok_or_else(Fault::malformed_xml)
}

/// The header of `CreateBucket`.
///
/// # Errors
/// `InvalidArgument` (test_bucket_ownership_controls_exc)
pub fn check_header(ownership: Option<ObjectOwnership>) -> Result<ObjectOwnership, Fault> {
    match ownership {
        None => Ok(DEFAULT),
        Some(ObjectOwnership::Unknown(text)) => {
            Err(Fault::new("InvalidArgument", 400, format!("Invalid x-amz-object-ownership header: {text}"))
                .with("ArgumentName", "x-amz-object-ownership"))
        }
        Some(known) => Ok(known),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_rule_of_a_known_kind() {
        let rule = |it: &str| OwnershipControlsRule { object_ownership: Some(it.into()) };
        let put = |rules| check(Some(&OwnershipControls { rules: Some(rules) })).map_err(|it| it.to_string());
        assert_eq!(put(vec![rule("ObjectWriter")]), Ok(ObjectOwnership::ObjectWriter));
        for rules in [vec![], vec![rule("x")], vec![rule("ObjectWriter"), rule("BucketOwnerPreferred")]] {
            assert!(put(rules).unwrap_err().starts_with("MalformedXML"));
        }
        assert_eq!(
            check_header(Some("RandomValue".into())).unwrap_err().to_string(),
            "InvalidArgument: Invalid x-amz-object-ownership header: RandomValue"
        );
        assert_eq!(check_header(None), Ok(ObjectOwnership::BucketOwnerEnforced));
    }
}
