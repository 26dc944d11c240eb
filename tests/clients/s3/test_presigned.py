"""Presigned requests, as far as they are looked at when signatures are not verified."""

from .recorded import Recorded, client, elements, http


class Presigned(Recorded):
    def setUp(self):
        super().setUp()
        self.signing = client(signature_version="s3v4")

    def test_credentials_that_are_none(self):
        # test_s3::TestS3PresignedUrl::test_presigned_double_encoded_credentials
        name = self.bucket()
        self.put(name, "k")
        url = self.signing.generate_presigned_url("get_object", {"Bucket": name, "Key": "k"})
        self.assertEqual(http(url)[0], 200)
        status, _, body = http(url.replace("%2F", "%252F"))
        self.assertEqual(status, 400)
        self.assertEqual(
            elements(body),
            {
                "Code": "AuthorizationQueryParametersError",
                "Message": "Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting "
                '"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
            },
        )

    def test_a_parameter_is_missing(self):
        # test_s3::TestS3PresignedUrl::test_s3_put_presigned_url_missing_sig_param
        name = self.bucket()
        url = self.signing.generate_presigned_url("put_object", {"Bucket": name, "Key": "k"})
        for parameter in ["X-Amz-Algorithm", "X-Amz-Date", "X-Amz-SignedHeaders"]:
            status, _, body = http(url.replace(parameter, "X-Other"), "PUT", b"x")
            self.assertEqual((status, elements(body)["Code"]), (400, "AuthorizationQueryParametersError"), parameter)

    def test_put(self):
        # test_s3::TestS3PresignedUrl::test_put_object, ::test_s3_copy_md5
        name = self.bucket()
        url = self.signing.generate_presigned_url("put_object", {"Bucket": name, "Key": "k"})
        self.assertEqual(http(url, "PUT", b"something")[0], 200)
        got = self.answered(self.s3.get_object, Bucket=name, Key="k")
        expected = {"ChecksumCRC64NVME": "1BGd19PD4OU=", "ChecksumType": "FULL_OBJECT"}
        self.assertEqual({it: got.get(it) for it in expected}, expected)
        self.put(name, "source", b"something", ContentMD5="Q3uTDbhLgHnC3YBKcZNrXw==")
        copied = self.answered(self.s3.copy_object, Bucket=name, Key="copy", CopySource=f"{name}/source")
        result = {"ChecksumCRC32": "Cdox+w==", "ChecksumType": "FULL_OBJECT"}
        result["ETag"] = '"437b930db84b8079c2dd804a71936b5f"'
        self.assertEqual(copied, {"CopyObjectResult": result, "ServerSideEncryption": "AES256", "!": 200})

    def test_metadata(self):
        # test_s3::TestS3PresignedUrl::test_put_url_metadata_with_sig_s3v4, ::test_put_url_metadata_with_sig_s3
        for version in ["s3v4", "s3"]:
            s3, name = client(signature_version=version), self.bucket()
            at = {"Bucket": name, "Key": "k"}
            url = s3.generate_presigned_url("put_object", {"Metadata": {"foo": "bar"}, **at})
            self.assertEqual(http(url, "PUT", b"something", {"x-amz-meta-foo": "bar"})[0], 200)
            self.assertEqual(self.s3.head_object(**at)["Metadata"], {"foo": "bar"})

    def test_a_parameter_of_version_2_is_missing(self):
        # test_s3::TestS3PresignedUrl::test_s3_put_presigned_url_missing_sig_param
        url = client(signature_version="s3").generate_presigned_url("put_object", {"Bucket": "b", "Key": "k"})
        for parameter in ["Signature", "Expires"]:
            status, _, body = http(url.replace(parameter, "Other"), "PUT", b"x")
            self.assertEqual(status, 403, parameter)
            self.assertEqual(
                elements(body),
                {
                    "Code": "AccessDenied",
                    "Message": "Query-string authentication requires the Signature, Expires and AWSAccessKeyId "
                    "parameters",
                },
            )
