"""S3 through boto3: buckets and objects. Facts of AWS's are cited by the recording that has them, file::scenario."""

import base64
import concurrent.futures
import hashlib
import io
import os
import threading
import unittest
import urllib.error
import urllib.request
import uuid
from datetime import datetime, timedelta, timezone

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

MIB = 1 << 20


def client(account="000000000000", region="us-east-1", **config):
    config = Config(s3={"addressing_style": "path"}, retries={"max_attempts": 0}, **config)
    return boto3.client(
        "s3", region_name=region, aws_access_key_id=account, aws_secret_access_key="x", config=config
    )


class S3(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.s3 = client()

    def bucket(self, versioned=False, s3=None, **arguments):
        s3 = s3 or self.s3
        name = f"b-{uuid.uuid4()}"
        s3.create_bucket(Bucket=name, **arguments)
        if versioned:
            s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        return name

    def put(self, bucket, key, body=b"x", **arguments):
        return self.s3.put_object(Bucket=bucket, Key=key, Body=body, **arguments)

    def body(self, bucket, key, **arguments):
        return self.s3.get_object(Bucket=bucket, Key=key, **arguments)["Body"].read()

    def error(self, call, **arguments):
        with self.assertRaises(ClientError) as raised:
            call(**arguments)
        response = raised.exception.response
        error = dict(response["Error"])
        error["Status"] = response["ResponseMetadata"]["HTTPStatusCode"]
        return error

    def keys(self, page, of="Contents"):
        return [entry["Key"] for entry in page.get(of, [])]


class Buckets(S3):
    def test_create_head_list_delete(self):
        name = self.bucket()
        head = self.s3.head_bucket(Bucket=name)
        self.assertEqual(head["BucketRegion"], "us-east-1")
        self.assertIsNone(self.s3.get_bucket_location(Bucket=name)["LocationConstraint"])
        listed = self.s3.list_buckets(Prefix=name)
        self.assertEqual([bucket["Name"] for bucket in listed["Buckets"]], [name])
        self.assertEqual(listed["Buckets"][0]["BucketArn"], f"arn:aws:s3:::{name}")
        self.assertEqual(len(listed["Owner"]["ID"]), 64)
        self.s3.delete_bucket(Bucket=name)
        # test_s3::TestS3::test_bucket_does_not_exist
        error = self.error(self.s3.list_objects_v2, Bucket=name)
        self.assertEqual(
            error,
            {"Code": "NoSuchBucket", "Message": "The specified bucket does not exist", "BucketName": name, "Status": 404},
        )
        self.assertEqual(self.error(self.s3.head_bucket, Bucket=name)["Status"], 404)

    def test_names_are_of_all_accounts(self):
        name = self.bucket()
        # test_s3::TestS3::test_create_bucket_with_existing_name; in us-east-1 it is no error.
        self.s3.create_bucket(Bucket=name)
        other = client(account="111122223333")
        self.assertEqual(self.error(other.create_bucket, Bucket=name)["Code"], "BucketAlreadyExists")
        west = client(region="us-west-1")
        west_name = self.bucket(s3=west, CreateBucketConfiguration={"LocationConstraint": "us-west-1"})
        error = self.error(
            west.create_bucket, Bucket=west_name, CreateBucketConfiguration={"LocationConstraint": "us-west-1"}
        )
        self.assertEqual((error["Code"], error["Status"]), ("BucketAlreadyOwnedByYou", 409))
        self.assertEqual(error["BucketName"], west_name)
        self.assertEqual(other.list_buckets(Prefix=name)["Buckets"], [])
        # A bucket is seen from every region, and its objects too.
        self.put(west_name, "k", b"west")
        self.assertEqual(self.body(west_name, "k"), b"west")

    def test_location_constraints(self):
        # test_s3::TestS3::test_create_bucket_with_invalid_location_constraint, ::test_different_location_constraint
        def create(s3, constraint):
            arguments = {"CreateBucketConfiguration": {"LocationConstraint": constraint}} if constraint else {}
            return self.error(s3.create_bucket, Bucket=f"b-{uuid.uuid4()}", **arguments)

        for constraint in ["us-east-1", "foo"]:
            error = create(self.s3, constraint)
            self.assertEqual((error["Code"], error["LocationConstraint"]), ("InvalidLocationConstraint", constraint))
        error = create(client(region="eu-west-1"), "bar")
        self.assertEqual(error["Code"], "IllegalLocationConstraintException")
        self.assertEqual(
            error["Message"],
            "The bar location constraint is incompatible for the region specific endpoint this request was sent to.",
        )
        self.assertIn("The unspecified location", create(client(region="us-east-2"), None)["Message"])
        eu = self.bucket(CreateBucketConfiguration={"LocationConstraint": "EU"})
        self.assertEqual(self.s3.get_bucket_location(Bucket=eu)["LocationConstraint"], "EU")

    def test_pages_of_buckets(self):
        prefix = f"p-{uuid.uuid4()}"
        names = [f"{prefix}-{number}" for number in range(5)]
        for name in names:
            self.s3.create_bucket(Bucket=name)
        pages = self.s3.get_paginator("list_buckets").paginate(Prefix=prefix, PaginationConfig={"PageSize": 2})
        found = [[bucket["Name"] for bucket in page["Buckets"]] for page in pages]
        self.assertEqual(found, [names[:2], names[2:4], names[4:]])
        # test_s3_list_operations::TestS3ListBuckets::test_list_buckets_region_validation
        error = self.error(self.s3.list_buckets, BucketRegion="eu-east-1")
        self.assertEqual(error["Message"], "Argument value eu-east-1 is not a valid AWS Region")
        self.assertEqual(self.s3.list_buckets(Prefix=prefix, BucketRegion="eu-west-1")["Buckets"], [])

    def test_what_is_not_empty(self):
        # test_s3_api::TestS3BucketCRUD::test_delete_versioned_bucket_with_objects
        name = self.bucket(versioned=True)
        version = self.put(name, "k")["VersionId"]
        marker = self.s3.delete_object(Bucket=name, Key="k")
        self.assertTrue(marker["DeleteMarker"])
        error = self.error(self.s3.delete_bucket, Bucket=name)
        self.assertEqual((error["Code"], error["Status"]), ("BucketNotEmpty", 409))
        self.assertIn("You must delete all versions", error["Message"])
        self.s3.delete_object(Bucket=name, Key="k", VersionId=version)
        gone = self.s3.delete_object(Bucket=name, Key="k", VersionId=marker["VersionId"])
        self.assertTrue(gone["DeleteMarker"])
        self.s3.delete_bucket(Bucket=name)

    def test_expected_owner(self):
        # test_s3::TestS3::test_put_bucket_policy_expected_bucket_owner, ::test_get_bucket_policy_invalid_account_id
        name = self.bucket()
        self.s3.list_objects_v2(Bucket=name, ExpectedBucketOwner="000000000000")
        error = self.error(self.s3.list_objects_v2, Bucket=name, ExpectedBucketOwner="111122223333")
        self.assertEqual((error["Code"], error["Status"]), ("AccessDenied", 403))
        error = self.error(self.s3.list_objects_v2, Bucket=name, ExpectedBucketOwner="abcd")
        self.assertEqual(error["Code"], "InvalidBucketOwnerAWSAccountID")


class Objects(S3):
    def test_put_get_head_delete(self):
        name = self.bucket()
        put = self.put(
            name, "a/b c+d?é#%", b"hello", ContentType="text/plain", CacheControl="no-cache",
            ContentDisposition="inline", ContentLanguage="de", Metadata={"Mixed-Case": "v", "n": "1"},
        )
        e_tag = f'"{hashlib.md5(b"hello").hexdigest()}"'
        self.assertEqual(put["ETag"], e_tag)
        self.assertEqual(put["ServerSideEncryption"], "AES256")
        self.assertEqual(put["ChecksumType"], "FULL_OBJECT")
        self.assertNotIn("VersionId", put)
        got = self.s3.get_object(Bucket=name, Key="a/b c+d?é#%")
        self.assertEqual(got["Body"].read(), b"hello")
        for answer in [got, self.s3.head_object(Bucket=name, Key="a/b c+d?é#%")]:
            self.assertEqual(answer["ContentLength"], 5)
            self.assertEqual(answer["ETag"], e_tag)
            self.assertEqual(answer["ContentType"], "text/plain")
            self.assertEqual(answer["CacheControl"], "no-cache")
            self.assertEqual(answer["ContentDisposition"], "inline")
            self.assertEqual(answer["ContentLanguage"], "de")
            self.assertEqual(answer["Metadata"], {"mixed-case": "v", "n": "1"})
            self.assertEqual(answer["AcceptRanges"], "bytes")
            self.assertNotIn("StorageClass", answer)
        self.s3.delete_object(Bucket=name, Key="a/b c+d?é#%")
        # test_s3::TestS3::test_range_key_not_exists
        self.assertEqual(
            self.error(self.s3.get_object, Bucket=name, Key="my-key"),
            {"Code": "NoSuchKey", "Message": "The specified key does not exist.", "Key": "my-key", "Status": 404},
        )
        # test_s3::TestS3::test_head_object_fields
        error = self.error(self.s3.head_object, Bucket=name, Key="my-key")
        self.assertEqual((error["Code"], error["Message"]), ("404", "Not Found"))

    def test_defaults_and_overrides(self):
        name = self.bucket()
        self.put(name, "k", b"")
        got = self.s3.get_object(Bucket=name, Key="k")
        self.assertEqual((got["ContentType"], got["ContentLength"]), ("binary/octet-stream", 0))
        # test_s3::TestS3::test_s3_get_object_header_overrides
        expires = datetime(2015, 10, 21, 7, 28, tzinfo=timezone.utc)
        got = self.s3.get_object(
            Bucket=name, Key="k", ResponseCacheControl="max-age=74", ResponseContentDisposition="attachment",
            ResponseContentEncoding="identity", ResponseContentLanguage="de-DE", ResponseContentType="image/jpeg",
            ResponseExpires=expires,
        )
        self.assertEqual(got["CacheControl"], "max-age=74")
        self.assertEqual(got["ContentDisposition"], "attachment")
        self.assertEqual(got["ContentEncoding"], "identity")
        self.assertEqual(got["ContentLanguage"], "de-DE")
        self.assertEqual(got["ContentType"], "image/jpeg")
        self.assertEqual(got["ExpiresString"], "Wed, 21 Oct 2015 07:28:00 GMT")

    def test_ranges(self):
        # test_s3_api::TestS3ObjectCRUD::test_get_object_range
        name = self.bucket()
        self.put(name, "k", b"0123456789")
        for header, body, content_range in [
            ("0-8", b"012345678", "bytes 0-8/10"),
            ("1-1", b"1", "bytes 1-1/10"),
            ("1-", b"123456789", "bytes 1-9/10"),
            ("-2", b"89", "bytes 8-9/10"),
            ("-15", b"0123456789", "bytes 0-9/10"),
            ("0-100", b"0123456789", "bytes 0-9/10"),
            ("0-1,3-4,7-9", b"0123456789", None),
            ("1-0", b"0123456789", None),
        ]:
            got = self.s3.get_object(Bucket=name, Key="k", Range=f"bytes={header}")
            self.assertEqual(got["Body"].read(), body, header)
            self.assertEqual(got.get("ContentRange"), content_range, header)
            status = got["ResponseMetadata"]["HTTPStatusCode"]
            self.assertEqual(status, 206 if content_range else 200, header)
            self.assertEqual("ChecksumCRC32" in got, body == b"0123456789", header)
        # test_s3::TestS3::test_invalid_range_error
        error = self.error(self.s3.get_object, Bucket=name, Key="k", Range="bytes=1024-4096")
        self.assertEqual(
            error,
            {
                "Code": "InvalidRange",
                "Message": "The requested range is not satisfiable",
                "ActualObjectSize": "10",
                "RangeRequested": "bytes=1024-4096",
                "Status": 416,
            },
        )

    def test_conditions_of_reads(self):
        # test_s3::TestS3::test_s3_get_object_preconditions
        name = self.bucket()
        e_tag = self.put(name, "k", b"data")["ETag"]
        modified = self.s3.head_object(Bucket=name, Key="k")["LastModified"]
        before, after = modified - timedelta(days=1), modified + timedelta(days=1)
        for call in [self.s3.get_object, self.s3.head_object]:
            for condition in [
                {"IfMatch": e_tag},
                {"IfMatch": e_tag.strip('"')},
                {"IfNoneMatch": '"other"'},
                {"IfModifiedSince": before},
                {"IfModifiedSince": after},  # what is to come is no condition
                {"IfUnmodifiedSince": modified},
                {"IfMatch": e_tag, "IfUnmodifiedSince": before},
            ]:
                call(Bucket=name, Key="k", **condition)
            for condition, status in [
                ({"IfNoneMatch": e_tag}, 304),
                ({"IfNoneMatch": e_tag.strip('"')}, 304),
                ({"IfModifiedSince": modified}, 304),
                ({"IfMatch": '"other"'}, 412),
                ({"IfUnmodifiedSince": before}, 412),
            ]:
                error = self.error(call, Bucket=name, Key="k", **condition)
                self.assertEqual(error["Status"], status, condition)
        error = self.error(self.s3.get_object, Bucket=name, Key="k", IfMatch='"other"')
        self.assertEqual(error["Condition"], "If-Match")
        self.assertEqual(error["Message"], "At least one of the pre-conditions you specified did not hold")

    def test_conditions_of_writes(self):
        # test_s3_api::TestS3ObjectWritePrecondition
        name = self.bucket()
        self.assertEqual(self.error(self.put, bucket=name, key="k", IfMatch='"abc"')["Code"], "NoSuchKey")
        e_tag = self.put(name, "k", b"1", IfNoneMatch="*")["ETag"]
        error = self.error(self.put, bucket=name, key="k", IfNoneMatch="*")
        self.assertEqual((error["Code"], error["Condition"], error["Status"]), ("PreconditionFailed", "If-None-Match", 412))
        error = self.error(self.put, bucket=name, key="k", IfMatch='"abc"')
        self.assertEqual((error["Code"], error["Condition"]), ("PreconditionFailed", "If-Match"))
        self.put(name, "k", b"2", IfMatch=e_tag)
        self.assertEqual(self.body(name, "k"), b"2")
        for arguments, header in [
            ({"IfMatch": "*"}, "If-Match"),
            ({"IfNoneMatch": e_tag}, "If-None-Match"),
            ({"IfMatch": e_tag, "IfNoneMatch": "*"}, "If-Match,If-None-Match"),
        ]:
            error = self.error(self.put, bucket=name, key="k", **arguments)
            self.assertEqual((error["Code"], error["Header"], error["Status"]), ("NotImplemented", header, 501))
        # test_s3_api::TestS3DeletePrecondition
        error = self.error(self.s3.delete_object, Bucket=name, Key="k", IfMatch='"abc"')
        self.assertEqual((error["Code"], error["Condition"]), ("PreconditionFailed", "If-Match"))
        self.s3.delete_object(Bucket=name, Key="k", IfMatch=hashlib.md5(b"2").hexdigest())

    def test_of_many_that_want_nothing_there_one_wins(self):
        name = self.bucket()
        clients = [client() for _ in range(16)]
        start = threading.Barrier(len(clients))

        def put(numbered):
            number, s3 = numbered
            start.wait()
            try:
                s3.put_object(Bucket=name, Key="k", Body=str(number).encode(), IfNoneMatch="*")
                return number
            except ClientError as error:
                self.assertIn(error.response["Error"]["Code"], ["PreconditionFailed", "ConditionalRequestConflict"])
                return None

        with concurrent.futures.ThreadPoolExecutor(len(clients)) as pool:
            results = list(pool.map(put, enumerate(clients)))
        winners = [number for number in results if number is not None]
        self.assertEqual(len(winners), 1)
        self.assertEqual(self.body(name, "k"), str(winners[0]).encode())

    def test_delete_several(self):
        name = self.bucket()
        for key in ["a", "b", "c<&>"]:
            self.put(name, key)
        answer = self.s3.delete_objects(
            Bucket=name, Delete={"Objects": [{"Key": "a"}, {"Key": "c<&>"}, {"Key": "never"}]}
        )
        self.assertEqual(sorted(entry["Key"] for entry in answer["Deleted"]), ["a", "c<&>", "never"])
        answer = self.s3.delete_objects(Bucket=name, Delete={"Objects": [{"Key": "b"}], "Quiet": True})
        self.assertNotIn("Deleted", answer)
        self.assertEqual(self.s3.list_objects_v2(Bucket=name)["KeyCount"], 0)

    def test_storage_classes_and_archives(self):
        name = self.bucket()
        self.put(name, "ia", StorageClass="STANDARD_IA")
        self.assertEqual(self.s3.head_object(Bucket=name, Key="ia")["StorageClass"], "STANDARD_IA")
        # test_s3::TestS3::test_put_object_storage_class_outposts
        error = self.error(self.put, bucket=name, key="k", StorageClass="OUTPOSTS")
        self.assertEqual((error["Code"], error["StorageClassRequested"]), ("InvalidStorageClass", "OUTPOSTS"))
        # test_s3::TestS3DeepArchive::test_s3_get_deep_archive_object_restore
        self.put(name, "deep", b"cold", StorageClass="DEEP_ARCHIVE")
        error = self.error(self.s3.get_object, Bucket=name, Key="deep")
        self.assertEqual((error["Code"], error["StorageClass"], error["Status"]), ("InvalidObjectState", "DEEP_ARCHIVE", 403))
        restore = {"Days": 1}
        answer = self.s3.restore_object(Bucket=name, Key="deep", RestoreRequest=restore)
        self.assertEqual(answer["ResponseMetadata"]["HTTPStatusCode"], 202)
        self.assertEqual(self.body(name, "deep"), b"cold")
        self.assertIn('ongoing-request="false"', self.s3.head_object(Bucket=name, Key="deep")["Restore"])

    def test_keys_that_are_odd(self):
        # test_s3::TestS3::test_put_get_object_special_character
        name = self.bucket()
        keys = ["file%2Fname", "test@key/", "test%123", "test%percent", "test key/", "test key//", "a/%F0%9F%98%80/",
                "test+key", "👑", "/leading", "a/./b", "a/../b"]
        for key in keys:
            self.put(name, key, key.encode())
            self.assertEqual(self.body(name, key), key.encode(), key)
        listed = self.keys(self.s3.list_objects_v2(Bucket=name))
        self.assertEqual(listed, sorted(keys, key=str.encode))
        self.assertEqual(self.error(self.put, bucket=name, key="k" * 1025)["Code"], "KeyTooLongError")

    def test_path_and_virtual_host(self):
        name = self.bucket()
        self.put(name, "folder/k", b"hello")
        endpoint = os.environ["AWS_ENDPOINT_URL"]
        port = endpoint.rsplit(":", 1)[1]
        for host in [f"{name}.s3.localhost.localstack.cloud", f"{name}.s3.us-east-1.amazonaws.com", f"{name}.s3.localhost"]:
            request = urllib.request.Request(f"{endpoint}/folder/k", headers={"Host": f"{host}:{port}"})
            self.assertEqual(urllib.request.urlopen(request).read(), b"hello", host)
        self.assertEqual(urllib.request.urlopen(f"{endpoint}/{name}/folder/k").read(), b"hello")

    def test_presigned(self):
        name = self.bucket()
        put = self.s3.generate_presigned_url("put_object", {"Bucket": name, "Key": "k k"})
        urllib.request.urlopen(urllib.request.Request(put, data=b"signed", method="PUT")).read()
        get = self.s3.generate_presigned_url("get_object", {"Bucket": name, "Key": "k k", "ResponseContentType": "text/x"})
        answer = urllib.request.urlopen(get)
        self.assertEqual(answer.read(), b"signed")
        self.assertEqual(answer.headers["Content-Type"], "text/x")
        # The error is bare XML with all that it says.
        with self.assertRaises(urllib.error.HTTPError) as raised:
            urllib.request.urlopen(self.s3.generate_presigned_url("get_object", {"Bucket": name, "Key": "no"}))
        with raised.exception as error:
            self.assertIn(b"<Error><Code>NoSuchKey</Code>", error.read())

    def test_resource(self):
        s3 = boto3.resource("s3", region_name="us-east-1", config=Config(s3={"addressing_style": "path"}))
        bucket = s3.create_bucket(Bucket=f"b-{uuid.uuid4()}")
        bucket.put_object(Key="a/1", Body=b"1")
        s3.Object(bucket.name, "a/2").put(Body=b"2")
        self.assertEqual([item.key for item in bucket.objects.filter(Prefix="a/")], ["a/1", "a/2"])
        self.assertEqual(s3.Object(bucket.name, "a/2").get()["Body"].read(), b"2")
        bucket.objects.all().delete()
        bucket.delete()


class Forms(S3):
    """test_s3::TestS3PresignedPost"""

    def test_metadata_that_is_not_ascii(self):
        """test_s3::TestS3::test_user_metadata_rfc2047_encoded, ::test_post_object_with_unicode_metadata"""
        name = self.bucket()
        given = {
            "asciib64-encoded": "=?UTF-8?B?YWJj?=",
            "non-ascii-2": "=?UTF-8?Q?=C3=84M=C3=84Z=C3=95=C3=91_S3?=",
            "non-ascii-binary": "=?UTF-8?B?AAECAw==?=",
        }
        self.put(name, "k", Metadata=given)
        found = self.s3.get_object(Bucket=name, Key="k")["Metadata"]
        self.assertEqual(found, {**given, "asciib64-encoded": "abc"})
        url = f"{os.environ['AWS_ENDPOINT_URL']}/{name}"
        fields = {"key": "form", "x-amz-meta-b-encoded": "=?UTF-8?B?YWJj?=", "x-amz-meta-nonascii": "ÄMÄZÕÑ S3"}
        self.assertEqual(self.post(url, fields, b"x")[0], 204)
        found = self.s3.head_object(Bucket=name, Key="form")["Metadata"]
        self.assertEqual(found, {"b-encoded": "=?UTF-8?B?YWJj?=", "nonascii": given["non-ascii-2"]})

    def post(self, url, fields, file, filename="file.txt", content_type=None):
        boundary = uuid.uuid4().hex
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields.items()
        ]
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{filename}"\r\n\r\n'
        body = b"".join(parts) + head.encode() + file + f"\r\n--{boundary}--\r\n".encode()
        content_type = content_type or f"multipart/form-data; boundary={boundary}"
        request = urllib.request.Request(url, data=body, headers={"Content-Type": content_type})
        opener = urllib.request.build_opener(NoRedirects)
        try:
            answer = opener.open(request)
        except urllib.error.HTTPError as error:
            answer = error
        return answer.status, answer.headers, answer.read().decode()

    def test_presigned(self):
        name = self.bucket()
        file = b"x" * 300_000
        post = self.s3.generate_presigned_post(name, "k-${filename}", Fields={"x-amz-meta-a": "b"},
                                               Conditions=[{"x-amz-meta-a": "b"}])
        status, headers, _ = self.post(post["url"], post["fields"], file)
        self.assertEqual(status, 204)
        self.assertEqual(headers["ETag"], f'"{hashlib.md5(file).hexdigest()}"')
        self.assertTrue(headers["Location"].endswith(f"/{name}/k%2Dfile%2Etxt") or headers["Location"].endswith("k-file.txt"))
        got = self.s3.get_object(Bucket=name, Key="k-file.txt")
        self.assertEqual((got["Body"].read() == file, got["Metadata"]), (True, {"a": "b"}))

    def test_answers(self):
        name = self.bucket()
        url = f"{os.environ['AWS_ENDPOINT_URL']}/{name}"
        status, _, body = self.post(url, {"key": "a", "success_action_status": "201"}, b"a")
        self.assertEqual(status, 201)
        self.assertIn(f"<Bucket>{name}</Bucket><Key>a</Key>", body)
        status, headers, _ = self.post(url, {"key": "b", "success_action_redirect": "http://there/ok"}, b"b")
        self.assertEqual(status, 303)
        self.assertTrue(headers["Location"].startswith(f"http://there/ok?bucket={name}&key=b&etag=%22"))
        self.assertEqual(self.keys(self.s3.list_objects_v2(Bucket=name)), ["a", "b"])

    def test_what_is_refused(self):
        name = self.bucket()
        conditions = [["starts-with", "$success_action_redirect", "http://localhost"], ["content-length-range", 2, 4]]
        post = self.s3.generate_presigned_post(name, "k", Conditions=conditions)

        def refused(file=b"abc", without=(), **fields):
            fields = {**post["fields"], **fields}
            for field in without:
                del fields[field]
            status, _, body = self.post(post["url"], fields, file)
            return status, body

        redirect = {"success_action_redirect": "http://localhost/x"}
        self.assertEqual(refused(**redirect)[0], 303)
        status, body = refused(success_action_redirect="http://other")
        self.assertEqual(status, 403)
        self.assertIn('["starts-with", "$success_action_redirect", "http://localhost"]', body.replace("&quot;", '"'))
        self.assertIn("<Code>EntityTooLarge</Code>", refused(file=b"abcde", **redirect)[1])
        self.assertIn("<Code>EntityTooSmall</Code>", refused(file=b"a", **redirect)[1])
        self.assertIn("Extra input fields: acl", refused(acl="private", **redirect)[1])
        field = next(field for field in post["fields"] if field.lower() in ("signature", "x-amz-signature"))
        status, body = refused(without=[field], **redirect)
        self.assertEqual(status, 400)
        self.assertIn("Bucket POST must contain a field named '", body)
        status, body = refused(without=["key"], **redirect)
        self.assertIn("a field named 'key'", body.replace("&apos;", "'"))


class NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments):
        return None


class Checksums(S3):
    def test_default_is_crc64nvme(self):
        # test_s3::TestS3PutObjectChecksum::test_s3_checksum_no_automatic_sdk_calculation
        s3 = client(request_checksum_calculation="when_required")
        name = self.bucket()
        s3.put_object(Bucket=name, Key="k", Body=b"test-simple")
        attributes = s3.get_object_attributes(Bucket=name, Key="k", ObjectAttributes=["Checksum", "ETag", "ObjectSize"])
        self.assertIn("ChecksumCRC64NVME", attributes["Checksum"])
        self.assertEqual(attributes["ETag"], hashlib.md5(b"test-simple").hexdigest())
        self.assertEqual(attributes["ObjectSize"], 11)

    def test_each_algorithm(self):
        # test_s3::TestS3PutObjectChecksum::test_s3_get_object_checksum
        name = self.bucket()
        for algorithm, expected in [
            ("CRC32", "lVk/nw=="),
            ("SHA1", "jbXkHAsXUrubtL3dqDQ4w+7WXc0="),
            ("SHA256", "1YQo81vx2VFUl0q5ccWISq8AkSBQQ0WO80S82TmfdIQ="),
        ]:
            put = self.put(name, "k", b"test-checksum", ChecksumAlgorithm=algorithm)
            self.assertEqual(put[f"Checksum{algorithm}"], expected)
            got = self.s3.get_object(Bucket=name, Key="k", ChecksumMode="ENABLED")
            self.assertEqual(got[f"Checksum{algorithm}"], expected)
            head = self.s3.head_object(Bucket=name, Key="k", ChecksumMode="ENABLED")
            self.assertEqual((head[f"Checksum{algorithm}"], head["ChecksumType"]), (expected, "FULL_OBJECT"))
            self.assertNotIn(f"Checksum{algorithm}", self.s3.head_object(Bucket=name, Key="k"))
            listed = self.s3.list_objects_v2(Bucket=name)["Contents"][0]
            self.assertEqual(listed["ChecksumAlgorithm"], [algorithm])

    def test_what_is_wrong(self):
        name = self.bucket()
        # test_s3::TestS3MultipartUploadChecksum::test_multipart_upload_part_checksum_exception
        wrong = base64.b64encode(hashlib.sha256(b"other").digest()).decode()
        error = self.error(self.put, bucket=name, key="k", ChecksumSHA256=wrong)
        self.assertEqual((error["Code"], error["Status"]), ("BadDigest", 400))
        self.assertEqual(error["Message"], "The SHA256 you specified did not match the calculated checksum.")
        error = self.error(self.put, bucket=name, key="k", ChecksumSHA256="zzz")
        self.assertEqual(error["Message"], "Value for x-amz-checksum-sha256 header is invalid.")
        # test_s3::TestS3::test_s3_invalid_content_md5
        error = self.error(self.put, bucket=name, key="k", ContentMD5="000")
        self.assertEqual((error["Code"], error["Content-MD5"]), ("InvalidDigest", "000"))
        other = base64.b64encode(hashlib.md5(b"other").digest()).decode()
        error = self.error(self.put, bucket=name, key="k", ContentMD5=other)
        self.assertEqual((error["Code"], error["ExpectedDigest"]), ("BadDigest", base64.b64decode(other).hex()))
        self.assertEqual(error["Message"], "The Content-MD5 you specified did not match what we received.")
        self.assertEqual(error["CalculatedDigest"], base64.b64encode(hashlib.md5(b"x").digest()).decode())
        self.assertEqual(self.s3.list_objects_v2(Bucket=name)["KeyCount"], 0)

    def test_a_body_in_chunks_with_a_trailer(self):
        name = self.bucket()

        class Stream:
            """Of no length that is known beforehand."""

            def __init__(self):
                self.inner = io.BytesIO(b"a" * 100_000)

            def read(self, size=-1):
                return self.inner.read(size)

        self.s3.upload_fileobj(Stream(), name, "k", ExtraArgs={"ChecksumAlgorithm": "SHA1"})
        self.assertEqual(self.body(name, "k"), b"a" * 100_000)


class Copies(S3):
    ITSELF = (
        "This copy request is illegal because it is trying to copy an object to itself without changing the object's "
        "metadata, storage class, website redirect location or encryption attributes."
    )

    def copy(self, bucket, key, source, **arguments):
        return self.s3.copy_object(Bucket=bucket, Key=key, CopySource=source, **arguments)

    def test_directives(self):
        # test_s3::TestS3::test_s3_copy_metadata_replace, ::test_s3_copy_metadata_directive_copy
        name, other = self.bucket(), self.bucket(s3=client(account="111122223333"))
        self.put(name, "a b", b"body", ContentType="application/json", ContentLanguage="en-US",
                 Metadata={"key": "value"}, Tagging="t=1", StorageClass="STANDARD_IA")
        result = self.copy(other, "copied", f"{name}/a b")["CopyObjectResult"]
        self.assertEqual(result["ETag"], f'"{hashlib.md5(b"body").hexdigest()}"')
        head = self.s3.head_object(Bucket=other, Key="copied")
        self.assertEqual((head["ContentType"], head["ContentLanguage"]), ("application/json", "en-US"))
        self.assertEqual(head["Metadata"], {"key": "value"})
        self.assertNotIn("StorageClass", head)
        self.assertEqual(self.s3.get_object_tagging(Bucket=other, Key="copied")["TagSet"], [{"Key": "t", "Value": "1"}])
        self.copy(name, "replaced", {"Bucket": name, "Key": "a b"}, MetadataDirective="REPLACE",
                  Metadata={"another-key": "value"}, ContentType="image/jpg", TaggingDirective="REPLACE", Tagging="u=2")
        head = self.s3.head_object(Bucket=name, Key="replaced")
        self.assertEqual((head["ContentType"], head["Metadata"]), ("image/jpg", {"another-key": "value"}))
        self.assertNotIn("ContentLanguage", head)
        self.assertEqual(self.s3.get_object_tagging(Bucket=name, Key="replaced")["TagSet"], [{"Key": "u", "Value": "2"}])

    def test_onto_itself(self):
        # test_s3::TestS3::test_s3_copy_object_in_place
        name = self.bucket()
        self.put(name, "k", Metadata={"key": "value"})
        error = self.error(self.copy, bucket=name, key="k", source=f"{name}/k")
        self.assertEqual((error["Code"], error["Message"]), ("InvalidRequest", self.ITSELF))
        self.copy(name, "k", f"{name}/k", StorageClass="STANDARD")
        self.copy(name, "k", f"{name}/k", MetadataDirective="REPLACE", Metadata={"key2": "value2"})
        self.assertEqual(self.s3.head_object(Bucket=name, Key="k")["Metadata"], {"key2": "value2"})

    def test_sources_that_are_none(self):
        # test_s3::TestS3::test_s3_copy_object_src_not_exists, ::test_s3_copy_object_wrong_format
        name = self.bucket(versioned=True)
        self.put(name, "k")
        marker = self.s3.delete_object(Bucket=name, Key="k")["VersionId"]
        for source, code in [
            ("no-such-bucket-of-ours/k", "NoSuchBucket"),
            (f"{name}/no", "NoSuchKey"),
            (f"{name}/k", "NoSuchKey"),
            (f"{name}/k?versionId={marker}", "InvalidRequest"),
            ("wrongformat", "InvalidArgument"),
        ]:
            error = self.error(self.copy, bucket=name, key="to", source=source)
            self.assertEqual(error["Code"], code, source)

    def test_conditions(self):
        # test_s3_preconditions::TestS3CopySourcePreconditions::test_s3_copy_object_preconditions
        name = self.bucket()
        e_tag = self.put(name, "k", b"1")["ETag"]
        modified = self.s3.head_object(Bucket=name, Key="k")["LastModified"]
        before = modified - timedelta(days=1)
        for arguments, condition in [
            ({"CopySourceIfMatch": '"x"'}, "x-amz-copy-source-If-Match"),
            ({"CopySourceIfNoneMatch": e_tag}, "x-amz-copy-source-If-None-Match"),
            ({"CopySourceIfUnmodifiedSince": before}, "x-amz-copy-source-If-Unmodified-Since"),
            ({"CopySourceIfModifiedSince": modified}, "x-amz-copy-source-If-Modified-Since"),
        ]:
            error = self.error(self.copy, bucket=name, key="to", source=f"{name}/k", **arguments)
            self.assertEqual((error["Code"], error["Condition"]), ("PreconditionFailed", condition))
        self.copy(name, "to", f"{name}/k", CopySourceIfMatch=e_tag, IfNoneMatch="*")
        error = self.error(self.copy, bucket=name, key="to", source=f"{name}/k", IfNoneMatch="*")
        self.assertEqual(error["Condition"], "If-None-Match")


class Versions(S3):
    def test_versions_and_markers(self):
        name = self.bucket(versioned=True)
        first = self.put(name, "k", b"1")["VersionId"]
        second = self.put(name, "k", b"2")["VersionId"]
        self.assertRegex(first, r"^[A-Za-z0-9._]{32}$")
        self.assertEqual(self.body(name, "k"), b"2")
        self.assertEqual(self.body(name, "k", VersionId=first), b"1")
        marker = self.s3.delete_object(Bucket=name, Key="k")["VersionId"]
        # test_s3::TestS3::test_get_object_after_deleted_in_versioned_bucket
        with self.assertRaises(ClientError) as raised:
            self.s3.get_object(Bucket=name, Key="k")
        self.assertEqual(raised.exception.response["Error"]["Code"], "NoSuchKey")
        headers = raised.exception.response["ResponseMetadata"]["HTTPHeaders"]
        self.assertEqual((headers["x-amz-delete-marker"], headers["x-amz-version-id"]), ("true", marker))
        # test_s3::TestS3ObjectLockRetention::test_object_lock_delete_markers
        error = self.error(self.s3.get_object, Bucket=name, Key="k", VersionId=marker)
        self.assertEqual((error["Code"], error["Status"]), ("MethodNotAllowed", 405))
        self.assertEqual((error["Method"], error["ResourceType"]), ("GET", "DeleteMarker"))
        listed = self.s3.list_object_versions(Bucket=name)
        self.assertEqual([entry["VersionId"] for entry in listed["Versions"]], [second, first])
        self.assertEqual([entry["IsLatest"] for entry in listed["Versions"]], [False, False])
        self.assertEqual([(entry["VersionId"], entry["IsLatest"]) for entry in listed["DeleteMarkers"]], [(marker, True)])
        self.s3.delete_object(Bucket=name, Key="k", VersionId=marker)
        self.assertEqual(self.body(name, "k"), b"2")
        self.s3.delete_object(Bucket=name, Key="k", VersionId=second)
        self.assertEqual(self.body(name, "k"), b"1")
        error = self.error(self.s3.get_object, Bucket=name, Key="k", VersionId=second)
        self.assertEqual((error["Code"], error["VersionId"]), ("NoSuchVersion", second))
        # test_s3_api::TestS3ObjectCRUD::test_delete_object
        error = self.error(self.s3.delete_object, Bucket=name, Key="k", VersionId="HPniJFCxqTsMuIH9KX8K8wEjNUgmABC!")
        self.assertEqual((error["Code"], error["Message"]), ("InvalidArgument", "Invalid version id specified"))

    def test_suspended(self):
        # test_s3_api::TestS3ObjectCRUD::test_put_object_on_suspended_bucket, ::test_delete_object_on_suspended_bucket
        name = self.bucket(versioned=True)
        kept = self.put(name, "k", b"kept")["VersionId"]
        self.s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Suspended"})
        for body in [b"null-1", b"null-2"]:
            self.assertNotIn("VersionId", self.put(name, "k", body))
        self.assertEqual(self.s3.get_object(Bucket=name, Key="k")["VersionId"], "null")
        ids = [entry["VersionId"] for entry in self.s3.list_object_versions(Bucket=name)["Versions"]]
        self.assertEqual(ids, ["null", kept])
        deleted = self.s3.delete_object(Bucket=name, Key="k")
        self.assertEqual((deleted["DeleteMarker"], deleted["VersionId"]), (True, "null"))
        listed = self.s3.list_object_versions(Bucket=name)
        self.assertEqual([entry["VersionId"] for entry in listed["Versions"]], [kept])
        self.assertEqual([entry["VersionId"] for entry in listed["DeleteMarkers"]], ["null"])

    def test_before_versions(self):
        name = self.bucket()
        self.put(name, "k", b"null")
        self.s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        version = self.put(name, "k", b"new")["VersionId"]
        ids = [entry["VersionId"] for entry in self.s3.list_object_versions(Bucket=name)["Versions"]]
        self.assertEqual(ids, [version, "null"])
        self.assertEqual(self.body(name, "k", VersionId="null"), b"null")

    def test_delete_several_versions(self):
        # test_s3::TestS3::test_delete_keys_in_versioned_bucket
        name = self.bucket(versioned=True)
        ids = [self.put(name, "k")["VersionId"] for _ in range(2)]
        deleted = self.s3.delete_objects(Bucket=name, Delete={"Objects": [{"Key": "k"}]})["Deleted"]
        marker = deleted[0]["DeleteMarkerVersionId"]
        self.assertEqual(deleted, [{"Key": "k", "DeleteMarker": True, "DeleteMarkerVersionId": marker}])
        deleted = self.s3.delete_objects(
            Bucket=name, Delete={"Objects": [{"Key": "k", "VersionId": version} for version in [*ids, marker]]}
        )["Deleted"]
        self.assertEqual(
            deleted,
            [
                {"Key": "k", "VersionId": ids[0]},
                {"Key": "k", "VersionId": ids[1]},
                {"Key": "k", "VersionId": marker, "DeleteMarker": True, "DeleteMarkerVersionId": marker},
            ],
        )
        self.s3.delete_bucket(Bucket=name)

    def test_markers_of_pages(self):
        # test_s3_list_operations::TestS3ListObjectVersions::test_list_objects_versions_markers
        name = self.bucket(versioned=True)
        for _ in range(3):
            for key in ["a", "b"]:
                self.put(name, key)
        self.s3.delete_object(Bucket=name, Key="b")
        everything, markers = [], {}
        while True:
            page = self.s3.list_object_versions(Bucket=name, MaxKeys=2, **markers)
            entries = page.get("Versions", []) + page.get("DeleteMarkers", [])
            everything += [(entry["Key"], entry["VersionId"]) for entry in entries]
            if not page["IsTruncated"]:
                break
            markers = {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page["NextVersionIdMarker"]}
        self.assertEqual(len(everything), 7)
        self.assertEqual(len(set(everything)), 7)
        page = self.s3.list_object_versions(Bucket=name, KeyMarker="a")
        self.assertEqual(set(self.keys(page, "Versions")), {"b"})
        error = self.error(self.s3.list_object_versions, Bucket=name, VersionIdMarker="x")
        self.assertEqual(error["Message"], "A version-id marker cannot be specified without a key marker.")


class Listings(S3):
    def setUp(self):
        super().setUp()
        self.name = self.bucket()

    def test_delimiters(self):
        # test_s3_list_operations::TestS3ListObjectsV2::test_list_objects_v2_with_prefix_and_delimiter
        for key in ["test/bar/1", "test/foo/2", "test/foo/bar/3", "test/top", "other"]:
            self.put(self.name, key)

        def listed(**arguments):
            page = self.s3.list_objects_v2(Bucket=self.name, **arguments)
            return self.keys(page), [entry["Prefix"] for entry in page.get("CommonPrefixes", [])]

        self.assertEqual(listed(Prefix="test/", Delimiter="/"), (["test/top"], ["test/bar/", "test/foo/"]))
        self.assertEqual(listed(Prefix="test/foo", Delimiter="/"), ([], ["test/foo/"]))
        self.assertEqual(listed(Prefix="test/foo/bar", Delimiter="/"), ([], ["test/foo/bar/"]))
        self.assertEqual(listed(Delimiter="/"), (["other"], ["test/"]))
        self.assertEqual(listed(Delimiter="t/"), (["other"], ["test/"]))
        self.assertEqual(listed(StartAfter="test/foo/2"), (["test/foo/bar/3", "test/top"], []))
        page = self.s3.list_objects_v2(Bucket=self.name, FetchOwner=True)
        self.assertEqual(len(page["Contents"][0]["Owner"]["ID"]), 64)
        self.assertNotIn("Owner", self.s3.list_objects_v2(Bucket=self.name)["Contents"][0])
        self.assertEqual(page["KeyCount"], 5)
        self.assertEqual(self.s3.list_objects_v2(Bucket=self.name, MaxKeys=0)["IsTruncated"], False)

    def test_pages(self):
        # test_s3_list_operations::TestS3ListObjects::test_list_objects_marker_common_prefixes
        for key in ["folder/aSubfolder/subFile1", "folder/aSubfolder/subFile2", "folder/file1", "folder/file2"]:
            self.put(self.name, key)
        arguments = {"Bucket": self.name, "Prefix": "folder/", "Delimiter": "/", "MaxKeys": 1}
        page = self.s3.list_objects(**arguments)
        self.assertEqual((page["CommonPrefixes"], page["NextMarker"]), ([{"Prefix": "folder/aSubfolder/"}], "folder/aSubfolder/"))
        for marker in ["folder/aSubfolder/", "folder/aSubfolder/subFile1"]:
            page = self.s3.list_objects(Marker=marker, **arguments)
            self.assertEqual((self.keys(page), page["NextMarker"]), (["folder/file1"], "folder/file1"))
        page = self.s3.list_objects(Marker="folder/file1", **arguments)
        self.assertEqual((self.keys(page), page["IsTruncated"]), (["folder/file2"], False))
        for operation in ["list_objects", "list_objects_v2", "list_object_versions"]:
            pages = self.s3.get_paginator(operation).paginate(
                Bucket=self.name, Prefix="folder/", Delimiter="/", PaginationConfig={"PageSize": 1}
            )
            of = "Versions" if operation == "list_object_versions" else "Contents"
            seen = [self.keys(page, of) or [page["CommonPrefixes"][0]["Prefix"]] for page in pages]
            self.assertEqual(seen, [["folder/aSubfolder/"], ["folder/file1"], ["folder/file2"]], operation)
        # Without a delimiter there is no NextMarker.
        self.assertNotIn("NextMarker", self.s3.list_objects(Bucket=self.name, MaxKeys=1))

    def test_more_than_a_page(self):
        # test_s3::TestS3::test_s3_put_more_than_1000_items
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda number: self.put(self.name, f"k-{number:04}"), range(1010)))
        page = self.s3.list_objects_v2(Bucket=self.name)
        self.assertEqual((page["KeyCount"], page["MaxKeys"], page["IsTruncated"]), (1000, 1000, True))
        rest = self.s3.list_objects_v2(Bucket=self.name, ContinuationToken=page["NextContinuationToken"])
        self.assertEqual(self.keys(rest), [f"k-{number}" for number in range(1000, 1010)])

    def test_encoding(self):
        self.put(self.name, "a b/c=d+é")
        page = self.s3.list_objects_v2(Bucket=self.name, EncodingType="url")
        # Asked for by the caller it is handed on as it came.
        self.assertEqual(self.keys(page), ["a+b/c%3Dd%2B%C3%A9"])
        self.assertEqual(self.keys(self.s3.list_objects_v2(Bucket=self.name)), ["a b/c=d+é"])


class Uploads(S3):
    def begin(self, bucket, key="k", **arguments):
        return self.s3.create_multipart_upload(Bucket=bucket, Key=key, **arguments)["UploadId"]

    def part(self, bucket, upload, number, body, key="k", **arguments):
        return self.s3.upload_part(
            Bucket=bucket, Key=key, UploadId=upload, PartNumber=number, Body=body, **arguments
        )

    def complete(self, bucket, upload, parts, key="k", **arguments):
        return self.s3.complete_multipart_upload(
            Bucket=bucket, Key=key, UploadId=upload, MultipartUpload={"Parts": parts}, **arguments
        )

    def test_whole_story(self):
        name = self.bucket()
        upload = self.begin(name, ContentType="text/plain", Metadata={"a": "b"})
        bodies = [b"a" * (5 * MIB), b"b" * (5 * MIB), b"end"]
        parts = []
        for number, body in enumerate(bodies, 1):
            parts.append({"PartNumber": number, "ETag": self.part(name, upload, number, body)["ETag"]})
        listed = self.s3.list_parts(Bucket=name, Key="k", UploadId=upload)
        self.assertEqual([(part["PartNumber"], part["Size"]) for part in listed["Parts"]],
                         [(1, 5 * MIB), (2, 5 * MIB), (3, 3)])
        uploads = self.s3.list_multipart_uploads(Bucket=name)
        self.assertEqual([(entry["Key"], entry["UploadId"]) for entry in uploads["Uploads"]], [("k", upload)])
        self.assertEqual((uploads["NextKeyMarker"], uploads["NextUploadIdMarker"]), ("k", upload))
        done = self.complete(name, upload, parts)
        digests = b"".join(hashlib.md5(body).digest() for body in bodies)
        self.assertEqual(done["ETag"], f'"{hashlib.md5(digests).hexdigest()}-3"')
        self.assertEqual(done["ChecksumType"], "FULL_OBJECT")
        got = self.s3.get_object(Bucket=name, Key="k")
        self.assertEqual(got["Body"].read(), b"".join(bodies))
        self.assertEqual((got["ContentType"], got["Metadata"]), ("text/plain", {"a": "b"}))
        part = self.s3.get_object(Bucket=name, Key="k", PartNumber=3)
        self.assertEqual(part["Body"].read(), b"end")
        self.assertEqual((part["PartsCount"], part["ContentRange"]), (3, f"bytes {10 * MIB}-{10 * MIB + 2}/{10 * MIB + 3}"))
        across = self.s3.get_object(Bucket=name, Key="k", Range=f"bytes={5 * MIB - 1}-{5 * MIB}")
        self.assertEqual(across["Body"].read(), b"ab")
        self.assertEqual(self.error(self.s3.get_object, Bucket=name, Key="k", PartNumber=4)["Code"], "InvalidPartNumber")
        # https://github.com/minio/minio/issues/13318: AWS answers the same once more.
        again = self.complete(name, upload, parts)
        self.assertEqual({**again, "ResponseMetadata": None}, {**done, "ResponseMetadata": None})
        # test_s3::TestS3::test_multipart_and_list_parts
        error = self.error(self.s3.list_parts, Bucket=name, Key="k", UploadId=upload)
        self.assertEqual((error["Code"], error["UploadId"]), ("NoSuchUpload", upload))
        # test_s3::TestS3::test_multipart_copy_object_etag: what is copied is no upload any more.
        copied = self.s3.copy_object(Bucket=name, Key="copy", CopySource=f"{name}/k")["CopyObjectResult"]
        self.assertEqual(copied["ETag"], f'"{hashlib.md5(b"".join(bodies)).hexdigest()}"')
        self.assertEqual(copied["ChecksumCRC64NVME"], done["ChecksumCRC64NVME"])

    def test_what_is_wrong(self):
        name = self.bucket()
        upload = self.begin(name)
        e_tag = self.part(name, upload, 1, b"test")["ETag"]
        other = self.part(name, upload, 2, b"more")["ETag"]
        # test_s3::TestS3::test_multipart_complete_multipart_too_small
        error = self.error(self.complete, bucket=name, upload=upload, parts=[])
        self.assertEqual((error["Code"], error["Message"]), ("InvalidRequest", "You must specify at least one part"))
        parts = [{"PartNumber": 1, "ETag": e_tag}, {"PartNumber": 2, "ETag": other}]
        error = self.error(self.complete, bucket=name, upload=upload, parts=parts)
        self.assertEqual(
            error,
            {
                "Code": "EntityTooSmall",
                "Message": "Your proposed upload is smaller than the minimum allowed size",
                "ETag": e_tag.strip('"'),
                "MinSizeAllowed": "5242880",
                "PartNumber": "1",
                "ProposedSize": "4",
                "Status": 400,
            },
        )
        # test_s3::TestS3::test_complete_multipart_parts_order
        error = self.error(self.complete, bucket=name, upload=upload, parts=parts[::-1])
        self.assertEqual((error["Code"], error["UploadId"]), ("InvalidPartOrder", upload))
        # test_s3::TestS3::test_multipart_complete_multipart_wrong_part
        for part in [{"PartNumber": 3, "ETag": e_tag}, {"PartNumber": 1, "ETag": other}]:
            error = self.error(self.complete, bucket=name, upload=upload, parts=[part])
            self.assertEqual((error["Code"], error["PartNumber"]), ("InvalidPart", str(part["PartNumber"])))
        # test_s3::TestS3::test_multipart_key_validation
        error = self.error(self.part, bucket=name, upload=upload, number=1, body=b"", key="other")
        self.assertEqual(error["Code"], "NoSuchUpload")
        error = self.error(self.part, bucket=name, upload=upload, number=10001, body=b"")
        self.assertEqual((error["Code"], error["ArgumentName"]), ("InvalidArgument", "partNumber"))
        # test_s3::TestS3MultipartUploadChecksum::test_multipart_size_validation
        error = self.error(self.complete, bucket=name, upload=upload, parts=parts[:1], MpuObjectSize=5)
        self.assertEqual(
            error["Message"],
            "The provided 'x-amz-mp-object-size' header value 5 does not match what was computed: 4",
        )
        self.s3.abort_multipart_upload(Bucket=name, Key="k", UploadId=upload)
        self.assertNotIn("Uploads", self.s3.list_multipart_uploads(Bucket=name))
        self.assertEqual(self.error(self.s3.abort_multipart_upload, Bucket=name, Key="k", UploadId=upload)["Code"], "NoSuchUpload")

    def test_checksums(self):
        # test_s3::TestS3MultipartUploadChecksum::test_complete_multipart_parts_checksum_composite and _full_object,
        # of the same bytes.
        name = self.bucket()
        bodies = [b"a" * (5 * MIB + 1)] * 2 + [b"a" * 10]
        for algorithm, kind, of_parts, whole in [
            ("CRC32C", "COMPOSITE", ["2/Ckiw==", "2/Ckiw==", "5yZkMA=="], "XF5+4A==-3"),
            ("CRC32C", "FULL_OBJECT", ["2/Ckiw==", "2/Ckiw==", "5yZkMA=="], "eTdAQA=="),
            ("CRC32", "FULL_OBJECT", ["NRU+Sw==", "NRU+Sw==", "TBHN8A=="], "qSEQSA=="),
            ("SHA1", "COMPOSITE", ["bH71WIZUKQtUwR2wKSSkFjCRBPM="] * 2 + ["NJX/adNGcdHhWzOmPBN5/e3Toyo="],
             "AyE60nyQoBgJcwsyPHWu7aJuxBs=-3"),
        ]:
            member = f"Checksum{algorithm}"
            s3 = client(request_checksum_calculation="when_required")
            upload = self.begin(name, ChecksumAlgorithm=algorithm, ChecksumType=kind)
            parts = []
            for number, body in enumerate(bodies, 1):
                # Without a checksum of the client's, S3 computes it.
                part = s3.upload_part(Bucket=name, Key="k", UploadId=upload, PartNumber=number, Body=body)
                self.assertEqual(part[member], of_parts[number - 1])
                parts.append({"PartNumber": number, "ETag": part["ETag"], member: part[member]})
            if kind == "COMPOSITE":
                bare = [{key: part[key] for key in ["PartNumber", "ETag"]} for part in parts]
                error = self.error(self.complete, bucket=name, upload=upload, parts=bare)
                self.assertIn("It was missing for part 1 in the request.", error["Message"])
            done = self.complete(name, upload, parts)
            self.assertEqual((done["ETag"], done[member], done["ChecksumType"]),
                             ('"4d45984fc3feb2ac9b22683c49674b56-3"', whole, kind))
            head = self.s3.head_object(Bucket=name, Key="k", ChecksumMode="ENABLED")
            self.assertEqual(head[member], whole)
            attributes = self.s3.get_object_attributes(Bucket=name, Key="k", ObjectAttributes=["Checksum", "ObjectParts"])
            self.assertEqual(attributes["Checksum"][member], whole.split("-")[0])
            self.assertEqual(attributes["ObjectParts"]["TotalPartsCount"], 3)
            if kind == "COMPOSITE":
                self.assertEqual([part[member] for part in attributes["ObjectParts"]["Parts"]], of_parts)
                part = self.s3.get_object(Bucket=name, Key="k", PartNumber=3, ChecksumMode="ENABLED")
                self.assertEqual(part[member], of_parts[2])

    def test_conditions(self):
        # test_s3_api::TestS3ObjectWritePrecondition::test_multipart_if_none_match_with_delete, _if_match_with_put
        name = self.bucket()
        upload = self.begin(name)
        parts = [{"PartNumber": 1, "ETag": self.part(name, upload, 1, b"test")["ETag"]}]
        self.put(name, "k")
        error = self.error(self.complete, bucket=name, upload=upload, parts=parts, IfNoneMatch="*")
        self.assertEqual((error["Code"], error["Condition"]), ("PreconditionFailed", "If-None-Match"))
        self.s3.delete_object(Bucket=name, Key="k")
        error = self.error(self.complete, bucket=name, upload=upload, parts=parts, IfNoneMatch="*")
        self.assertEqual((error["Code"], error["Status"]), ("ConditionalRequestConflict", 409))
        e_tag = self.put(name, "k")["ETag"]
        error = self.error(self.complete, bucket=name, upload=upload, parts=parts, IfMatch=e_tag)
        self.assertEqual((error["Code"], error["Condition"]), ("ConditionalRequestConflict", "If-Match"))
        self.complete(name, upload, parts)
        self.assertEqual(self.body(name, "k"), b"test")

    def test_copies_of_parts(self):
        # test_s3_api::TestS3Multipart::test_upload_part_copy_range
        name = self.bucket()
        self.put(name, "source", b"0123456789")
        upload = self.begin(name)

        def copy(number, header):
            return self.s3.upload_part_copy(
                Bucket=name, Key="k", UploadId=upload, PartNumber=number, CopySource=f"{name}/source",
                **({"CopySourceRange": header} if header else {}),
            )

        result = copy(1, "bytes=0-8")["CopyPartResult"]
        self.assertEqual(result["ETag"], '"22975d8a5ed1b91445f6c55ac121505b"')
        error = self.error(copy, number=1, header="0-8")
        self.assertEqual((error["Code"], error["ArgumentValue"]), ("InvalidArgument", "0-8"))
        error = self.error(copy, number=1, header="bytes=0-100")
        self.assertEqual(error["Message"], "Range specified is not valid for source object of size: 10")
        self.complete(name, upload, [{"PartNumber": 1, "ETag": result["ETag"]}])
        self.assertEqual(self.body(name, "k"), b"012345678")

    def test_pages(self):
        name = self.bucket()
        uploads = [(key, self.begin(name, key)) for key in ["a", "b/1", "b/2", "c", "c"]]
        page = self.s3.list_multipart_uploads(Bucket=name)
        self.assertEqual([(entry["Key"], entry["UploadId"]) for entry in page["Uploads"]], uploads)
        pages = self.s3.get_paginator("list_multipart_uploads").paginate(Bucket=name, PaginationConfig={"PageSize": 2})
        self.assertEqual([entry["UploadId"] for page in pages for entry in page["Uploads"]], [id for _, id in uploads])
        page = self.s3.list_multipart_uploads(Bucket=name, Delimiter="/")
        self.assertEqual(page["CommonPrefixes"], [{"Prefix": "b/"}])
        upload = uploads[0][1]
        for number in range(1, 6):
            self.part(name, upload, number, b"x", key="a")
        page = self.s3.list_parts(Bucket=name, Key="a", UploadId=upload, MaxParts=2, PartNumberMarker=1)
        self.assertEqual([part["PartNumber"] for part in page["Parts"]], [2, 3])
        self.assertEqual((page["IsTruncated"], page["NextPartNumberMarker"]), (True, 3))
        # A bucket with nothing but uploads can be deleted.
        self.s3.delete_bucket(Bucket=name)

    def test_transfer_manager(self):
        name = self.bucket()
        body = os.urandom(MIB) * 200
        config = TransferConfig(multipart_threshold=8 * MIB, multipart_chunksize=16 * MIB, max_concurrency=4)
        self.s3.upload_fileobj(io.BytesIO(body), name, "big", Config=config)
        self.assertRegex(self.s3.head_object(Bucket=name, Key="big")["ETag"], r'^"[0-9a-f]{32}-13"$')
        back = io.BytesIO()
        self.s3.download_fileobj(name, "big", back, Config=config)
        self.assertEqual(hashlib.sha256(back.getvalue()).digest(), hashlib.sha256(body).digest())


class Details(S3):
    def test_tags(self):
        # test_s3_api::TestS3BucketObjectTagging::test_object_tagging_crud, ::test_tagging_validation
        name = self.bucket()
        self.put(name, "k", Tagging="a=1&b%20c=2+3")
        tags = self.s3.get_object_tagging(Bucket=name, Key="k")["TagSet"]
        self.assertEqual(tags, [{"Key": "a", "Value": "1"}, {"Key": "b c", "Value": "2 3"}])
        self.assertEqual(self.s3.head_object(Bucket=name, Key="k")["TagCount"], 2)
        self.s3.put_object_tagging(Bucket=name, Key="k", Tagging={"TagSet": [{"Key": "x", "Value": "y"}]})
        self.assertEqual(self.s3.get_object_tagging(Bucket=name, Key="k")["TagSet"], [{"Key": "x", "Value": "y"}])
        twice = {"TagSet": [{"Key": "Key1", "Value": "1"}, {"Key": "Key1", "Value": "2"}]}
        error = self.error(self.s3.put_object_tagging, Bucket=name, Key="k", Tagging=twice)
        self.assertEqual((error["Code"], error["TagKey"]), ("InvalidTag", "Key1"))
        self.s3.delete_object_tagging(Bucket=name, Key="k")
        self.assertEqual(self.s3.get_object_tagging(Bucket=name, Key="k")["TagSet"], [])
        self.assertNotIn("TagCount", self.s3.head_object(Bucket=name, Key="k"))

    def test_acls(self):
        name = self.bucket(ObjectOwnership="ObjectWriter")
        self.s3.delete_public_access_block(Bucket=name)
        self.put(name, "k")
        acl = self.s3.get_object_acl(Bucket=name, Key="k")
        self.assertEqual([grant["Permission"] for grant in acl["Grants"]], ["FULL_CONTROL"])
        self.assertEqual(acl["Owner"]["ID"], acl["Grants"][0]["Grantee"]["ID"])
        self.s3.put_object_acl(Bucket=name, Key="k", ACL="public-read")
        grants = self.s3.get_object_acl(Bucket=name, Key="k")["Grants"]
        self.assertEqual(grants[1]["Grantee"]["URI"], "http://acs.amazonaws.com/groups/global/AllUsers")
        self.put(name, "k2", ACL="public-read")
        self.assertEqual(len(self.s3.get_object_acl(Bucket=name, Key="k2")["Grants"]), 2)
        # test_s3::TestS3::test_s3_object_acl_exceptions
        error = self.error(self.s3.put_object_acl, Bucket=name, Key="k", ACL="fake-acl")
        self.assertEqual((error["Code"], error["ArgumentName"], error["ArgumentValue"]),
                         ("InvalidArgument", "x-amz-acl", "fake-acl"))

    def test_locks(self):
        # test_s3::TestS3ObjectLockRetention::test_s3_object_retention
        name = self.bucket(ObjectLockEnabledForBucket=True)
        until = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(days=1)
        version = self.put(name, "k", ObjectLockMode="GOVERNANCE", ObjectLockRetainUntilDate=until)["VersionId"]
        head = self.s3.head_object(Bucket=name, Key="k")
        self.assertEqual((head["ObjectLockMode"], head["ObjectLockRetainUntilDate"]), ("GOVERNANCE", until))
        error = self.error(self.s3.delete_object, Bucket=name, Key="k", VersionId=version)
        self.assertEqual((error["Code"], error["Message"]),
                         ("AccessDenied", "Access Denied because object protected by object lock."))
        shorter = {"Mode": "GOVERNANCE", "RetainUntilDate": until - timedelta(hours=1)}
        self.assertEqual(self.error(self.s3.put_object_retention, Bucket=name, Key="k", Retention=shorter)["Code"], "AccessDenied")
        longer = {"Mode": "GOVERNANCE", "RetainUntilDate": until + timedelta(hours=1)}
        self.s3.put_object_retention(Bucket=name, Key="k", Retention=longer)
        self.assertEqual(self.s3.get_object_retention(Bucket=name, Key="k")["Retention"], longer)
        # A marker in front of it is no deletion.
        self.assertTrue(self.s3.delete_object(Bucket=name, Key="k")["DeleteMarker"])
        self.s3.delete_object(Bucket=name, Key="k", VersionId=version, BypassGovernanceRetention=True)
        # test_s3::TestS3ObjectLockLegalHold::test_put_get_object_legal_hold
        held = self.put(name, "held")["VersionId"]
        error = self.error(self.s3.get_object_legal_hold, Bucket=name, Key="held")
        self.assertEqual((error["Code"], error["Status"]), ("NoSuchObjectLockConfiguration", 404))
        self.s3.put_object_legal_hold(Bucket=name, Key="held", LegalHold={"Status": "ON"})
        error = self.error(self.s3.delete_object, Bucket=name, Key="held", VersionId=held, BypassGovernanceRetention=True)
        self.assertEqual(error["Code"], "AccessDenied")
        self.s3.put_object_legal_hold(Bucket=name, Key="held", LegalHold={"Status": "OFF"})
        self.s3.delete_object(Bucket=name, Key="held", VersionId=held)
        # test_s3::TestS3ObjectLockRetention::test_bucket_config_default_retention, ::test_s3_object_lock_mode_validation
        self.s3.put_object_lock_configuration(
            Bucket=name,
            ObjectLockConfiguration={
                "ObjectLockEnabled": "Enabled",
                "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}},
            },
        )
        self.put(name, "default")
        self.assertEqual(self.s3.head_object(Bucket=name, Key="default")["ObjectLockMode"], "GOVERNANCE")
        error = self.error(self.put, bucket=name, key="x", ObjectLockMode="GOVERNANCE")
        self.assertEqual(error["ArgumentName"], "x-amz-object-lock-retain-until-date")
        plain = self.bucket()
        self.put(plain, "k")
        error = self.error(self.s3.put_object_legal_hold, Bucket=plain, Key="k", LegalHold={"Status": "ON"})
        self.assertEqual(error["Message"], "Bucket is missing Object Lock Configuration")

    def test_encryption(self):
        # test_s3::TestS3SSECEncryption
        # boto3 sends the key of a client over http only to whom it trusts.
        name = self.bucket()
        key, other = "k" * 32, "o" * 32
        by_client = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": key}
        put = self.put(name, "k", b"secret", **by_client)
        self.assertEqual(put["SSECustomerKeyMD5"], base64.b64encode(hashlib.md5(key.encode()).digest()).decode())
        self.assertNotIn("ServerSideEncryption", put)
        self.assertEqual(self.body(name, "k", **by_client), b"secret")
        error = self.error(self.s3.get_object, Bucket=name, Key="k")
        self.assertEqual(error["Code"], "InvalidRequest")
        self.assertIn("The correct parameters must be provided to retrieve the object.", error["Message"])
        error = self.error(self.s3.get_object, Bucket=name, Key="k", SSECustomerAlgorithm="AES256", SSECustomerKey=other)
        self.assertEqual((error["Code"], error["Status"]), ("AccessDenied", 403))
        error = self.error(self.put, bucket=name, key="x", SSECustomerAlgorithm="KMS", SSECustomerKey=key)
        self.assertEqual((error["Code"], error["ArgumentValue"]), ("InvalidEncryptionAlgorithmError", "KMS"))
        arn = "arn:aws:kms:us-east-1:000000000000:key/k"
        put = self.put(name, "kms", ServerSideEncryption="aws:kms", SSEKMSKeyId=arn, BucketKeyEnabled=True)
        self.assertEqual((put["ServerSideEncryption"], put["SSEKMSKeyId"], put["BucketKeyEnabled"]), ("aws:kms", arn, True))


if __name__ == "__main__":
    unittest.main()
