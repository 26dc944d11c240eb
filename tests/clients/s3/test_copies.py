"""Copies onto themselves and elsewhere: what is kept, what is replaced, what is said of versions."""

from .recorded import Recorded, failed

JSON = b'{"key": "value"}'
JSON_TAG = '"88bac95f31528d13a072c05f2a1cf371"'
RESULT = {"ChecksumCRC32": "MzVIGw==", "ChecksumType": "FULL_OBJECT", "ETag": JSON_TAG}
NO_CHANGE = {
    "Code": "InvalidRequest",
    "Message": "This copy request is illegal because it is trying to copy an object to itself without changing the "
    "object's metadata, storage class, website redirect location or encryption attributes.",
    "!": 400,
}


class Copies(Recorded):
    def copy(self, bucket, key, source=None, **arguments):
        source = source or {"Bucket": bucket, "Key": key}
        return self.answered(self.s3.copy_object, Bucket=bucket, Key=key, CopySource=source, **arguments)

    def head(self, bucket, key, **arguments):
        return self.answered(self.s3.head_object, Bucket=bucket, Key=key, **arguments)

    def object_of(self, **more):
        return {
            "AcceptRanges": "bytes",
            "ContentLength": 16,
            "ContentType": "binary/octet-stream",
            "ETag": JSON_TAG,
            "Metadata": {},
            "ServerSideEncryption": "AES256",
            "!": 200,
            **more,
        }

    def test_content_type_and_metadata(self):
        # test_s3::TestS3::test_s3_copy_content_type_and_metadata
        bucket = self.bucket()
        self.put(bucket, "source", JSON, ContentType="application/json", Metadata={"key": "value"})
        kept = self.object_of(ContentType="application/json", Metadata={"key": "value"})
        for key in ["copy", "second"]:
            copied = self.copy(bucket, key, {"Bucket": bucket, "Key": "source"})
            self.assertEqual(copied, {"CopyObjectResult": RESULT, "ServerSideEncryption": "AES256", "!": 200})
            self.assertEqual(self.head(bucket, key), kept)

    def test_metadata_directive_in_place(self):
        # test_s3::TestS3::test_s3_copy_object_in_place_metadata_directive
        bucket, key = self.bucket(), "k"
        self.put(bucket, key, JSON, ContentType="application/json", Metadata={"key": "value"})
        call = {"Bucket": bucket, "Key": key, "CopySource": f"{bucket}/{key}"}
        self.assertEqual(self.refused(self.s3.copy_object, Metadata={"key2": "value2"}, **call), NO_CHANGE)
        self.copy(bucket, key, Metadata={"key2": "value2"}, MetadataDirective="REPLACE")
        replaced = self.object_of(Metadata={"key2": "value2"})
        self.assertEqual(self.head(bucket, key), replaced)
        # With something else that changes, `COPY` takes no notice of the metadata that is given.
        self.copy(bucket, key, MetadataDirective="COPY", StorageClass="STANDARD", Metadata={"key3": "value3"})
        self.assertEqual(self.head(bucket, key), replaced)
        self.copy(bucket, key, MetadataDirective="REPLACE")
        self.assertEqual(self.head(bucket, key), self.object_of())

    def test_storage_class_in_place(self):
        # test_s3::TestS3::test_s3_copy_object_in_place_storage_class, ::test_s3_copy_object_storage_class
        bucket, key = self.bucket(), "k"
        self.put(bucket, key, JSON, StorageClass="STANDARD_IA")
        self.assertEqual(self.head(bucket, key), self.object_of(StorageClass="STANDARD_IA"))
        call = {"Bucket": bucket, "Key": key, "CopySource": f"{bucket}/{key}"}
        self.assertEqual(self.refused(self.s3.copy_object, **call), NO_CHANGE)
        for _ in range(2):
            # Naming the class is enough of a change, even if it is the same.
            copied = self.copy(bucket, key, StorageClass="STANDARD")
            self.assertEqual(copied["CopyObjectResult"], RESULT)
            self.assertEqual(self.head(bucket, key), self.object_of())
        attributes = self.answered(
            self.s3.get_object_attributes, Bucket=bucket, Key=key, ObjectAttributes=["StorageClass"]
        )
        self.assertEqual(attributes, {"StorageClass": "STANDARD", "!": 200})

    def test_redirect_in_place(self):
        # test_s3::TestS3::test_s3_copy_object_in_place_website_redirect_location
        bucket, key = self.bucket(), "k"
        self.put(bucket, key, JSON, WebsiteRedirectLocation="/test/direct")
        expected = self.object_of(WebsiteRedirectLocation="/test/direct")
        self.assertEqual(self.head(bucket, key), expected)
        self.copy(bucket, key, WebsiteRedirectLocation="/test/direct")
        self.assertEqual(self.head(bucket, key), expected)

    def test_encryption_in_place(self):
        # test_s3::TestS3::test_s3_copy_object_in_place_with_encryption
        bucket, key = self.bucket(), "k"
        arn = "arn:aws:kms:us-east-1:000000000000:key/134f2428-cec1-4b25-a1ae-9048164dba47"
        kms = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": arn}
        put = self.put(bucket, key, JSON, BucketKeyEnabled=True, **kms)
        self.assertEqual((put["BucketKeyEnabled"], put["SSEKMSKeyId"]), (True, arn))
        copied = self.copy(bucket, key, **kms)
        self.assertNotIn("BucketKeyEnabled", copied)
        self.assertEqual((copied["ServerSideEncryption"], copied["SSEKMSKeyId"]), ("aws:kms", arn))
        self.assertNotIn("BucketKeyEnabled", self.head(bucket, key))
        # That the object was encrypted otherwise is no change that a request makes by saying nothing; here it says.
        for encryption in [{"ServerSideEncryption": "AES256"}, {"ServerSideEncryption": "AES256"}]:
            copied = self.copy(bucket, key, **encryption)
            self.assertEqual(copied, {"CopyObjectResult": RESULT, "ServerSideEncryption": "AES256", "!": 200})
            self.assertEqual(self.head(bucket, key), self.object_of())

    def test_encrypted_buckets_take_copies_in_place(self):
        # test_s3::TestS3::test_copy_in_place_with_bucket_encryption
        bucket, key = self.bucket(), "k"
        rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}
        self.s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
        self.put(bucket, key, JSON)
        copied = self.copy(bucket, key)
        self.assertEqual(copied, {"CopyObjectResult": RESULT, "ServerSideEncryption": "AES256", "!": 200})

    def test_versions_in_place(self):
        # test_s3::TestS3::test_s3_copy_object_in_place_versioned
        bucket, key = self.bucket(versioned=True), "k"
        first = self.put(bucket, key, JSON, ContentType="application/json", Metadata={"key": "value"})
        first = first["VersionId"]
        call = {"Bucket": bucket, "Key": key, "CopySource": f"{bucket}/{key}"}
        self.assertEqual(self.refused(self.s3.copy_object, **call), NO_CHANGE)
        attributes = self.answered(
            self.s3.get_object_attributes, Bucket=bucket, Key=key, ObjectAttributes=["StorageClass"]
        )
        self.assertEqual(attributes, {"StorageClass": "STANDARD", "VersionId": first, "!": 200})
        copied = self.copy(bucket, key, MetadataDirective="REPLACE")
        second = copied["VersionId"]
        self.assertEqual(
            copied,
            {
                "CopyObjectResult": RESULT,
                "CopySourceVersionId": first,
                "ServerSideEncryption": "AES256",
                "VersionId": second,
                "!": 200,
            },
        )
        self.versioning(bucket, "Suspended")
        copied = self.copy(bucket, key, MetadataDirective="REPLACE")
        self.assertEqual((copied["CopySourceVersionId"], copied["VersionId"]), (second, "null"))
        self.assertEqual(self.head(bucket, key), self.object_of(VersionId="null"))
        self.assertEqual(self.head(bucket, key, VersionId=second), self.object_of(VersionId=second))
        self.versioning(bucket, "Enabled")
        copied = self.copy(bucket, key, MetadataDirective="REPLACE")
        # The source is the version `null`, whose id is not said.
        self.assertNotIn("CopySourceVersionId", copied)
        self.assertNotIn(copied["VersionId"], ["null", first, second])

    def test_suspended_only(self):
        # test_s3::TestS3::test_s3_copy_object_in_place_suspended_only
        bucket, key = self.bucket(), "k"
        self.put(bucket, key, JSON, ContentType="application/json", Metadata={"key": "value"})
        plain = {"CopyObjectResult": RESULT, "ServerSideEncryption": "AES256", "!": 200}
        self.assertEqual(self.copy(bucket, key, MetadataDirective="REPLACE"), plain)
        self.assertEqual(self.head(bucket, key), self.object_of())
        self.versioning(bucket, "Suspended")
        for _ in range(2):
            copied = self.copy(bucket, key, MetadataDirective="REPLACE")
            self.assertEqual(copied, {**plain, "VersionId": "null"})
            self.assertEqual(self.head(bucket, key), self.object_of(VersionId="null"))

    def test_tags_of_versions(self):
        # test_s3::TestS3::test_s3_copy_tagging_directive_versioned
        bucket = self.bucket(versioned=True)
        first = self.put(bucket, "k", b"test", Tagging="key1=value1")["VersionId"]
        second = self.put(bucket, "k", b"test-v2", Tagging="key1=value1-v2")["VersionId"]
        kept = {first: [{"Key": "key1", "Value": "value1"}], second: [{"Key": "key1", "Value": "value1-v2"}]}
        given = [{"Key": "key2", "Value": "value2"}]
        for directive in [None, "COPY", "REPLACE"]:
            said = {"TaggingDirective": directive} if directive else {}
            for version in [first, second]:
                for tagging, replaced in [("key2=value2", given), ("", [])]:
                    source = {"Bucket": bucket, "Key": "k", "VersionId": version}
                    copied = self.copy(bucket, "copy", source, Tagging=tagging, **said)
                    self.assertEqual(copied["CopySourceVersionId"], version)
                    tags = self.answered(self.s3.get_object_tagging, Bucket=bucket, Key="copy")
                    expected = replaced if directive == "REPLACE" else kept[version]
                    self.assertEqual(tags, {"TagSet": expected, "VersionId": copied["VersionId"], "!": 200})

    def test_locks_are_not_copied(self):
        # test_s3::TestS3ObjectLockRetention::test_s3_copy_object_retention_lock
        bucket = self.bucket(ObjectLockEnabledForBucket=True)
        self.put(
            bucket, "locked", JSON, ObjectLockMode="GOVERNANCE", ObjectLockRetainUntilDate="2099-01-01T00:00:00Z"
        )
        self.assertEqual(self.head(bucket, "locked")["ObjectLockMode"], "GOVERNANCE")
        copied = self.copy(bucket, "free", {"Bucket": bucket, "Key": "locked"})
        self.assertEqual(self.head(bucket, "free"), self.object_of(VersionId=copied["VersionId"]))

    def test_sources_modified_since(self):
        # test_s3_preconditions::TestS3CopySourcePreconditions::test_s3_copy_object_if_source_modified_since_versioned
        bucket = self.bucket(versioned=True)
        put = self.put(bucket, "k", JSON)
        modified = self.s3.head_object(Bucket=bucket, Key="k")["LastModified"]
        before = modified.replace(year=modified.year - 1, day=1)
        copied = self.copy(bucket, "copy", {"Bucket": bucket, "Key": "k"}, CopySourceIfModifiedSince=before)
        self.assertEqual(copied["CopySourceVersionId"], put["VersionId"])
        call = {"Bucket": bucket, "Key": "copy", "CopySource": f"{bucket}/k"}
        self.assertEqual(
            self.refused(self.s3.copy_object, CopySourceIfModifiedSince=modified, **call),
            failed("x-amz-copy-source-If-Modified-Since"),
        )
