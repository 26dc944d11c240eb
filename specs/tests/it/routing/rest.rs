//! rest-json and rest-xml, signed.

use super::check;

#[track_caller]
fn s3(request: &str, operation: &str) {
    check(&format!("{request}\n@s3\nhost: localhost:4566"), &format!("s3.{operation} rest-xml"));
}

#[test]
fn s3_paths() {
    s3("GET /", "ListBuckets");
    s3("GET /?x-id=ListDirectoryBuckets", "ListDirectoryBuckets");
    s3("PUT /bucket", "CreateBucket");
    s3("PUT /bucket/", "CreateBucket");
    s3("HEAD /bucket", "HeadBucket");
    s3("DELETE /bucket", "DeleteBucket");
    s3("GET /bucket", "ListObjects");
    s3("GET /bucket?list-type=1", "ListObjects");
    s3("GET /bucket?list-type=2&prefix=a%2Fb", "ListObjectsV2");
    s3("GET /bucket/?prefix=&list-type=2", "ListObjectsV2");
    s3("GET /bucket?versions", "ListObjectVersions");
    s3("GET /bucket?uploads", "ListMultipartUploads");
    s3("GET /bucket?location", "GetBucketLocation");
    s3("POST /bucket?delete", "DeleteObjects");
    s3("POST /bucket?delete=&x-id=DeleteObjects", "DeleteObjects");
    s3("PUT /bucket/key", "PutObject");
    s3("PUT /bucket/a/b/c", "PutObject");
    s3("PUT /bucket/a%20b?x-id=PutObject", "PutObject");
    s3("GET /bucket/key", "GetObject");
    s3("GET /bucket/folder/", "GetObject");
    // Keys with empty segments.
    s3("GET /bucket//", "GetObject");
    s3("GET /bucket//key", "GetObject");
    s3("GET /bucket/a//b", "GetObject");
    s3("GET /bucket/key?versionId=1&partNumber=2", "GetObject");
    s3("HEAD /bucket/key", "HeadObject");
    s3("DELETE /bucket/key?versionId=1", "DeleteObject");
    s3("GET /bucket/key?acl", "GetObjectAcl");
    s3("GET /bucket/key?acl=", "GetObjectAcl");
    s3("GET /bucket?acl", "GetBucketAcl");
    s3("PUT /bucket/key?tagging&versionId=1", "PutObjectTagging");
    s3("GET /bucket/key?attributes\nx-amz-object-attributes: ETag", "GetObjectAttributes");
    s3("GET /bucket/key?attributes", "GetObjectAttributes");
    s3("POST /bucket/key?select&select-type=2", "SelectObjectContent");
    s3("POST /bucket/key?restore", "RestoreObject");
    s3(
        "POST /WriteGetObjectResponse\nx-amz-request-route: r\nx-amz-request-token: t",
        "WriteGetObjectResponse",
    );
    // Uploads of parts, and copies, share method and path with plain uploads.
    s3("POST /bucket/key?uploads", "CreateMultipartUpload");
    s3("PUT /bucket/key?partNumber=1&uploadId=u", "UploadPart");
    s3("PUT /bucket/key\nx-amz-copy-source: /other/key", "CopyObject");
    s3("PUT /bucket/key?uploadId=u&partNumber=1\nx-amz-copy-source: /other/key", "UploadPartCopy");
    s3("GET /bucket/key?uploadId=u", "ListParts");
    s3("DELETE /bucket/key?uploadId=u", "AbortMultipartUpload");
    s3("POST /bucket/key?uploadId=u", "CompleteMultipartUpload");
    s3("PUT /bucket/key?renameObject\nx-amz-rename-source: /other", "RenameObject");
    // One of many, or all.
    s3("GET /bucket?analytics", "ListBucketAnalyticsConfigurations");
    s3("GET /bucket?analytics&id=a", "GetBucketAnalyticsConfiguration");
    s3("GET /bucket?inventory&x-id=ListBucketInventoryConfigurations", "ListBucketInventoryConfigurations");
    // The successors of deprecated operations.
    s3("GET /bucket?lifecycle", "GetBucketLifecycleConfiguration");
    s3("PUT /bucket?notification", "PutBucketNotificationConfiguration");
    // A bucket and key that are another service's path, and one that is a sibling's but lacks its account.
    s3("GET /2015-03-31/functions", "GetObject");
    s3("GET /v20180820/tags", "GetObject");
    s3("GET /bucket/@connections/key", "GetObject");
    s3("GET /WriteGetObjectResponse", "ListObjects");
}

#[test]
fn s3_signatures() {
    let key = "AKIAIOSFODNN7EXAMPLE";
    for (query, header) in [
        (
            format!(
                "?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={key}%2F20260101%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Signature=5d"
            ),
            "",
        ),
        (format!("?X-Amz-Credential={key}/20260101/s3/aws4_request&X-Amz-Region-Set=*"), ""),
        (format!("?AWSAccessKeyId={key}&Signature=c2ln&Expires=1"), ""),
        (String::new(), "\nauthorization: AWS AKIAIOSFODNN7EXAMPLE:c2ln"),
        (
            String::new(),
            "\nauthorization: AWS4-ECDSA-P256-SHA256 Credential=A/20260101/s3/aws4_request, SignedHeaders=host, Signature=5d",
        ),
        (
            String::new(),
            "\nauthorization: AWS4-HMAC-SHA256 Credential=A/20260101/us-east-1/s3express/aws4_request, Signature=5d",
        ),
        (
            String::new(),
            "\nauthorization: AWS4-HMAC-SHA256 Credential=A/20260101/us-east-1/s3-object-lambda/aws4_request, Signature=5d",
        ),
    ] {
        // The path is one of another service, so that it is the signature which decides.
        check(&format!("GET /2015-03-31/functions{query}{header}"), "s3.GetObject rest-xml");
    }
}

/// What `curl -d` sends a file with is no form.
#[test]
fn forms_that_are_objects() {
    let form = "content-type: application/x-www-form-urlencoded";
    check(&format!("PUT /bucket/key\n@s3\n{form}\n\nAction=SendMessage"), "s3.PutObject rest-xml");
    check(&format!("PUT /bucket/key\n{form}\n\nhello"), "s3.PutObject rest-xml");
    check(
        &format!("POST /bucket/key?uploadId=u\n@s3\n{form}\n\n<xml/>"),
        "s3.CompleteMultipartUpload rest-xml",
    );
}

#[test]
fn s3_control() {
    let account = "x-amz-account-id: 000000000000";
    check(&format!("GET /v20180820/bucket\n@s3\n{account}"), "s3control.ListRegionalBuckets rest-xml");
    check(
        &format!("GET /v20180820/tags/arn%3Aaws%3As3\n@s3\n{account}"),
        "s3control.ListTagsForResource rest-xml",
    );
    check(
        "GET /v20180820/accesspoint\nhost: 000000000000.s3-control.us-east-1.amazonaws.com",
        "s3control.ListAccessPoints rest-xml",
    );
    check("POST /S3Outposts/CreateEndpoint\n@s3-outposts", "s3outposts.CreateEndpoint rest-json");
}

#[test]
fn paths() {
    check("POST /2015-03-31/functions/f/invocations\n@lambda", "lambda.Invoke rest-json");
    check("POST /2015-03-31/functions/f%3Aprod/invocations?Qualifier=1\n@lambda", "lambda.Invoke rest-json");
    check("GET /2015-03-31/functions/\n@lambda", "lambda.ListFunctions rest-json");
    check("GET /2015-03-31/functions\n@lambda", "lambda.ListFunctions rest-json");
    // Constant arguments.
    check("GET /2018-10-31/layers\n@lambda", "lambda.ListLayers rest-json");
    check("GET /2018-10-31/layers?find=LayerVersion&Arn=a\n@lambda", "lambda.GetLayerVersionByArn rest-json");
    check(
        "GET /2019-09-30/functions/f/provisioned-concurrency?List=ALL\n@lambda",
        "lambda.ListProvisionedConcurrencyConfigs rest-json",
    );
    check("POST /restapis?mode=import\n@apigateway", "apigateway.ImportRestApi rest-json");
    check("POST /restapis\n@apigateway", "apigateway.CreateRestApi rest-json");
    check(
        "POST /2020-05-31/distribution?WithTags\n@cloudfront",
        "cloudfront.CreateDistributionWithTags rest-xml",
    );
    check(
        "POST /2020-05-31/tagging?Operation=Untag&Resource=a\n@cloudfront",
        "cloudfront.UntagResource rest-xml",
    );
    // A literal before a label, a slash at the end or not.
    check("GET /v2/email/identities\n@ses", "sesv2.ListEmailIdentities rest-json");
    check("GET /v1/email/identities\n@ses", "pinpoint-email.ListEmailIdentities rest-json");
    check("PUT /backup/plans\n@backup", "backup.CreateBackupPlan rest-json");
    check("PUT /backup/plans/\n@backup", "backup.CreateBackupPlan rest-json");
    check("POST /2013-04-01/hostedzone/Z1/rrset/\n@route53", "route53.ChangeResourceRecordSets rest-xml");
    check("POST /2013-04-01/hostedzone/Z1/rrset\n@route53", "route53.ChangeResourceRecordSets rest-xml");
    // What clients encode though they need not.
    check("POST /%40connections/c\n@execute-api", "apigatewaymanagementapi.PostToConnection rest-json");
}

#[test]
fn greedy_labels() {
    let arn = "arn:aws:workspaces-web:us-east-1:000000000000:portal/p";
    check(&format!("GET /portals/{arn}\n@workspaces-web"), "workspaces-web.GetPortal rest-json");
    check(
        &format!("PUT /portals/{arn}/userSettings?userSettingsArn=a\n@workspaces-web"),
        "workspaces-web.AssociateUserSettings rest-json",
    );
    check(
        &format!("GET /portals/{arn}/identityProviders\n@workspaces-web"),
        "workspaces-web.ListIdentityProviders rest-json",
    );
    // The last one counts.
    check(
        "GET /portals/identityProviders/a/identityProviders\n@workspaces-web",
        "workspaces-web.ListIdentityProviders rest-json",
    );
    check("GET /a/b/c\n@mediastore", "mediastore-data.GetObject rest-json");
    check("POST /topics/a%2Fb\n@iotdata", "iot-data.Publish rest-json");
}

#[test]
fn siblings() {
    for (request, expected) in [
        ("GET /foundation-models\n@bedrock", "bedrock.ListFoundationModels rest-json"),
        ("POST /model/m/invoke\n@bedrock", "bedrock-runtime.InvokeModel rest-json"),
        ("POST /agents/\n@bedrock", "bedrock-agent.ListAgents rest-json"),
        (
            "POST /agents/a/agentAliases/b/sessions/c/text\n@bedrock",
            "bedrock-agent-runtime.InvokeAgent rest-json",
        ),
        ("GET /v2/apis\n@apigateway", "apigatewayv2.GetApis rest-json"),
        ("GET /restapis\n@apigateway", "apigateway.GetRestApis rest-json"),
        ("GET /2021-01-01/domain\n@es", "opensearch.ListDomainNames rest-json"),
        ("GET /2015-01-01/domain\n@es", "es.ListDomainNames rest-json"),
        ("POST /configurationsessions\n@appconfig", "appconfigdata.StartConfigurationSession rest-json"),
        ("GET /applications\n@appconfig", "appconfig.ListApplications rest-json"),
        ("GET /meetings/m\n@chime", "chime-sdk-meetings.GetMeeting rest-json"),
        ("GET /channels/c\n@chime", "chime-sdk-messaging.DescribeChannel rest-json"),
        ("POST /channels?operation=search\n@chime", "chime-sdk-messaging.SearchChannels rest-json"),
        ("GET /app-instances/a\n@chime", "chime-sdk-identity.DescribeAppInstance rest-json"),
        ("GET /accounts\n@chime", "chime.ListAccounts rest-json"),
        ("GET /voice-connectors\n@chime", "chime-sdk-voice.ListVoiceConnectors rest-json"),
        ("GET /greengrass/groups\n@greengrass", "greengrass.ListGroups rest-json"),
        ("GET /greengrass/v2/components\n@greengrass", "greengrassv2.ListComponents rest-json"),
        ("GET /bots/\n@lex", "lex-models.GetBots rest-json"),
        ("POST /bots/\n@lex", "lexv2-models.ListBots rest-json"),
        (
            "POST /bots/b/botAliases/a/botLocales/en_US/sessions/s/text\n@lex",
            "lexv2-runtime.RecognizeText rest-json",
        ),
        ("POST /bot/b/alias/a/user/u/text\n@lex", "lex-runtime.PostText rest-json"),
        ("PUT /instance\n@connect", "connect.CreateInstance rest-json"),
        (
            "POST /realtime-contact-analysis/analysis-segments\n@connect",
            "connect-contact-lens.ListRealtimeContactAnalysisSegments rest-json",
        ),
        ("POST /endpoints/e/invocations\n@sagemaker", "sagemaker-runtime.InvokeEndpoint rest-json"),
        ("POST /@connections/c\n@execute-api", "apigatewaymanagementapi.PostToConnection rest-json"),
        (
            "POST /participant/connection\n@execute-api\nx-amz-bearer: b",
            "connectparticipant.CreateParticipantConnection rest-json",
        ),
        ("POST /getMedia\n@kinesisvideo", "kinesis-video-media.GetMedia rest-json"),
        ("POST /describeStream\n@kinesisvideo", "kinesisvideo.DescribeStream rest-json"),
        // What nothing tells apart goes to the successor, unless the host does.
        ("GET /settings\n@chime", "chime-sdk-voice.GetGlobalSettings rest-json"),
        ("GET /settings\n@chime\nhost: chime.us-east-1.amazonaws.com", "chime.GetGlobalSettings rest-json"),
        ("GET /assistants\n@wisdom", "qconnect.ListAssistants rest-json"),
        // The ARN whose tags are asked for.
        (
            "GET /tags/arn%3Aaws%3Aivs%3Aus-east-1%3A000000000000%3Astage%2Fs\n@ivs",
            "ivs-realtime.ListTagsForResource rest-json",
        ),
        (
            "GET /tags/arn%3Aaws%3Aivs%3Aus-east-1%3A000000000000%3Achannel%2Fc\n@ivs",
            "ivs.ListTagsForResource rest-json",
        ),
        (
            "GET /tags/arn:aws:lex:us-east-1:000000000000:bot:b\n@lex",
            "lex-models.ListTagsForResource rest-json",
        ),
        (
            "GET /tags/arn:aws:lex:us-east-1:000000000000:bot%2Fb\n@lex",
            "lexv2-models.ListTagsForResource rest-json",
        ),
        (
            "GET /tags/arn:aws:bedrock:us-east-1:000000000000:session%2Fs\n@bedrock",
            "bedrock-agent-runtime.ListTagsForResource rest-json",
        ),
        (
            "GET /tags/arn:aws:bedrock:us-east-1:000000000000:agent%2Fa\n@bedrock",
            "bedrock-agent.ListTagsForResource rest-json",
        ),
        (
            "GET /tags?arn=arn%3Aaws%3Achime%3Aus-east-1%3A000000000000%3Ameeting%2Fm\n@chime",
            "chime-sdk-meetings.ListTagsForResource rest-json",
        ),
        (
            "GET /tags?arn=arn%3Aaws%3Achime%3Aus-east-1%3A000000000000%3Aapp-instance%2Fa%2Fchannel%2Fc\n@chime",
            "chime-sdk-messaging.ListTagsForResource rest-json",
        ),
        (
            "GET /tags?arn=arn%3Aaws%3Achime%3Aus-east-1%3A000000000000%3Aapp-instance%2Fa\n@chime",
            "chime-sdk-identity.ListTagsForResource rest-json",
        ),
        // `data-` is put before the host name by clients.
        (
            "GET /revocations?signatureTimestamp=0&platformId=p&profileVersionArn=a&jobArn=j&certificateHashes=c\n@signer\nhost: data-localhost:4566",
            "signer.GetRevocationStatus rest-json",
        ),
        (
            "GET /revocations?signatureTimestamp=0&platformId=p&profileVersionArn=a&jobArn=j&certificateHashes=c\n@signer\nhost: localhost:4566",
            "signer-data.GetRevocationStatus rest-json",
        ),
    ] {
        check(request, expected);
    }
}
