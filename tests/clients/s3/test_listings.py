"""Listings: markers that stand in common prefixes, what is said without `encoding-type`, pages of one."""

import os

from .recorded import Recorded, elements, http

KEYS = ["folder/aSubfolder/subFile1", "folder/aSubfolder/subFile2", "folder/file1", "folder/file2"]


def raw(path):
    """An unsigned request, and the elements of its answer."""
    status, _, body = http(f"{os.environ['AWS_ENDPOINT_URL']}/{path}")
    assert status == 200, body
    return elements(body)


class Listings(Recorded):
    def test_uploads(self):
        # test_s3_list_operations::TestS3ListMultipartUploads::test_list_multipart_uploads_marker_common_prefixes
        bucket = self.bucket()
        ids = {key: self.s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"] for key in KEYS}
        page = {"Bucket": bucket, "Prefix": "folder/", "Delimiter": "/", "MaxUploads": 1}
        first = self.answered(self.s3.list_multipart_uploads, **page)
        self.assertEqual(
            first,
            {
                "Bucket": bucket,
                "CommonPrefixes": [{"Prefix": "folder/aSubfolder/"}],
                "Delimiter": "/",
                "IsTruncated": True,
                "KeyMarker": "",
                "MaxUploads": 1,
                # Where the next page begins is not said, if this one ends with a common prefix.
                "NextKeyMarker": "",
                "NextUploadIdMarker": "",
                "Prefix": "folder/",
                "UploadIdMarker": "",
                "!": 200,
            },
        )
        for marker in ["folder/aSubfolder/", "folder/aSubfolder/subFile1"]:
            second = self.answered(self.s3.list_multipart_uploads, KeyMarker=marker, **page)
            upload = second.pop("Uploads")[0]
            self.assertEqual((upload["Key"], upload["UploadId"]), ("folder/file1", ids["folder/file1"]))
            self.assertEqual(
                sorted(upload), ["Initiated", "Initiator", "Key", "Owner", "StorageClass", "UploadId"]
            )
            self.assertEqual(
                second,
                {
                    "Bucket": bucket,
                    "Delimiter": "/",
                    "IsTruncated": True,
                    "KeyMarker": marker,
                    "MaxUploads": 1,
                    "NextKeyMarker": "folder/file1",
                    "NextUploadIdMarker": ids["folder/file1"],
                    "Prefix": "folder/",
                    "UploadIdMarker": "",
                    "!": 200,
                },
            )

    def test_versions_in_common_prefixes(self):
        # test_s3_list_operations::TestS3ListObjectVersions::test_list_object_versions_pagination_common_prefixes
        bucket = self.bucket(versioned=True)
        ids = {key: self.put(bucket, key)["VersionId"] for key in KEYS}
        page = {"Bucket": bucket, "Prefix": "folder/", "Delimiter": "/", "MaxKeys": 1}
        said = {
            "Delimiter": "/",
            "EncodingType": "url",
            "MaxKeys": 1,
            "Name": bucket,
            "Prefix": "folder/",
            "VersionIdMarker": "",
            "!": 200,
        }
        first = self.answered(self.s3.list_object_versions, **page)
        prefixes = [{"Prefix": "folder/aSubfolder/"}]
        self.assertEqual(
            first,
            {
                **said,
                "CommonPrefixes": prefixes,
                "IsTruncated": True,
                "KeyMarker": "",
                "NextKeyMarker": "folder/aSubfolder/",
            },
        )
        for marker in ["folder/aSubfolder/", "folder/aSubfolder/subFile1"]:
            second = self.answered(self.s3.list_object_versions, "Versions", KeyMarker=marker, **page)
            self.assertEqual(
                second,
                {
                    **said,
                    "IsTruncated": True,
                    "KeyMarker": marker,
                    "NextKeyMarker": "folder/file1",
                    "NextVersionIdMarker": ids["folder/file1"],
                },
            )
        last = self.answered(self.s3.list_object_versions, KeyMarker="folder/file1", **page)
        self.assertEqual([it["Key"] for it in last.pop("Versions")], ["folder/file2"])
        self.assertEqual(last, {**said, "IsTruncated": False, "KeyMarker": "folder/file1"})

    def test_versions_with_prefixes(self):
        # test_s3_list_operations::TestS3ListObjectVersions::test_list_objects_versions_with_prefix
        bucket = self.bucket(versioned=True)
        for key in ["dir/test", "dir/subdir/test2"] * 2:
            self.put(bucket, key)
        folder = ["dir/subdir/"]
        for prefix, keys, prefixes in [
            ("dir/", ["dir/test"] * 2, folder),
            ("dir/s", [], folder),
            ("dir/test", ["dir/test"] * 2, []),
            ("dir/subdir", [], folder),
            ("dir/subdir/", ["dir/subdir/test2"] * 2, []),
            ("dir/subdir/test2", ["dir/subdir/test2"] * 2, []),
        ]:
            listed = self.answered(self.s3.list_object_versions, Bucket=bucket, Prefix=prefix, Delimiter="/")
            self.assertEqual([it["Key"] for it in listed.pop("Versions", [])], keys, prefix)
            self.assertEqual([it["Prefix"] for it in listed.pop("CommonPrefixes", [])], prefixes, prefix)
            self.assertEqual(
                listed,
                {
                    "Delimiter": "/",
                    "EncodingType": "url",
                    "IsTruncated": False,
                    "KeyMarker": "",
                    "MaxKeys": 1000,
                    "Name": bucket,
                    "Prefix": prefix,
                    "VersionIdMarker": "",
                    "!": 200,
                },
            )
        found = raw(f"{bucket}?versions&prefix=dir/subdir&delimiter=/")
        self.assertTrue(found.pop("CommonPrefixes", "absent") != "absent")
        self.assertEqual(
            found,
            {
                "Delimiter": "/",
                "IsTruncated": "false",
                "KeyMarker": None,
                "MaxKeys": "1000",
                "Name": bucket,
                "Prefix": "dir/subdir",
                "VersionIdMarker": None,
            },
        )

    def test_pages_of_versions(self):
        # test_s3_list_operations::TestS3ListObjectVersions::test_list_objects_versions_with_prefix_only_and_pagination
        bucket = self.bucket(versioned=True)
        for _ in range(5):
            self.put(bucket, "prefixed_key", b"")
        everything = self.s3.list_object_versions(Bucket=bucket, Prefix="prefix")
        ids = [it["VersionId"] for it in everything["Versions"]]
        self.assertEqual([it["IsLatest"] for it in everything["Versions"]], [True] + [False] * 4)
        page = {"Bucket": bucket, "Prefix": "prefix"}
        first = self.s3.list_object_versions(MaxKeys=3, **page)
        self.assertEqual([it["VersionId"] for it in first["Versions"]], ids[:3])
        self.assertEqual((first["NextKeyMarker"], first["NextVersionIdMarker"]), ("prefixed_key", ids[2]))
        second = {"KeyMarker": "prefixed_key", "VersionIdMarker": ids[2], "MaxKeys": 5, **page}
        rest = self.s3.list_object_versions(**second)
        self.assertEqual([it["VersionId"] for it in rest["Versions"]], ids[3:])
        self.assertNotIn("NextKeyMarker", rest)
        # What comes after the key is none of its versions.
        none = self.s3.list_object_versions(KeyMarker="prefixed_key", MaxKeys=4, **page)
        self.assertNotIn("Versions", none)
        self.assertFalse(none["IsTruncated"])
        # The versions of the first page are gone: the marker still says where.
        self.s3.delete_objects(
            Bucket=bucket,
            Delete={"Objects": [{"Key": "prefixed_key", "VersionId": it} for it in ids[:3]]},
        )
        rest = self.s3.list_object_versions(**second)
        self.assertEqual([(it["VersionId"], it["IsLatest"]) for it in rest["Versions"]], [(ids[3], True), (ids[4], False)])

    def test_next_markers(self):
        # test_s3_list_operations::TestS3ListObjects::test_list_objects_next_marker, ::test_s3_list_objects_empty_marker
        bucket = self.bucket()
        empty = {"EncodingType": "url", "IsTruncated": False, "Marker": "", "MaxKeys": 1000, "Name": bucket}
        listed = self.answered(self.s3.list_objects, Bucket=bucket, Marker="")
        self.assertEqual(listed, {**empty, "Prefix": "", "!": 200})
        for key in ["a", "b", "c"]:
            self.put(bucket, key)
        one = {"Bucket": bucket, "MaxKeys": 1}
        # It is said with a delimiter only.
        self.assertNotIn("NextMarker", self.s3.list_objects(Marker="", **one))
        self.assertEqual(self.s3.list_objects(Delimiter="/", **one)["NextMarker"], "a")
        second = self.s3.list_objects(Marker="a", **one)
        self.assertEqual([it["Key"] for it in second["Contents"]], ["b"])
        self.assertEqual((second["IsTruncated"], second["Marker"]), (True, "a"))

    def test_delimiters(self):
        # test_s3_list_operations::TestS3ListObjects::test_list_objects_with_prefix
        bucket = self.bucket()
        self.put(bucket, "test/foo/bar/123")
        for delimiter, said in [("", None), ("/", "/"), ("%2F", "%252F")]:
            # boto3 decodes what it has asked for itself, and leaves what a caller has asked for.
            page = {"Prefix": "test/", "Delimiter": delimiter, "MaxKeys": 1, "EncodingType": "url"}
            listed = self.answered(self.s3.list_objects, Bucket=bucket, **page)
            shown = {"EncodingType": "url", "IsTruncated": False, "Marker": "", "MaxKeys": 1, "Name": bucket}
            prefixes = listed.pop("CommonPrefixes", None)
            contents = listed.pop("Contents", None)
            self.assertEqual(
                listed, {**shown, "Prefix": "test/", "!": 200, **({"Delimiter": said} if said else {})}, delimiter
            )
            if delimiter == "/":
                self.assertEqual((prefixes, contents), ([{"Prefix": "test/foo/"}], None))
            else:
                self.assertEqual((prefixes, contents[0]["Key"]), (None, "test/foo/bar/123"))
        found = raw(f"{bucket}?prefix=test&delimiter=/")
        self.assertIn("CommonPrefixes", found)
        del found["CommonPrefixes"]
        self.assertEqual(
            found,
            {
                "Delimiter": "/",
                "IsTruncated": "false",
                "Marker": None,
                "MaxKeys": "1000",
                "Name": bucket,
                "Prefix": "test",
            },
        )

    def test_second_version(self):
        # test_s3::TestS3::test_list_objects_v2_with_prefix, ::test_empty_bucket_fixture
        bucket = self.bucket()
        empty = {"EncodingType": "url", "IsTruncated": False, "KeyCount": 0, "MaxKeys": 1000, "Name": bucket}
        self.assertEqual(self.answered(self.s3.list_objects_v2, Bucket=bucket), {**empty, "Prefix": "", "!": 200})
        keys = ["test/bar/foo/123", "test/foo/bar/123", "test/foo/bar/456"]
        for key in keys:
            self.put(bucket, key)
        for prefix, expected in [("test/", keys), ("test/foo", keys[1:]), ("test/foo/bar", keys[1:])]:
            listed = self.answered(self.s3.list_objects_v2, Bucket=bucket, Prefix=prefix)
            self.assertEqual([it["Key"] for it in listed.pop("Contents")], expected)
            self.assertEqual(listed, {**empty, "KeyCount": len(expected), "Prefix": prefix, "!": 200})
        found = raw(f"{bucket}?list-type=2&prefix=test/foo")
        del found["Contents"]
        self.assertEqual(
            found,
            {"IsTruncated": "false", "KeyCount": "2", "MaxKeys": "1000", "Name": bucket, "Prefix": "test/foo"},
        )

    def test_tokens_in_common_prefixes(self):
        # test_s3_list_operations::TestS3ListObjectsV2::test_list_objects_v2_continuation_common_prefixes
        bucket = self.bucket()
        for key in KEYS:
            self.put(bucket, key)
        page = {"Bucket": bucket, "Prefix": "folder/", "Delimiter": "/", "MaxKeys": 1}
        first = self.s3.list_objects_v2(**page)
        self.assertEqual((first["CommonPrefixes"], first["KeyCount"]), ([{"Prefix": "folder/aSubfolder/"}], 1))
        token, keys = first["NextContinuationToken"], []
        while token:
            following = self.s3.list_objects_v2(ContinuationToken=token, **page)
            self.assertEqual(following["ContinuationToken"], token)
            self.assertNotIn("CommonPrefixes", following)
            keys += [it["Key"] for it in following["Contents"]]
            token = following.get("NextContinuationToken")
        self.assertEqual(keys, KEYS[2:])

    def test_parts(self):
        # test_s3_list_operations::TestS3ListParts::test_list_parts_empty_part_number_marker
        bucket = self.bucket()
        id = self.s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
        self.s3.upload_part(Bucket=bucket, Key="k", UploadId=id, PartNumber=1, Body=b"test")
        url = self.s3.generate_presigned_url("list_parts", {"Bucket": bucket, "Key": "k", "UploadId": id})
        plain = url.split("?")[0] + f"?uploadId={id}"
        for argument in ["&part-number-marker=", "&max-parts="]:
            status, _, body = http(plain + argument)
            found = elements(body)
            self.assertEqual(status, 200, body)
            self.assertEqual((found["MaxParts"], found["NextPartNumberMarker"]), ("1000", "1"))
            self.assertEqual((found["PartNumberMarker"], found["IsTruncated"]), ("0", "false"))

    def test_keys_with_slashes(self):
        # test_s3::TestS3::test_object_with_slashes_in_key, ::test_put_get_object_single_character_trailing_slash,
        # ::test_put_and_get_object_with_hash_prefix
        bucket = self.bucket()
        keys = ["#key-with-hash-prefix", "/bar/foo/", "/foo", "a/", "bar", "t/"]
        for key in keys:
            self.put(bucket, key, key.encode())
        self.assertEqual([it["Key"] for it in self.s3.list_objects_v2(Bucket=bucket)["Contents"]], keys)
        for key in keys:
            self.assertEqual(self.s3.get_object(Bucket=bucket, Key=key)["Body"].read(), key.encode())

    def test_keys_that_look_encoded(self):
        # test_s3::TestS3::test_url_encoded_key, ::test_delete_objects_encoding
        bucket = self.bucket()
        keys = ["a%2Fb", "a/%F0%9F%98%80", "test%40key", "test%40key/", "test@key/"]
        for key in keys:
            self.put(bucket, key, key.encode())
        self.assertEqual([it["Key"] for it in self.s3.list_objects_v2(Bucket=bucket)["Contents"]], keys)
        deleted = self.s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in keys[:2]]})
        self.assertEqual(deleted["Deleted"], [{"Key": key} for key in keys[:2]])
        self.assertEqual([it["Key"] for it in self.s3.list_objects_v2(Bucket=bucket)["Contents"]], keys[2:])
