use asf_moto::Inventory;
use asf_runtime::plugin::Settings;
use asf_runtime::provider::Providers;

use super::*;

#[test]
fn from_handlers_and_from_moto() {
    let providers = Providers::registered(Settings::default());
    let moto = Inventory::shipped();
    let of = |service: &str| of_service(&providers, moto, service).unwrap();
    let sqs = of("sqs");
    assert_eq!(sqs.operations["SendMessage"], Implemented::Native);
    let codecommit = of("codecommit");
    assert_eq!(codecommit.operations["CreateRepository"], Implemented::Moto);
    assert_eq!(codecommit.operations["CreateBranch"], Implemented::None);
    assert_eq!(of("translate").count(Implemented::None), of("translate").operations.len());
    assert!(of_service(&providers, moto, "none-such").is_none());
    // Names alone, and those of the model that is kept, are the same.
    for service in ["sqs", "s3", "sns"] {
        let kept = asf_specs::service(service).unwrap().operations().map(|it| it.name().to_owned());
        let mut kept: Vec<_> = kept.collect();
        kept.sort_unstable();
        assert_eq!(operation_names(service), kept, "{service}");
    }
}

/// Whatever moto says it has is an operation of AWS's, by our specs, or newer than they.
#[test]
fn moto_names_what_there_is() {
    let moto = Inventory::shipped();
    let unknown: Vec<&String> = moto.services.keys().filter(|it| asf_specs::info(it).is_none()).collect();
    assert_eq!(unknown, Vec::<&String>::new());
    for (service, operations) in &moto.services {
        let known = operation_names(service);
        let newer: Vec<&String> = operations.iter().filter(|it| !known.contains(it)).collect();
        assert!(newer.len() <= 1, "{service}: {newer:?}");
    }
}

#[test]
fn percentages() {
    assert_eq!([percent(0, 0), percent(1, 3), percent(3, 3)], [0.0, 33.3, 100.0]);
    let all = to_json(&[], Inventory::shipped());
    assert_eq!(all["total"]["total"], 0);
}
