//! Roles assumed by callers: `AssumeRole` and `AssumeRoot`, and what all sessions of roles share.

use std::sync::Arc;

use crate::arns::{self, RoleArn};
use crate::caller::{Caller, root_arn};
use crate::error::Failure;
use crate::issuing::{Desk, NewSession, mfa, role_seconds};
use crate::policies::SessionPolicies;
use crate::principals::{Identity, RoleFacts};
use crate::session::{AssumedBy, Principal, Session};
use crate::tags;

use asf_runtime::identity::{AccountId, Partition};

/// The policies that scope a root session (botocore's documentation of `AssumeRoot`).
const ROOT_TASKS: [&str; 5] = [
    "IAMAuditRootUserCredentials",
    "IAMCreateRootUserPassword",
    "IAMDeleteRootUserCredentials",
    "S3UnlockBucketPolicy",
    "SQSUnlockQueuePolicy",
];
/// Seconds of a root session, if none are asked for, and at most.
const ROOT_SECONDS: i32 = 900;

/// What `AssumeRole` is called with, constraints of the model met.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "the members of the operation's input")]
pub struct AssumeRole {
    pub role_arn: String,
    pub role_session_name: String,
    pub policy: Option<String>,
    pub policy_arns: Vec<String>,
    pub duration_seconds: Option<i32>,
    pub tags: Vec<(String, String)>,
    pub transitive_tag_keys: Vec<String>,
    pub external_id: Option<String>,
    pub serial_number: Option<String>,
    pub token_code: Option<String>,
    pub source_identity: Option<String>,
    pub provided_contexts: Vec<(String, String)>,
}

/// A session, and how much of the space for policies and tags it takes.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The session.
    pub session: Arc<Session>,
    /// Percent; none if the call passed neither policies nor tags.
    pub packed_policy_size: Option<i32>,
}

/// Lets a caller act as a role. Every role exists, and trusts everyone, unless IAM says otherwise.
///
/// # Errors
/// `ValidationError`, `AccessDenied`, `MalformedPolicyDocument`, `PackedPolicyTooLarge`,
/// `InvalidParameterValue`; each where it is raised.
pub fn assume_role(desk: &Desk<'_>, caller: &Caller, input: AssumeRole) -> Result<Issued, Failure> {
    let role = RoleArn::parse(&input.role_arn)?.ok_or_else(|| {
        // AWS says the same of a role that does not exist as of one that does not trust.
        Failure::not_authorized(&caller.identity.arn, "sts:AssumeRole", &input.role_arn)
    })?;
    let facts = desk.role(&role);
    let seconds = role_seconds(input.duration_seconds, &facts, caller.session.is_some())?;
    let mfa_serial = mfa(input.serial_number, input.token_code.as_deref())?;
    let policies = SessionPolicies::new(input.policy, input.policy_arns)?;
    let inherited = caller.session.iter().flat_map(|it| it.transitive_tags().cloned()).collect();
    let passed = input.tags.len();
    let tags = tags::of_session(input.tags, &input.transitive_tag_keys, inherited)?;
    let packed_policy_size = policies.packed_size(tags.get(tags.len() - passed..).unwrap_or_default())?;
    let source_identity = source_identity(caller, input.source_identity, &role)?;

    let mut new = role_session(desk, role, &facts, input.role_session_name, AssumedBy::Caller, seconds);
    new.policies = policies;
    new.tags = tags;
    new.source_identity = source_identity;
    new.mfa_serial = mfa_serial;
    new.external_id = input.external_id;
    new.provided_contexts = input.provided_contexts;
    new.issued_to = Some(caller.identity.arn.clone());
    new.chained_from = caller.session.as_ref().map(|it| it.credentials.access_key_id.clone());
    Ok(Issued { session: desk.issue(new), packed_policy_size })
}

/// A session of a role, with the ARN and user id that such sessions have
/// (test_sts::TestSTSIntegrations::test_assume_role).
pub(crate) fn role_session(
    desk: &Desk<'_>,
    role: RoleArn,
    facts: &RoleFacts,
    session_name: String,
    by: AssumedBy,
    seconds: i32,
) -> NewSession {
    let identity = Identity {
        user_id: format!("{}:{session_name}", facts.id),
        account: role.account,
        arn: format!(
            "arn:{}:sts::{}:assumed-role/{}/{session_name}",
            desk.partition, role.account, role.name
        ),
    };
    NewSession::new(identity, Principal::AssumedRole { role, session_name, by }, seconds)
}

/// The source identity of a session that a caller assumes: once set, it stays
/// (IAM User Guide, "Monitor and control actions taken with assumed roles").
fn source_identity(
    caller: &Caller,
    asked: Option<String>,
    role: &RoleArn,
) -> Result<Option<String>, Failure> {
    let set = caller.session.as_ref().and_then(|session| session.source_identity.clone());
    match (set, asked) {
        (Some(set), Some(asked)) if set != asked => {
            Err(Failure::not_authorized(&caller.identity.arn, "sts:SetSourceIdentity", &role.arn))
        }
        (Some(set), _) => Ok(Some(set)),
        (None, asked) => Ok(asked),
    }
}

/// Lets a caller act as the root user of a member account, for one task. Organizations are not asked.
///
/// # Errors
/// `AccessDenied` if the target is neither an account nor its root user, `ValidationError` if the policy is
/// none of those for such tasks.
pub fn assume_root(
    desk: &Desk<'_>,
    caller: &Caller,
    target_principal: &str,
    task_policy_arn: &str,
    duration_seconds: Option<i32>,
) -> Result<Arc<Session>, Failure> {
    arns::checked(task_policy_arn)?;
    let task = task_policy_arn
        .strip_prefix(&format!("arn:{}:iam::aws:policy/root-task/", desk.partition))
        .filter(|task| ROOT_TASKS.contains(task));
    if task.is_none() {
        return Err(Failure::validation(format!("{task_policy_arn} is invalid")));
    }
    let account = root_target(target_principal, desk.partition)
        .ok_or_else(|| Failure::not_authorized(&caller.identity.arn, "sts:AssumeRoot", target_principal))?;
    let identity = Identity { user_id: account.to_string(), account, arn: root_arn(desk.partition, account) };
    let principal = Principal::Root { task_policy_arn: task_policy_arn.to_owned() };
    let mut new = NewSession::new(identity, principal, duration_seconds.unwrap_or(ROOT_SECONDS));
    new.policies.arns = vec![task_policy_arn.to_owned()];
    new.source_identity = caller.session.as_ref().and_then(|session| session.source_identity.clone());
    new.issued_to = Some(caller.identity.arn.clone());
    new.chained_from = caller.session.as_ref().map(|it| it.credentials.access_key_id.clone());
    Ok(desk.issue(new))
}

/// The account of `111122223333` or `arn:aws:iam::111122223333:root`.
fn root_target(text: &str, partition: Partition) -> Option<AccountId> {
    if let Ok(account) = text.parse() {
        return Some(account);
    }
    let account = text.strip_prefix(&format!("arn:{partition}:iam::"))?.strip_suffix(":root")?;
    account.parse().ok()
}
