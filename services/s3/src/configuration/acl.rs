//! Access control lists, of buckets and of objects: canned ones, those in headers, those in documents.

use asf_api_s3::{AccessControlPolicy, Owner, Permission, Type};

use super::ownership;
use super::public_access_block::PublicAccessBlock;
use crate::error::Fault;
use crate::models::{Acl, Grant, Grantee};

/// Everyone.
pub const ALL_USERS: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
/// Everyone with an AWS account.
pub const AUTHENTICATED_USERS: &str = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
/// The service that writes access logs.
pub const LOG_DELIVERY: &str = "http://acs.amazonaws.com/groups/s3/LogDelivery";
const GROUPS: [&str; 3] = [ALL_USERS, AUTHENTICATED_USERS, LOG_DELIVERY];

/// The headers that grant something, and what.
const HEADERS: [(&str, &str); 5] = [
    ("x-amz-grant-full-control", "FULL_CONTROL"),
    ("x-amz-grant-read", "READ"),
    ("x-amz-grant-read-acp", "READ_ACP"),
    ("x-amz-grant-write", "WRITE"),
    ("x-amz-grant-write-acp", "WRITE_ACP"),
];

/// What a request says of an ACL, in one of three ways.
#[derive(Clone, Debug, Default)]
pub struct AclRequest {
    /// `x-amz-acl`
    pub canned: Option<String>,
    /// `x-amz-grant-full-control`
    pub grant_full_control: Option<String>,
    /// `x-amz-grant-read`
    pub grant_read: Option<String>,
    /// `x-amz-grant-read-acp`
    pub grant_read_acp: Option<String>,
    /// `x-amz-grant-write`
    pub grant_write: Option<String>,
    /// `x-amz-grant-write-acp`
    pub grant_write_acp: Option<String>,
    /// The document.
    pub policy: Option<AccessControlPolicy>,
}

/// Whose ACL it is: the canonical ids of both owners. Of a bucket they are the same.
#[derive(Clone, Copy, Debug)]
pub struct Owners<'a> {
    /// The owner of the resource.
    pub own: &'a str,
    /// The owner of the bucket.
    pub bucket: &'a str,
}

impl AclRequest {
    /// The grants in headers, by header.
    fn granted(&self) -> impl Iterator<Item = (&'static str, &'static str, &str)> {
        let values = [
            &self.grant_full_control,
            &self.grant_read,
            &self.grant_read_acp,
            &self.grant_write,
            &self.grant_write_acp,
        ];
        let headers = HEADERS.into_iter().zip(values);
        headers.filter_map(|((name, permission), value)| Some((name, permission, value.as_deref()?)))
    }

    /// The ACL that is asked for, if any is.
    ///
    /// # Errors
    /// `InvalidRequest`, `UnexpectedContent`, `InvalidArgument`, `MalformedACLError`
    /// (test_s3::TestS3::test_s3_bucket_acl_exceptions, ::test_s3_object_acl_exceptions)
    pub fn read(&self, owners: Owners<'_>) -> Result<Option<Acl>, Fault> {
        let has_grants = self.granted().next().is_some();
        if self.canned.is_some() && has_grants {
            return Err(Fault::invalid_request(
                "Specifying both Canned ACLs and Header Grants is not allowed",
            ));
        }
        if (self.canned.is_some() || has_grants) && self.policy.is_some() {
            return Err(Fault::new("UnexpectedContent", 400, "This request does not support content"));
        }
        if let Some(name) = &self.canned {
            return canned(name, owners).map(Some);
        }
        if has_grants {
            let mut grants = Vec::new();
            for (header, permission, value) in self.granted() {
                for grantee in grantees(header, value)? {
                    grants.push(grant_to(grantee, permission));
                }
            }
            return Ok(Some(Acl { grants }));
        }
        self.policy.as_ref().map(|policy| checked(policy, owners.own)).transpose()
    }

    /// The ACL that a request to set one asks for.
    ///
    /// # Errors
    /// `MissingSecurityHeader`, and those of [`read`](Self::read).
    pub fn required(&self, owners: Owners<'_>) -> Result<Acl, Fault> {
        self.read(owners)?.ok_or_else(|| {
            Fault::new("MissingSecurityHeader", 400, "Your request was missing a required header")
                .with("MissingHeaderName", "x-amz-acl")
        })
    }
}

/// The ACL of what nobody has given one: its owner has all of it.
#[must_use]
pub fn private(owner: &str) -> Acl {
    Acl { grants: vec![grant_to(user(owner), "FULL_CONTROL")] }
}

/// A canned ACL (S3 user guide, "Canned ACL").
fn canned(name: &str, owners: Owners<'_>) -> Result<Acl, Fault> {
    let mut acl = private(owners.own);
    let further = match name {
        "private" | "aws-exec-read" => vec![],
        "public-read" => vec![grant_to(group(ALL_USERS), "READ")],
        "public-read-write" => vec![grant_to(group(ALL_USERS), "READ"), grant_to(group(ALL_USERS), "WRITE")],
        "authenticated-read" => vec![grant_to(group(AUTHENTICATED_USERS), "READ")],
        "log-delivery-write" => {
            vec![grant_to(group(LOG_DELIVERY), "WRITE"), grant_to(group(LOG_DELIVERY), "READ_ACP")]
        }
        "bucket-owner-read" | "bucket-owner-full-control" if owners.own == owners.bucket => vec![],
        "bucket-owner-read" => vec![grant_to(user(owners.bucket), "READ")],
        "bucket-owner-full-control" => vec![grant_to(user(owners.bucket), "FULL_CONTROL")],
        _ => {
            // The message is empty.
            return Err(Fault::invalid_argument("", "x-amz-acl", name));
        }
    };
    acl.grants.extend(further);
    Ok(acl)
}

/// Who a header grants something to: `id="..", uri="..", emailAddress=".."`.
fn grantees(header: &str, value: &str) -> Result<Vec<Grantee>, Fault> {
    let pairs = value.split(',').map(str::trim).filter(|it| !it.is_empty());
    pairs
        .map(|pair| {
            let unknown = || Fault::invalid_argument("Argument format not recognized", header, pair);
            let (key, name) = pair.split_once('=').ok_or_else(unknown)?;
            let name = name.trim().trim_matches('"');
            match key.trim() {
                "id" if is_canonical_id(name) => Ok(user(name)),
                "id" => Err(Fault::invalid_argument("Invalid id", "id", name)),
                "uri" if GROUPS.contains(&name) => Ok(group(name)),
                "uri" => Err(Fault::invalid_argument("Invalid group uri", "uri", name)),
                "emailAddress" => Err(no_such_address()),
                _ => Err(unknown()),
            }
        })
        .collect()
}

/// A document, checked and with the members that AWS gives back.
fn checked(policy: &AccessControlPolicy, owner: &str) -> Result<Acl, Fault> {
    let malformed = || {
        Fault::new(
            "MalformedACLError",
            400,
            "The XML you provided was not well-formed or did not validate against our published schema",
        )
    };
    let asked = policy.owner.as_ref().and_then(|it| it.id.as_deref()).ok_or_else(malformed)?;
    let grants = policy.grants.as_deref().ok_or_else(malformed)?;
    if !is_canonical_id(asked) {
        return Err(Fault::invalid_argument("Invalid id", "CanonicalUser/ID", asked));
    }
    // An owner cannot be changed.
    if asked != owner {
        return Err(Fault::access_denied());
    }
    let mut kept = Vec::with_capacity(grants.len());
    for grant in grants {
        let permission = grant.permission.clone().ok_or_else(malformed)?;
        if matches!(permission, Permission::Unknown(_)) {
            return Err(malformed());
        }
        let grantee = grant.grantee.as_ref().ok_or_else(malformed)?;
        let grantee = match &grantee.r#type {
            Some(Type::CanonicalUser) => {
                let id = grantee.id.as_deref().ok_or_else(malformed)?;
                if !is_canonical_id(id) {
                    return Err(Fault::invalid_argument("Invalid id", "CanonicalUser/ID", id));
                }
                user(id)
            }
            Some(Type::Group) => {
                let uri = grantee.uri.as_deref().ok_or_else(malformed)?;
                if !GROUPS.contains(&uri) {
                    return Err(Fault::invalid_argument("Invalid group uri", "Group/URI", uri));
                }
                group(uri)
            }
            Some(Type::AmazonCustomerByEmail) if grantee.email_address.is_some() => {
                return Err(no_such_address());
            }
            _ => return Err(malformed()),
        };
        kept.push(grant_to(grantee, permission.as_str()));
    }
    Ok(Acl { grants: kept })
}

/// An ACL as answers have it.
#[must_use]
pub fn shown(acl: &Acl, owner: &str) -> (Owner, Vec<asf_api_s3::Grant>) {
    let grants = acl.grants.iter().map(|grant| {
        let grantee = match &grant.grantee {
            Grantee::User(id) => asf_api_s3::Grantee {
                id: Some(id.clone()),
                r#type: Some(Type::CanonicalUser),
                ..Default::default()
            },
            Grantee::Group(uri) => asf_api_s3::Grantee {
                uri: Some(uri.clone()),
                r#type: Some(Type::Group),
                ..Default::default()
            },
            Grantee::Email(address) => asf_api_s3::Grantee {
                email_address: Some(address.clone()),
                r#type: Some(Type::AmazonCustomerByEmail),
                ..Default::default()
            },
        };
        asf_api_s3::Grant { grantee: Some(grantee), permission: Some(grant.permission.as_str().into()) }
    });
    (Owner { display_name: None, id: Some(owner.to_owned()) }, grants.collect())
}

/// Whether an ACL may be put on a bucket, or on objects in it.
///
/// # Errors
/// `AccessControlListNotSupported` where ACLs do not count (S3 user guide, "Controlling ownership of objects"),
/// `AccessDenied` where public ones are blocked ("Blocking public access").
pub fn check_allowed(
    acl: &Acl,
    bucket_owner: &str,
    ownership: Option<&str>,
    block: PublicAccessBlock,
) -> Result<(), Fault> {
    if ownership == Some(ownership::DEFAULT.as_str()) && !is_of_owner_only(acl, bucket_owner) {
        return Err(Fault::new("AccessControlListNotSupported", 400, "The bucket does not allow ACLs"));
    }
    if block.block_public_acls && is_public(acl) {
        return Err(Fault::access_denied());
    }
    Ok(())
}

/// Whether it grants nothing but full control to the bucket's owner: those are taken everywhere.
fn is_of_owner_only(acl: &Acl, bucket_owner: &str) -> bool {
    acl.grants.iter().all(|grant| {
        grant.permission == "FULL_CONTROL"
            && matches!(&grant.grantee, Grantee::User(id) if id == bucket_owner)
    })
}

/// Whether it grants anything to everyone, or to everyone with an account.
#[must_use]
pub fn is_public(acl: &Acl) -> bool {
    let is_public = |it: &Grant| matches!(&it.grantee, Grantee::Group(uri) if uri == ALL_USERS || uri == AUTHENTICATED_USERS);
    acl.grants.iter().any(is_public)
}

fn grant_to(grantee: Grantee, permission: &str) -> Grant {
    Grant { grantee, permission: permission.to_owned() }
}

fn user(id: &str) -> Grantee {
    Grantee::User(id.to_owned())
}

fn group(uri: &str) -> Grantee {
    Grantee::Group(uri.to_owned())
}

/// Canonical ids are 64 hexadecimal digits.
fn is_canonical_id(id: &str) -> bool {
    id.len() == 64 && id.bytes().all(|it| it.is_ascii_hexdigit())
}

/// Words: S3's error responses.
fn no_such_address() -> Fault {
    Fault::new(
        "UnresolvableGrantByEmailAddress",
        400,
        "The email address you provided does not match any account on record.",
    )
}

#[cfg(test)]
mod tests {
    use asf_api_s3::ObjectOwnership;

    use super::*;

    const OWNER: &str = "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a";

    fn read(request: &AclRequest) -> String {
        let found = request.required(Owners { own: OWNER, bucket: OWNER });
        let shown = |grant: &Grant| {
            let name = match &grant.grantee {
                Grantee::Group(uri) => uri.rsplit('/').next().unwrap(),
                _ => "owner",
            };
            format!("{name}:{}", grant.permission)
        };
        match found {
            Ok(acl) => acl.grants.iter().map(shown).collect::<Vec<_>>().join(" "),
            Err(error) => error.to_string(),
        }
    }

    fn policy(owner: &str, grantee: &Grantee, permission: &str) -> AclRequest {
        let acl = Acl { grants: vec![grant_to(grantee.clone(), permission)] };
        let (owner, grants) = shown(&acl, owner);
        let policy = Some(AccessControlPolicy { owner: Some(owner), grants: Some(grants) });
        AclRequest { policy, ..Default::default() }
    }

    /// test_s3::TestS3::test_s3_bucket_acl, ::test_s3_bucket_acl_exceptions
    #[test]
    fn three_ways_to_say_it() {
        let canned = |name: &str| AclRequest { canned: Some(name.to_owned()), ..Default::default() };
        let write = |value: &str| AclRequest { grant_write: Some(value.to_owned()), ..Default::default() };
        let log = "http://acs.amazonaws.com/groups/s3/LogDelivery";
        for (request, expected) in [
            (AclRequest::default(), "MissingSecurityHeader: Your request was missing a required header"),
            (canned("private"), "owner:FULL_CONTROL"),
            (canned("public-read"), "owner:FULL_CONTROL AllUsers:READ"),
            (canned("fake-acl"), "InvalidArgument: "),
            (write(&format!("uri=\"{log}\"")), "LogDelivery:WRITE"),
            (write(&format!("uri={log}, id=\"{OWNER}\"")), "LogDelivery:WRITE owner:WRITE"),
            (write("fakekey=\"1234\""), "InvalidArgument: Argument format not recognized"),
            (
                write("uri=\"http://acs.amazonaws.com/groups/s3/FakeGroup\""),
                "InvalidArgument: Invalid group uri",
            ),
            (write("id=\"wrong-id\""), "InvalidArgument: Invalid id"),
            (
                AclRequest { grant_write: Some("id=x".to_owned()), ..canned("private") },
                "InvalidRequest: Specifying both Canned ACLs and Header Grants is not allowed",
            ),
            (
                AclRequest { policy: Some(AccessControlPolicy::default()), ..canned("private") },
                "UnexpectedContent: This request does not support content",
            ),
            (policy(OWNER, &group(log), "WRITE"), "LogDelivery:WRITE"),
            (policy("wrong-id", &group(log), "WRITE"), "InvalidArgument: Invalid id"),
            (policy(OWNER, &group("http://other"), "WRITE"), "InvalidArgument: Invalid group uri"),
            (policy(OWNER, &user("wrong-id"), "WRITE"), "InvalidArgument: Invalid id"),
        ] {
            assert_eq!(read(&request), expected, "{request:?}");
        }
        for request in [
            AclRequest { policy: Some(AccessControlPolicy::default()), ..Default::default() },
            policy(OWNER, &group(log), "FAKE"),
            policy(OWNER, &Grantee::Email("a@b.test".to_owned()), "FAKE"),
        ] {
            assert!(read(&request).starts_with("MalformedACLError: The XML you provided"));
        }
    }

    #[test]
    fn where_acls_may_be_put() {
        let owners = Owners { own: OWNER, bucket: OWNER };
        let code = |name: &str, ownership: ObjectOwnership, block| {
            let acl = canned(name, owners).unwrap();
            let found = check_allowed(&acl, OWNER, Some(ownership.as_str()), block).err();
            found.map(|it| it.to_string().split(':').next().unwrap().to_owned()).unwrap_or_default()
        };
        let (all, none) = (PublicAccessBlock::ALL, PublicAccessBlock::NONE);
        let (enforced, writer) = (ObjectOwnership::BucketOwnerEnforced, ObjectOwnership::ObjectWriter);
        assert_eq!(code("public-read", enforced.clone(), none), "AccessControlListNotSupported");
        assert_eq!(code("bucket-owner-full-control", enforced, all), "");
        assert_eq!(code("public-read", writer.clone(), all), "AccessDenied");
        assert_eq!(code("authenticated-read", writer.clone(), all), "AccessDenied");
        assert_eq!(code("log-delivery-write", writer.clone(), all), "");
        assert_eq!(code("public-read", writer, none), "");
    }
}
