//! Platform applications and their endpoints: devices that messages are pushed to.

use std::ops::Bound;
use std::sync::Arc;

use asf_runtime::identity::{AccountId, Region};
use asf_runtime::ids::Ids;

use crate::error::{ErrorKind, Fault};
use crate::tables::{Application, Attributes, Device, Named, SnsStore};
use crate::topic_attributes::{NO_RATE, is_rate};
use crate::{arns, pages};

/// The platforms ("CreatePlatformApplication" in the API reference).
const PLATFORMS: [&str; 12] = [
    "ADM",
    "APNS",
    "APNS_SANDBOX",
    "APNS_VOIP",
    "APNS_VOIP_SANDBOX",
    "BAIDU",
    "FCM",
    "GCM",
    "MACOS",
    "MACOS_SANDBOX",
    "MPNS",
    "WNS",
];
/// Those that have a key and nothing beside it.
const WITHOUT_PRINCIPAL: [&str; 2] = ["FCM", "GCM"];
/// Attributes of applications that are never shown.
const SECRET: [&str; 3] = ["PlatformCredential", "PlatformPrincipal", "ApplePlatformBundleID"];
const MAX_USER_DATA: usize = 2_048;

/// Makes an application, unless there is one of the same attributes.
///
/// # Errors
/// `InvalidParameter` (test_sns::TestSNSPlatformApplicationCrud; createPlatformApplicationAlreadyExists of
/// ballerina-platform/module-ballerinax-aws.sns, which runs against AWS, as do those that are named below)
pub(crate) fn create_application(
    store: &SnsStore,
    account: AccountId,
    region: &Region,
    name: &str,
    platform: &str,
    attributes: Attributes,
) -> Result<String, Fault> {
    let is_plain = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-' | b'.');
    if name.is_empty() {
        return Err(Fault::reason(name, "cannot be empty"));
    }
    if name.len() > 256 {
        return Err(Fault::reason(name, "must be at most 256 characters long"));
    }
    if !name.bytes().all(is_plain) {
        return Err(Fault::reason(
            name,
            "must contain only characters 'a'-'z', 'A'-'Z', '0'-'9', '_', '-', and '.'",
        ));
    }
    if !PLATFORMS.contains(&platform) {
        return Err(Fault::reason("Platform", format_args!("{platform} is not supported")));
    }
    let has = |name: &str| attributes.get(name).is_some_and(|it| !it.is_empty());
    match (has("PlatformPrincipal"), has("PlatformCredential")) {
        (true, false) => {
            return Err(Fault::reason(
                "Attributes",
                "PlatformPrincipal attribute provided without PlatformCredential",
            ));
        }
        (false, true) if !WITHOUT_PRINCIPAL.contains(&platform) => {
            return Err(Fault::reason(
                "Attributes",
                "PlatformCredential attribute provided without PlatformPrincipal",
            ));
        }
        (false, false) => return Err(Fault::reason("PlatformCredential", "cannot be empty")),
        _ => {}
    }
    check_rate(&attributes)?;
    let arn = arns::of(account, region, &format!("app/{platform}/{name}"));
    let application = Application { attributes };
    match store.applications.insert_new(arn.clone(), application.clone()) {
        Err(existing) if existing.attributes != application.attributes => Err(Fault::reason(
            "Name",
            "An application with the same name but different properties already exists",
        )),
        _ => Ok(arn),
    }
}

/// createPlatformWithInvalidAttributes, setPlatformApplicationAttributesNegativeTest
fn check_rate(attributes: &Attributes) -> Result<(), Fault> {
    match attributes.get("SuccessFeedbackSampleRate") {
        Some(rate) if !is_rate(rate) => Err(Fault::reason(
            "Attributes",
            format_args!("Invalid value for attribute: SuccessFeedbackSampleRate: {rate} {NO_RATE}"),
        )),
        _ => Ok(()),
    }
}

/// An application.
///
/// # Errors
/// `NotFound`
pub(crate) fn application(store: &SnsStore, arn: &str) -> Result<Arc<Application>, Fault> {
    store.applications.get(&arn.to_owned()).ok_or_else(|| Fault::not_found("PlatformApplication"))
}

/// Its attributes, as they are shown (test_sns::test_set_platform_application_attributes).
pub(crate) fn shown(application: &Application) -> Attributes {
    let mut shown = Attributes::from([("Enabled".to_owned(), "true".to_owned())]);
    let set = application.attributes.iter().filter(|(name, _)| !SECRET.contains(&name.as_str()));
    shown.extend(set.map(|(name, value)| (name.clone(), value.clone())));
    shown
}

/// Sets attributes of an application.
///
/// # Errors
/// `NotFound`, `InvalidParameter`
pub(crate) fn set_application(store: &SnsStore, arn: &str, attributes: Attributes) -> Result<(), Fault> {
    application(store, arn)?;
    check_rate(&attributes)?;
    let set = store.applications.update(&arn.to_owned(), |it| it.attributes.extend(attributes));
    set.ok_or_else(|| Fault::not_found("PlatformApplication"))
}

/// Deletes an application and its endpoints, if it is there.
pub(crate) fn delete_application(store: &SnsStore, arn: &str) {
    if store.applications.remove(&arn.to_owned()).is_none() {
        return;
    }
    for (device, record) in devices_of(store, arn, Bound::Unbounded, usize::MAX) {
        remove_device(store, &device, &record);
    }
}

/// Applications from a place on, in the order of their ARNs.
pub(crate) fn applications(store: &SnsStore, start: Bound<String>, limit: usize) -> ByArn<Application> {
    store.applications.range((start, Bound::Unbounded), limit)
}

/// The endpoints of an application from a place on.
pub(crate) fn devices_of(
    store: &SnsStore,
    application: &str,
    start: Bound<String>,
    limit: usize,
) -> ByArn<Device> {
    let prefix = format!("{}/", application.replacen(":app/", ":endpoint/", 1));
    let start = match start {
        Bound::Unbounded => Bound::Included(prefix.clone()),
        start => start,
    };
    store.devices.read(|tree| {
        let all = tree.range((start, Bound::Unbounded)).take_while(|(arn, _)| arn.starts_with(&prefix));
        all.take(limit).map(|(arn, device)| (arn.clone(), device.clone())).collect()
    })
}

/// Makes an endpoint, unless there is one of the same token and attributes.
///
/// # Errors
/// `NotFound`, `InvalidParameter` (test_sns::TestSNSPlatformEndpointCrud)
pub(crate) fn create_device(
    store: &SnsStore,
    application_arn: &str,
    token: String,
    user_data: Option<String>,
    attributes: Attributes,
    ids: &Ids,
) -> Result<String, Fault> {
    // createEndpointWithInvalidArnTest: arn:..:app/ADM/name
    let relative = application_arn.splitn(6, ':').nth(5);
    if relative.is_some_and(|it| it.matches('/').count() != 2) {
        return Err(Fault::reason(
            "PlatformApplicationArn",
            "Wrong number of slashes in relative portion of the ARN.",
        ));
    }
    application(store, application_arn)?;
    // createEndpointWithEmptyTokenTest
    if token.is_empty() {
        return Err(Fault::reason("Token", "cannot be empty"));
    }
    check_device_attributes(&attributes)?;
    let mut asked = attributes;
    if let Some(user_data) = user_data {
        asked.insert("CustomUserData".to_owned(), user_data);
    }
    check_device_attributes(&asked)?;
    let mut all =
        Attributes::from([("Token".to_owned(), token.clone()), ("Enabled".to_owned(), "true".to_owned())]);
    all.extend(asked);
    all.insert("Token".to_owned(), token.clone());
    let key = (application_arn.to_owned(), token);
    if let Some(existing) = store.device_tokens.get(&key) {
        let arn = &existing.arn;
        let is_same = store.devices.get(arn).is_some_and(|it| it.attributes == all);
        return if is_same {
            Ok(arn.clone())
        } else {
            Err(Fault::reason(
                "Token",
                format_args!("Endpoint {arn} already exists with the same Token, but different attributes."),
            ))
        };
    }
    let arn = format!("{}/{}", application_arn.replacen(":app/", ":endpoint/", 1), ids.uuid());
    store.device_tokens.insert(key, Named { arn: arn.clone() });
    store.devices.insert(arn.clone(), Device { application: application_arn.to_owned(), attributes: all });
    Ok(arn)
}

fn check_device_attributes(attributes: &Attributes) -> Result<(), Fault> {
    for (name, value) in attributes {
        match name.as_str() {
            "CustomUserData" if value.len() > MAX_USER_DATA => {
                return Err(Fault::reason(
                    "Attributes",
                    "Invalid value for attribute: CustomUserData: must be at most 2048 bytes long in UTF-8 encoding",
                ));
            }
            // createEndpointWithInvalidAttributes
            "Token" if value.is_empty() => {
                return Err(Fault::reason(
                    "Attributes",
                    "Invalid value for attribute: Token: cannot be empty",
                ));
            }
            "CustomUserData" | "Enabled" | "Token" => {}
            _ => return Err(Fault::reason("Attributes", format_args!("Invalid attribute name: {name}"))),
        }
    }
    Ok(())
}

/// An endpoint.
///
/// # Errors
/// `NotFound`
pub(crate) fn device(store: &SnsStore, arn: &str) -> Result<Arc<Device>, Fault> {
    store.devices.get(&arn.to_owned()).ok_or_else(|| Fault::not_found("Endpoint"))
}

/// Sets attributes of an endpoint; a new token is one that it is found by.
///
/// # Errors
/// `NotFound`, `InvalidParameter`
pub(crate) fn set_device(store: &SnsStore, arn: &str, attributes: Attributes) -> Result<(), Fault> {
    check_device_attributes(&attributes)?;
    let before = device(store, arn)?;
    if let Some(token) = attributes.get("Token") {
        let key = |token: &str| (before.application.clone(), token.to_owned());
        if let Some(old) = before.attributes.get("Token") {
            store.device_tokens.remove(&key(old));
        }
        store.device_tokens.insert(key(token), Named { arn: arn.to_owned() });
    }
    store.devices.update(&arn.to_owned(), |it| it.attributes.extend(attributes));
    Ok(())
}

/// Deletes an endpoint, if it is there.
pub(crate) fn delete_device(store: &SnsStore, arn: &str) {
    if let Some(device) = store.devices.get(&arn.to_owned()) {
        remove_device(store, arn, &device);
    }
}

fn remove_device(store: &SnsStore, arn: &str, device: &Device) {
    store.devices.remove(&arn.to_owned());
    if let Some(token) = device.attributes.get("Token") {
        store.device_tokens.remove(&(device.application.clone(), token.clone()));
    }
}

/// Whether an endpoint gets messages.
///
/// # Errors
/// `InvalidParameter` (test_sns::test_publish_non_existent_target), `EndpointDisabled`, `PlatformApplicationDisabled`
pub(crate) fn check_device(store: &SnsStore, arn: &str) -> Result<Arc<Device>, Fault> {
    let found = device(store, arn)
        .map_err(|_| Fault::reason("TargetArn", "No endpoint found for the target arn specified"))?;
    let is_off = |attributes: &Attributes| {
        attributes.get("Enabled").is_some_and(|it| it.eq_ignore_ascii_case("false"))
    };
    if is_off(&found.attributes) {
        return Err(Fault::new(ErrorKind::EndpointDisabled, "Endpoint is disabled"));
    }
    if application(store, &found.application).is_ok_and(|it| is_off(&it.attributes)) {
        return Err(Fault::new(ErrorKind::PlatformApplicationDisabled, "Platform application is disabled"));
    }
    Ok(found)
}

/// Things by their ARNs.
pub(crate) type ByArn<T> = Vec<(String, Arc<T>)>;

/// A page of what a list has from a token on.
///
/// # Errors
/// `InvalidParameter`
pub(crate) fn page<T>(
    token: Option<&str>,
    list: impl FnOnce(Bound<String>, usize) -> ByArn<T>,
) -> Result<(ByArn<T>, Option<String>), Fault> {
    let mut found = list(pages::start(token)?, pages::PAGE + 1);
    let next = pages::cut(&mut found, pages::PAGE, |(arn, _)| arn);
    Ok((found, next))
}
