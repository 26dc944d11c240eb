"""Websites, pages of other origins, and forms that browsers post."""

import os
import urllib.parse
from datetime import datetime, timezone

from .recorded import Recorded, client, elements, http


class Web(Recorded):
    def test_no_index(self):
        # test_s3::TestS3StaticWebsiteHosting::test_website_hosting_index_lookup
        name = self.bucket()
        self.s3.put_bucket_website(
            Bucket=name, WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}}
        )
        self.put(name, "directory/index.html", b"index")
        port = urllib.parse.urlsplit(os.environ["AWS_ENDPOINT_URL"]).port
        host = {"Host": f"{name}.s3-website.us-east-1.localhost.localstack.cloud"}
        base = f"http://127.0.0.1:{port}"
        status, _, body = http(f"{base}/directory/", headers=host)
        self.assertEqual((status, body), (200, b"index"))
        for path, key in [("directory-wrong", "directory-wrong"), ("directory-wrong/", "directory-wrong/index.html")]:
            status, _, body = http(f"{base}/{path}", headers=host)
            self.assertEqual(status, 404)
            expected = (
                "<html>\n<head><title>404 Not Found</title></head>\n<body>\n<h1>404 Not Found</h1>\n<ul>\n"
                "<li>Code: NoSuchKey</li>\n<li>Message: The specified key does not exist.</li>\n"
                f"<li>Key: {key}</li>\n<li>RequestId: "
            )
            self.assertTrue(body.decode().startswith(expected), body)
            self.assertTrue(body.decode().endswith("</ul>\n<hr/>\n</body>\n</html>\n"), body)

    def test_preflights(self):
        # test_s3_cors::TestS3Cors::test_cors_expose_headers
        name = self.bucket()
        exposed = ["x-amz-id-2", "x-amz-request-id", "x-amz-request-payer"]
        rule = {"AllowedOrigins": ["*"], "AllowedMethods": ["GET"], "ExposeHeaders": exposed}
        self.s3.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": [rule]})
        self.put(name, "k")
        asked = {"Origin": "https://example.org", "Access-Control-Request-Method": "GET"}
        status, headers, body = http(f"{os.environ['AWS_ENDPOINT_URL']}/{name}/k", "OPTIONS", headers=asked)
        self.assertEqual((status, body), (200, b""))
        for header, value in {
            "Access-Control-Allow-Methods": "GET",
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Expose-Headers": ", ".join(exposed),
            "Vary": "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
        }.items():
            self.assertEqual(headers[header], value, header)

    def post(self, bucket, fields, content=b"test-metadata!!!!", kind="multipart/form-data; boundary=edge"):
        post = self.s3.generate_presigned_post(bucket, "k", fields, [{it: fields[it]} for it in fields])
        parts = [
            f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in post["fields"].items()
        ]
        body = "".join(parts).encode()
        body += b'--edge\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n' + content
        return http(post["url"], "POST", body + b"\r\n--edge--\r\n", {"Content-Type": kind})

    def test_forms(self):
        # test_s3::TestS3PresignedPost::test_post_object_with_metadata,
        # ::test_presigned_post_with_different_user_credentials
        name = self.bucket()
        until = "Wed, 21 Oct 2099 07:28:00 GMT"
        fields = {"Content-Type": "text/plain", "Expires": until, "x-amz-meta-test-1": "test-meta-1"}
        status, _, body = self.post(name, {**fields, "x-amz-meta-test-2": "test-meta-2"})
        self.assertEqual(status, 204, body)
        head = self.answered(self.s3.head_object, "ETag", Bucket=name, Key="k")
        self.assertEqual(
            head,
            {
                "AcceptRanges": "bytes",
                "ContentLength": 17,
                "ContentType": "text/plain",
                "Expires": datetime(2099, 10, 21, 7, 28, tzinfo=timezone.utc),
                "ExpiresString": until,
                "Metadata": {"test-1": "test-meta-1", "test-2": "test-meta-2"},
                "ServerSideEncryption": "AES256",
                "!": 200,
            },
        )
        self.s3 = client(account="111122223333")
        self.assertEqual(self.post(name, {}, b"abcdef")[0], 204)
        got = self.answered(self.s3.get_object, Bucket=name, Key="k")
        self.assertEqual(
            got,
            {
                "AcceptRanges": "bytes",
                "Body": b"abcdef",
                "ChecksumCRC64NVME": "Pact6XRTYyA=",
                "ChecksumType": "FULL_OBJECT",
                "ContentLength": 6,
                "ContentType": "binary/octet-stream",
                "ETag": '"e80b5017098950fc58aad83c8c14978e"',
                "Metadata": {},
                "ServerSideEncryption": "AES256",
                "!": 200,
            },
        )

    def test_no_form(self):
        # test_s3::TestS3PresignedPost::test_post_object_with_wrong_content_type
        name = self.bucket()
        status, _, body = self.post(name, {}, kind="text/html; charset=utf-8")
        self.assertEqual(status, 412)
        self.assertEqual(
            elements(body),
            {
                "Code": "PreconditionFailed",
                "Condition": "Bucket POST must be of the enclosure-type multipart/form-data",
                "Message": "At least one of the pre-conditions you specified did not hold",
            },
        )
