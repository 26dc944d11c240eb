//! Roles assumed by sessions: how long, with which tags, as whom.

use asf_api_sts::operations::{GetFederationToken, GetSessionToken};
use asf_api_sts::{GetFederationTokenRequest, GetSessionTokenRequest, Tag};

use crate::*;

fn tags(pairs: &[(&str, &str)]) -> Option<Vec<Tag>> {
    Some(pairs.iter().map(|(key, value)| Tag { key: some(key), value: some(value) }).collect())
}

fn of_session(world: &World, by: &By) -> Arc<asf_sts::session::Session> {
    world.provider.sessions().get(&by.key.as_ref().unwrap().access_key_id).unwrap()
}

/// 99designs/aws-vault#263 has the message, mmmorris1975/aws-runas#11 that sessions of users chain too.
#[test]
fn an_hour_at_most() {
    let world = World::new();
    let role = By::session(world.assume(&By::key("test"), demo()).unwrap().credentials.as_ref());
    let user = world.call::<GetSessionToken>(&By::key("test"), GetSessionTokenRequest::default()).unwrap();
    let user = By::session(user.credentials.as_ref());
    for by in [role, user] {
        let input = |seconds| AssumeRoleRequest { duration_seconds: Some(seconds), ..demo() };
        assert!(world.assume(&by, input(3600)).is_ok());
        refused(
            world.assume(&by, input(3601)),
            "ValidationError",
            400,
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role \
             chaining.",
        );
    }
}

#[test]
fn transitive_tags_and_source_identity_stay() {
    let world = World::new();
    let input = AssumeRoleRequest {
        tags: tags(&[("Team", "a"), ("Project", "p")]),
        transitive_tag_keys: Some(vec!["team".to_owned()]),
        source_identity: some("alice"),
        ..demo()
    };
    let first = By::session(world.assume(&By::key("test"), input).unwrap().credentials.as_ref());

    let other = "arn:aws:iam::222233334444:role/other";
    let next = |tags| AssumeRoleRequest { role_arn: some(other), tags, ..demo() };
    let made = world.assume(&first, next(tags(&[("Project", "q")]))).unwrap();
    assert_eq!(made.source_identity.as_deref(), Some("alice"));
    let second = By::session(made.credentials.as_ref());
    let session = of_session(&world, &second);
    assert_eq!(session.tag("Team"), Some("a"));
    assert_eq!(session.tag("Project"), Some("q"));
    assert_eq!(session.transitive_tags().map(|tag| tag.key.as_str()).collect::<Vec<_>>(), ["Team"]);
    assert_eq!(session.issued_to.as_deref(), Some("arn:aws:sts::111122223333:assumed-role/demo/session"));
    assert_eq!(session.chained_from, first.key.as_ref().map(|key| key.access_key_id.clone()));

    let third = By::session(world.assume(&second, next(None)).unwrap().credentials.as_ref());
    let session = of_session(&world, &third);
    assert_eq!((session.tag("Team"), session.tag("Project")), (Some("a"), None));
    assert_eq!(session.source_identity.as_deref(), Some("alice"));

    refused(
        world.assume(&first, next(tags(&[("TEAM", "b")]))),
        "InvalidParameterValue",
        400,
        "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag \
         key from the calling session.",
    );
    let same = AssumeRoleRequest { source_identity: some("alice"), ..next(None) };
    assert!(world.assume(&first, same).is_ok());
    let changed = AssumeRoleRequest { source_identity: some("mallory"), ..next(None) };
    refused(
        world.assume(&first, changed),
        "AccessDenied",
        403,
        "User: arn:aws:sts::111122223333:assumed-role/demo/session is not authorized to perform: \
         sts:SetSourceIdentity on resource: arn:aws:iam::222233334444:role/other",
    );
}

/// aws/aws-sdk-net#1704 and fwdcloudsec/granted#151
#[test]
fn sessions_get_no_tokens_of_users() {
    let world = World::new();
    let by = By::session(world.assume(&By::key("test"), demo()).unwrap().credentials.as_ref());
    let input = GetSessionTokenRequest::default();
    let message = "Cannot call GetSessionToken with session credentials";
    refused(world.call::<GetSessionToken>(&by, input), "AccessDenied", 403, message);
    let input = GetFederationTokenRequest { name: some("bob"), ..Default::default() };
    let message = "Cannot call GetFederationToken with session credentials";
    refused(world.call::<GetFederationToken>(&by, input), "AccessDenied", 403, message);
}
