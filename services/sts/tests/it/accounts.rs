//! Accounts in access key ids: issued, told by `GetAccessKeyInfo`, acted in.

use asf_api_sts::operations::GetAccessKeyInfo;
use asf_api_sts::{GetAccessKeyInfoRequest, GetAccessKeyInfoResponse};
use asf_runtime::plugin::{PROVIDERS, Settings};

use crate::*;

fn parity() -> World {
    let settings = Settings::from_iter([("PARITY_AWS_ACCESS_KEY_ID", "1")]);
    World::with(StsProvider::new(&settings), AccessKeyStyle::Aws)
}

fn info(world: &World, id: &str) -> Result<GetAccessKeyInfoResponse, StsError> {
    let input = GetAccessKeyInfoRequest { access_key_id: some(id) };
    world.call::<GetAccessKeyInfo>(&By::key("test"), input)
}

#[test]
fn calls_with_assumed_credentials_act_in_the_account_of_the_role() {
    for (world, prefix) in [(World::new(), "LSIA"), (parity(), "ASIA")] {
        for account in ["000000000000", "000000000001", "111122223333", "999999999999"] {
            let arn = format!("arn:aws:iam::{account}:role/demo");
            let input = AssumeRoleRequest { role_arn: some(&arn), ..demo() };
            let made = world.assume(&By::key("test"), input).unwrap();
            let by = By::session(made.credentials.as_ref());
            let id = &by.key.as_ref().unwrap().access_key_id;
            assert_eq!((id.len(), &id[..4]), (20, prefix));
            assert_eq!(world.context::<GetAccessKeyInfo>(&by).account_id.as_str(), account);
            assert_eq!(info(&world, id).unwrap().account.as_deref(), Some(account));
        }
    }
}

#[test]
fn accounts_of_keys() {
    let (world, parity) = (World::new(), parity());
    for (id, by_default, with_parity) in [
        ("ASIAY34FZKBOKMUTVV7A", "000000000000", "609629065308"),
        ("LSIAQAAAAAAVNCBMPNSG", "000000000042", "000000000042"),
        ("0000111122223333", "000000000000", "000000000000"),
    ] {
        assert_eq!(info(&world, id).unwrap().account.as_deref(), Some(by_default), "{id}");
        assert_eq!(info(&parity, id).unwrap().account.as_deref(), Some(with_parity), "{id}");
    }
    for (id, constraint) in [
        ("test", "have length greater than or equal to 16"),
        ("AKIA-OSFODNN7EXAMPLE", "satisfy regular expression pattern: [\\w]*"),
    ] {
        let message = format!(
            "1 validation error detected: Value '{id}' at 'accessKeyId' failed to satisfy constraint: Member \
             must {constraint}"
        );
        refused(info(&world, id), "ValidationError", 400, &message);
    }
}

#[test]
fn the_provider_is_registered_with_all_operations() {
    let plugin = PROVIDERS.iter().find(|it| it.service == "sts").unwrap();
    let provider = (plugin.create)(&Settings::default());
    let missing: Vec<_> = provider
        .service()
        .operations()
        .filter(|it| !provider.implements(*it))
        .map(asf_runtime::schema::Operation::name)
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
