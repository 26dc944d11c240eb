"""Directory buckets through boto3, which makes their sessions itself. No recording has them; facts are those of the API
reference and of the user guide ("Working with directory buckets")."""

import os
import uuid

import boto3

from .recorded import Recorded, client, failed, http, no_key

CONFIGURATION = {
    "Location": {"Type": "AvailabilityZone", "Name": "use1-az4"},
    "Bucket": {"Type": "Directory", "DataRedundancy": "SingleAvailabilityZone"},
}


class DirectoryBuckets(Recorded):
    def directory(self, s3=None):
        name = f"d-{str(uuid.uuid4())[:8]}--use1-az4--x-s3"
        (s3 or self.s3).create_bucket(Bucket=name, CreateBucketConfiguration=CONFIGURATION)
        return name

    def test_life(self):
        name = f"d-{str(uuid.uuid4())[:8]}--use1-az4--x-s3"
        arn = f"arn:aws:s3express:us-east-1:000000000000:bucket/{name}"
        created = self.answered(self.s3.create_bucket, Bucket=name, CreateBucketConfiguration=CONFIGURATION)
        location = f"https://{name}.s3express-use1-az4.us-east-1.amazonaws.com/"
        self.assertEqual(created, {"BucketArn": arn, "Location": location, "!": 200})
        again = self.refused(self.s3.create_bucket, Bucket=name, CreateBucketConfiguration=CONFIGURATION)
        self.assertEqual((again["Code"], again["!"]), ("BucketAlreadyOwnedByYou", 409))
        head = self.answered(self.s3.head_bucket, Bucket=name)
        self.assertEqual(
            head,
            {
                "AccessPointAlias": False,
                "BucketArn": arn,
                "BucketLocationName": "use1-az4",
                "BucketLocationType": "AvailabilityZone",
                "BucketRegion": "us-east-1",
                "!": 200,
            },
        )
        self.assertNotIn(name, [it["Name"] for it in self.s3.list_buckets()["Buckets"]])
        self.s3.delete_bucket(Bucket=name)
        self.assertEqual(self.refused(self.s3.delete_object, Bucket=name, Key="k")["Code"], "NoSuchBucket")

    def test_configurations_that_do_not_fit(self):
        directory = {"Type": "Directory", "DataRedundancy": "SingleAvailabilityZone"}
        place = {"Type": "AvailabilityZone", "Name": "use1-az4"}
        for name, configuration, code in [
            ("bucket--use1-az4--x-s3", {}, "MalformedXML"),
            ("bucket--use1-az4--x-s3", {"Bucket": directory}, "MalformedXML"),
            ("bucket--use1-az5--x-s3", CONFIGURATION, "MalformedXML"),
            ("bucket-of-no-zone", CONFIGURATION, "InvalidBucketName"),
            ("bucket-of-no-zone", {"Location": place}, "MalformedXML"),
        ]:
            error = self.refused(self.s3.create_bucket, Bucket=name, CreateBucketConfiguration=configuration)
            self.assertEqual(error["Code"], code, (name, configuration))

    def test_lists_of_buckets(self):
        s3 = client(account="333344445555")
        names = sorted(self.directory(s3) for _ in range(3))
        pages = s3.get_paginator("list_directory_buckets").paginate(PaginationConfig={"PageSize": 2})
        found = [[it["Name"] for it in page["Buckets"]] for page in pages]
        self.assertEqual(found, [names[:2], names[2:]])
        bucket = s3.list_directory_buckets()["Buckets"][0]
        self.assertEqual(sorted(bucket), ["BucketArn", "CreationDate", "Name"])
        self.assertEqual(client(account="333344445556").list_directory_buckets()["Buckets"], [])
        west = client(account="333344445555", region="us-west-2")
        self.assertEqual(west.list_directory_buckets()["Buckets"], [])

    def test_sessions(self):
        account = "444455556666"
        s3 = client(account=account)
        name = self.directory(s3)
        session = s3.create_session(Bucket=name)
        self.assertEqual(session["ServerSideEncryption"], "AES256")
        credentials = session["Credentials"]
        self.assertEqual(
            sorted(credentials), ["AccessKeyId", "Expiration", "SecretAccessKey", "SessionToken"]
        )
        # They are the caller's: what is made with them is in the caller's account.
        sts = boto3.client(
            "sts",
            region_name="us-east-1",
            aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=credentials["SecretAccessKey"],
            aws_session_token=credentials["SessionToken"],
        )
        self.assertEqual(sts.get_caller_identity()["Account"], account)
        # boto3 asks for a session of its own with the first of these.
        s3.put_object(Bucket=name, Key="dir/k", Body=b"content")
        self.assertEqual(s3.get_object(Bucket=name, Key="dir/k")["Body"].read(), b"content")
        general = self.bucket()
        self.assertEqual(self.refused(self.s3.create_session, Bucket=general)["Code"], "MethodNotAllowed")

    def test_virtual_hosts(self):
        port = os.environ["AWS_ENDPOINT_URL"].rsplit(":", 1)[1]
        name = self.directory()
        self.put(name, "k", b"content")
        host = f"{name}.s3express-use1-az4.us-east-1.localhost.localstack.cloud"
        status, _, body = http(f"http://127.0.0.1:{port}/k", headers={"Host": host})
        self.assertEqual((status, body), (200, b"content"))

    def test_objects(self):
        name = self.directory()
        self.put(name, "k", b"content")
        head = self.answered(self.s3.head_object, "ETag", "ContentType", Bucket=name, Key="k")
        self.assertEqual(
            head,
            {
                "AcceptRanges": "bytes",
                "ContentLength": 7,
                "Metadata": {},
                "ServerSideEncryption": "AES256",
                "StorageClass": "EXPRESS_ONEZONE",
                "!": 200,
            },
        )
        for arguments, code in [
            ({"Tagging": "a=b"}, "NotImplemented"),
            ({"WebsiteRedirectLocation": "/x"}, "NotImplemented"),
            ({"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "k" * 32}, "NotImplemented"),
            ({"StorageClass": "STANDARD"}, "InvalidStorageClass"),
            ({"ObjectLockLegalHoldStatus": "ON"}, "InvalidRequest"),
        ]:
            call = {"Bucket": name, "Key": "k", "Body": b"x", **arguments}
            self.assertEqual(self.refused(self.s3.put_object, **call)["Code"], code, arguments)
        general = self.bucket()
        self.put(general, "tagged", Tagging="a=b")
        copy = {"Bucket": name, "Key": "copy", "CopySource": f"{general}/tagged"}
        self.assertEqual(self.refused(self.s3.copy_object, **copy)["!"], 501)
        self.s3.copy_object(TaggingDirective="REPLACE", **copy)
        back = {"Bucket": general, "Key": "back", "CopySource": f"{name}/copy"}
        self.s3.copy_object(**back)
        self.assertNotIn("StorageClass", self.s3.head_object(Bucket=general, Key="back"))

    def test_what_is_refused(self):
        name = self.directory()
        rules = [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]
        for call, document, arguments in [
            (
                self.s3.put_bucket_versioning,
                "VersioningConfiguration",
                {"VersioningConfiguration": {"Status": "Enabled"}},
            ),
            (self.s3.put_bucket_cors, "CORSConfiguration", {"CORSConfiguration": {"CORSRules": rules}}),
        ]:
            error = self.refused(call, Bucket=name, **arguments)
            message = f"{document} is not valid, expected CreateBucketConfiguration"
            self.assertEqual(error, {"Code": "InvalidArgument", "Message": message, "!": 400})
        self.put(name, "k")
        for call, arguments in [
            (self.s3.get_bucket_versioning, {}),
            (self.s3.list_object_versions, {}),
            (self.s3.list_objects, {}),
            (self.s3.get_object_tagging, {"Key": "k"}),
        ]:
            error = self.refused(call, Bucket=name, **arguments)
            self.assertEqual((error["Code"], error["!"]), ("MethodNotAllowed", 405))
        # What they have as well.
        encryption = self.s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]
        algorithm = encryption["Rules"][0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"]
        self.assertEqual(algorithm, "AES256")

    def test_listings(self):
        name = self.directory()
        for key in ["a", "dir/b", "dir/c", "dir/sub/d"]:
            self.put(name, key)
        found = self.s3.list_objects_v2(Bucket=name, Prefix="dir/", Delimiter="/")
        # In no particular order, AWS says.
        self.assertEqual({it["Key"] for it in found["Contents"]}, {"dir/b", "dir/c"})
        self.assertEqual(found["CommonPrefixes"], [{"Prefix": "dir/sub/"}])
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=name, PaginationConfig={"PageSize": 1})
        self.assertEqual({it["Key"] for page in pages for it in page["Contents"]}, {"a", "dir/b", "dir/c", "dir/sub/d"})
        for call in [self.s3.list_objects_v2, self.s3.list_multipart_uploads]:
            for arguments in [{"Delimiter": "-"}, {"Prefix": "dir"}]:
                self.assertEqual(self.refused(call, Bucket=name, **arguments)["Code"], "InvalidArgument")

    def test_deletes(self):
        name = self.directory()
        self.put(name, "k", b"content")
        at = {"Bucket": name, "Key": "k"}
        modified = self.s3.head_object(**at)["LastModified"]
        error = self.refused(self.s3.delete_object, IfMatchSize=8, **at)
        self.assertEqual(error, failed("x-amz-if-match-size"))
        before = modified.replace(year=modified.year - 1, day=1)
        error = self.refused(self.s3.delete_object, IfMatchLastModifiedTime=before, **at)
        self.assertEqual(error, failed("x-amz-if-match-last-modified-time"))
        wanted = {"IfMatchSize": 7, "IfMatchLastModifiedTime": modified}
        self.assertEqual(self.answered(self.s3.delete_object, **wanted, **at), {"!": 204})
        # Once more, of nothing.
        self.assertEqual(self.answered(self.s3.delete_object, **wanted, **at), {"!": 204})
        self.put(name, "k", b"content")
        objects = [{"Key": "k", "Size": 8}]
        answer = self.s3.delete_objects(Bucket=name, Delete={"Objects": objects})
        self.assertEqual([it["Code"] for it in answer["Errors"]], ["PreconditionFailed"])

    def test_uploads(self):
        name = self.directory()
        at = {"Bucket": name, "Key": "k"}

        def upload(*numbers):
            id = self.s3.create_multipart_upload(**at)["UploadId"]
            parts = []
            for number in numbers:
                body = b"x" * (5 << 20 if number != numbers[-1] else 1)
                part = self.s3.upload_part(PartNumber=number, UploadId=id, Body=body, **at)
                parts.append({"PartNumber": number, "ETag": part["ETag"]})
            return {"UploadId": id, "MultipartUpload": {"Parts": parts}, **at}

        self.s3.complete_multipart_upload(**upload(1, 2))
        error = self.refused(self.s3.complete_multipart_upload, **upload(1, 3))
        self.assertEqual(error["!"], 400)

    def test_renames(self):
        name = self.directory()
        self.put(name, "from", b"content", ContentType="text/plain", Metadata={"a": "b"})
        read = lambda key: self.answered(self.s3.get_object, Bucket=name, Key=key)
        before = read("from")
        rename = {"Bucket": name, "Key": "dir/to", "RenameSource": "from"}
        self.assertEqual(self.answered(self.s3.rename_object, ClientToken="t", **rename), {"!": 200})
        self.assertEqual(read("dir/to"), before)
        self.assertEqual(self.refused(self.s3.get_object, Bucket=name, Key="from"), no_key("from"))
        # Who did not hear the answer asks again.
        self.assertEqual(self.answered(self.s3.rename_object, ClientToken="t", **rename), {"!": 200})
        self.assertEqual(self.refused(self.s3.rename_object, **rename), no_key("from"))
        other = {**rename, "RenameSource": "dir/to", "Key": "x"}
        error = self.refused(self.s3.rename_object, ClientToken="t", **other)
        self.assertEqual((error["Code"], error["!"]), ("IdempotencyParameterMismatch", 400))
        # Onto what is there.
        tag = self.put(name, "new/other", b"other")["ETag"]
        onto = {"Bucket": name, "Key": "dir/to", "RenameSource": "new%2Fother"}
        error = self.refused(self.s3.rename_object, DestinationIfNoneMatch="*", **onto)
        self.assertEqual(error, failed("If-None-Match"))
        error = self.refused(self.s3.rename_object, SourceIfMatch='"x"', **onto)
        self.assertEqual(error, failed("x-amz-rename-source-If-Match"))
        self.s3.rename_object(SourceIfMatch=tag, DestinationIfMatch=before["ETag"], **onto)
        self.assertEqual(read("dir/to")["Body"], b"other")
        error = self.refused(self.s3.rename_object, Bucket=name, Key="folder/", RenameSource="dir/to")
        self.assertEqual((error["Code"], error["!"]), ("InvalidRequest", 400))
        general = self.bucket()
        self.put(general, "k")
        error = self.refused(self.s3.rename_object, Bucket=general, Key="l", RenameSource="k")
        self.assertEqual((error["Code"], error["Header"]), ("NotImplemented", "x-amz-rename-source"))
