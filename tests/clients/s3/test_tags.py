"""Tags of buckets and objects."""

from .recorded import Recorded


class Tags(Recorded):
    def tags(self, bucket, key="k"):
        return self.answered(self.s3.get_object_tagging, Bucket=bucket, Key=key)

    def test_no_tags(self):
        # test_s3_api::TestS3BucketObjectTagging::test_put_object_tagging_none_value,
        # test_s3::TestS3::test_put_object_tagging_empty_list
        bucket = self.bucket()
        self.put(bucket, "k")
        self.assertEqual(self.tags(bucket), {"TagSet": [], "!": 200})
        at = {"Bucket": bucket, "Key": "k"}
        tags = [{"Key": "tag1", "Value": "tag1"}, {"Key": "tag2", "Value": ""}]
        self.assertEqual(self.answered(self.s3.put_object_tagging, Tagging={"TagSet": tags}, **at), {"!": 200})
        self.assertEqual(self.tags(bucket), {"TagSet": tags, "!": 200})
        self.assertEqual(self.answered(self.s3.put_object_tagging, Tagging={"TagSet": []}, **at), {"!": 200})
        self.assertEqual(self.tags(bucket), {"TagSet": [], "!": 200})

    def test_header(self):
        # test_s3_api::TestS3BucketObjectTagging::test_put_object_with_tags
        bucket = self.bucket()
        for header, expected in [
            ("tag1=tag1&tag2=tag2&tag=", {"tag": "", "tag1": "tag1", "tag2": "tag2"}),
            ("tag3=tag3", {"tag3": "tag3"}),
            ("wrongquery&wrongagain", {"wrongagain": "", "wrongquery": ""}),
            ("key1&&&key2", {"key1": "", "key2": ""}),
        ]:
            self.put(bucket, "k", b"test-tagging", Tagging=header)
            tags = {tag["Key"]: tag["Value"] for tag in self.tags(bucket)["TagSet"]}
            self.assertEqual(tags, expected, header)
        self.put(bucket, "k", b"test-tagging", Tagging="tag3=tag3")
        said = {"ContentLength": 12, "TagCount": 1, "ETag": '"b635a7fc30aa9091e0d236bee77e6844"'}
        for call in [self.s3.get_object, self.s3.head_object]:
            answer = self.answered(call, Bucket=bucket, Key="k")
            self.assertEqual({name: answer.get(name) for name in said}, said)

    def test_deleted(self):
        # test_s3::TestS3::test_delete_object_tagging
        bucket = self.bucket()
        self.put(bucket, "k", Tagging="a=b")
        self.assertEqual(self.answered(self.s3.delete_object_tagging, Bucket=bucket, Key="k"), {"!": 204})
        self.assertNotIn("TagCount", self.s3.get_object(Bucket=bucket, Key="k"))
        self.assertEqual(self.tags(bucket)["TagSet"], [])

    def test_new_buckets(self):
        # test_s3_api::TestS3BucketObjectTagging::test_create_bucket_with_tags, ::test_create_bucket_with_empty_tags
        tags = [{"Key": "tag1", "Value": "value1"}]
        name = self.bucket(CreateBucketConfiguration={"Tags": tags})
        self.assertEqual(self.answered(self.s3.get_bucket_tagging, Bucket=name), {"TagSet": tags, "!": 200})
        name = self.bucket()
        for configuration in [{"Tags": []}, {}]:
            answer = self.answered(self.s3.create_bucket, Bucket=name, CreateBucketConfiguration=configuration)
            self.assertEqual(answer, {"BucketArn": f"arn:aws:s3:::{name}", "Location": f"/{name}", "!": 200})
        self.assertEqual(
            self.refused(self.s3.get_bucket_tagging, Bucket=name),
            {"Code": "NoSuchTagSet", "Message": "The TagSet does not exist", "BucketName": name, "!": 404},
        )
