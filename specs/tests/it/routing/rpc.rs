//! json, rpc-v2-cbor, query and ec2.

use super::check;

#[test]
fn targets() {
    check("POST /\n@sqs\nx-amz-target: AmazonSQS.SendMessage", "sqs.SendMessage json");
    check("POST /\n@dynamodb\nX-Amz-Target: DynamoDB_20120810.PutItem", "dynamodb.PutItem json");
    // Siblings are told apart by the prefix.
    check(
        "POST /\n@dynamodb\nX-Amz-Target: DynamoDBStreams_20120810.GetRecords",
        "dynamodbstreams.GetRecords json",
    );
    check(
        "POST /\n@kinesisanalytics\nX-Amz-Target: KinesisAnalytics_20150814.ListApplications",
        "kinesisanalytics.ListApplications json",
    );
    check(
        "POST /\n@kinesisanalytics\nX-Amz-Target: KinesisAnalytics_20180523.ListApplications",
        "kinesisanalyticsv2.ListApplications json",
    );
    check("POST /\n@ses\nX-Amz-Target: MailManagerSvc.ListArchives", "mailmanager.ListArchives json");
    // Those that share a prefix too, by the operation, or by the host.
    check(
        "POST /\n@timestream\nX-Amz-Target: Timestream_20181101.WriteRecords",
        "timestream-write.WriteRecords json",
    );
    check("POST /\n@timestream\nX-Amz-Target: Timestream_20181101.Query", "timestream-query.Query json");
    check(
        "POST /\n@timestream\nhost: ingest.timestream.us-east-1.amazonaws.com\nX-Amz-Target: Timestream_20181101.DescribeEndpoints",
        "timestream-write.DescribeEndpoints json",
    );
    check(
        "POST /\n@timestream\nhost: query.timestream.us-east-1.amazonaws.com\nX-Amz-Target: Timestream_20181101.DescribeEndpoints",
        "timestream-query.DescribeEndpoints json",
    );
    // Kinesis over CBOR of old is the json protocol in other bytes.
    check(
        "POST /\n@kinesis\ncontent-type: application/x-amz-cbor-1.1\nX-Amz-Target: Kinesis_20131202.PutRecord",
        "kinesis.PutRecord json",
    );
    // Unsigned, or signed for something else: the prefix is known, so it is right.
    check(
        "POST /\nX-Amz-Target: AWSCognitoIdentityProviderService.InitiateAuth",
        "cognito-idp.InitiateAuth json",
    );
    check("POST /\n@monitoring\nX-Amz-Target: Logs_20140328.PutLogEvents", "logs.PutLogEvents json");
    check("POST /\n@s3\nX-Amz-Target: Logs_20140328.PutLogEvents", "logs.PutLogEvents json");
    // An unknown prefix, with a service that is known.
    check("POST /\n@logs\nX-Amz-Target: Logs_2099.PutLogEvents", "logs.PutLogEvents json");
    check(
        "POST /\n@states\nX-Amz-Target: AWSStepFunctions.StartExecution",
        "stepfunctions.StartExecution json",
    );
}

#[test]
fn rpc_paths() {
    let path = "POST /service/GraniteServiceVersion20100801/operation/PutMetricData";
    check(
        &format!("{path}\n@monitoring\nsmithy-protocol: rpc-v2-cbor"),
        "cloudwatch.PutMetricData smithy-rpc-v2-cbor",
    );
    check(&format!("{path}\nsmithy-protocol: rpc-v2-cbor"), "cloudwatch.PutMetricData smithy-rpc-v2-cbor");
    check(&format!("{path}\ncontent-type: application/cbor"), "cloudwatch.PutMetricData smithy-rpc-v2-cbor");
    check(&format!("{path}\n@monitoring"), "cloudwatch.PutMetricData smithy-rpc-v2-cbor");
    check(
        "POST /cw/service/GraniteServiceVersion20100801/operation/PutMetricData\nsmithy-protocol: rpc-v2-cbor",
        "cloudwatch.PutMetricData smithy-rpc-v2-cbor",
    );
    // A service that did not speak it yet when its model was written.
    check(
        "POST /service/ACMPrivateCA/operation/ListCertificateAuthorities\n@acm-pca\nsmithy-protocol: rpc-v2-cbor",
        "acm-pca.ListCertificateAuthorities smithy-rpc-v2-cbor",
    );
    // A key of S3 that looks so.
    check(
        "PUT /bucket/service/GraniteServiceVersion20100801/operation/PutMetricData\n@s3",
        "s3.PutObject rest-xml",
    );
    // The other protocols of the same service.
    check(
        "POST /\n@monitoring\nx-amz-target: GraniteServiceVersion20100801.PutMetricData",
        "cloudwatch.PutMetricData json",
    );
    check(
        "POST /\n@monitoring\ncontent-type: application/x-www-form-urlencoded; charset=utf-8\n\nAction=PutMetricData&Version=2010-08-01",
        "cloudwatch.PutMetricData query",
    );
}

/// A form.
fn form(head: &str, body: &str) -> String {
    format!("POST {head}\ncontent-type: application/x-www-form-urlencoded; charset=utf-8\n\n{body}")
}

#[test]
fn actions() {
    check(&form("/\n@ec2", "Action=DescribeInstances&Version=2016-11-15"), "ec2.DescribeInstances ec2");
    check(&form("/\n@iam", "Action=CreateUser&Version=2010-05-08&UserName=a"), "iam.CreateUser query");
    // The order of arguments does not matter, nor does the version where one service alone is signed for.
    check(&form("/\n@sns", "Version=2099-01-01&TopicArn=a&Action=Publish"), "sns.Publish query");
    check(&form("/\n@sns", "TopicArn=a&NotAction=Subscribe&Action=Publish"), "sns.Publish query");
    // In the query string.
    check("GET /?Action=ListUsers&Version=2010-05-08\n@iam", "iam.ListUsers query");
    check("POST /?Action=ListUsers&Version=2010-05-08\n@iam", "iam.ListUsers query");
    check(
        "GET /?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Credential=A%2F20260101%2Fus-east-1%2Fsts%2Faws4_request",
        "sts.GetCallerIdentity query",
    );
    // Siblings are told apart by the version, or by the action.
    check(
        &form("/\n@elasticloadbalancing", "Action=DescribeLoadBalancers&Version=2012-06-01"),
        "elb.DescribeLoadBalancers query",
    );
    check(
        &form("/\n@elasticloadbalancing", "Action=DescribeLoadBalancers&Version=2015-12-01"),
        "elbv2.DescribeLoadBalancers query",
    );
    check(
        &form("/\n@elasticloadbalancing", "Action=CreateTargetGroup&Version=2015-12-01"),
        "elbv2.CreateTargetGroup query",
    );
    check(&form("/\n@rds", "Action=DescribeDBClusters&Version=2014-10-31"), "rds.DescribeDBClusters query");
    check(&form("/\n@rds", "Action=CreateDBInstance&Version=2014-10-31"), "rds.CreateDBInstance query");
    check(&form("/\n@ses", "Action=SendEmail&Version=2010-12-01"), "ses.SendEmail query");
    // Unsigned.
    check(
        &form("/", "Action=AssumeRoleWithWebIdentity&Version=2011-06-15"),
        "sts.AssumeRoleWithWebIdentity query",
    );
    check(&form("/", "Action=DescribeInstances"), "ec2.DescribeInstances ec2");
    check(&form("/", "Action=Publish&Version=2010-03-31"), "sns.Publish query");
    // SimpleDB and Import/Export are signed the old way.
    check(&form("/", "AWSAccessKeyId=A&Action=Select&Version=2009-04-15"), "sdb.Select query");
    check(&form("/?Operation=ListJobs", "Action=ListJobs&Version=2010-06-01"), "importexport.ListJobs query");
}

#[test]
fn queue_urls() {
    let send = "Action=SendMessage&Version=2012-11-05&MessageBody=a";
    for path in
        ["/000000000000/queue", "/queue/us-east-1/000000000000/queue", "/", "/000000000000/queue.fifo"]
    {
        check(&form(&format!("{path}\n@sqs"), send), "sqs.SendMessage query");
        check(&form(path, send), "sqs.SendMessage query");
        check(&form(path, "Action=SendMessage&MessageBody=a"), "sqs.SendMessage query");
        check(&format!("GET {path}?{send}"), "sqs.SendMessage query");
        check(&format!("GET {path}?{send}\n@sqs"), "sqs.SendMessage query");
        // Today's clients speak json to the queue's URL.
        check(&format!("POST {path}\n@sqs\nx-amz-target: AmazonSQS.SendMessage"), "sqs.SendMessage json");
        for host in [
            "sqs.us-east-1.localhost.localstack.cloud:4566",
            "us-east-1.queue.localhost.localstack.cloud:4566",
            "queue.localhost.localstack.cloud:4566",
            "sqs.eu-central-1.amazonaws.com",
            "eu-central-1.queue.amazonaws.com",
            "queue.amazonaws.com",
        ] {
            check(
                &form(&format!("{path}\nhost: {host}"), "Action=ReceiveMessage"),
                "sqs.ReceiveMessage query",
            );
        }
    }
    // Clients before 2012 have other versions.
    check(
        &form("/000000000000/queue\n@sqs", "Action=SendMessage&Version=2011-10-01"),
        "sqs.SendMessage query",
    );
}
