//! `AssumeRole` and `AssumeRoot`.

use asf_api_sts::operations::AssumeRoot;
use asf_api_sts::{AssumeRootRequest, PolicyDescriptorType, Tag};
use asf_sts::arns::RoleArn;
use asf_sts::principals::{Principals, RoleFacts};
use asf_sts::session::{AssumedBy, Principal};

use crate::*;

const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"Stmt1","Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;

/// test_sts::TestSTSIntegrations::test_assume_role: nothing but these two members is there.
#[test]
fn a_role_is_assumed() {
    let world = World::new();
    let made = world.assume(&By::key("test"), demo()).unwrap();
    let user = made.assumed_role_user.unwrap();
    assert_eq!(user.arn.as_deref(), Some("arn:aws:sts::111122223333:assumed-role/demo/session"));
    let id = user.assumed_role_id.unwrap();
    assert!(id.starts_with("AROA") && id.ends_with(":session") && id.len() == 29, "{id}");
    assert_eq!((made.packed_policy_size, made.source_identity), (None, None));
    let credentials = made.credentials.unwrap();
    assert_eq!(credentials.expiration, Some(world.now().plus_seconds(3600)));
    assert_eq!(credentials.secret_access_key.map(|it| it.len()), Some(40));
}

#[test]
fn arns_have_the_partition_and_no_path() {
    let world = World::new();
    for (region, role, expected) in [
        (
            "cn-north-1",
            "arn:aws-cn:iam::111122223333:role/demo",
            "arn:aws-cn:sts::111122223333:assumed-role/demo/session",
        ),
        (
            "us-gov-west-1",
            "arn:aws-us-gov:iam::111122223333:role/a/b/demo",
            "arn:aws-us-gov:sts::111122223333:assumed-role/demo/session",
        ),
        (
            "eu-west-1",
            "arn:aws:iam::000000000000:role/service-role/x",
            "arn:aws:sts::000000000000:assumed-role/x/session",
        ),
    ] {
        let input = AssumeRoleRequest { role_arn: some(role), ..demo() };
        let made = world.assume(&By::key("test").at(region), input).unwrap();
        assert_eq!(made.assumed_role_user.unwrap().arn.as_deref(), Some(expected));
    }
}

#[test]
fn the_record_has_what_was_asked_for() {
    let world = World::new();
    let input = AssumeRoleRequest {
        policy: some(POLICY),
        policy_arns: Some(vec![PolicyDescriptorType { arn: some("arn:aws:iam::aws:policy/ReadOnlyAccess") }]),
        duration_seconds: Some(43_200),
        tags: Some(vec![Tag { key: some("Project"), value: some("x") }]),
        external_id: some("external"),
        serial_number: some("arn:aws:iam::000000000000:mfa/me"),
        token_code: some("123456"),
        source_identity: some("alice"),
        ..demo()
    };
    let made = world.assume(&By::key("test"), input).unwrap();
    assert_eq!(made.source_identity.as_deref(), Some("alice"));
    assert!(made.packed_policy_size.is_some_and(|it| (8..30).contains(&it)), "{:?}", made.packed_policy_size);
    let key = made.credentials.unwrap().access_key_id.unwrap();
    let session = world.provider.sessions().get(&key).unwrap();
    assert_eq!(session.policies.document.as_deref(), Some(POLICY));
    assert_eq!(session.policies.arns, ["arn:aws:iam::aws:policy/ReadOnlyAccess"]);
    assert_eq!(session.tag("project"), Some("x"));
    assert_eq!(session.external_id.as_deref(), Some("external"));
    assert_eq!(session.mfa_serial.as_deref(), Some("arn:aws:iam::000000000000:mfa/me"));
    assert_eq!(session.source_identity.as_deref(), Some("alice"));
    assert_eq!(session.issued_to.as_deref(), Some("arn:aws:iam::000000000000:root"));
    assert_eq!((session.chained_from.as_deref(), session.account().as_str()), (None, "111122223333"));
    let Principal::AssumedRole { role, session_name, by } = &session.principal else { panic!() };
    assert_eq!((role.arn.as_str(), session_name.as_str(), by), (ROLE, "session", &AssumedBy::Caller));
}

struct Known;

impl Principals for Known {
    fn role(&self, role: &RoleArn) -> Option<RoleFacts> {
        (role.name == "demo").then(|| RoleFacts { id: "AROAKNOWN".to_owned(), max_session_seconds: 7200 })
    }
}

/// prolane/samltoawsstskeys#61 has the message; the id is that of the role, as in
/// test_sts::TestSTSIntegrations::test_assume_role.
#[test]
fn what_iam_knows_of_a_role_holds() {
    let provider = StsProvider::default().with_principals(Arc::new(Known));
    let world = World::with(provider, AccessKeyStyle::LocalStack);
    let input = |seconds| AssumeRoleRequest { duration_seconds: Some(seconds), ..demo() };
    let made = world.assume(&By::key("test"), input(7200)).unwrap();
    assert_eq!(made.assumed_role_user.unwrap().assumed_role_id.as_deref(), Some("AROAKNOWN:session"));
    let message = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
    refused(world.assume(&By::key("test"), input(7201)), "ValidationError", 400, message);
}

#[test]
fn root_sessions() {
    let world = World::new();
    let input = |target: &str, task: &str| AssumeRootRequest {
        target_principal: some(target),
        task_policy_arn: Some(PolicyDescriptorType { arn: some(task) }),
        duration_seconds: None,
    };
    let task = "arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy";
    for target in ["111122223333", "arn:aws:iam::111122223333:root"] {
        let made = world.call::<AssumeRoot>(&By::key("test"), input(target, task)).unwrap();
        let credentials = made.credentials.unwrap();
        assert_eq!(credentials.expiration, Some(world.now().plus_seconds(900)));
        let expected = ["111122223333", "111122223333", "arn:aws:iam::111122223333:root"].map(str::to_owned);
        assert_eq!(world.identity(&By::session(Some(&credentials))).unwrap(), expected);
    }
    let user = "arn:aws:iam::111122223333:user/bob";
    refused(
        world.call::<AssumeRoot>(&By::key("test"), input(user, task)),
        "AccessDenied",
        403,
        "User: arn:aws:iam::000000000000:root is not authorized to perform: sts:AssumeRoot on resource: \
         arn:aws:iam::111122223333:user/bob",
    );
    let other = "arn:aws:iam::aws:policy/AdministratorAccess";
    refused(
        world.call::<AssumeRoot>(&By::key("test"), input("111122223333", other)),
        "ValidationError",
        400,
        &format!("{other} is invalid"),
    );
}
