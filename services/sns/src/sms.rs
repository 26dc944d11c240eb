//! Text messages: settings, numbers that want none, the sandbox.

use asf_runtime::ids::Ids;

use crate::endpoints::is_e164;
use crate::error::{ErrorKind, Fault};
use crate::inspection::{self, Channel, Kept};
use crate::tables::{Attributes, Marker, SandboxNumber, SnsStore};

/// The settings ("SetSMSAttributes" in the API reference).
const SETTINGS: [&str; 6] = [
    "DefaultSMSType",
    "DefaultSenderID",
    "DeliveryStatusIAMRole",
    "DeliveryStatusSuccessSamplingRate",
    "MonthlySpendLimit",
    "UsageReportS3Bucket",
];

/// Settings, those that are asked for or all (test_sns::test_get_sms_attributes_from_unmodified_region).
pub(crate) fn settings(store: &SnsStore, names: &[String]) -> Attributes {
    let mut all = Attributes::from([("MonthlySpendLimit".to_owned(), "1".to_owned())]);
    all.extend(store.sms.get().attributes.clone());
    all.retain(|name, _| names.is_empty() || names.contains(name));
    all
}

/// Sets settings.
///
/// # Errors
/// `InvalidParameter`; the words are ours.
pub(crate) fn set(store: &SnsStore, attributes: Attributes) -> Result<(), Fault> {
    for (name, value) in &attributes {
        // setSMSAttributesWithInvalidSenderIDTest of ballerina-platform/module-ballerinax-aws.sns, which runs against
        // AWS; "up to 11 alphanumeric characters" ("SetSMSAttributes" in the API reference).
        let is_sender = |it: &str| it.len() <= 11 && it.bytes().all(|it| it.is_ascii_alphanumeric());
        if name == "DefaultSenderID" && !is_sender(value) {
            return Err(Fault::new(ErrorKind::InvalidParameter, "DefaultSenderID is invalid"));
        }
        let is_type = matches!(value.as_str(), "Promotional" | "Transactional");
        if !SETTINGS.contains(&name.as_str()) || (name == "DefaultSMSType" && !is_type) {
            return Err(Fault::invalid(format_args!("Attributes Reason: {name} is not a valid attribute")));
        }
    }
    store.sms.update(|it| it.attributes.extend(attributes));
    Ok(())
}

/// Checks a number that is asked about (test_sns::test_opt_in_invalid_number).
///
/// # Errors
/// `InvalidParameter`
pub(crate) fn check_number(number: &str) -> Result<(), Fault> {
    if is_e164(number) { Ok(()) } else { Err(Fault::reason("PhoneNumber", "input incorrectly formatted")) }
}

/// A number wants no messages any more: in the world, somebody answers `STOP`.
///
/// # Errors
/// `InvalidParameter`
pub(crate) fn opt_out(store: &SnsStore, number: &str) -> Result<(), Fault> {
    check_number(number)?;
    store.opted_out.insert(number.to_owned(), Marker {});
    Ok(())
}

/// Registers a number of the sandbox; its one-time password is a text message to it. Numbers may be without a country
/// (createSMSSandboxPhoneNumberTest3 of the same tests): the model's pattern is what they are checked with.
pub(crate) fn add_to_sandbox(store: &SnsStore, number: &str, ids: &Ids) {
    let password = ids.text(6, b"0123456789");
    let message = format!("Your AWS verification code is: {password}");
    store.sandbox.insert(number.to_owned(), SandboxNumber { is_verified: false, password });
    inspection::keep(
        store,
        Channel::Sms,
        Kept {
            to: number.to_owned(),
            message_id: ids.uuid(),
            topic: None,
            subscription: None,
            message,
            subject: None,
            structure: None,
            attributes: Default::default(),
        },
    );
}

/// Verifies a number of the sandbox.
///
/// # Errors
/// `ResourceNotFound`, `Verification`; the words are ours.
pub(crate) fn verify(store: &SnsStore, number: &str, password: &str) -> Result<(), Fault> {
    let verified = store.sandbox.update(&number.to_owned(), |it| {
        it.is_verified |= it.password == password;
        it.password == password
    });
    match verified {
        Some(true) => Ok(()),
        Some(false) => Err(Fault::new(ErrorKind::Verification, "The one-time password does not match.")),
        None => Err(no_number()),
    }
}

/// Takes a number out of the sandbox.
///
/// # Errors
/// `ResourceNotFound`
pub(crate) fn remove_from_sandbox(store: &SnsStore, number: &str) -> Result<(), Fault> {
    store.sandbox.remove(&number.to_owned()).map(drop).ok_or_else(no_number)
}

fn no_number() -> Fault {
    Fault::new(ErrorKind::ResourceNotFound, "The destination phone number does not exist in the SMS sandbox.")
}
