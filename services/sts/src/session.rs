//! One session: what was issued, to whom, with what restrictions. What IAM's enforcement reads.

use asf_macros::Record;
use asf_runtime::Timestamp;
use asf_runtime::identity::AccountId;
use serde::{Deserialize, Serialize};

use crate::arns::RoleArn;
use crate::credentials::Credentials;
use crate::policies::SessionPolicies;
use crate::principals::Identity;
use crate::tags::SessionTag;

/// Temporary credentials and all that belongs to them. Never changes once issued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Record)]
pub struct Session {
    /// What the client signs with.
    pub credentials: Credentials,
    /// When it was issued (`aws:TokenIssueTime`).
    pub issued: Timestamp,
    /// From when on it is refused.
    pub expiration: Timestamp,
    /// Who acts.
    pub principal: Principal,
    /// Who that is to others, `GetCallerIdentity` first of all.
    pub identity: Identity,
    /// What restricts it beyond what the principal may.
    pub policies: SessionPolicies,
    /// Session tags (`aws:PrincipalTag`), those inherited from the calling session among them.
    pub tags: Vec<SessionTag>,
    /// `aws:SourceIdentity`: set once, and kept by every session that comes of this one.
    pub source_identity: Option<String>,
    /// The serial number of the MFA device that the caller has shown a code of.
    pub mfa_serial: Option<String>,
    /// `sts:ExternalId` of the call.
    pub external_id: Option<String>,
    /// ARNs of the providers of trusted contexts, with their assertions, which are not read.
    pub provided_contexts: Vec<(String, String)>,
    /// The ARN of who called; none of calls with an identity provider's token.
    pub issued_to: Option<String>,
    /// Access key id of the session that this one was assumed from, in role chaining.
    pub chained_from: Option<String>,
}

/// Who acts in a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Principal {
    /// A role.
    AssumedRole {
        /// The role.
        role: RoleArn,
        /// `RoleSessionName`
        session_name: String,
        /// How it was assumed.
        by: AssumedBy,
    },
    /// A user of `GetFederationToken`.
    FederatedUser {
        /// The name that was given.
        name: String,
        /// The user whose permissions it has, at most.
        user: Identity,
    },
    /// The caller of `GetSessionToken`, unchanged.
    SameAs(Identity),
    /// The root user of a member account, by `AssumeRoot`.
    Root {
        /// The managed policy that says for what.
        task_policy_arn: String,
    },
    /// A principal that was delegated with a trade-in token.
    Delegated {
        /// Its ARN.
        arn: String,
    },
}

/// How a role was assumed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AssumedBy {
    /// `AssumeRole`
    Caller,
    /// `AssumeRoleWithSAML`: ARN of the SAML provider, and the subject of the assertion.
    Saml {
        /// `arn:aws:iam::000000000000:saml-provider/name`
        provider: String,
        /// The `NameID`.
        subject: String,
    },
    /// `AssumeRoleWithWebIdentity`: what issued the token, and for whom.
    WebIdentity {
        /// ARN of the OIDC provider, or the name of one that needs none.
        provider: String,
        /// The `sub` claim.
        subject: String,
    },
}

impl Session {
    /// The account that calls with its credentials act in.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.identity.account
    }

    /// Whether it is over.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expiration <= now
    }

    /// The value of a session tag; keys are the same in any case.
    #[must_use]
    pub fn tag(&self, key: &str) -> Option<&str> {
        self.tags.iter().find(|tag| tag.is(key)).map(|tag| tag.value.as_str())
    }

    /// The tags that sessions assumed from this one inherit.
    pub fn transitive_tags(&self) -> impl Iterator<Item = &SessionTag> {
        self.tags.iter().filter(|tag| tag.transitive)
    }

    /// Bytes that it takes in memory, about.
    pub(crate) fn weight(&self) -> usize {
        let tags = self.tags.iter().map(|tag| tag.key.len() + tag.value.len() + 64);
        let contexts = self.provided_contexts.iter().map(|(arn, assertion)| arn.len() + assertion.len() + 64);
        let arns = self.policies.arns.iter().map(|arn| arn.len() + 32);
        let policy = self.policies.document.as_ref().map_or(0, String::len);
        let subject = match &self.principal {
            Principal::AssumedRole {
                by: AssumedBy::Saml { provider, subject } | AssumedBy::WebIdentity { provider, subject },
                ..
            } => provider.len() + subject.len(),
            _ => 0,
        };
        // What is left has lengths that the model bounds.
        4096 + policy + subject + tags.chain(contexts).chain(arns).sum::<usize>()
    }
}
