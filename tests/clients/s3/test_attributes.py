"""`GetObjectAttributes`, and what `HeadObject` and `GetObject` say besides the content."""

from .recorded import Recorded, no_key

PART = 5 << 20


class Attributes(Recorded):
    def attributes(self, bucket, key, *names, **arguments):
        return self.answered(
            self.s3.get_object_attributes, Bucket=bucket, Key=key, ObjectAttributes=list(names), **arguments
        )

    def upload(self, bucket, key, *bodies, **arguments):
        id = self.s3.create_multipart_upload(Bucket=bucket, Key=key, **arguments)["UploadId"]
        parts = []
        for number, body in enumerate(bodies, 1):
            part = self.s3.upload_part(Bucket=bucket, Key=key, UploadId=id, PartNumber=number, Body=body)
            parts.append({"PartNumber": number, "ETag": part["ETag"]})
        return self.answered(
            self.s3.complete_multipart_upload, Bucket=bucket, Key=key, UploadId=id, MultipartUpload={"Parts": parts}
        )

    def test_attributes(self):
        # test_s3::TestS3::test_get_object_attributes
        bucket = self.bucket()
        self.put(bucket, "whole", b"content")
        wanted = ["StorageClass", "ETag", "ObjectSize", "ObjectParts"]
        whole = self.attributes(bucket, "whole", *wanted, "Checksum")
        self.assertEqual(sorted(whole["Checksum"]), ["ChecksumCRC32", "ChecksumType"])
        del whole["Checksum"]
        tag = "9a0364b9e99bb480dd25e1f0284c8555"
        self.assertEqual(whole, {"ETag": tag, "ObjectSize": 7, "StorageClass": "STANDARD", "!": 200})
        self.upload(bucket, "one", b"x" * 65)
        one = self.attributes(bucket, "one", *wanted)
        self.assertEqual(one["ETag"][-2:], "-1")
        del one["ETag"]
        self.assertEqual(
            one, {"ObjectParts": {"TotalPartsCount": 1}, "ObjectSize": 65, "StorageClass": "STANDARD", "!": 200}
        )
        self.upload(bucket, "two", b"x" * PART, b"y")
        two = self.attributes(bucket, "two", "ObjectSize", "ObjectParts", "Checksum")
        self.assertEqual(two["Checksum"].pop("ChecksumType"), "FULL_OBJECT")
        self.assertEqual(list(two.pop("Checksum")), ["ChecksumCRC64NVME"])
        self.assertEqual(two, {"ObjectParts": {"TotalPartsCount": 2}, "ObjectSize": PART + 1, "!": 200})

    def test_versions(self):
        # test_s3::TestS3::test_get_object_attributes_versioned
        bucket = self.bucket(versioned=True)
        first = self.put(bucket, "k", b"content")["VersionId"]
        second = self.put(bucket, "k", b"version 2")["VersionId"]
        self.assertEqual(
            self.attributes(bucket, "k", "ObjectSize"), {"ObjectSize": 9, "VersionId": second, "!": 200}
        )
        self.s3.delete_object(Bucket=bucket, Key="k")
        call = {"Bucket": bucket, "Key": "k", "ObjectAttributes": ["ObjectSize"]}
        self.assertEqual(self.refused(self.s3.get_object_attributes, **call), no_key("k"))
        self.assertEqual(
            self.attributes(bucket, "k", "ObjectSize", VersionId=first),
            {"ObjectSize": 7, "VersionId": first, "!": 200},
        )

    def test_metadata(self):
        # test_s3::TestS3::test_metadata_header_character_decoding, ::test_system_metadata_with_unicode
        bucket = self.bucket()
        self.put(bucket, "k", b"foo", Metadata={"TEST_META_1": "foo", "__meta_2": "bar"})
        head = self.s3.head_object(Bucket=bucket, Key="k")
        self.assertEqual(head["Metadata"], {"test_meta_1": "foo", "__meta_2": "bar"})
        # The bytes come back as they were sent, which boto3 reads as Latin-1.
        given = {
            "CacheControl": "ÄMÄZÕÑ S3",
            "ContentDisposition": 'attachment; filename="test_\u2014_file%E2%80%94_é_2.pdf"',
            "ContentLanguage": "de",
        }
        self.put(bucket, "k", b"", **given)
        got = self.s3.get_object(Bucket=bucket, Key="k")
        read = {name: value.encode().decode("latin-1") for name, value in given.items()}
        self.assertEqual({name: got.get(name) for name in given}, read)

    def test_ranges(self):
        # test_s3::TestS3::test_etag_on_get_object_call
        bucket = self.bucket()
        self.put(bucket, "k", b"Lorem ipsum dolor sit amet, ... " * 30)
        got = self.answered(self.s3.get_object, Bucket=bucket, Key="k", Range="bytes=0-16")
        self.assertEqual(
            got,
            {
                "AcceptRanges": "bytes",
                "Body": b"Lorem ipsum dolor",
                "ContentLength": 17,
                "ContentRange": "bytes 0-16/960",
                "ContentType": "binary/octet-stream",
                "ETag": '"c289c6e309be295fe68af649d1e6c6ec"',
                "Metadata": {},
                "ServerSideEncryption": "AES256",
                # The checksum is that of the whole, and is not said of a part.
                "!": 206,
            },
        )

    def test_encoded_content(self):
        # test_s3::TestS3::test_s3_upload_download_gzip,
        # test_s3::TestS3PutObjectChecksum::test_s3_checksum_with_content_encoding
        bucket = self.bucket()
        put = self.put(bucket, "k", b"\x1f\x8bdata", ContentEncoding="gzip", ChecksumAlgorithm="SHA256")
        self.assertEqual(put["ChecksumType"], "FULL_OBJECT")
        for mode in [{}, {"ChecksumMode": "ENABLED"}]:
            got = self.s3.get_object(Bucket=bucket, Key="k", **mode)
            self.assertEqual((got["ContentEncoding"], got["Body"].read()), ("gzip", b"\x1f\x8bdata"))
            self.assertEqual(got["ChecksumSHA256"], put["ChecksumSHA256"])
        attributes = self.attributes(bucket, "k", "Checksum")
        checksum = {"ChecksumSHA256": put["ChecksumSHA256"], "ChecksumType": "FULL_OBJECT"}
        self.assertEqual(attributes, {"Checksum": checksum, "!": 200})

    def test_suspended_versions(self):
        # test_s3::TestS3::test_s3_put_object_versioned
        bucket = self.bucket()
        self.put(bucket, "before", b"before")
        got = self.answered(self.s3.get_object, Bucket=bucket, Key="before")
        self.assertNotIn("VersionId", got)
        listed = self.s3.list_object_versions(Bucket=bucket)["Versions"]
        self.assertEqual([(it["VersionId"], it["IsLatest"]) for it in listed], [("null", True)])
        self.versioning(bucket, "Enabled")
        self.assertEqual(self.s3.get_object(Bucket=bucket, Key="before")["VersionId"], "null")
        kept = self.put(bucket, "k", b"1")["VersionId"]
        self.versioning(bucket, "Suspended")
        self.assertEqual(self.s3.get_object(Bucket=bucket, Key="k")["VersionId"], kept)
        put = self.put(bucket, "before", b"after")
        self.assertNotIn("VersionId", put)
        got = self.s3.get_object(Bucket=bucket, Key="before")
        self.assertEqual((got["VersionId"], got["Body"].read()), ("null", b"after"))
