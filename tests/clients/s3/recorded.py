"""Words for tests that compare whole answers with recorded ones."""

import unittest
import urllib.error
import urllib.request
import uuid
import xml.etree.ElementTree as ElementTree

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError


def client(service="s3", account="000000000000", region="us-east-1", secret="test", **config):
    config = Config(s3={"addressing_style": "path"}, retries={"max_attempts": 0}, **config)
    return boto3.client(
        service, region_name=region, aws_access_key_id=account, aws_secret_access_key=secret, config=config
    )


def http(url, method="GET", body=None, headers=None):
    """Status, headers and body of an answer, whatever its status."""
    request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def elements(xml):
    """The children of an XML document's root, without namespaces; without ids of the request."""
    found = {child.tag.split("}")[-1]: child.text for child in ElementTree.fromstring(xml)}
    return {name: text for name, text in found.items() if name not in ("RequestId", "HostId")}


class Recorded(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.s3 = client()

    def bucket(self, versioned=False, **arguments):
        name = f"b-{uuid.uuid4()}"
        self.s3.create_bucket(Bucket=name, **arguments)
        if versioned:
            self.versioning(name, "Enabled")
        return name

    def versioning(self, bucket, status):
        self.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": status})

    def put(self, bucket, key, body=b"x", **arguments):
        return self.s3.put_object(Bucket=bucket, Key=key, Body=body, **arguments)

    def answered(self, call, *without, **arguments):
        """All of an answer but its headers and times: the status under `!`, a body as it was sent."""
        answer = call(**arguments)
        status = answer.pop("ResponseMetadata")["HTTPStatusCode"]
        if "Body" in answer:
            answer["Body"] = answer["Body"].read()
        for name in ("LastModified", *without):
            answer.pop(name, None)
        answer.get("CopyObjectResult", {}).pop("LastModified", None)
        return {**answer, "!": status}

    def refused(self, call, **arguments):
        """All that is said of an error, and its status under `!`."""
        with self.assertRaises(ClientError) as raised:
            call(**arguments)
        answer = raised.exception.response
        status = answer["ResponseMetadata"]["HTTPStatusCode"]
        said = {
            name: value
            for name, value in answer.items()
            if name not in ("ResponseMetadata", "Error", "Message")
        }
        return {**answer["Error"], **said, "!": status}


def failed(condition):
    """`PreconditionFailed`, as `Recorded.refused` gives it."""
    return {
        "Code": "PreconditionFailed",
        "Message": "At least one of the pre-conditions you specified did not hold",
        "Condition": condition,
        "!": 412,
    }


def no_key(key):
    """`NoSuchKey`, as `Recorded.refused` gives it."""
    return {"Code": "NoSuchKey", "Message": "The specified key does not exist.", "Key": key, "!": 404}
