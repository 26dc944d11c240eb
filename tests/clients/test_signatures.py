"""Signatures that boto3 makes, against an emulator that verifies them and whose clock can be moved."""

import json
import os
import unittest
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone
from unittest import mock

import boto3
import botocore.auth
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = os.environ["AWS_ENDPOINT_URL"]


def clock(**body):
    request = urllib.request.Request(f"{ENDPOINT}/_asf/clock", json.dumps(body).encode(), method="POST")
    request.add_header("content-type", "application/json")
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def later(seconds):
    """boto3 signs as if it were so many seconds later."""
    now = botocore.auth.get_current_datetime
    return mock.patch("botocore.auth.get_current_datetime", lambda **more: now(**more) + timedelta(seconds=seconds))


def fetched(url, method="GET", body=None, headers=None):
    request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


class Signatures(unittest.TestCase):
    def refused(self, code, status, call, **arguments):
        with self.assertRaises(ClientError) as raised:
            call(**arguments)
        response = raised.exception.response
        self.assertEqual(response["Error"]["Code"], code, response)
        self.assertEqual(response["ResponseMetadata"]["HTTPStatusCode"], status, response)
        return response["Error"]["Message"]

    def test_right_secrets(self):
        sqs = boto3.client("sqs")
        url = sqs.create_queue(QueueName="signed")["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody="a" * 1000)
        self.assertEqual(boto3.client("sts").get_caller_identity()["Account"], "000000000000")
        other = boto3.client("sqs", aws_access_key_id="111122223333", aws_secret_access_key="test")
        self.assertEqual(other.list_queues().get("QueueUrls"), None)

    def test_wrong_secrets(self):
        wrong = {"aws_access_key_id": "test", "aws_secret_access_key": "wrong"}
        message = self.refused("SignatureDoesNotMatch", 403, boto3.client("sts", **wrong).get_caller_identity)
        self.assertTrue(message.startswith("The request signature we calculated does not match"), message)
        self.refused("InvalidSignatureException", 400, boto3.client("dynamodb", **wrong).list_tables)
        self.refused("InvalidSignatureException", 403, boto3.client("lambda", **wrong).list_functions)
        self.refused("AuthFailure", 401, boto3.client("ec2", **wrong).describe_instances)
        self.refused("SignatureDoesNotMatch", 403, boto3.client("s3", **wrong).list_buckets)
        self.refused("SignatureDoesNotMatch", 403, boto3.client("route53", **wrong).list_hosted_zones)
        self.refused("InvalidSignatureException", 400, boto3.client("cloudwatch", **wrong).list_metrics)

    def test_services_of_all_protocols_pass(self):
        for service, call, arguments in [
            ("kms", "list_keys", {}),
            ("lambda", "get_function", {"FunctionName": "arn:aws:lambda:us-east-1:000000000000:function:f"}),
            ("ec2", "describe_instances", {}),
            ("s3", "put_object", {"Bucket": "b", "Key": "a b/+ü//c..", "Body": b"x" * 100_000}),
            ("s3", "list_objects_v2", {"Bucket": "b", "Prefix": "a b+c&d=/", "MaxKeys": 2}),
            ("route53", "list_hosted_zones", {}),
            ("cloudwatch", "list_metrics", {}),
            ("iot-data", "publish", {"topic": "a/b c", "payload": b"x"}),
            ("apigateway", "get_resource", {"restApiId": "a b", "resourceId": "$x:y"}),
        ]:
            client = boto3.client(service, config=Config(retries={"total_max_attempts": 1}))
            with self.subTest(service=service, call=call):
                with self.assertRaises(ClientError) as raised:
                    getattr(client, call)(**arguments)
                status = raised.exception.response["ResponseMetadata"]["HTTPStatusCode"]
                # S3 has a provider, and no such bucket.
                self.assertEqual(status, 404 if service == "s3" else 501, raised.exception)

    def test_unknown_keys(self):
        no_one = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "test"}
        self.refused("InvalidClientTokenId", 403, boto3.client("sts", **no_one).get_caller_identity)
        self.refused("UnrecognizedClientException", 400, boto3.client("dynamodb", **no_one).list_tables)
        self.refused("InvalidAccessKeyId", 403, boto3.client("s3", **no_one).list_buckets)

    def test_sessions(self):
        sts = boto3.client("sts")
        made = sts.assume_role(
            RoleArn="arn:aws:iam::111122223333:role/deployer", RoleSessionName="signed", DurationSeconds=900
        )["Credentials"]

        def session(**changed):
            values = {**made, **changed}
            return boto3.Session(values["AccessKeyId"], values["SecretAccessKey"], values["SessionToken"])

        self.assertEqual(session().client("sts").get_caller_identity()["Account"], "111122223333")
        session().client("sqs").list_queues()
        wrong = session(SecretAccessKey="wrong").client("sts")
        self.refused("SignatureDoesNotMatch", 403, wrong.get_caller_identity)
        for token in ["wrong", None]:
            other = session(SessionToken=token)
            self.refused("InvalidClientTokenId", 403, other.client("sts").get_caller_identity)
            self.refused("UnrecognizedClientException", 400, other.client("dynamodb").list_tables)
            self.refused("InvalidToken", 400, other.client("s3").list_buckets)
        clock(action="advance", by="16m")
        try:
            with later(16 * 60):
                self.refused("ExpiredToken", 403, session().client("sts").get_caller_identity)
                self.refused("ExpiredTokenException", 400, session().client("dynamodb").list_tables)
                self.refused("ExpiredToken", 400, session().client("s3").list_buckets)
        finally:
            clock(action="set", to=datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"))

    def test_clocks_that_differ(self):
        for seconds in [-20 * 60, 20 * 60]:
            with later(seconds):
                message = self.refused("SignatureDoesNotMatch", 403, boto3.client("sts").get_caller_identity)
                said = "Signature expired: " if seconds < 0 else "Signature not yet current: "
                self.assertTrue(message.startswith(said) and message.endswith("15 min.)"), message)
                self.refused("InvalidSignatureException", 400, boto3.client("dynamodb").list_tables)
                self.refused("RequestTimeTooSkewed", 403, boto3.client("s3").list_buckets)
        with later(14 * 60):
            boto3.client("sts").get_caller_identity()

    def test_forms(self):
        """test_s3::TestS3PresignedPost::test_post_request_malformed_policy"""
        boto3.client("s3").create_bucket(Bucket="forms")
        for version in ["s3", "s3v4"]:
            config = Config(signature_version=version, s3={"addressing_style": "path"})
            client = boto3.client("s3", config=config)
            other = boto3.client("s3", config=config, aws_access_key_id="test", aws_secret_access_key="wrong")
            no_one = boto3.client("s3", config=config, aws_access_key_id="AKIA", aws_secret_access_key="test")

            def posted(signer=client, **changes):
                form = signer.generate_presigned_post("forms", "k", ExpiresIn=60)
                fields = {**form["fields"], **changes}
                parts = [f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
                         for name, value in [*fields.items(), ("file", "content")]]
                body = "".join([*parts, "--x--\r\n"]).encode()
                return fetched(form["url"], "POST", body, {"Content-Type": "multipart/form-data; boundary=x"})

            with self.subTest(version=version):
                self.assertEqual(posted()[0], 204)
                for status, body in [posted(other), posted(policy="bm9uZQ==")]:
                    self.assertEqual(status, 403)
                    self.assertIn("<Code>SignatureDoesNotMatch</Code>", body)
                    self.assertIn("<StringToSign>", body)
                status, body = posted(no_one)
                self.assertEqual(status, 403)
                self.assertIn("<Code>InvalidAccessKeyId</Code>", body)
                clock(action="advance", by="2m")
                try:
                    status, body = posted()
                finally:
                    clock(action="set", to=datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"))
                self.assertEqual(status, 403)
                self.assertIn("<Message>Invalid according to Policy: Policy expired.</Message>", body)

    def test_presigned_requests(self):
        for version in ["s3", "s3v4"]:
            for style in ["path", "virtual"]:
                config = Config(signature_version=version, s3={"addressing_style": style})
                endpoint = ENDPOINT.replace("127.0.0.1", "s3.localhost.localstack.cloud")
                client = boto3.client("s3", config=config, endpoint_url=endpoint)

                def there(url):
                    """The name is this machine's, whether or not there is someone to say so."""
                    host = url.split("/")[2]
                    return url.replace(host, ENDPOINT.split("/")[2]), {"Host": host}

                with self.subTest(version=version, style=style):
                    arguments = {"Bucket": "bucket", "Key": "a b/c+d", "ResponseContentType": "text/plain"}
                    url, host = there(client.generate_presigned_url("get_object", arguments, ExpiresIn=60))
                    self.assertEqual(fetched(url, headers=host)[0], 404, url)
                    for wrong in [url.replace("c%2Bd", "other"), url.replace("ignature=", "ignature=0")]:
                        status, body = fetched(wrong, headers=host)
                        self.assertEqual(status, 403, body)
                        self.assertIn("<Code>SignatureDoesNotMatch</Code>", body)
                        self.assertEqual("<CanonicalRequest>" in body, version == "s3v4")
                    arguments = {"Bucket": "bucket", "Key": "k", "Metadata": {"a": "b"}, "ContentType": "text/plain"}
                    url, host = there(client.generate_presigned_url("put_object", arguments, ExpiresIn=60))
                    headers = {**host, "Content-Type": "text/plain", "x-amz-meta-a": "b"}
                    self.assertEqual(fetched(url, "PUT", b"x", headers)[0], 404)
                    headers["x-amz-meta-a"] = "c"
                    self.assertEqual(fetched(url, "PUT", b"x", headers)[0], 403)
                    with later(-61):
                        url, host = there(client.generate_presigned_url("head_bucket", {"Bucket": "b"}, ExpiresIn=60))
                    self.assertEqual(fetched(url, "HEAD", headers=host)[0], 403)

    def test_presigned_requests_of_other_services(self):
        url = boto3.client("sts").generate_presigned_url("get_caller_identity", ExpiresIn=60, HttpMethod="GET")
        status, body = fetched(url)
        self.assertEqual(status, 200, body)
        self.assertEqual(fetched(url + "0")[0], 403)
        url = boto3.client("sqs").generate_presigned_url("list_queues", HttpMethod="GET")
        self.assertNotEqual(fetched(url)[0], 403, url)


if __name__ == "__main__":
    unittest.main()
