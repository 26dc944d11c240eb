"""`If-Match` and `If-None-Match` of writes: copies, uploads in parts, versioned buckets."""

from .recorded import Recorded, failed, no_key

CONFLICT = "The conditional request cannot succeed due to a conflicting operation against this resource."


class WriteConditions(Recorded):
    def copy(self, call, bucket, **arguments):
        return call(self.s3.copy_object, Bucket=bucket, Key="target", CopySource=f"{bucket}/source", **arguments)

    def versions(self, bucket):
        """Keys, whether they are the newest, and whether they are versions, in the order of the listing."""
        listed = self.s3.list_object_versions(Bucket=bucket)
        return [
            [(it["Key"], it["IsLatest"], it["VersionId"]) for it in listed.get(kind, [])]
            for kind in ("Versions", "DeleteMarkers")
        ]

    def test_copies_that_replace(self):
        # test_s3_api::TestS3ObjectWritePrecondition::test_copy_object_if_match, ::test_copy_object_if_match_in_place
        bucket = self.bucket()
        source = self.put(bucket, "source", b"source content")["ETag"]
        self.assertEqual(self.copy(self.refused, bucket, IfMatch=source), no_key("target"))
        target = self.put(bucket, "target", b"target content")["ETag"]
        self.assertEqual(self.copy(self.refused, bucket, IfMatch=source), failed("If-Match"))
        copied = self.copy(self.answered, bucket, IfMatch=target)
        self.assertEqual(copied["CopyObjectResult"]["ETag"], source)
        in_place = self.s3.copy_object(
            Bucket=bucket, Key="target", CopySource=f"{bucket}/target", IfMatch=source, MetadataDirective="REPLACE"
        )
        self.assertEqual(in_place["CopyObjectResult"]["ETag"], source)

    def test_copies_that_replace_nothing(self):
        # test_s3_api::TestS3ObjectWritePrecondition::test_copy_object_if_none_match
        bucket = self.bucket()
        self.put(bucket, "source")
        self.assertEqual(self.copy(self.answered, bucket, IfNoneMatch="*")["!"], 200)
        self.assertEqual(self.copy(self.refused, bucket, IfNoneMatch="*"), failed("If-None-Match"))

    def test_copies_onto_versions(self):
        # test_s3_api::TestS3ObjectWritePrecondition::test_copy_object_if_match_versioned_bucket
        bucket = self.bucket(versioned=True)
        source = self.put(bucket, "source", b"source")
        first = self.put(bucket, "target", b"first")
        marker = self.s3.delete_object(Bucket=bucket, Key="target")["VersionId"]
        self.assertEqual(self.copy(self.refused, bucket, IfMatch=first["ETag"]), no_key("target"))
        second = self.put(bucket, "target", b"second")
        self.assertEqual(self.copy(self.refused, bucket, IfMatch=first["ETag"]), failed("If-Match"))
        copied = self.copy(self.answered, bucket, IfMatch=second["ETag"])
        self.assertEqual(copied["CopySourceVersionId"], source["VersionId"])
        versions, markers = self.versions(bucket)
        self.assertEqual(
            versions,
            [
                ("source", True, source["VersionId"]),
                ("target", True, copied["VersionId"]),
                ("target", False, second["VersionId"]),
                ("target", False, first["VersionId"]),
            ],
        )
        self.assertEqual(markers, [("target", False, marker)])

    def test_copies_onto_no_version(self):
        # test_s3_api::TestS3ObjectWritePrecondition::test_copy_object_if_none_match_versioned_bucket
        bucket = self.bucket(versioned=True)
        self.put(bucket, "source")
        first = self.copy(self.answered, bucket, IfNoneMatch="*")["VersionId"]
        self.assertEqual(self.copy(self.refused, bucket, IfNoneMatch="*"), failed("If-None-Match"))
        self.s3.delete_object(Bucket=bucket, Key="target")
        # A delete marker is nothing.
        second = self.copy(self.answered, bucket, IfNoneMatch="*")["VersionId"]
        versions = [it for it in self.versions(bucket)[0] if it[0] == "target"]
        self.assertEqual(versions, [("target", True, second), ("target", False, first)])

    def test_puts_onto_versions(self):
        # test_s3_api::TestS3ObjectWritePrecondition::test_put_object_if_match_versioned_bucket
        bucket = self.bucket(versioned=True)
        first = self.put(bucket, "k", b"test")
        self.s3.delete_object(Bucket=bucket, Key="k")
        put = {"Bucket": bucket, "Key": "k", "Body": b"test"}
        self.assertEqual(self.refused(self.s3.put_object, IfMatch=first["ETag"], **put), no_key("k"))
        second = self.put(bucket, "k", b"test-after")
        self.assertEqual(self.refused(self.s3.put_object, IfMatch=first["ETag"], **put), failed("If-Match"))
        self.assertEqual(self.answered(self.s3.put_object, IfMatch=second["ETag"], **put)["!"], 200)

    def test_values(self):
        # test_s3_api::TestS3ObjectWritePrecondition::test_put_object_if_match_validation
        bucket = self.bucket()
        put = {"Bucket": bucket, "Key": "k", "Body": b"test"}
        for value in ["abcdef", "bad-char_/"]:
            self.assertEqual(self.refused(self.s3.put_object, IfMatch=value, **put), no_key("k"))
        self.assertEqual(
            self.refused(self.s3.put_object, IfMatch="*", **put),
            {
                "Code": "NotImplemented",
                "Message": "A header you provided implies functionality that is not implemented",
                "Header": "If-Match",
                "additionalMessage": "We don't accept the provided value of If-Match header for this API",
                "!": 501,
            },
        )

    def upload(self, bucket, key="k", body=b"test"):
        id = self.s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]
        part = self.s3.upload_part(Bucket=bucket, Key=key, UploadId=id, PartNumber=1, Body=body)
        parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
        return {"Bucket": bucket, "Key": key, "UploadId": id, "MultipartUpload": parts}

    def test_uploads_that_replace(self):
        # test_s3_api::TestS3ObjectWritePrecondition::test_multipart_if_match_etag
        bucket = self.bucket()
        tag = self.put(bucket, "k", b"test")["ETag"]
        completed = self.answered(self.s3.complete_multipart_upload, IfMatch=tag, **self.upload(bucket))
        self.assertTrue(completed["ETag"].endswith('-1"'))
        # The entity tag is that of parts now, not that of the content.
        call = self.upload(bucket)
        self.assertEqual(self.refused(self.s3.complete_multipart_upload, IfMatch=tag, **call), failed("If-Match"))
        again = self.answered(self.s3.complete_multipart_upload, IfMatch=completed["ETag"], **call)
        self.assertEqual(again["ETag"], completed["ETag"])

    def test_puts_meanwhile(self):
        # test_s3_api::TestS3ObjectWritePrecondition::test_multipart_if_match_with_put_identical
        bucket = self.bucket()
        tag = self.put(bucket, "k", b"test")["ETag"]
        call = self.upload(bucket)
        self.assertEqual(self.put(bucket, "k", b"test")["ETag"], tag)
        self.assertEqual(
            self.refused(self.s3.complete_multipart_upload, IfMatch=tag, **call),
            {
                "Code": "ConditionalRequestConflict",
                "Message": CONFLICT,
                "Condition": "If-Match",
                "Key": "k",
                "!": 409,
            },
        )
        call = self.upload(bucket)
        self.assertEqual(self.answered(self.s3.complete_multipart_upload, IfMatch=tag, **call)["!"], 200)

    def test_deletes(self):
        # test_s3_api::TestS3DeletePrecondition::test_delete_object_if_match_non_express
        bucket = self.bucket()
        self.put(bucket, "k")
        call = {"Bucket": bucket, "Key": "k", "IfMatch": "badvalue"}
        self.assertEqual(self.refused(self.s3.delete_object, **call), failed("If-Match"))
