//! The packed specs: all load, the counts are botocore's, and the patches do what they are for.

#![allow(clippy::unwrap_used, clippy::panic)]

mod routing;

use asf_schema::{Kind, MemberFlags, ProtocolKind, ServiceSchema, ShapeFlags};

#[test]
fn every_service_loads() {
    let (mut operations, mut shapes) = (0, 0);
    for info in asf_specs::services() {
        let service = asf_specs::service(info.name).unwrap_or_else(|| panic!("{} does not load", info.name));
        assert_eq!(service.name, info.name);
        assert_eq!(service.operations.len(), usize::from(info.operations), "{}", info.name);
        assert_eq!(service.shapes.len(), usize::from(info.shapes), "{}", info.name);
        assert_eq!(service.metadata.protocols, info.protocols, "{}", info.name);
        assert_eq!(service.metadata.service_id, info.service_id);
        assert_eq!(service.metadata.full_name, info.full_name);
        assert_eq!(service.metadata.api_version, info.api_version);
        assert_eq!(service.metadata.endpoint_prefix, info.endpoint_prefix);
        assert_eq!(service.metadata.signing_name, info.signing_name);
        assert_eq!(service.metadata.target_prefix, info.target_prefix);
        operations += service.operations.len();
        shapes += service.shapes.len();
    }
    // Of botocore 1.43.11, and the two shapes that the patch of SQS adds.
    assert_eq!((asf_specs::services().len(), operations, shapes), (424, 18_378, 114_839 + 2));
}

#[test]
fn names_are_sorted_and_found() {
    assert!(asf_specs::names().is_sorted());
    assert_eq!(asf_specs::info("ec2").unwrap().service_id, "EC2");
    assert_eq!(asf_specs::info("ec2").unwrap().protocols, [ProtocolKind::Ec2]);
    assert!(asf_specs::info("nosuch").is_none() && asf_specs::service("").is_none());
    assert!(asf_specs::json("nosuch").is_none());
    // The same model at every call, from every thread.
    let threads: Vec<_> = (0..4).map(|_| std::thread::spawn(|| asf_specs::service("sts").unwrap())).collect();
    for thread in threads {
        assert!(std::ptr::eq(thread.join().unwrap(), asf_specs::service("sts").unwrap()));
    }
}

#[test]
fn a_spec_from_elsewhere_is_patched_by_name() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/sqs/2012-11-05/service-2.json");
    let raw = std::fs::read(file).unwrap();
    let sqs = asf_specs::load_spec("sqs", &raw).unwrap();
    assert!(sqs.metadata.speaks(ProtocolKind::Query));
    let other = asf_specs::load_spec("another-name", &raw).unwrap();
    assert!(!other.metadata.speaks(ProtocolKind::Query));
    let error = asf_specs::load_spec("sqs", br#"{"metadata":{},"operations":{},"shapes":{}}"#).unwrap_err();
    assert!(error.to_string().starts_with("the patch of sqs does not fit its spec: operation 0:"), "{error}");
    let error = asf_specs::load_spec("sts", b"{").unwrap_err();
    assert!(error.to_string().starts_with("the spec of sts is not JSON"), "{error}");
}

/// Name of a member over query; `Shape.Member`, or `List.member`, `Map.key`, `Map.value`.
fn query_name(service: &'static ServiceSchema, path: &str) -> &'static str {
    let (shape, member) = path.split_once('.').unwrap();
    service.shape(shape).unwrap().member_named(member).unwrap().query_name()
}

#[test]
fn sqs_speaks_query_beside_json() {
    let sqs = asf_specs::service("sqs").unwrap();
    assert_eq!(sqs.metadata.protocols, [ProtocolKind::Json, ProtocolKind::Query]);
    assert_eq!(sqs.metadata.xml_namespace, Some("http://queue.amazonaws.com/doc/2012-11-05/"));
    for (path, name) in [
        ("CreateQueueRequest.Attributes", "Attribute"),
        ("CreateQueueRequest.tags", "Tag"),
        ("CreateQueueRequest.QueueName", "QueueName"),
        ("TagMap.key", "Key"),
        ("TagMap.value", "Value"),
        ("QueueAttributeMap.key", "Name"),
        ("QueueAttributeMap.value", "Value"),
        ("SendMessageRequest.MessageAttributes", "MessageAttribute"),
        ("SendMessageRequest.MessageSystemAttributes", "MessageSystemAttribute"),
        ("SendMessageBatchRequest.Entries", "SendMessageBatchRequestEntry"),
        ("SendMessageBatchResult.Successful", "SendMessageBatchResultEntry"),
        ("SendMessageBatchResult.Failed", "BatchResultErrorEntry"),
        ("DeleteMessageBatchRequestEntryList.member", "DeleteMessageBatchRequestEntry"),
        ("ReceiveMessageRequest.MessageAttributeNames", "MessageAttributeName"),
        ("ReceiveMessageResult.Messages", "Message"),
        ("AddPermissionRequest.AWSAccountIds", "AWSAccountId"),
        ("AddPermissionRequest.Actions", "ActionName"),
        ("UntagQueueRequest.TagKeys", "TagKey"),
        ("ListDeadLetterSourceQueuesResult.queueUrls", "QueueUrl"),
        ("ListMessageMoveTasksResult.Results", "ListMessageMoveTasksResultEntry"),
    ] {
        assert_eq!(query_name(sqs, path), name, "{path}");
    }
    for operation in sqs.operations() {
        let wrapper = operation.output().map(|_| format!("{}Result", operation.name()));
        assert_eq!(operation.row().result_wrapper, wrapper.as_deref());
    }
    for shape in sqs.shapes() {
        for member in shape.members() {
            // json is not touched: every member keeps its name there.
            assert_eq!(member.wire_name(), member.name(), "{shape:?}");
            // Every collection has its query name, and is flattened where a structure holds it.
            if shape.kind() == Kind::Structure && member.target().kind().is_collection() {
                assert!(member.has(MemberFlags::FLATTENED), "{shape:?} {member:?}");
                assert_ne!(member.query_name(), member.name(), "{shape:?} {member:?}");
            }
        }
    }
    let error = sqs.shape("QueueDoesNotExist").unwrap().error().unwrap();
    assert_eq!((error.code, error.status), ("AWS.SimpleQueueService.NonExistentQueue", 400));
}

#[test]
fn s3_has_what_its_answers_need() {
    let s3 = asf_specs::service("s3").unwrap();
    assert!(s3.shape("GetBucketLocationOutput").unwrap().has(ShapeFlags::UNWRAPPED_XML_OUTPUT));
    assert!(s3.metadata.no_error_wrapping);
    assert!(!asf_specs::service("route53").unwrap().metadata.no_error_wrapping);
    let root = |name: &str| s3.operation(name).unwrap().row().output_xml_name;
    assert_eq!(root("ListObjectsV2"), Some("ListBucketResult"));
    assert_eq!(root("ListBuckets"), Some("ListAllMyBucketsResult"));
}

/// Namespaces of answers are those of requests.
#[test]
fn rest_xml_services_have_a_namespace() {
    let rest_xml = asf_specs::services().iter().filter(|it| it.protocols.contains(&ProtocolKind::RestXml));
    let mut count = 0;
    for info in rest_xml {
        let service = asf_specs::service(info.name).unwrap();
        let namespace = service.metadata.xml_namespace;
        assert!(namespace.is_some(), "{}", info.name);
        for operation in service.operations() {
            if let Some(of_request) = operation.row().input_xml_namespace {
                assert_eq!(namespace, Some(of_request.uri), "{operation:?}");
            }
        }
        count += 1;
    }
    assert_eq!(count, 4);
}

#[test]
fn every_patch_belongs_to_a_service() {
    assert!(asf_specs::patched_names().len() >= 2);
    for name in asf_specs::patched_names() {
        assert!(asf_specs::info(name).is_some(), "{name}");
        assert!(asf_specs::patch_text(name).is_some());
    }
    assert!(asf_specs::patch_text("ec2").is_none());
}
