"""Buckets: lists of them, places, owners, and configurations that other files do not have."""

import json
import uuid

from .recorded import Recorded, client


class Buckets(Recorded):
    def test_none(self):
        # test_s3::TestS3::test_delete_bucket_no_such_bucket, ::test_get_object_no_such_bucket,
        # test_s3_notifications_sns::TestS3NotificationsToSns::test_bucket_not_exist
        name = f"b-{uuid.uuid4()}"
        topic = {"TopicArn": "arn:aws:sns:us-east-1:000000000000:none", "Events": ["s3:ObjectCreated:*"]}
        for call, arguments in [
            (self.s3.delete_bucket, {}),
            (self.s3.get_object, {"Key": "k"}),
            (
                self.s3.put_bucket_notification_configuration,
                {"NotificationConfiguration": {"TopicConfigurations": [topic]}},
            ),
        ]:
            self.assertEqual(
                self.refused(call, Bucket=name, **arguments),
                {
                    "Code": "NoSuchBucket",
                    "Message": "The specified bucket does not exist",
                    "BucketName": name,
                    "!": 404,
                },
            )

    def test_no_such_place(self):
        # test_s3::TestS3::test_bucket_constraint_aws_global
        place = {"LocationConstraint": "aws-global"}
        name = f"b-{uuid.uuid4()}"
        self.assertEqual(
            self.refused(self.s3.create_bucket, Bucket=name, CreateBucketConfiguration=place),
            {
                "Code": "InvalidLocationConstraint",
                "Message": "The specified location-constraint is not valid",
                **place,
                "!": 400,
            },
        )
        west = client(region="us-west-1")
        self.assertEqual(
            self.refused(west.create_bucket, Bucket=name, CreateBucketConfiguration=place),
            {
                "Code": "IllegalLocationConstraintException",
                "Message": "The aws-global location constraint is incompatible for the region specific endpoint "
                "this request was sent to.",
                "!": 400,
            },
        )

    def test_configured_from_another_region(self):
        # test_s3::TestS3::test_bucket_operation_between_regions
        name, west = self.bucket(), client(region="us-west-2")
        rules = [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]
        self.s3.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": rules})
        self.assertEqual(self.answered(west.get_bucket_cors, Bucket=name), {"CORSRules": rules, "!": 200})
        index = {"IndexDocument": {"Suffix": "index.html"}}
        self.s3.put_bucket_website(Bucket=name, WebsiteConfiguration=index)
        self.assertEqual(self.answered(west.get_bucket_website, Bucket=name), {**index, "!": 200})

    def test_lists(self):
        # test_s3_list_operations::TestS3ListBuckets::test_list_buckets_by_bucket_region,
        # ::test_list_buckets_by_prefix_with_case_sensitivity, ::test_list_buckets_when_continuation_token_is_empty,
        # ::test_list_buckets_with_max_buckets
        prefix = f"p-{uuid.uuid4()}"
        west = client(region="us-west-1")
        west.create_bucket(
            Bucket=f"{prefix}-west", CreateBucketConfiguration={"LocationConstraint": "us-west-1"}
        )
        self.s3.create_bucket(Bucket=f"{prefix}-east")
        listed = self.answered(self.s3.list_buckets, "Owner", Prefix=prefix, BucketRegion="us-west-1")
        del listed["Buckets"][0]["CreationDate"]
        shown = {
            "BucketArn": f"arn:aws:s3:::{prefix}-west",
            "BucketRegion": "us-west-1",
            "Name": f"{prefix}-west",
        }
        self.assertEqual(listed, {"Buckets": [shown], "Prefix": prefix, "!": 200})
        listed = self.answered(self.s3.list_buckets, Prefix=prefix.upper())
        self.assertEqual(list(listed.pop("Owner")), ["ID"])
        self.assertEqual(listed, {"Buckets": [], "Prefix": prefix.upper(), "!": 200})
        for empty in [{}, {"ContinuationToken": ""}]:
            first = self.answered(self.s3.list_buckets, "Owner", MaxBuckets=1, **empty)
            self.assertEqual(sorted(first), ["!", "Buckets", "ContinuationToken"])
            self.assertEqual(len(first["Buckets"]), 1)

    def test_policies(self):
        # test_s3::TestS3::test_put_bucket_policy, ::test_put_bucket_policy_invalid_account_id
        name = self.bucket()
        self.s3.delete_public_access_block(Bucket=name)
        statement = {
            "Action": "s3:GetObject",
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Resource": f"arn:aws:s3:::{name}/*",
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.assertEqual(self.answered(self.s3.put_bucket_policy, Bucket=name, Policy=policy), {"!": 204})
        for owner in ["0000", "0000000000020", "abcd", "aa000000000$"]:
            self.assertEqual(
                self.refused(self.s3.put_bucket_policy, Bucket=name, Policy=policy, ExpectedBucketOwner=owner),
                {
                    "Code": "InvalidBucketOwnerAWSAccountID",
                    "Message": "The value of the expected bucket owner parameter must be an AWS Account ID... "
                    f"[{owner}]",
                    "!": 400,
                },
            )

    def test_metrics(self):
        # test_s3_api::TestS3MetricsConfiguration::test_put_bucket_metrics_configuration,
        # ::test_list_bucket_metrics_configurations, ::test_delete_metrics_configuration,
        # ::test_get_bucket_metrics_configuration_not_exist
        name = self.bucket()
        shown = [{"Id": id, "Filter": {"Prefix": "logs/prefix"}} for id in ["a", "b"]]
        for it in shown:
            put = self.answered(
                self.s3.put_bucket_metrics_configuration, Bucket=name, Id=it["Id"], MetricsConfiguration=it
            )
            self.assertEqual(put, {"!": 204})
            got = self.answered(self.s3.get_bucket_metrics_configuration, Bucket=name, Id=it["Id"])
            self.assertEqual(got, {"MetricsConfiguration": it, "!": 200})
        listed = self.answered(self.s3.list_bucket_metrics_configurations, Bucket=name)
        self.assertEqual(listed, {"IsTruncated": False, "MetricsConfigurationList": shown, "!": 200})
        at = {"Bucket": name, "Id": "a"}
        self.assertEqual(self.answered(self.s3.delete_bucket_metrics_configuration, **at), {"!": 204})
        self.assertEqual(
            self.refused(self.s3.get_bucket_metrics_configuration, **at),
            {
                "Code": "NoSuchConfiguration",
                "Message": "The specified configuration does not exist.",
                "!": 404,
            },
        )

    def test_lifecycles(self):
        # test_s3::TestS3BucketLifecycle::test_bucket_lifecycle_configuration_date,
        # ::test_bucket_lifecycle_configuration_object_expiry, ::test_lifecycle_expired_object_delete_marker
        name = self.bucket()
        default = {"TransitionDefaultMinimumObjectSize": "all_storage_classes_128K", "!": 200}
        for filter, expiration, is_said in [
            ({}, {"Date": "2099-01-01T00:00:00Z"}, True),
            ({"Prefix": ""}, {"Days": 7}, True),
            ({}, {"ExpiredObjectDeleteMarker": True}, False),
        ]:
            rule = {"ID": "rule_number_one", "Status": "Enabled", "Filter": filter, "Expiration": expiration}
            self.s3.put_bucket_lifecycle_configuration(
                Bucket=name, LifecycleConfiguration={"Rules": [rule]}
            )
            shown = self.answered(self.s3.get_bucket_lifecycle_configuration, Bucket=name)
            if date := shown["Rules"][0]["Expiration"].get("Date"):
                shown["Rules"][0]["Expiration"]["Date"] = date.strftime("%Y-%m-%dT%H:%M:%SZ")
            self.assertEqual(shown, {"Rules": [rule], **default})
            self.put(name, "k", b"test")
            for call in [self.s3.head_object, self.s3.get_object]:
                said = call(Bucket=name, Key="k").get("Expiration", "")
                if is_said:
                    self.assertRegex(said, r'^expiry-date="\w{3}, \d\d \w{3} \d{4} 00:00:00 GMT", rule-id="rule_number_one"$')
                else:
                    self.assertEqual(said, "")

    def test_deleted_objects(self):
        # test_s3::TestS3::test_s3_delete_object_with_version_id, ::test_s3_batch_delete_objects,
        # ::test_get_bucket_versioning_order
        name = self.bucket()
        empty = self.answered(self.s3.list_object_versions, Bucket=name)
        said = {"EncodingType": "url", "IsTruncated": False, "KeyMarker": "", "MaxKeys": 1000, "Name": name}
        self.assertEqual(empty, {**said, "Prefix": "", "VersionIdMarker": "", "!": 200})
        self.versioning(name, "Enabled")
        self.assertEqual(self.answered(self.s3.get_bucket_versioning, Bucket=name), {"Status": "Enabled", "!": 200})
        ids = [self.put(name, key)["VersionId"] for key in ["test", "test", "test2"]]
        listed = self.s3.list_object_versions(Bucket=name)["Versions"]
        self.assertEqual(
            [(it["Key"], it["VersionId"], it["IsLatest"]) for it in listed],
            [("test", ids[1], True), ("test", ids[0], False), ("test2", ids[2], True)],
        )
        gone = {"Key": "test", "VersionId": ids[1]}
        deleted = self.answered(self.s3.delete_objects, Bucket=name, Delete={"Objects": [gone]})
        self.assertEqual(deleted, {"Deleted": [gone], "!": 200})
