"""Conditions of what parts are copied from."""

from datetime import timedelta

from .recorded import Recorded, failed


class SourcesOfParts(Recorded):
    def setUp(self):
        super().setUp()
        name = self.bucket()
        self.tag = self.put(name, "source", b"0123456789")["ETag"]
        self.modified = self.s3.head_object(Bucket=name, Key="source")["LastModified"]
        self.at = {"Bucket": name, "Key": "k"}
        self.at["UploadId"] = self.s3.create_multipart_upload(**self.at)["UploadId"]
        self.call = {"PartNumber": 1, "CopySource": f"{name}/source", **self.at}

    def test_that_hold(self):
        # test_s3_api::TestS3Multipart::test_upload_part_copy_with_copy_source_if_match_none_success,
        # ::test_upload_part_copy_with_copy_source_if_modified_since_success,
        # ::test_upload_part_copy_with_copy_source_if_modified_since_in_future_success,
        # ::test_upload_part_copy_with_copy_source_if_unmodified_since_success
        day = timedelta(days=1)
        for condition in [
            {"CopySourceIfNoneMatch": '"another"'},
            {"CopySourceIfModifiedSince": self.modified - day},
            # A time to come is no condition.
            {"CopySourceIfModifiedSince": self.modified + day},
            {"CopySourceIfUnmodifiedSince": self.modified + day},
        ]:
            copied = self.answered(self.s3.upload_part_copy, **condition, **self.call)
            self.assertEqual(copied["CopyPartResult"]["ETag"], self.tag, condition)
            self.assertEqual((copied["ServerSideEncryption"], copied["!"]), ("AES256", 200))
        parts = self.s3.list_parts(**self.at)["Parts"]
        self.assertEqual([(it["PartNumber"], it["Size"], it["ETag"]) for it in parts], [(1, 10, self.tag)])

    def test_that_do_not(self):
        # test_s3_api::TestS3Multipart::test_upload_part_copy_with_if_modified_since_failed,
        # ::test_upload_part_copy_with_copy_source_if_none_match_and_if_unmodified_since_match_failed
        before = self.modified - timedelta(days=1)
        for condition, header in [
            ({"CopySourceIfModifiedSince": self.modified}, "x-amz-copy-source-If-Modified-Since"),
            (
                {"CopySourceIfNoneMatch": '"another"', "CopySourceIfUnmodifiedSince": before},
                "x-amz-copy-source-If-Unmodified-Since",
            ),
        ]:
            self.assertEqual(self.refused(self.s3.upload_part_copy, **condition, **self.call), failed(header))
