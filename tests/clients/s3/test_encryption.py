"""Encryption with keys of KMS, of S3 and of the client."""

import base64
import hashlib

from .recorded import Recorded

KEY = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "test1test2test3test4test5test6te"}
MD5 = base64.b64encode(hashlib.md5(KEY["SSECustomerKey"].encode()).digest()).decode()
SOURCE = {f"CopySource{name}": value for name, value in KEY.items()}
NOT_OPENED = {
    "Code": "InvalidRequest",
    "Message": "The object was stored using a form of Server Side Encryption. The correct parameters must be "
    "provided to retrieve the object.",
    "!": 400,
}


class Customer(Recorded):
    def test_life_of_an_object(self):
        # test_s3::TestS3SSECEncryption::test_put_object_lifecycle_with_sse_c
        at = {"Bucket": self.bucket(), "Key": "k"}
        said = {"SSECustomerAlgorithm": "AES256", "SSECustomerKeyMD5": MD5, "!": 200}
        put = self.answered(self.s3.put_object, "ETag", Body=b"test_data", **at, **KEY)
        checksum = {"ChecksumCRC32": "qIrZrA==", "ChecksumType": "FULL_OBJECT"}
        self.assertEqual(put, {**checksum, **said})
        read = {"AcceptRanges": "bytes", "ContentLength": 9, "ContentType": "binary/octet-stream", "Metadata": {}}
        head = self.answered(self.s3.head_object, "ETag", **at, **KEY)
        self.assertEqual(head, {**read, **said})
        got = self.answered(self.s3.get_object, "ETag", **at, **KEY)
        self.assertEqual(got, {"Body": b"test_data", **checksum, **read, **said})
        # boto3 encodes the key in other operations only.
        encoded = base64.b64encode(KEY["SSECustomerKey"].encode()).decode()
        key = {**KEY, "SSECustomerKey": encoded, "SSECustomerKeyMD5": MD5}
        attributes = self.answered(self.s3.get_object_attributes, ObjectAttributes=["ObjectSize"], **at, **key)
        self.assertEqual(attributes, {"ObjectSize": 9, "!": 200})
        # Who deletes it needs no key.
        self.assertEqual(self.answered(self.s3.delete_object, **at), {"!": 204})

    def test_copies(self):
        # test_s3::TestS3SSECEncryption::test_copy_object_with_sse_c
        bucket = self.bucket()
        self.s3.put_object(Bucket=bucket, Key="k", Body=b"test_data", **KEY)
        at = {"Bucket": bucket, "Key": "copy", "CopySource": f"{bucket}/k"}
        self.assertEqual(self.refused(self.s3.get_object, Bucket=bucket, Key="k"), NOT_OPENED)
        self.assertEqual(self.refused(self.s3.copy_object, **at), NOT_OPENED)
        wrong = {
            "Code": "InvalidEncryptionAlgorithmError",
            "Message": "The Encryption request you specified is not valid. Supported value: AES256.",
            "ArgumentName": "x-amz-server-side-encryption",
            "ArgumentValue": "KMS",
            "!": 400,
        }
        source = {**SOURCE, "CopySourceSSECustomerAlgorithm": "KMS"}
        self.assertEqual(self.refused(self.s3.copy_object, **at, **source, **KEY), wrong)
        target = {**KEY, "SSECustomerAlgorithm": "KMS"}
        self.assertEqual(self.refused(self.s3.copy_object, **at, **SOURCE, **target), wrong)
        self.assertEqual(
            self.refused(self.s3.copy_object, ServerSideEncryption="AES256", **at, **SOURCE, **KEY),
            {
                "Code": "InvalidArgument",
                "Message": "Server Side Encryption with Customer provided key is incompatible with the encryption "
                "method specified",
                "ArgumentName": "x-amz-server-side-encryption",
                "ArgumentValue": "AES256",
                "!": 400,
            },
        )
        copied = self.answered(self.s3.copy_object, **at, **SOURCE, **KEY)
        del copied["CopyObjectResult"]["ETag"]
        result = {"ChecksumCRC32": "qIrZrA==", "ChecksumType": "FULL_OBJECT"}
        said = {"SSECustomerAlgorithm": "AES256", "SSECustomerKeyMD5": MD5}
        self.assertEqual(copied, {"CopyObjectResult": result, "!": 200, **said})
        copied = self.answered(self.s3.copy_object, **at, **SOURCE)
        del copied["CopyObjectResult"]["ETag"]
        self.assertEqual(copied, {"CopyObjectResult": result, "ServerSideEncryption": "AES256", "!": 200})


class Bucket(Recorded):
    def encrypt(self, bucket, algorithm, is_bucket_key=False):
        rule = {
            "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": algorithm},
            "BucketKeyEnabled": is_bucket_key,
        }
        self.s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
        return rule

    def test_key_of_the_service(self):
        # test_s3_api::TestS3BucketEncryption::test_s3_bucket_encryption_sse_kms_aws_managed_key
        bucket = self.bucket()
        rule = self.encrypt(bucket, "aws:kms", is_bucket_key=True)
        shown = self.answered(self.s3.get_bucket_encryption, Bucket=bucket)
        shown["ServerSideEncryptionConfiguration"]["Rules"][0].pop("BlockedEncryptionTypes", None)
        self.assertEqual(shown, {"ServerSideEncryptionConfiguration": {"Rules": [rule]}, "!": 200})
        put = self.put(bucket, "k", b"test-encrypted")
        self.assertRegex(put["SSEKMSKeyId"], r"^arn:aws:kms:us-east-1:000000000000:key/[-0-9a-f]{36}$")
        said = {name: put[name] for name in ["BucketKeyEnabled", "ServerSideEncryption", "SSEKMSKeyId"]}
        self.assertEqual((said["BucketKeyEnabled"], said["ServerSideEncryption"]), (True, "aws:kms"))
        for call in [self.s3.head_object, self.s3.get_object]:
            answer = call(Bucket=bucket, Key="k")
            self.assertEqual({name: answer.get(name) for name in said}, said)

    def test_key_of_s3(self):
        # test_s3_api::TestS3BucketEncryption::test_s3_bucket_encryption_sse_s3
        bucket = self.bucket()
        self.encrypt(bucket, "AES256")
        put = self.answered(self.s3.put_object, Bucket=bucket, Key="k", Body=b"test-encrypted")
        self.assertEqual(
            put,
            {
                "ChecksumCRC32": "J1mCHA==",
                "ChecksumType": "FULL_OBJECT",
                "ETag": '"16b66fb6b9c0e864b0291fa0dbb5a946"',
                "ServerSideEncryption": "AES256",
                "!": 200,
            },
        )

    def test_uploads(self):
        # test_s3::TestS3::test_s3_multipart_upload_sse
        at = {"Bucket": self.bucket(), "Key": "k"}
        kms = {"ServerSideEncryption": "aws:kms", "BucketKeyEnabled": True}
        created = self.answered(self.s3.create_multipart_upload, **at, **kms)
        id, key = created.pop("UploadId"), created.pop("SSEKMSKeyId")
        self.assertEqual(created, {**kms, **at, "!": 200})
        part = self.answered(self.s3.upload_part, PartNumber=1, UploadId=id, Body=b"test-sse", **at)
        kms["SSEKMSKeyId"] = key
        tag = part.pop("ETag")
        self.assertEqual(part, {"ChecksumCRC32": "KHcEKQ==", "!": 200, **kms})
        parts = {"Parts": [{"PartNumber": 1, "ETag": tag}]}
        completed = self.answered(
            self.s3.complete_multipart_upload, "ETag", "Location", UploadId=id, MultipartUpload=parts, **at
        )
        checksum = {"ChecksumCRC64NVME": "Kr7StX/uFlQ=", "ChecksumType": "FULL_OBJECT"}
        # The recording is from before checksums were said here; what is read has one.
        self.assertEqual({**checksum, **completed}, {"!": 200, **checksum, **kms, **at})
        got = self.answered(self.s3.get_object, "ETag", **at)
        read = {"AcceptRanges": "bytes", "ContentLength": 8, "ContentType": "binary/octet-stream", "Metadata": {}}
        self.assertEqual(got, {"Body": b"test-sse", "!": 200, **read, **checksum, **kms})
