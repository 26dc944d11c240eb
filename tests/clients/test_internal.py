"""The endpoints of the process itself, against their OpenAPI document, and what is on the wire of them."""

import http.client
import json
import os
import unittest
from contextlib import closing
from urllib.parse import urlencode, urlsplit

import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

HOST = urlsplit(os.environ["AWS_ENDPOINT_URL"]).netloc
PREFIXES = ["/_localstack", "/_asf"]


def call(method, path, body=None, **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    with closing(http.client.HTTPConnection(HOST, timeout=10)) as connection:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return response.status, response.headers, response.read()


def sqs(**arguments):
    form = urlencode(arguments)
    status, _, body = call("POST", "/", form, Content_Type="application/x-www-form-urlencoded")
    return status, body.decode()


class Document(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.document = json.loads(call("GET", "/_asf/openapi.json")[2])

    def test_it_is_valid(self):
        validate(self.document)

    def test_yaml_says_the_same(self):
        for prefix in PREFIXES:
            status, headers, body = call("GET", f"{prefix}/openapi.yaml")
            self.assertEqual((status, headers["content-type"]), (200, "application/yaml"))
            self.assertEqual(yaml.safe_load(body), self.document)

    def test_every_route_is_described_and_everything_described_is_a_route(self):
        described = {
            f"{method.upper()} {path}" for path, item in self.document["paths"].items() for method in item
        }
        routes = json.loads(call("GET", "/_asf/diagnose")[2])["routes"]
        # `GET|PUT /path`; without methods, a route has all of them.
        split = [it.split(" ") if " " in it else ["", it] for it in routes]
        ours = [it for it in split if it[1].startswith(tuple(PREFIXES))]
        self.assertEqual(described, {f"{method} {path}" for methods, path in ours for method in methods.split("|")})

    def test_answers_are_as_described(self):
        calls = [
            ("GET", "/health", "/health", None, 200),
            ("PUT", "/health", "/health", {"features:x": "y"}, 200),
            ("PUT", "/health", "/health", [], 400),
            ("POST", "/health", "/health", {"action": "no"}, 400),
            # Nobody listens to the control of a server in a test.
            ("POST", "/health", "/health", {"action": "kill"}, 501),
            ("GET", "/info", "/info", None, 200),
            ("GET", "/init", "/init", None, 200),
            ("GET", "/init/ready", "/init/{stage}", None, 200),
            ("GET", "/init/x", "/init/{stage}", None, 404),
            ("GET", "/plugins", "/plugins", None, 200),
            ("GET", "/config", "/config", None, 200),
            ("POST", "/config", "/config", {"variable": "A", "value": "1"}, 403),
            ("GET", "/diagnose", "/diagnose", None, 200),
            ("GET", "/usage", "/usage", None, 200),
            ("POST", "/state/reset", "/state/reset", None, 200),
            ("POST", "/state/sqs/reset", "/state/{service}/reset", None, 200),
            ("POST", "/state/x/reset", "/state/{service}/reset", None, 404),
            ("POST", "/state/branches/b", "/state/branches/{name}", {"port": 0}, 201),
            ("POST", "/state/branches", "/state/branches", {"name": "b"}, 409),
            ("POST", "/state/branches", "/state/branches", {"accounts": "x"}, 400),
            ("GET", "/state/branches", "/state/branches", None, 200),
            ("GET", "/state/branches/b", "/state/branches/{name}", None, 200),
            ("GET", "/state/diff?b=@b", "/state/diff", None, 200),
            ("DELETE", "/state/branches/b", "/state/branches/{name}", None, 200),
            ("DELETE", "/state/branches/b", "/state/branches/{name}", None, 404),
            ("GET", "/openapi.json", "/openapi.json", None, 200),
        ]
        for prefix in PREFIXES:
            for method, path, described, body, expected in calls:
                with self.subTest(f"{method} {prefix}{path} {body}"):
                    body = None if body is None else json.dumps(body)
                    status, headers, answer = call(method, prefix + path, body)
                    self.assertEqual(status, expected, answer)
                    operation = self.document["paths"][prefix + described][method.lower()]
                    content = operation["responses"][str(status)]["content"]
                    self.assertIn(headers["content-type"].split(";")[0], content)
                    schema = content["application/json"]["schema"]
                    schema = {**schema, "components": self.document["components"]}
                    Draft202012Validator(schema).validate(json.loads(answer))


class Health(unittest.TestCase):
    def test_states_of_services(self):
        call("POST", "/_localstack/state/sqs/reset")
        health = lambda: json.loads(call("GET", "/_localstack/health")[2])["services"]
        self.assertEqual(health()["sqs"], "available")
        self.assertNotIn("kms", health())
        self.assertEqual(sqs(Action="ListQueues", Version="2012-11-05")[0], 200)
        self.assertEqual(health()["sqs"], "running")

    def test_head(self):
        for path in ["/_localstack/health", "/_asf/health"]:
            status, _, body = call("HEAD", path)
            self.assertEqual((status, body), (200, b""))

    def test_reset(self):
        for path in ["/_localstack/state/reset", "/_asf/state/sqs/reset"]:
            created = sqs(Action="CreateQueue", Version="2012-11-05", QueueName="orders")
            self.assertEqual(created[0], 200)
            self.assertIn("/orders<", sqs(Action="ListQueues", Version="2012-11-05")[1])
            status, _, body = call("POST", path)
            self.assertEqual(status, 200, body)
            self.assertIn("sqs", json.loads(body)["reset"])
            self.assertNotIn("/orders<", sqs(Action="ListQueues", Version="2012-11-05")[1])


class Wire(unittest.TestCase):
    def test_headers_of_every_answer(self):
        for method, path in [("GET", "/_asf/health"), ("GET", "/_asf/none"), ("POST", "/"), ("GET", "/b/k")]:
            with self.subTest(f"{method} {path}"):
                _, headers, _ = call(method, path)
                self.assertRegex(headers["x-localstack"], r"^\d+\.\d+\.\d+")
                self.assertIsNone(headers["server"])

    def test_head_and_options_of_aws_paths(self):
        status, headers, body = call("HEAD", "/bucket/key")
        self.assertGreaterEqual(status, 400)
        self.assertEqual(body, b"")
        status, headers, body = call("OPTIONS", "/bucket/key")
        self.assertEqual((status, body), (204, b""))
        self.assertIn("PUT", headers["allow"])
        # The connection stays usable after them.
        with closing(http.client.HTTPConnection(HOST, timeout=10)) as connection:
            for method in ["HEAD", "OPTIONS", "HEAD", "GET"]:
                connection.request(method, "/_localstack/health")
                response = connection.getresponse()
                response.read()
                self.assertIn(response.status, [200, 204])

    def test_host_names(self):
        calls = {
            "localhost:4566": 200,
            "sqs.us-east-1.localhost.localstack.cloud:4566": 200,
            "sqs.us-east-1.amazonaws.com": 200,
            "eu-west-1.queue.amazonaws.com": 200,
            "sqs.localhost": 200,
            # Another service's endpoint has no such operation.
            "sts.us-east-1.localhost.localstack.cloud:4566": 400,
        }
        form = urlencode({"Action": "ListQueues", "Version": "2012-11-05"})
        for host, expected in calls.items():
            with self.subTest(host):
                kind = "application/x-www-form-urlencoded"
                status, _, body = call("POST", "/", form, Content_Type=kind, Host=host)
                self.assertEqual(status, expected, body)
                # Our own paths are there under every name.
                self.assertEqual(call("GET", "/_localstack/health", Host=host)[0], 200)
        # A bucket in the name is S3's.
        status, headers, body = call("GET", "/key", Host="b.s3.us-east-1.localhost.localstack.cloud:4566")
        self.assertEqual((status, headers["x-asf-source"]), (404, "native"))
        self.assertIn(b"<BucketName>b</BucketName>", body)

    def test_pages(self):
        cases = [
            ("http://evil.test", 403, None),
            ("null", 403, None),
            ("http://friend.test", 200, "http://friend.test"),
            ("https://app.localstack.cloud", 200, "https://app.localstack.cloud"),
            ("http://localhost:3000", 200, "http://localhost:3000"),
        ]
        for origin, expected, allowed in cases:
            with self.subTest(origin):
                status, headers, _ = call("GET", "/_localstack/health", Origin=origin)
                self.assertEqual((status, headers["access-control-allow-origin"]), (expected, allowed))
                status, headers, _ = call(
                    "OPTIONS",
                    "/",
                    Origin=origin,
                    Access_Control_Request_Method="POST",
                    Access_Control_Request_Headers="authorization,x-amz-target",
                )
                self.assertEqual(status, 204 if allowed else 403)
                self.assertEqual(headers["access-control-allow-origin"], allowed)
                if allowed:
                    self.assertIn("x-amz-target", headers["access-control-allow-headers"].split(","))
        self.assertEqual(call("GET", "/_localstack/health", Referer="http://evil.test/page")[0], 403)


if __name__ == "__main__":
    unittest.main()
