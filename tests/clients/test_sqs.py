"""SQS through boto3, over json and, with an older boto3, over query. Facts of AWS's are cited by the
recording that has them, file::scenario."""

import hashlib
import json
import os
import unittest
import urllib.request
import uuid

import boto3
from botocore.exceptions import ClientError


def client(account="000000000000", region="us-east-1"):
    return boto3.client("sqs", region_name=region, aws_access_key_id=account, aws_secret_access_key="x")


class Sqs(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.sqs = client()

    def queue(self, suffix="", **attributes):
        name = f"q-{uuid.uuid4()}{suffix}"
        return self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]

    def error(self, call, **arguments):
        with self.assertRaises(ClientError) as raised:
            call(**arguments)
        return raised.exception.response["Error"]

    def bodies(self, url, **arguments):
        messages = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, **arguments).get("Messages", [])
        return [message["Body"] for message in messages]


class Queues(Sqs):
    def test_create_get_list_delete(self):
        url = self.queue()
        name = url.rsplit("/", 1)[1]
        self.assertEqual(url, f"{os.environ['AWS_ENDPOINT_URL']}/000000000000/{name}")
        self.assertEqual(self.sqs.create_queue(QueueName=name)["QueueUrl"], url)
        self.assertEqual(self.sqs.get_queue_url(QueueName=name)["QueueUrl"], url)
        self.assertEqual(self.sqs.list_queues(QueueNamePrefix=name)["QueueUrls"], [url])
        self.sqs.delete_queue(QueueUrl=url)
        error = self.error(self.sqs.get_queue_url, QueueName=name)
        self.assertEqual(error["Code"], "AWS.SimpleQueueService.NonExistentQueue")
        self.assertTrue(error["Message"].startswith("The specified queue does not exist"))

    def test_default_attributes(self):
        url = self.queue()
        attributes = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        name = url.rsplit("/", 1)[1]
        for attribute in ["CreatedTimestamp", "LastModifiedTimestamp"]:
            self.assertGreater(int(attributes.pop(attribute)), 1_700_000_000)
        self.assertEqual(
            attributes,
            {
                "ApproximateNumberOfMessages": "0",
                "ApproximateNumberOfMessagesDelayed": "0",
                "ApproximateNumberOfMessagesNotVisible": "0",
                "DelaySeconds": "0",
                "MaximumMessageSize": "1048576",
                "MessageRetentionPeriod": "345600",
                "QueueArn": f"arn:aws:sqs:us-east-1:000000000000:{name}",
                "ReceiveMessageWaitTimeSeconds": "0",
                "SqsManagedSseEnabled": "true",
                "VisibilityTimeout": "30",
            },
        )

    def test_attributes_change(self):
        url = self.queue()
        self.sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "1", "DelaySeconds": "2"})
        wanted = ["VisibilityTimeout", "DelaySeconds"]
        attributes = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=wanted)["Attributes"]
        self.assertEqual(attributes, {"VisibilityTimeout": "1", "DelaySeconds": "2"})
        error = self.error(self.sqs.set_queue_attributes, QueueUrl=url, Attributes={"NoSuch": "1"})
        self.assertEqual(error["Code"], "InvalidAttributeName")

    def test_other_attributes_for_the_same_name(self):
        url = self.queue(DelaySeconds="1")
        name = url.rsplit("/", 1)[1]
        error = self.error(self.sqs.create_queue, QueueName=name, Attributes={"DelaySeconds": "2"})
        self.assertEqual(error["Code"], "QueueAlreadyExists")

    def test_accounts_and_regions_are_apart(self):
        url = self.queue()
        name = url.rsplit("/", 1)[1]
        for other in [client(account="111122223333"), client(region="eu-west-1")]:
            error = self.error(other.get_queue_url, QueueName=name)
            self.assertEqual(error["Code"], "AWS.SimpleQueueService.NonExistentQueue")

    def test_pages(self):
        prefix = f"page-{uuid.uuid4()}"
        urls = [self.sqs.create_queue(QueueName=f"{prefix}-{i}")["QueueUrl"] for i in range(5)]
        pages = self.sqs.get_paginator("list_queues").paginate(QueueNamePrefix=prefix, PaginationConfig={"PageSize": 2})
        found = [page["QueueUrls"] for page in pages]
        self.assertEqual([len(page) for page in found], [2, 2, 1])
        self.assertEqual(sum(found, []), urls)

    def test_tags(self):
        url = self.queue()
        self.sqs.tag_queue(QueueUrl=url, Tags={"a": "1", "b": "2"})
        self.sqs.untag_queue(QueueUrl=url, TagKeys=["a"])
        self.assertEqual(self.sqs.list_queue_tags(QueueUrl=url)["Tags"], {"b": "2"})

    def test_permissions(self):
        url = self.queue()
        self.sqs.add_permission(QueueUrl=url, Label="l", AWSAccountIds=["111122223333"], Actions=["SendMessage"])
        policy = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"]
        self.assertEqual(json.loads(policy)["Statement"][0]["Sid"], "l")
        self.sqs.remove_permission(QueueUrl=url, Label="l")

    def test_purge(self):
        url = self.queue()
        self.sqs.send_message(QueueUrl=url, MessageBody="gone")
        self.sqs.purge_queue(QueueUrl=url)
        self.assertEqual(self.bodies(url), [])


class Messages(Sqs):
    def test_send_receive_delete(self):
        url = self.queue()
        sent = self.sqs.send_message(QueueUrl=url, MessageBody="hello <&> ü 日本")
        self.assertEqual(sent["MD5OfMessageBody"], hashlib.md5("hello <&> ü 日本".encode()).hexdigest())
        message = self.sqs.receive_message(QueueUrl=url)["Messages"][0]
        self.assertEqual(message["Body"], "hello <&> ü 日本")
        self.assertEqual(message["MessageId"], sent["MessageId"])
        self.assertEqual(self.bodies(url), [])
        self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    def test_visibility_is_given_back(self):
        url = self.queue()
        self.sqs.send_message(QueueUrl=url, MessageBody="m")
        handle = self.sqs.receive_message(QueueUrl=url)["Messages"][0]["ReceiptHandle"]
        self.sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)
        wanted = {"AttributeNames": ["ApproximateReceiveCount", "SenderId"]}
        message = self.sqs.receive_message(QueueUrl=url, **wanted)["Messages"][0]
        self.assertEqual(message["Attributes"]["ApproximateReceiveCount"], "2")

    def test_message_attributes(self):
        url = self.queue()
        attributes = {
            "text": {"DataType": "String", "StringValue": "t"},
            "number": {"DataType": "Number.int", "StringValue": "7"},
            "bytes": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
        }
        sent = self.sqs.send_message(QueueUrl=url, MessageBody="m", MessageAttributes=attributes)
        message = self.sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"])["Messages"][0]
        self.assertEqual(message["MessageAttributes"], attributes)
        self.assertEqual(message["MD5OfMessageAttributes"], sent["MD5OfMessageAttributes"])

    def test_batches_fail_in_part(self):
        url = self.queue()
        entries = [{"Id": "good", "MessageBody": "g"}, {"Id": "bad", "MessageBody": "b\x01"}]
        result = self.sqs.send_message_batch(QueueUrl=url, Entries=entries)
        self.assertEqual([entry["Id"] for entry in result["Successful"]], ["good"])
        failed = result["Failed"][0]
        self.assertEqual((failed["Id"], failed["Code"], failed["SenderFault"]), ("bad", "InvalidMessageContents", True))
        messages = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
        entries = [{"Id": "1", "ReceiptHandle": messages[0]["ReceiptHandle"]}, {"Id": "2", "ReceiptHandle": "junk"}]
        result = self.sqs.delete_message_batch(QueueUrl=url, Entries=entries)
        self.assertEqual([entry["Id"] for entry in result["Successful"]], ["1"])
        self.assertEqual([entry["Code"] for entry in result["Failed"]], ["ReceiptHandleIsInvalid"])

    def test_batch_errors(self):
        url = self.queue()
        same = [{"Id": "x", "MessageBody": "1"}, {"Id": "x", "MessageBody": "2"}]
        error = self.error(self.sqs.send_message_batch, QueueUrl=url, Entries=same)
        self.assertEqual(error["Code"], "AWS.SimpleQueueService.BatchEntryIdsNotDistinct")
        many = [{"Id": str(i), "MessageBody": "1"} for i in range(11)]
        error = self.error(self.sqs.send_message_batch, QueueUrl=url, Entries=many)
        self.assertEqual(error["Code"], "AWS.SimpleQueueService.TooManyEntriesInBatchRequest")

    def test_too_large(self):
        url = self.queue(MaximumMessageSize="1024")
        error = self.error(self.sqs.send_message, QueueUrl=url, MessageBody="x" * 1025)
        self.assertEqual(error["Code"], "InvalidParameterValue")
        self.assertIn("Message must be shorter than 1024 bytes", error["Message"])

    def test_a_waiting_receiver_gets_what_comes(self):
        import threading

        url = self.queue()
        found = []
        receiver = threading.Thread(target=lambda: found.extend(self.bodies(url, WaitTimeSeconds=20)))
        receiver.start()
        client().send_message(QueueUrl=url, MessageBody="at last")
        receiver.join(timeout=15)
        self.assertEqual(found, ["at last"])

    def test_fifo(self):
        url = self.queue(".fifo", FifoQueue="true")
        for group, body in [("a", "a1"), ("b", "b1"), ("a", "a2")]:
            self.sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=group, MessageDeduplicationId=body)
        again = self.sqs.send_message(QueueUrl=url, MessageBody="x", MessageGroupId="a", MessageDeduplicationId="a1")
        first = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1)["Messages"][0]
        self.assertEqual((first["Body"], first["MessageId"]), ("a1", again["MessageId"]))
        # The rest of group a waits for a1.
        self.assertEqual(self.bodies(url), ["b1"])
        self.sqs.delete_message(QueueUrl=url, ReceiptHandle=first["ReceiptHandle"])
        self.assertEqual(self.bodies(url), ["a2"])

    def test_fifo_needs_a_group(self):
        url = self.queue(".fifo", FifoQueue="true")
        error = self.error(self.sqs.send_message, QueueUrl=url, MessageBody="m")
        self.assertEqual(error["Code"], "MissingParameter")
        self.assertEqual(error["Message"], "The request must contain the parameter MessageGroupId.")

    def test_dead_letters(self):
        dead = self.queue()
        arn = self.sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 1})
        url = self.queue(RedrivePolicy=policy, VisibilityTimeout="0")
        self.sqs.send_message(QueueUrl=url, MessageBody="poison")
        self.assertEqual(self.bodies(url), ["poison"])
        self.assertEqual(self.bodies(url), [])
        self.assertEqual(self.bodies(dead, VisibilityTimeout=0), ["poison"])
        self.assertEqual(self.sqs.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"], [url])

    def test_developer_endpoint(self):
        url = self.queue()
        self.sqs.send_message(QueueUrl=url, MessageBody="seen")
        request = urllib.request.Request(
            f"{os.environ['AWS_ENDPOINT_URL']}/_aws/sqs/messages?QueueUrl={url}", headers={"Accept": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=10) as response:
            shown = json.load(response)["ReceiveMessageResponse"]["ReceiveMessageResult"]["Message"]
        self.assertEqual([message["Body"] for message in shown], ["seen"])
        # Looking has changed nothing.
        wanted = {"AttributeNames": ["ApproximateReceiveCount"]}
        message = self.sqs.receive_message(QueueUrl=url, **wanted)["Messages"][0]
        self.assertEqual(message["Attributes"]["ApproximateReceiveCount"], "1")


if __name__ == "__main__":
    unittest.main()
