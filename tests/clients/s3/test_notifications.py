"""What queues are told of writes, deletes and tags."""

import json
import uuid

from .recorded import Recorded, client, http

EMPTY = "d41d8cd98f00b204e9800998ecf8427e"


class Notifications(Recorded):
    def setUp(self):
        super().setUp()
        self.sqs = client("sqs")
        self.url, self.arn = self.queue(self.sqs)

    def queue(self, sqs):
        url = sqs.create_queue(QueueName=f"q-{uuid.uuid4()}")["QueueUrl"]
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
        return url, attributes["QueueArn"]

    def notify(self, bucket, *events, **changes):
        configuration = {"Id": "events", "QueueArn": self.arn, "Events": list(events), **changes}
        self.s3.put_bucket_notification_configuration(
            Bucket=bucket, NotificationConfiguration={"QueueConfigurations": [configuration]}
        )

    def told(self, count, sqs=None, url=None):
        """So many records, in the order of their events; SQS waits for them."""
        sqs, url, found = sqs or self.sqs, url or self.url, []
        while len(found) < count:
            answer = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=10, MaxNumberOfMessages=10)
            self.assertIn("Messages", answer, f"{len(found)} of {count} came")
            for message in answer["Messages"]:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                body = json.loads(message["Body"])
                if body.get("Event") != "s3:TestEvent":
                    found += body["Records"]
        return found

    def shown(self, records):
        """What a record says of the object, behind its event's name; without the sequencer."""
        objects = [{**it["s3"]["object"]} for it in records]
        for it in objects:
            it.pop("sequencer", None)
        return [(record["eventName"], it) for record, it in zip(records, objects)]

    def test_versions(self):
        # test_s3_notifications_sqs::TestS3NotificationsToSQS::test_object_created_put_versioned
        bucket = self.bucket(versioned=True)
        self.notify(bucket, "s3:ObjectCreated:*", "s3:ObjectRemoved:*")
        at = {"Bucket": bucket, "Key": "test-key"}
        first = self.put(bucket, "test-key", b"data")
        second = self.put(bucket, "test-key", b"data-version2")
        marker = self.answered(self.s3.delete_object, **at)
        self.assertEqual(marker, {"DeleteMarker": True, "VersionId": marker["VersionId"], "!": 204})
        gone = {"VersionId": first["VersionId"], "!": 204}
        self.assertEqual(self.answered(self.s3.delete_object, VersionId=first["VersionId"], **at), gone)
        created = lambda put, size: {
            "key": "test-key",
            "size": size,
            "eTag": put["ETag"].strip('"'),
            "versionId": put["VersionId"],
        }
        self.assertEqual(
            self.shown(self.told(4)),
            [
                ("ObjectCreated:Put", created(first, 4)),
                ("ObjectCreated:Put", created(second, 13)),
                (
                    "ObjectRemoved:DeleteMarkerCreated",
                    {"key": "test-key", "eTag": EMPTY, "versionId": marker["VersionId"]},
                ),
                ("ObjectRemoved:Delete", {"key": "test-key", "versionId": first["VersionId"]}),
            ],
        )
        self.versioning(bucket, "Suspended")
        null = self.put(bucket, "test-key", b"data-version3")
        self.assertEqual(
            self.answered(self.s3.delete_object, VersionId=marker["VersionId"], **at), marker
        )
        self.assertEqual(
            self.shown(self.told(2)),
            [
                ("ObjectCreated:Put", {"key": "test-key", "size": 13, "eTag": null["ETag"].strip('"')}),
                ("ObjectRemoved:Delete", {"key": "test-key", "versionId": marker["VersionId"]}),
            ],
        )

    def test_deletes_of_several(self):
        # test_s3_notifications_sqs::TestS3NotificationsToSQS::test_delete_objects
        bucket = self.bucket()
        self.notify(bucket, "s3:ObjectRemoved:*")
        keys = ["a", "b", "c"]
        for key in keys:
            self.put(bucket, key)
        objects = [{"Key": key} for key in [*keys, "never"]]
        self.s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
        records = self.told(3)
        self.assertEqual(self.shown(records), [("ObjectRemoved:Delete", {"key": key}) for key in keys])
        self.assertEqual({it["eventVersion"] for it in records}, {"2.1"})

    def test_copies_and_uploads(self):
        # test_s3_notifications_sqs::TestS3NotificationsToSQS::test_object_created_copy,
        # ::test_object_created_complete_multipart_upload
        bucket = self.bucket()
        self.put(bucket, "source", b"something")
        self.notify(bucket, "s3:ObjectCreated:Copy", "s3:ObjectCreated:CompleteMultipartUpload")
        self.s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/source")
        at = {"Bucket": bucket, "Key": "parts"}
        id = self.s3.create_multipart_upload(**at)["UploadId"]
        part = self.s3.upload_part(PartNumber=1, UploadId=id, Body=b"a" * 6144, **at)
        parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
        tag = self.s3.complete_multipart_upload(UploadId=id, MultipartUpload=parts, **at)["ETag"].strip('"')
        copy = {"key": "copy", "size": 9, "eTag": "437b930db84b8079c2dd804a71936b5f"}
        self.assertEqual(
            self.shown(self.told(2)),
            [
                ("ObjectCreated:Copy", copy),
                ("ObjectCreated:CompleteMultipartUpload", {"key": "parts", "size": 6144, "eTag": tag}),
            ],
        )

    def test_tags(self):
        # test_s3_notifications_sqs::TestS3NotificationsToSQS::test_object_tagging_delete_event
        bucket = self.bucket()
        self.notify(bucket, "s3:ObjectTagging:Delete")
        tag = self.put(bucket, "k", b"FooBarBlitz")["ETag"].strip('"')
        self.s3.delete_object_tagging(Bucket=bucket, Key="k")
        [record] = self.told(1)
        self.assertEqual(record["eventVersion"], "2.3")
        self.assertEqual(record["s3"]["object"], {"key": "k", "eTag": tag})
        self.assertEqual((record["eventName"], record["s3"]["configurationId"]), ("ObjectTagging:Delete", "events"))

    def test_presigned(self):
        # test_s3_notifications_sqs::TestS3NotificationsToSQS::test_object_created_put_with_presigned_url_upload
        for region in ["us-east-1", "us-west-1"]:
            self.s3, sqs = client(region=region), client("sqs", region=region)
            url, self.arn = self.queue(sqs)
            name = f"b-{uuid.uuid4()}"
            place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
            self.s3.create_bucket(Bucket=name, **place)
            self.notify(name, "s3:ObjectCreated:*")
            presigned = self.s3.generate_presigned_url("put_object", {"Bucket": name, "Key": "k"})
            self.assertEqual(http(presigned, "PUT", b"something")[0], 200)
            [record] = self.told(1, sqs, url)
            self.assertEqual((record["eventName"], record["awsRegion"]), ("ObjectCreated:Put", region))

    def test_filters(self):
        # test_s3_notifications_sqs::TestS3NotificationsToSQS::test_notifications_with_filter
        bucket = self.bucket()
        rules = [{"Name": "Prefix", "Value": "testupload/"}, {"Name": "Suffix", "Value": "testfile.txt"}]
        self.notify(
            bucket, "s3:ObjectCreated:*", "s3:ObjectRemoved:Delete", Filter={"Key": {"FilterRules": rules}}
        )
        shown = self.answered(self.s3.get_bucket_notification_configuration, Bucket=bucket)
        queue = {"Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:Delete"], "Id": "events", "QueueArn": self.arn}
        queue["Filter"] = {"Key": {"FilterRules": rules}}
        self.assertEqual(shown, {"QueueConfigurations": [queue], "!": 200})
        for key in ["testupload/other.txt", "other/testfile.txt", "testupload/dir1/testfile.txt"]:
            self.put(bucket, key)
        self.s3.delete_object(Bucket=bucket, Key="testupload/dir1/testfile.txt")
        found = [(name, it["key"]) for name, it in self.shown(self.told(2))]
        key = "testupload/dir1/testfile.txt"
        self.assertEqual(found, [("ObjectCreated:Put", key), ("ObjectRemoved:Delete", key)])
        self.s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={})
        shown = self.answered(self.s3.get_bucket_notification_configuration, Bucket=bucket)
        self.assertEqual(shown, {"!": 200})
