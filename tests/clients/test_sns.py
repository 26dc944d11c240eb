"""SNS through boto3, with SQS and a web server of ours behind it. Facts of AWS's are cited by the recording that has
them, file::scenario."""

import base64
import http.server
import json
import os
import queue
import threading
import unittest
import urllib.error
import urllib.request
import uuid

import boto3
import rsa
from botocore.exceptions import ClientError
from pyasn1.codec.der import decoder, encoder

URL = os.environ["AWS_ENDPOINT_URL"]


def client(service, account="000000000000", region="us-east-1"):
    return boto3.client(service, region_name=region, aws_access_key_id=account, aws_secret_access_key="x")


def fetch(path, method="GET"):
    request = urllib.request.Request(URL + path, method=method)
    with urllib.request.urlopen(request) as answer:
        return answer.read().decode()


def here(url):
    """The path of a URL that names us by whatever name."""
    return "/" + url.split("/", 3)[3]


def verify(message):
    """Checks a signature as "Verifying the signatures of Amazon SNS messages" has it."""
    pem = fetch(here(message["SigningCertURL"]))
    der = base64.b64decode("".join(pem.strip().splitlines()[1:-1]))
    certificate, _ = decoder.decode(der)
    key = rsa.PublicKey.load_pkcs1_openssl_der(encoder.encode(certificate[0][6]))
    if message["Type"] == "Notification":
        names = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
    else:
        names = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
    text = "".join(f"{name}\n{message[name]}\n" for name in names if name in message)
    return rsa.verify(text.encode(), base64.b64decode(message["Signature"]), key)


class Web(http.server.BaseHTTPRequestHandler):
    """Keeps what is sent to it."""

    got = queue.Queue()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.got.put((self.path, dict(self.headers), body))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


class Sns(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.sns, cls.sqs = client("sns"), client("sqs")

    def topic(self, suffix="", **attributes):
        name = f"t-{uuid.uuid4()}{suffix}"
        return self.sns.create_topic(Name=name, Attributes=attributes)["TopicArn"]

    def queue(self, suffix="", sqs=None, **attributes):
        sqs = sqs or self.sqs
        url = sqs.create_queue(QueueName=f"q-{uuid.uuid4()}{suffix}", Attributes=attributes)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        return url, arn

    def subscribe(self, topic, protocol, endpoint, **attributes):
        return self.sns.subscribe(
            TopicArn=topic, Protocol=protocol, Endpoint=endpoint, Attributes=attributes, ReturnSubscriptionArn=True
        )["SubscriptionArn"]

    def received(self, url, sqs=None):
        sqs = sqs or self.sqs
        answer = sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], AttributeNames=["All"]
        )
        messages = answer.get("Messages", [])
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return messages

    def error(self, call, **arguments):
        with self.assertRaises(ClientError) as raised:
            call(**arguments)
        answer = raised.exception.response
        return answer["Error"]["Code"], answer["Error"]["Message"], answer["ResponseMetadata"]["HTTPStatusCode"]


class Topics(Sns):
    def test_from_creation_to_deletion(self):
        topic = self.topic(DisplayName="Orders")
        self.assertEqual(self.sns.get_topic_attributes(TopicArn=topic)["Attributes"]["DisplayName"], "Orders")
        arns = [it["TopicArn"] for page in self.sns.get_paginator("list_topics").paginate() for it in page["Topics"]]
        self.assertIn(topic, arns)
        self.sns.delete_topic(TopicArn=topic)
        # test_sns::test_create_topic_test_arn
        self.assertEqual(
            self.error(self.sns.get_topic_attributes, TopicArn=topic), ("NotFound", "Topic does not exist", 404)
        )

    def test_what_the_model_asks_for(self):
        # test_sns::test_create_platform_application_invalid_attributes[no-args]
        missing = "1 validation error detected: Value null at 'attributes' failed to satisfy constraint: Member must not be null"
        error = self.error(self.sns.create_platform_application, Name="a", Platform="ADM", Attributes={})
        self.assertEqual(error, ("ValidationError", missing, 400))
        # test_sns::test_set_platform_application_attributes_non_existing_app[no-args]
        absent = "arn:aws:sns:us-east-1:000000000000:app/ADM/none"
        error = self.error(self.sns.set_platform_application_attributes, PlatformApplicationArn=absent, Attributes={})
        self.assertEqual(error, ("ValidationError", missing, 400))


class FanOut(Sns):
    def test_to_queues(self):
        topic = self.topic()
        queues = [self.queue() for _ in range(5)]
        for _, arn in queues:
            self.subscribe(topic, "sqs", arn)
        id = self.sns.publish(TopicArn=topic, Subject="s", Message="hello")["MessageId"]
        for url, _ in queues:
            (message,) = self.received(url)
            envelope = json.loads(message["Body"])
            self.assertEqual((envelope["MessageId"], envelope["Message"]), (id, "hello"))
            self.assertTrue(envelope["UnsubscribeURL"].startswith(URL), envelope)

    def test_across_accounts_and_regions(self):
        topic = self.topic()
        far = client("sqs", "111111111111", "eu-west-1")
        url, arn = self.queue(sqs=far)
        client("sns", "111111111111").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        self.sns.publish(TopicArn=topic, Message="far")
        self.assertEqual(json.loads(self.received(url, far)[0]["Body"])["Message"], "far")

    def test_raw_with_attributes(self):
        topic, (url, arn) = self.topic(), self.queue()
        self.subscribe(topic, "sqs", arn, RawMessageDelivery="true")
        attributes = {
            "a": {"DataType": "String", "StringValue": "x"},
            "b": {"DataType": "Binary", "BinaryValue": b"\x02\x03\x04"},
        }
        self.sns.publish(TopicArn=topic, Message="raw", MessageAttributes=attributes)
        (message,) = self.received(url)
        self.assertEqual((message["Body"], message["MessageAttributes"]), ("raw", attributes))

    def test_filters(self):
        topic, (by_attribute, first), (by_body, second) = self.topic(), self.queue(), self.queue()
        self.subscribe(topic, "sqs", first, FilterPolicy=json.dumps({"kind": ["a", {"prefix": "b-"}]}))
        body = {"order": {"price": [{"numeric": [">", 10]}]}}
        self.subscribe(topic, "sqs", second, FilterPolicyScope="MessageBody", FilterPolicy=json.dumps(body))
        for kind, price in [("a", 1), ("b-1", 11), ("c", 12)]:
            self.sns.publish(
                TopicArn=topic,
                Message=json.dumps({"order": {"price": price}}),
                MessageAttributes={"kind": {"DataType": "String", "StringValue": kind}},
            )
        prices = lambda url: [json.loads(json.loads(it["Body"])["Message"])["order"]["price"] for it in self.received(url)]
        self.assertEqual((prices(by_attribute), prices(by_body)), ([1, 11], [11, 12]))
        # test_sns_filter_policy::test_validate_policy
        error = self.error(
            self.sns.subscribe, TopicArn=topic, Protocol="sqs", Endpoint=first + "x",
            Attributes={"FilterPolicy": json.dumps({"key": [["value"]]})},
        )
        self.assertEqual(
            error[1],
            "Invalid parameter: Attributes Reason: FilterPolicy: Match value must be String, number, true, false, or "
            "null\n at [Source: (String)\"{\"key\":[[\"value\"]]}\"; line: 1, column: 10]",
        )

    def test_batches(self):
        topic, (url, arn) = self.topic(), self.queue()
        self.subscribe(topic, "sqs", arn, RawMessageDelivery="true")
        entries = [{"Id": str(number), "Message": f"m{number}"} for number in range(3)]
        answer = self.sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=entries)
        self.assertEqual(([it["Id"] for it in answer["Successful"]], answer["Failed"]), (["0", "1", "2"], []))
        self.assertEqual([it["Body"] for it in self.received(url)], ["m0", "m1", "m2"])


class Fifo(Sns):
    def test_order_and_deduplication(self):
        topic = self.topic(".fifo", FifoTopic="true", ContentBasedDeduplication="true")
        url, arn = self.queue(".fifo", FifoQueue="true")
        self.subscribe(topic, "sqs", arn, RawMessageDelivery="true")
        numbers = []
        for number in range(20):
            for _ in range(2):
                answer = self.sns.publish(TopicArn=topic, Message=str(number), MessageGroupId="g")
            numbers.append(answer["SequenceNumber"])
        self.assertEqual(numbers, sorted(numbers))
        bodies = []
        while len(bodies) < 20:
            bodies += [message["Body"] for message in self.received(url)]
        self.assertEqual(bodies, [str(number) for number in range(20)])
        self.assertEqual(self.received(url), [])


class Signatures(Sns):
    def test_both_versions(self):
        for version, digest in [("1", "SHA-1"), ("2", "SHA-256")]:
            topic, (url, arn) = self.topic(SignatureVersion=version), self.queue()
            self.subscribe(topic, "sqs", arn)
            for subject in [{}, {"Subject": "s"}]:
                self.sns.publish(TopicArn=topic, Message="signed: ö", **subject)
                envelope = json.loads(self.received(url)[0]["Body"])
                self.assertEqual(envelope["SignatureVersion"], version)
                self.assertEqual(verify(envelope), digest)
                envelope["Message"] += "."
                with self.assertRaises(rsa.VerificationError):
                    verify(envelope)


class Http(Sns):
    def test_endpoint_that_confirms(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Web)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        topic = self.topic()
        subscription = self.subscribe(topic, "http", f"http://127.0.0.1:{server.server_port}/hook")

        path, headers, body = Web.got.get(timeout=30)
        asked = json.loads(body)
        self.assertEqual((path, headers["x-amz-sns-message-type"]), ("/hook", "SubscriptionConfirmation"))
        self.assertEqual(verify(asked), "SHA-1")
        # test_sns::test_subscribe_external_http_endpoint: anyone who has the link can follow it.
        broken = here(asked["SubscribeURL"]).replace(asked["Token"], "abc123")
        with self.assertRaises(urllib.error.HTTPError) as raised:
            fetch(broken)
        self.assertIn("Invalid parameter: Token", raised.exception.read().decode())
        self.assertIn(subscription, fetch(here(asked["SubscribeURL"])))

        self.sns.publish(TopicArn=topic, Message="over the web", Subject="s")
        path, headers, body = Web.got.get(timeout=30)
        notified = json.loads(body)
        self.assertEqual(headers["x-amz-sns-message-type"], "Notification")
        self.assertEqual(headers["x-amz-sns-subscription-arn"], subscription)
        self.assertEqual((notified["Message"], verify(notified)), ("over the web", "SHA-1"))

        fetch(here(notified["UnsubscribeURL"]))
        _, headers, body = Web.got.get(timeout=30)
        self.assertEqual(headers["x-amz-sns-message-type"], "UnsubscribeConfirmation")
        self.assertEqual(verify(json.loads(body)), "SHA-1")
        self.assertEqual(self.sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"], [])


class Inspection(Sns):
    def test_phones_and_devices(self):
        number = "+1555" + str(uuid.uuid4().int)[:7]
        self.sns.publish(PhoneNumber=number, Message="to a phone")
        ask = f"/_aws/sns/sms-messages?accountId=000000000000&region=us-east-1&phoneNumber=%2B{number[1:]}"
        answer = json.loads(fetch(ask))
        self.assertEqual(answer["region"], "us-east-1")
        self.assertEqual([it["Message"] for it in answer["sms_messages"][number]], ["to a phone"])
        fetch(ask, "DELETE")
        self.assertEqual(json.loads(fetch(ask))["sms_messages"][number], [])

        app = self.sns.create_platform_application(Name="a", Platform="GCM", Attributes={"PlatformCredential": "k"})
        endpoint = self.sns.create_platform_endpoint(
            PlatformApplicationArn=app["PlatformApplicationArn"], Token=str(uuid.uuid4())
        )["EndpointArn"]
        message = json.dumps({"default": "x", "GCM": json.dumps({"data": 1})})
        self.sns.publish(TargetArn=endpoint, Message=message, MessageStructure="json")
        messages = json.loads(fetch("/_aws/sns/platform-endpoint-messages"))["platform_endpoint_messages"]
        self.assertEqual(json.loads(messages[endpoint][0]["Message"]), {"data": 1})
        other = json.loads(fetch("/_aws/sns/platform-endpoint-messages?accountId=111111111111"))
        self.assertEqual(other["platform_endpoint_messages"], {})

    def test_tokens(self):
        topic = self.topic()
        arn = self.subscribe(topic, "email", "a@example.com")
        token = json.loads(fetch(f"/_aws/sns/subscription-tokens/{arn}"))["subscription_token"]
        self.assertEqual(self.sns.confirm_subscription(TopicArn=topic, Token=token)["SubscriptionArn"], arn)
        for path, status in [("x", 400), (arn[:-4] + "0000", 404)]:
            with self.assertRaises(urllib.error.HTTPError) as raised:
                fetch(f"/_aws/sns/subscription-tokens/{path}")
            self.assertEqual(raised.exception.code, status)


if __name__ == "__main__":
    unittest.main()
