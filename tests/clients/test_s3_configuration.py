"""What buckets are configured with, S3 Control, websites, CORS and notifications through boto3. Facts of AWS's are
cited by the recording that has them, file::scenario. The emulator's clock can be moved."""

import gzip
import http.client
import json
import os
import socket
import time
import unittest
import urllib.parse
import urllib.request
import uuid
from unittest import mock

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, EventStreamError

ENDPOINT = os.environ["AWS_ENDPOINT_URL"]
HOST = urllib.parse.urlsplit(ENDPOINT).netloc


def client(service, account="000000000000", region="us-east-1", **config):
    config = Config(s3={"addressing_style": "path"}, **config)
    keys = {"aws_access_key_id": account, "aws_secret_access_key": "x"}
    return boto3.client(service, region_name=region, config=config, **keys)


def fetched(path="/", method="GET", headers=None, host=None):
    """Status, headers and text of a request without a client."""
    connection = http.client.HTTPConnection(HOST, timeout=20)
    connection.request(method, path, headers={"Host": host or HOST, **(headers or {})})
    answer = connection.getresponse()
    found = {name.lower(): value for name, value in answer.getheaders()}
    body = answer.read().decode()
    connection.close()
    return answer.status, found, body


def without_metadata(answer):
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


class Configuration(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.s3 = client("s3")
        self.bucket = self.new_bucket()

    def new_bucket(self, **arguments):
        name = f"b-{uuid.uuid4()}"
        self.s3.create_bucket(Bucket=name, **arguments)
        return name

    def call(self, operation, **arguments):
        return getattr(self.s3, operation)(Bucket=self.bucket, **arguments)

    def refused(self, call, *arguments, **named):
        with self.assertRaises(ClientError) as raised:
            call(*arguments, **named)
        error = dict(raised.exception.response["Error"])
        error["Status"] = raised.exception.response["ResponseMetadata"]["HTTPStatusCode"]
        return error

    def status(self, answer):
        return answer["ResponseMetadata"]["HTTPStatusCode"]


class Access(Configuration):
    def test_policy(self):
        """test_s3_api::TestS3BucketPolicy::test_bucket_policy_crud, ::test_bucket_policy_exc"""
        error = self.refused(self.call, "get_bucket_policy")
        self.assertEqual(
            error,
            {
                "Code": "NoSuchBucketPolicy",
                "Message": "The bucket policy does not exist",
                "BucketName": self.bucket,
                "Status": 404,
            },
        )
        statement = {
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{self.bucket}/*",
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        # Public access is blocked.
        self.assertEqual(self.refused(self.call, "put_bucket_policy", Policy=policy)["Code"], "AccessDenied")
        self.call("delete_public_access_block")
        self.assertEqual(self.status(self.call("put_bucket_policy", Policy=policy)), 204)
        self.assertEqual(self.call("get_bucket_policy")["Policy"], policy)
        self.assertTrue(self.call("get_bucket_policy_status")["PolicyStatus"]["IsPublic"])
        for _ in range(2):
            self.assertEqual(self.status(self.call("delete_bucket_policy")), 204)
        not_json = "Policies must be valid JSON and the first byte must be '{'"
        for text, message in [("", not_json), ("random", not_json), ("{}", "Missing required field Statement")]:
            error = self.refused(self.call, "put_bucket_policy", Policy=text)
            self.assertEqual((error["Code"], error["Message"]), ("MalformedPolicy", message))

    def test_expected_owner(self):
        """test_s3::TestS3::test_get_bucket_policy_invalid_account_id, ::test_put_bucket_policy_expected_bucket_owner"""
        error = self.refused(self.call, "get_bucket_policy", ExpectedBucketOwner="abcd")
        self.assertEqual(error["Code"], "InvalidBucketOwnerAWSAccountID")
        error = self.refused(self.call, "get_bucket_acl", ExpectedBucketOwner="1" * 12)
        self.assertEqual((error["Code"], error["Status"]), ("AccessDenied", 403))

    def test_public_access_block(self):
        """test_s3_api::TestS3PublicAccessBlock::test_crud_public_access_block"""
        names = ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"]
        get = lambda: self.call("get_public_access_block")["PublicAccessBlockConfiguration"]
        self.assertEqual(get(), dict.fromkeys(names, True))
        self.call("put_public_access_block", PublicAccessBlockConfiguration={"BlockPublicAcls": False})
        self.assertEqual(get(), dict.fromkeys(names, False))
        for _ in range(2):
            self.assertEqual(self.status(self.call("delete_public_access_block")), 204)
        error = self.refused(get)
        self.assertEqual(error["Code"], "NoSuchPublicAccessBlockConfiguration")
        self.assertEqual(error["BucketName"], self.bucket)

    def test_ownership(self):
        """test_s3_api::TestS3BucketOwnershipControls"""
        get = lambda: self.call("get_bucket_ownership_controls")["OwnershipControls"]["Rules"]
        self.assertEqual(get(), [{"ObjectOwnership": "BucketOwnerEnforced"}])
        rules = [{"ObjectOwnership": "ObjectWriter"}]
        self.call("put_bucket_ownership_controls", OwnershipControls={"Rules": rules})
        self.assertEqual(get(), rules)
        for wrong in [[], rules * 2, [{"ObjectOwnership": "RandomValue"}]]:
            error = self.refused(self.call, "put_bucket_ownership_controls", OwnershipControls={"Rules": wrong})
            self.assertEqual(error["Code"], "MalformedXML")
        self.call("delete_bucket_ownership_controls")
        self.assertEqual(self.refused(get)["Code"], "OwnershipControlsNotFoundError")

    def test_acl(self):
        """test_s3::TestS3::test_s3_bucket_acl, ::test_s3_bucket_acl_exceptions"""
        acl = self.call("get_bucket_acl")
        owner = acl["Owner"]["ID"]
        own = {"Grantee": {"ID": owner, "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}
        self.assertEqual(acl["Grants"], [own])
        error = self.refused(self.call, "put_bucket_acl", ACL="private", GrantRead=f"id={owner}")
        self.assertEqual(error["Code"], "InvalidRequest")
        error = self.refused(self.call, "put_bucket_acl", GrantRead=f"id={owner}")
        self.assertEqual(error["Code"], "AccessControlListNotSupported")
        self.call("delete_bucket_ownership_controls")
        self.assertEqual(self.refused(self.call, "put_bucket_acl", ACL="public-read")["Code"], "AccessDenied")
        self.call("delete_public_access_block")
        self.call("put_bucket_acl", ACL="public-read")
        everyone = {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"}
        self.assertEqual(
            self.call("get_bucket_acl")["Grants"], [own, {"Grantee": everyone, "Permission": "READ"}]
        )
        log = "http://acs.amazonaws.com/groups/s3/LogDelivery"
        policy = {
            "Grants": [{"Grantee": {"URI": log, "Type": "Group"}, "Permission": "WRITE"}],
            "Owner": {"ID": owner},
        }
        self.call("put_bucket_acl", AccessControlPolicy=policy)
        self.assertEqual(self.call("get_bucket_acl")["Grants"], policy["Grants"])
        self.assertEqual(
            self.refused(self.call, "put_bucket_acl"),
            {
                "Code": "MissingSecurityHeader",
                "Message": "Your request was missing a required header",
                "MissingHeaderName": "x-amz-acl",
                "Status": 400,
            },
        )
        error = self.refused(self.call, "put_bucket_acl", ACL="fake-acl")
        self.assertEqual((error["ArgumentName"], error["ArgumentValue"]), ("x-amz-acl", "fake-acl"))
        error = self.refused(self.call, "put_bucket_acl", GrantWrite='fakekey="1234"')
        self.assertEqual(error["Message"], "Argument format not recognized")
        error = self.refused(self.call, "put_bucket_acl", ACL="private", AccessControlPolicy=policy)
        self.assertEqual(error["Code"], "UnexpectedContent")
        error = self.refused(self.call, "put_bucket_acl", AccessControlPolicy={"Owner": {"ID": owner}})
        self.assertEqual(error["Code"], "MalformedACLError")

    def test_acl_of_a_new_bucket(self):
        error = self.refused(self.new_bucket, ACL="public-read")
        self.assertEqual(error["Code"], "InvalidBucketAclWithObjectOwnership")
        self.new_bucket(ACL="private")


class Objects(Configuration):
    def test_lifecycle(self):
        """test_s3::TestS3BucketLifecycle::test_s3_transition_default_minimum_object_size and others"""
        get = lambda: without_metadata(self.call("get_bucket_lifecycle_configuration"))
        error = self.refused(get)
        self.assertEqual((error["Code"], error["BucketName"]), ("NoSuchLifecycleConfiguration", self.bucket))
        rule = {"ID": "all", "Filter": {"Prefix": ""}, "Status": "Enabled", "Expiration": {"Days": 7}}
        put = lambda rules, **more: self.call(
            "put_bucket_lifecycle_configuration", LifecycleConfiguration={"Rules": rules}, **more
        )
        put([rule])
        self.assertEqual(
            get(), {"Rules": [rule], "TransitionDefaultMinimumObjectSize": "all_storage_classes_128K"}
        )
        answer = put([rule], TransitionDefaultMinimumObjectSize="varies_by_storage_class")
        self.assertEqual(answer["TransitionDefaultMinimumObjectSize"], "varies_by_storage_class")
        error = self.refused(put, [rule], TransitionDefaultMinimumObjectSize="value")
        self.assertEqual(error["Message"], "Invalid TransitionDefaultMinimumObjectSize found: value")
        without_filter = {name: value for name, value in rule.items() if name != "Filter"}
        self.assertEqual(self.refused(put, [without_filter])["Code"], "MalformedXML")
        wrong = {**rule, "Expiration": {"Date": "2030-01-01T05:00:00Z"}}
        self.assertEqual(self.refused(put, [wrong])["Message"], "'Date' must be at midnight GMT")
        self.assertEqual(self.status(self.call("delete_bucket_lifecycle")), 204)
        self.refused(get)
        # Without an id, one is made.
        put([{name: value for name, value in rule.items() if name != "ID"}])
        self.assertTrue(get()["Rules"][0]["ID"])

    def test_expiration_header(self):
        """test_s3::TestS3::test_object_expiry_after_bucket_lifecycle_configuration"""
        self.assertNotIn("Expiration", self.call("put_object", Key="a", Body=b"test"))
        rule = {"ID": "rule3", "Filter": {}, "Status": "Enabled", "Expiration": {"Days": 7}}
        self.call("put_bucket_lifecycle_configuration", LifecycleConfiguration={"Rules": [rule]})
        for operation in ["head_object", "get_object"]:
            expiration = self.call(operation, Key="a")["Expiration"]
            self.assertRegex(expiration, r'^expiry-date="\w{3}, \d\d \w{3} \d{4} 00:00:00 GMT", rule-id="rule3"$')

    def test_encryption(self):
        """test_s3_api::TestS3BucketEncryption"""
        get = lambda: self.call("get_bucket_encryption")["ServerSideEncryptionConfiguration"]["Rules"]
        by_default = {"SSEAlgorithm": "AES256"}
        self.assertEqual(
            get(), [{"ApplyServerSideEncryptionByDefault": by_default, "BucketKeyEnabled": False}]
        )
        put = lambda rules: self.call(
            "put_bucket_encryption", ServerSideEncryptionConfiguration={"Rules": rules}
        )
        rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": True}
        put([rule])
        self.assertEqual(get(), [rule])
        self.assertEqual(self.call("put_object", Key="a", Body=b"x")["ServerSideEncryption"], "aws:kms")
        for wrong in [[], [rule, rule]]:
            self.assertEqual(self.refused(put, wrong)["Code"], "MalformedXML")
        wrong = {"ApplyServerSideEncryptionByDefault": {**by_default, "KMSMasterKeyID": "x"}}
        self.assertEqual(self.refused(put, [wrong])["Code"], "InvalidArgument")
        self.call("delete_bucket_encryption")
        self.assertEqual(self.call("put_object", Key="a", Body=b"x")["ServerSideEncryption"], "AES256")

    def test_object_lock(self):
        """test_s3_api::TestS3ObjectLock::test_put_object_lock_configuration_on_existing_bucket"""
        get = lambda: self.call("get_object_lock_configuration")["ObjectLockConfiguration"]
        self.assertEqual(self.refused(get)["Code"], "ObjectLockConfigurationNotFoundError")
        put = lambda it: self.call("put_object_lock_configuration", ObjectLockConfiguration=it)
        enabled = {"ObjectLockEnabled": "Enabled"}
        error = self.refused(put, enabled)
        self.assertEqual((error["Code"], error["Status"]), ("InvalidBucketState", 409))
        self.call("put_bucket_versioning", VersioningConfiguration={"Status": "Enabled"})
        put(enabled)
        self.assertEqual(get(), enabled)
        whole = {**enabled, "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}}
        put(whole)
        self.assertEqual(get(), whole)
        for wrong in [{}, {**enabled, "Rule": {}}, {**enabled, "Rule": {"DefaultRetention": {"Mode": "x", "Days": 1}}}]:
            self.assertEqual(self.refused(put, wrong)["Code"], "MalformedXML")

    def test_replication(self):
        """test_s3::TestS3BucketReplication"""
        get = lambda: self.call("get_bucket_replication")["ReplicationConfiguration"]
        target = self.new_bucket()
        rule = {
            "ID": "rtc",
            "Priority": 0,
            "Filter": {},
            "Status": "Disabled",
            "Destination": {
                "Bucket": f"arn:aws:s3:::{target}",
                "ReplicationTime": {"Status": "Enabled", "Time": {"Minutes": 15}},
                "Metrics": {"Status": "Enabled", "EventThreshold": {"Minutes": 15}},
            },
            "DeleteMarkerReplication": {"Status": "Disabled"},
        }
        configuration = {"Role": "arn:aws:iam::000000000000:role/r", "Rules": [rule]}
        put = lambda it=configuration: self.call("put_bucket_replication", ReplicationConfiguration=it)
        message = "Versioning must be 'Enabled' on the bucket to apply a replication configuration"
        self.assertEqual(self.refused(put)["Message"], message)
        versioned = {"Status": "Enabled"}
        self.call("put_bucket_versioning", VersioningConfiguration=versioned)
        self.assertEqual(self.refused(put)["Message"], "Destination bucket must have versioning enabled.")
        self.s3.put_bucket_versioning(Bucket=target, VersioningConfiguration=versioned)
        put()
        rule["Destination"]["StorageClass"] = "STANDARD"
        self.assertEqual(get(), configuration)
        suspended = {"Status": "Suspended"}
        error = self.refused(self.call, "put_bucket_versioning", VersioningConfiguration=suspended)
        self.assertEqual(error["Code"], "InvalidBucketState")
        self.assertEqual(self.refused(put, {**configuration, "Rules": []})["Code"], "MalformedXML")
        for _ in range(2):
            self.assertEqual(self.status(self.call("delete_bucket_replication")), 204)
        self.assertEqual(self.refused(get)["Code"], "ReplicationConfigurationNotFoundError")
        self.call("put_bucket_versioning", VersioningConfiguration=suspended)


class Lists(Configuration):
    def test_inventory(self):
        """test_s3::TestS3::test_s3_inventory_report_crud, ::test_put_bucket_inventory_config_order"""

        def put(name, **changes):
            destination = {"Bucket": f"arn:aws:s3:::{self.bucket}", "Format": "CSV"}
            report = {
                "Destination": {"S3BucketDestination": destination},
                "Id": name,
                "IncludedObjectVersions": "All",
                "IsEnabled": True,
                "Schedule": {"Frequency": "Daily"},
                **changes,
            }
            self.assertEqual(
                self.status(self.call("put_bucket_inventory_configuration", Id=name, InventoryConfiguration=report)),
                204,
            )
            return report

        listed = lambda: without_metadata(self.call("list_bucket_inventory_configurations"))
        self.assertEqual(listed(), {"IsTruncated": False})
        reports = [put(name) for name in ["test-1", "z-test", "a-test"]]
        self.assertEqual(
            listed(), {"InventoryConfigurationList": [reports[2], reports[0], reports[1]], "IsTruncated": False}
        )
        self.call("delete_bucket_inventory_configuration", Id="z-test")
        error = self.refused(self.call, "get_bucket_inventory_configuration", Id="z-test")
        self.assertEqual((error["Code"], error["Status"]), ("NoSuchConfiguration", 404))
        wrong = {"S3BucketDestination": {"Bucket": self.bucket, "Format": "CSV"}}
        error = self.refused(put, "x", Destination=wrong)
        self.assertEqual(error["Code"], "InvalidS3DestinationBucket")
        self.assertEqual(self.refused(put, "x", Id="y")["Code"], "IdMismatch")
        self.assertEqual(self.refused(put, "x", OptionalFields=["x"])["Code"], "MalformedXML")

    def test_metrics_over_pages(self):
        """test_s3_api::TestS3MetricsConfiguration"""
        for number in range(101):
            name = f"{number:03}"
            metrics = {"Id": name, "Filter": {"Prefix": "logs/"}}
            self.call("put_bucket_metrics_configuration", Id=name, MetricsConfiguration=metrics)
        self.assertEqual(self.call("get_bucket_metrics_configuration", Id="100")["MetricsConfiguration"], metrics)
        page = self.call("list_bucket_metrics_configurations")
        self.assertEqual((len(page["MetricsConfigurationList"]), page["IsTruncated"]), (100, True))
        page = self.call("list_bucket_metrics_configurations", ContinuationToken=page["NextContinuationToken"])
        self.assertEqual((page["MetricsConfigurationList"], page["IsTruncated"]), ([metrics], False))

    def test_analytics_and_tiering(self):
        analytics = {"Id": "a", "StorageClassAnalysis": {}}
        self.call("put_bucket_analytics_configuration", Id="a", AnalyticsConfiguration=analytics)
        self.assertEqual(
            self.call("list_bucket_analytics_configurations")["AnalyticsConfigurationList"], [analytics]
        )
        self.call("delete_bucket_analytics_configuration", Id="a")
        tiering = {"Id": "t", "Status": "Enabled", "Tierings": [{"Days": 90, "AccessTier": "ARCHIVE_ACCESS"}]}
        self.call("put_bucket_intelligent_tiering_configuration", Id="t", IntelligentTieringConfiguration=tiering)
        got = self.call("get_bucket_intelligent_tiering_configuration", Id="t")
        self.assertEqual(got["IntelligentTieringConfiguration"], tiering)


class Settings(Configuration):
    def test_tags(self):
        """test_s3_api::TestS3BucketObjectTagging"""
        error = self.refused(self.call, "get_bucket_tagging")
        self.assertEqual((error["Code"], error["BucketName"]), ("NoSuchTagSet", self.bucket))
        put = lambda tags: self.call("put_bucket_tagging", Tagging={"TagSet": tags})
        tags = [{"Key": "b", "Value": "1"}, {"Key": "a", "Value": "2"}]
        self.assertEqual(self.status(put(tags)), 204)
        self.assertEqual(self.call("get_bucket_tagging")["TagSet"], tags)
        error = self.refused(put, [{"Key": "aws:prefixed", "Value": "1"}])
        self.assertEqual(error["Message"], "System tags cannot be added/updated by requester")
        self.assertEqual(error["TagKey"], "aws:prefixed")
        self.assertEqual(self.refused(put, tags[:1] * 2)["Message"], "Cannot provide multiple Tags with the same key")
        put([])
        self.refused(self.call, "get_bucket_tagging")
        self.bucket = self.new_bucket(CreateBucketConfiguration={"Tags": tags})
        self.assertEqual(self.call("get_bucket_tagging")["TagSet"], tags)

    def test_logging(self):
        """test_s3::TestS3BucketLogging::test_put_bucket_logging"""
        get = lambda: without_metadata(self.call("get_bucket_logging"))
        self.assertEqual(get(), {})
        target = {"TargetBucket": self.new_bucket(), "TargetPrefix": "log"}
        self.call("put_bucket_logging", BucketLoggingStatus={"LoggingEnabled": target})
        self.assertEqual(get(), {"LoggingEnabled": target})
        self.call("put_bucket_logging", BucketLoggingStatus={})
        self.assertEqual(get(), {})
        wrong = {"LoggingEnabled": {**target, "TargetBucket": f"b-{uuid.uuid4()}"}}
        error = self.refused(self.call, "put_bucket_logging", BucketLoggingStatus=wrong)
        self.assertEqual(error["Code"], "InvalidTargetBucketForLogging")

    def test_payer_and_acceleration(self):
        """test_s3::TestS3::test_s3_request_payer, ::test_s3_request_payer_exceptions"""
        payer = lambda: self.call("get_bucket_request_payment")["Payer"]
        put = lambda it: self.call("put_bucket_request_payment", RequestPaymentConfiguration={"Payer": it})
        self.assertEqual(payer(), "BucketOwner")
        put("Requester")
        self.assertEqual(payer(), "Requester")
        self.assertEqual(self.refused(put, "Random")["Code"], "MalformedXML")
        get = lambda: self.call("get_bucket_accelerate_configuration").get("Status")
        self.assertIsNone(get())
        self.call("put_bucket_accelerate_configuration", AccelerateConfiguration={"Status": "Enabled"})
        self.assertEqual(get(), "Enabled")


class Web(Configuration):
    def site(self, path="/", **arguments):
        return fetched(path, host=f"{self.bucket}.s3-website.us-east-1.localhost.localstack.cloud:4566", **arguments)

    def test_cors_configuration(self):
        """test_s3_cors::TestS3Cors::test_put_cors, ::test_delete_cors, ::test_put_cors_invalid_rules"""
        self.assertEqual(self.refused(self.call, "get_bucket_cors")["Code"], "NoSuchCORSConfiguration")
        put = lambda rules: self.call("put_bucket_cors", CORSConfiguration={"CORSRules": rules})
        rule = {"AllowedMethods": ["GET", "PUT"], "AllowedOrigins": ["https://test.com"], "MaxAgeSeconds": 3000}
        put([rule])
        self.assertEqual(self.call("get_bucket_cors")["CORSRules"], [rule])
        error = self.refused(put, [{**rule, "AllowedMethods": ["MYMETHOD"]}])
        self.assertEqual(
            error["Message"], "Found unsupported HTTP method in CORS config. Unsupported method is MYMETHOD"
        )
        self.assertEqual(self.refused(put, [])["Code"], "MalformedXML")
        self.assertEqual(self.status(self.call("delete_bucket_cors")), 204)

    def test_cors_of_pages(self):
        """test_s3_cors::TestS3Cors::test_cors_match_origins, ::test_cors_match_methods,
        ::test_cors_http_options_no_config"""
        asked = {"Origin": "https://page.test", "Access-Control-Request-Method": "PUT"}
        for host, path in [
            (HOST, f"/{self.bucket}/a"),
            (f"{self.bucket}.s3.localhost.localstack.cloud:4566", "/a"),
        ]:
            for headers, method in [(asked, "PUT"), ({"Origin": "https://page.test"}, "OPTIONS")]:
                status, _, body = fetched(path, "OPTIONS", headers, host)
                self.assertEqual(status, 403)
                self.assertIn("<Message>CORSResponse: CORS is not enabled for this bucket.</Message>", body)
                self.assertIn(f"<Method>{method}</Method><ResourceType>BUCKET</ResourceType>", body)
            # Pages of this machine may call.
            status, _, _ = fetched(path, "OPTIONS", {**asked, "Origin": "http://localhost:3000"}, host)
            self.assertEqual(status, 204)
        rule = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://page.test"], "MaxAgeSeconds": 3000}
        self.call("put_bucket_cors", CORSConfiguration={"CORSRules": [rule]})
        self.call("put_object", Key="a", Body=b"test-cors")
        path = f"/{self.bucket}/a"
        page = {"Origin": "https://page.test"}
        allowed = {
            "access-control-allow-origin": "https://page.test",
            "access-control-allow-credentials": "true",
            "access-control-allow-methods": "GET",
            "access-control-max-age": "3000",
            "vary": "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
        }
        for host in [HOST, f"{self.bucket}.s3.localhost.localstack.cloud:4566"]:
            at = path if host == HOST else "/a"
            status, headers, body = fetched(at, headers=page, host=host)
            self.assertEqual((status, body), (200, "test-cors"))
            self.assertLessEqual(allowed.items(), headers.items())
            asked = {**page, "Access-Control-Request-Method": "GET"}
            status, headers, body = fetched(at, "OPTIONS", asked, host)
            self.assertEqual((status, body), (200, ""))
            self.assertLessEqual(allowed.items(), headers.items())
        asked["Access-Control-Request-Method"] = "PUT"
        status, headers, body = fetched(path, "OPTIONS", asked)
        self.assertEqual(status, 403)
        for part in ["<Code>AccessForbidden</Code>", "<Method>PUT</Method>", "<ResourceType>OBJECT</ResourceType>"]:
            self.assertIn(part, body)
        status, _, body = fetched(path, "OPTIONS")
        self.assertEqual(status, 400)
        self.assertIn("<Message>Insufficient information. Origin request header needed.</Message>", body)
        # Others are answered, and told nothing.
        status, headers, body = fetched(path, headers={"Origin": "https://other.test"})
        self.assertEqual(status, 200)
        self.assertNotIn("access-control-allow-origin", headers)

    def test_website(self):
        """test_s3::TestS3StaticWebsiteHosting"""
        get = lambda: without_metadata(self.call("get_bucket_website"))
        self.assertEqual(self.refused(get)["Code"], "NoSuchWebsiteConfiguration")
        status, _, body = self.site()
        self.assertEqual(status, 404)
        self.assertIn("<li>Code: NoSuchWebsiteConfiguration</li>", body)
        self.assertIn(f"<li>BucketName: {self.bucket}</li>", body)
        rule = {"Condition": {"KeyPrefixEquals": "old/"}, "Redirect": {"ReplaceKeyPrefixWith": "new/"}}
        website = {
            "IndexDocument": {"Suffix": "index.html"},
            "ErrorDocument": {"Key": "error.html"},
            "RoutingRules": [rule],
        }
        self.call("put_bucket_website", WebsiteConfiguration=website)
        self.assertEqual(get(), website)
        status, _, body = self.site()
        self.assertEqual(status, 404)
        self.assertIn("<li>Key: index.html</li>", body)
        self.assertIn("Attempting to Retrieve a Custom Error Document", body)
        pages = {"index.html": "index", "folder/index.html": "folder", "error.html": "wrong"}
        for key, text in pages.items():
            self.call("put_object", Key=key, Body=text.encode(), ContentType="text/html")
        for path, expected in [
            ("/", (200, "index")),
            ("/index.html", (200, "index")),
            ("/folder/", (200, "folder")),
            ("/none", (404, "wrong")),
        ]:
            status, headers, body = self.site(path)
            self.assertEqual((status, body), expected, path)
            self.assertEqual(headers["content-type"], "text/html")
        # RFC 9110: ranges and conditions.
        status, headers, body = self.site("/", headers={"Range": "bytes=1-2"})
        self.assertEqual((status, body, headers["content-range"]), (206, "nd", "bytes 1-2/5"))
        status, headers, _ = self.site("/", headers={"Range": "bytes=9-"})
        self.assertEqual((status, headers["content-range"]), (416, "bytes */5"))
        status, headers, _ = self.site("/")
        tag, modified = headers["etag"], headers["last-modified"]
        for name, value, expected in [
            ("If-None-Match", tag, 304),
            ("If-Modified-Since", modified, 304),
            ("If-Match", '"x"', 412),
            ("If-Unmodified-Since", "Thu, 01 Jan 1970 00:00:00 GMT", 412),
            ("If-Match", tag, 200),
        ]:
            status, headers, _ = self.site("/", headers={name: value})
            self.assertEqual((status, headers["etag"] == tag or expected == 412), (expected, True), name)
        status, headers, _ = self.site("/folder")
        self.assertEqual((status, headers["location"]), (302, "/folder/"))
        status, headers, _ = self.site("/old/a")
        self.assertEqual(status, 301)
        self.assertTrue(headers["location"].endswith("/new/a"), headers["location"])
        self.call("put_object", Key="moved", WebsiteRedirectLocation="https://page.test/x")
        status, headers, _ = self.site("/moved")
        self.assertEqual((status, headers["location"]), (301, "https://page.test/x"))
        status, _, _ = self.site("/", method="POST")
        self.assertEqual(status, 405)
        self.call("put_bucket_website", WebsiteConfiguration={"RedirectAllRequestsTo": {"HostName": "page.test"}})
        status, headers, _ = self.site("/a?b=c")
        self.assertEqual((status, headers["location"]), (301, "http://page.test/a?b=c"))
        self.call("delete_bucket_website")
        self.assertEqual(self.site()[0], 404)


class Notifications(Configuration):
    def setUp(self):
        super().setUp()
        self.sqs = client("sqs")
        self.url = self.sqs.create_queue(QueueName=f"q-{uuid.uuid4()}")["QueueUrl"]
        attributes = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])
        self.queue = attributes["Attributes"]["QueueArn"]

    def put(self, skip=False, **changes):
        queue = {"QueueArn": self.queue, "Events": ["s3:ObjectCreated:*"], **changes}
        configuration = {"QueueConfigurations": [queue]}
        return self.call(
            "put_bucket_notification_configuration",
            NotificationConfiguration=configuration,
            SkipDestinationValidation=skip,
        )

    def received(self, count):
        """So many messages; SQS waits for them."""
        found = []
        while len(found) < count:
            answer = self.sqs.receive_message(QueueUrl=self.url, WaitTimeSeconds=10, MaxNumberOfMessages=10)
            messages = answer.get("Messages", [])
            self.assertTrue(messages, f"{len(found)} of {count} messages came")
            for message in messages:
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
                found.append(json.loads(message["Body"]))
        return found

    def test_configuration(self):
        """test_s3_notifications_sqs::TestS3NotificationsToSQS::test_filter_rules_case_insensitive"""
        get = lambda: without_metadata(self.call("get_bucket_notification_configuration"))
        self.assertEqual(get(), {})
        rules = lambda *names: {"Key": {"FilterRules": [{"Name": it, "Value": "x"} for it in names]}}
        self.put(Filter=rules("pREFIX", "suffix"))
        [queue] = get()["QueueConfigurations"]
        self.assertTrue(queue.pop("Id"))
        expected = {
            "QueueArn": self.queue,
            "Events": ["s3:ObjectCreated:*"],
            "Filter": rules("Prefix", "Suffix"),
        }
        self.assertEqual(queue, expected)
        error = self.refused(self.put, Filter=rules("INVALID"))
        self.assertEqual(error["Message"], "filter rule name must be either prefix or suffix")
        self.assertEqual((error["ArgumentName"], error["ArgumentValue"]), ("FilterRule.Name", "INVALID"))
        self.call("put_bucket_notification_configuration", NotificationConfiguration={})
        self.assertEqual(get(), {})

    def test_destinations(self):
        """test_s3_notifications_lambda::TestS3NotificationsToLambda::test_invalid_lambda_arn"""
        for skip in [False, True]:
            error = self.refused(self.put, skip=skip, QueueArn="invalid-queue")
            self.assertEqual(error["Message"], "The ARN could not be parsed")
            self.assertEqual((error["ArgumentName"], error["ArgumentValue"]), ("Queue", "invalid-queue"))
        missing = self.queue + "x"
        error = self.refused(self.put, QueueArn=missing)
        self.assertEqual(error["Message"], "Unable to validate the following destination configurations")
        self.put(skip=True, QueueArn=missing)

    def test_events(self):
        """test_s3_notifications_sqs::TestS3NotificationsToSQS::test_object_created_put, ::test_key_encoding"""
        key_filter = {"Key": {"FilterRules": [{"Name": "prefix", "Value": "in/"}]}}
        self.put(Id="conf", Events=["s3:ObjectCreated:*", "s3:ObjectRemoved:*"], Filter=key_filter)
        [test] = self.received(1)
        self.assertEqual((test["Event"], test["Bucket"]), ("s3:TestEvent", self.bucket))
        self.call("put_object", Key="out/a", Body=b"x")
        self.call("put_object", Key="in/a@b c", Body=b"something")
        self.call("delete_object", Key="in/a@b c")
        first, second = (record for message in self.received(2) for record in message["Records"])
        self.assertEqual(first["eventName"], "ObjectCreated:Put")
        self.assertEqual(
            list(first),
            "eventVersion eventSource awsRegion eventTime eventName userIdentity requestParameters "
            "responseElements s3".split(),
        )
        self.assertEqual((first["eventVersion"], first["eventSource"], first["awsRegion"]), ("2.1", "aws:s3", "us-east-1"))
        self.assertEqual(first["s3"]["configurationId"], "conf")
        self.assertEqual(first["s3"]["bucket"]["arn"], f"arn:aws:s3:::{self.bucket}")
        of_first = first["s3"]["object"]
        self.assertEqual((of_first["key"], of_first["size"]), ("in/a%40b+c", 9))
        self.assertEqual(of_first["eTag"], "437b930db84b8079c2dd804a71936b5f")
        self.assertEqual(second["eventName"], "ObjectRemoved:Delete")
        self.assertEqual(set(second["s3"]["object"]), {"key", "sequencer"})
        self.assertGreater(second["s3"]["object"]["sequencer"], of_first["sequencer"])

    def test_restore(self):
        """test_s3_notifications_sqs::TestS3NotificationsToSQS::test_restore_object"""
        self.put(Events=["s3:ObjectRestore:*"])
        self.received(1)
        self.call("put_object", Key="k", Body=b"something", StorageClass="GLACIER")
        self.call("restore_object", Key="k", RestoreRequest={"Days": 1})
        first, second = (record for message in self.received(2) for record in message["Records"])
        self.assertEqual(first["eventName"], "ObjectRestore:Post")
        self.assertNotIn("glacierEventData", first)
        self.assertEqual(second["eventName"], "ObjectRestore:Completed")
        data = second["glacierEventData"]["restoreEventData"]
        self.assertEqual(data["lifecycleRestoreStorageClass"], "GLACIER")
        self.assertTrue(data["lifecycleRestorationExpiryTime"].endswith("T00:00:00.000Z"))
        self.assertTrue(second["userIdentity"]["principalId"].startswith("AmazonCustomer:"))
        self.assertEqual(second["s3"]["object"]["size"], 9)


class Select(Configuration):
    """S3 API reference, "SelectObjectContent"."""

    def select(self, key, expression, given, wanted, **more):
        answer = self.call(
            "select_object_content",
            Key=key,
            ExpressionType="SQL",
            Expression=expression,
            InputSerialization=given,
            OutputSerialization=wanted,
            **more,
        )
        return list(answer["Payload"])

    def test_csv(self):
        body = b"name,age\nAda,36\nBob,7\n"
        self.call("put_object", Key="people.csv", Body=gzip.compress(body))
        given = {"CSV": {"FileHeaderInfo": "USE"}, "CompressionType": "GZIP"}
        expression = "SELECT s.name FROM S3Object s WHERE CAST(s.age AS INT) > 10"
        events = self.select("people.csv", expression, given, {"JSON": {}}, RequestProgress={"Enabled": True})
        self.assertEqual([name for event in events for name in event], ["Records", "Progress", "Stats", "End"])
        self.assertEqual(events[0]["Records"]["Payload"], b'{"name":"Ada"}\n')
        stats = events[2]["Stats"]["Details"]
        self.assertEqual((stats["BytesProcessed"], stats["BytesReturned"]), (len(body), 15))

    def test_json_larger_than_an_event(self):
        lines = "".join(f'{{"id": {number}, "text": "{"x" * 100}"}}\n' for number in range(5000))
        self.call("put_object", Key="lines", Body=lines.encode())
        events = self.select("lines", "SELECT * FROM S3Object", {"JSON": {"Type": "LINES"}}, {"JSON": {}})
        payload = b"".join(event["Records"]["Payload"] for event in events if "Records" in event)
        self.assertEqual([json.loads(it)["id"] for it in payload.splitlines()], list(range(5000)))
        [row] = [
            event["Records"]["Payload"]
            for event in self.select(
                "lines", "SELECT COUNT(*), SUM(s.id) FROM S3Object s", {"JSON": {"Type": "LINES"}}, {"CSV": {}}
            )
            if "Records" in event
        ]
        self.assertEqual(row, b"5000,12497500\n")

    def test_errors(self):
        self.call("put_object", Key="a", Body=b"a,b\n1,2\n")
        select = lambda expression: self.select("a", expression, {"CSV": {}}, {"CSV": {}})
        self.assertEqual(self.refused(select, "SELECT * FROM")["Code"], "ParseSelectMissingFrom")
        self.assertEqual(self.refused(select, "SELECT x( FROM S3Object")["Code"], "ParseUnexpectedToken")
        with self.assertRaises(EventStreamError) as raised:
            select("SELECT CAST(s._1 AS INT) FROM S3Object s")
        self.assertEqual(raised.exception.response["Error"]["Code"], "CastFailed")


class Rounds(Configuration):
    def test_lifecycle_removes(self):
        """S3 user guide, "Expiring objects": at the first midnight after the days."""
        rule = {
            "ID": "r",
            "Filter": {"Prefix": "tmp/"},
            "Status": "Enabled",
            "Expiration": {"Days": 1},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
        }
        self.call("put_bucket_lifecycle_configuration", LifecycleConfiguration={"Rules": [rule]})
        for key in ["tmp/a", "kept"]:
            self.call("put_object", Key=key, Body=b"x")
            upload = self.call("create_multipart_upload", Key=key)
            self.assertEqual(upload.get("AbortRuleId"), "r" if key == "tmp/a" else None)
        versioned = self.new_bucket()
        self.s3.put_bucket_versioning(Bucket=versioned, VersioningConfiguration={"Status": "Enabled"})
        noncurrent = {**rule, "NoncurrentVersionExpiration": {"NoncurrentDays": 1}}
        self.s3.put_bucket_lifecycle_configuration(
            Bucket=versioned, LifecycleConfiguration={"Rules": [noncurrent]}
        )
        for body in [b"1", b"2"]:
            self.s3.put_object(Bucket=versioned, Key="tmp/a", Body=body)
        self.advance("49h")

        def state():
            keys = [it["Key"] for it in client("s3").list_objects_v2(Bucket=self.bucket).get("Contents", [])]
            uploads = [it["Key"] for it in client("s3").list_multipart_uploads(Bucket=self.bucket).get("Uploads", [])]
            versions = client("s3").list_object_versions(Bucket=versioned)
            return keys, uploads, len(versions.get("Versions", [])), len(versions.get("DeleteMarkers", []))

        # The older version is gone, the newer one hidden, until the next round.
        expected = (["kept"], ["kept"], 1, 1)
        end = time.monotonic() + 20
        while (found := state()) != expected and time.monotonic() < end:
            time.sleep(0.05)
        self.assertEqual(found, expected)

    def advance(self, by):
        request = urllib.request.Request(
            f"{ENDPOINT}/_asf/clock", json.dumps({"action": "advance", "by": by}).encode(), method="POST"
        )
        request.add_header("content-type", "application/json")
        urllib.request.urlopen(request).close()


class Control(Configuration):
    def setUp(self):
        super().setUp()
        # boto3 puts the account in front of the host, whatever that is.
        resolve = socket.getaddrinfo
        own = urllib.parse.urlsplit(ENDPOINT).hostname
        known = lambda host, *more, **named: resolve(own if host.endswith(f".{own}") else host, *more, **named)
        patched = mock.patch("socket.getaddrinfo", known)
        patched.start()
        self.addCleanup(patched.stop)
        # Accounts of their own: what they have is all that there is.
        self.account = str(uuid.uuid4().int % 10**12).zfill(12)
        self.s3 = client("s3", self.account)
        self.bucket = self.new_bucket()
        self.control = client("s3control", self.account)

    def of_account(self, operation, **arguments):
        return getattr(self.control, operation)(AccountId=self.account, **arguments)

    def test_public_access_block(self):
        """test_s3control::TestS3ControlPublicAccessBlock"""
        error = self.refused(self.of_account, "get_public_access_block")
        self.assertEqual(
            error,
            {
                "AccountId": self.account,
                "Code": "NoSuchPublicAccessBlockConfiguration",
                "Message": "The public access block configuration was not found",
                "Status": 404,
            },
        )
        put = lambda it: self.of_account("put_public_access_block", PublicAccessBlockConfiguration=it)
        error = self.refused(put, {})
        self.assertEqual(error["Message"], "Must specify at least one configuration.")
        put({"BlockPublicAcls": True})
        found = self.of_account("get_public_access_block")["PublicAccessBlockConfiguration"]
        self.assertEqual(found.pop("BlockPublicAcls"), True)
        self.assertEqual(set(found.values()), {False})
        for _ in range(2):
            self.assertEqual(self.status(self.of_account("delete_public_access_block")), 204)

    def test_access_points(self):
        """test_s3control::TestS3ControlAccessPoint"""
        names = ["point-b", "point-a"]
        for name in names:
            made = self.of_account("create_access_point", Name=name, Bucket=self.bucket)
        arn = f"arn:aws:s3:us-east-1:{self.account}:accesspoint/point-a"
        self.assertEqual(made["AccessPointArn"], arn)
        self.assertRegex(made["Alias"], r"^point-a-[a-z0-9]+-s3alias$")
        point = without_metadata(self.of_account("get_access_point", Name="point-a"))
        self.assertTrue(point.pop("CreationDate"))
        self.assertEqual(set(point.pop("Endpoints")), {"ipv4", "fips", "fips_dualstack", "dualstack"})
        block = ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"]
        shown = {
            "AccessPointArn": arn,
            "Alias": made["Alias"],
            "Bucket": self.bucket,
            "BucketAccountId": self.account,
            "Name": "point-a",
            "NetworkOrigin": "Internet",
        }
        self.assertEqual(point, {**shown, "PublicAccessBlockConfiguration": dict.fromkeys(block, True)})
        page = self.of_account("list_access_points", MaxResults=1)
        self.assertEqual(page["AccessPointList"], [shown])
        page = self.of_account("list_access_points", MaxResults=1, NextToken=page["NextToken"])
        self.assertEqual([it["Name"] for it in page["AccessPointList"]], ["point-b"])
        self.assertNotIn("NextToken", page)
        # A bucket's name may be the alias, or the name with the account.
        self.s3.put_object(Bucket=made["Alias"], Key="a", Body=b"x")
        found = self.s3.get_object(Bucket=f"point-a-{self.account}", Key="a")["Body"].read()
        self.assertEqual((found, self.s3.get_object(Bucket=self.bucket, Key="a")["Body"].read()), (b"x", b"x"))
        error = self.refused(self.s3.delete_bucket, Bucket=self.bucket)
        self.assertEqual(error["Code"], "BucketHasAccessPointsAttached")
        self.assertEqual(error["Message"], "Bucket has access points attached and cannot be deleted.")
        self.assertEqual(self.status(self.of_account("delete_access_point", Name="point-a")), 204)
        error = self.refused(self.of_account, "get_access_point", Name="point-a")
        self.assertEqual((error["Code"], error["AccessPointName"]), ("NoSuchAccessPoint", "point-a"))
        for wrong in ["xn-_test-alias", "-point"]:
            error = self.refused(self.of_account, "create_access_point", Name=wrong, Bucket=self.bucket)
            self.assertEqual((error["Code"], error["URI"]), ("InvalidURI", f"accesspoint/{wrong}"))
        error = self.refused(self.of_account, "create_access_point", Name="point-c", Bucket=f"b-{uuid.uuid4()}")
        self.assertEqual(error["Message"], "Amazon S3 AccessPoint can only be created for existing bucket")

    def test_policy_of_an_access_point(self):
        self.of_account("create_access_point", Name="point", Bucket=self.bucket)
        error = self.refused(self.of_account, "get_access_point_policy", Name="point")
        self.assertEqual(error["Code"], "NoSuchAccessPointPolicy")
        arn = f"arn:aws:s3:us-east-1:{self.account}:accesspoint/point"
        statement = {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{self.account}:root"},
            "Action": "s3:GetObject",
            "Resource": f"{arn}/object/*",
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.of_account("put_access_point_policy", Name="point", Policy=policy)
        self.assertEqual(self.of_account("get_access_point_policy", Name="point")["Policy"], policy)
        status = self.of_account("get_access_point_policy_status", Name="point")
        self.assertEqual(status["PolicyStatus"], {"IsPublic": False})
        self.of_account("delete_access_point_policy", Name="point")
        self.refused(self.of_account, "get_access_point_policy", Name="point")

    def test_tags(self):
        """test_s3control::TestS3ControlTagging"""
        arn = f"arn:aws:s3:::{self.bucket}"
        tags = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]
        listed = lambda: self.of_account("list_tags_for_resource", ResourceArn=arn)["Tags"]
        self.assertEqual(self.status(self.of_account("tag_resource", ResourceArn=arn, Tags=tags)), 204)
        self.assertEqual(listed(), tags)
        self.assertEqual(self.call("get_bucket_tagging")["TagSet"], tags)
        self.of_account("untag_resource", ResourceArn=arn, TagKeys=["a"])
        self.assertEqual(listed(), tags[1:])
        error = self.refused(
            self.of_account, "tag_resource", ResourceArn=arn, Tags=[{"Key": "aws:x", "Value": "1"}]
        )
        self.assertEqual(error["Code"], "InvalidTag")
        error = self.refused(self.of_account, "list_tags_for_resource", ResourceArn=arn + "x")
        self.assertEqual((error["Code"], error["Status"]), ("NoSuchResource", 404))

    def test_jobs_are_refused(self):
        error = self.refused(self.of_account, "list_jobs")
        self.assertEqual((error["Code"], error["Status"]), ("NotImplemented", 501))

    def test_account_in_the_host(self):
        host = f"{self.account}.s3-control.us-east-1.localhost.localstack.cloud:4566"
        headers = {
            "x-amz-account-id": self.account,
            "Authorization": f"AWS4-HMAC-SHA256 Credential={self.account}/20300101/us-east-1/s3/aws4_request, "
            "SignedHeaders=host, Signature=x",
        }
        status, _, body = fetched("/v20180820/accesspoint", headers=headers, host=host)
        self.assertEqual(status, 200, body)
        self.assertIn("<ListAccessPointsResult", body)


if __name__ == "__main__":
    unittest.main()
