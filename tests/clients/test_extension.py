"""The example of an extension in Python, through boto3."""

import http.client
import json
import os
import unittest
from contextlib import closing
from datetime import datetime, timezone
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import ClientError, ParamValidationError


class Translate(unittest.TestCase):
    def setUp(self):
        self.translate = boto3.client("translate")

    def test_it_answers(self):
        answer = self.translate.translate_text(
            Text="hello world", SourceLanguageCode="en", TargetLanguageCode="fr"
        )
        self.assertEqual(answer["TranslatedText"], "bonjour monde")
        headers = answer["ResponseMetadata"]["HTTPHeaders"]
        self.assertEqual(headers["x-asf-source"], "extension:translate")
        self.assertTrue(answer["ResponseMetadata"]["RequestId"])

    def test_an_error_with_members(self):
        with self.assertRaises(self.translate.exceptions.UnsupportedLanguagePairException) as raised:
            self.translate.translate_text(Text="x", SourceLanguageCode="en", TargetLanguageCode="tlh")
        response = raised.exception.response
        self.assertEqual(response["Error"]["Code"], "UnsupportedLanguagePairException")
        self.assertEqual(response["Error"]["Message"], "Unsupported language pair: en to tlh.")
        self.assertEqual((response["SourceLanguageCode"], response["TargetLanguageCode"]), ("en", "tlh"))
        self.assertEqual(response["ResponseMetadata"]["HTTPStatusCode"], 400)

    def test_blobs_timestamps_accounts(self):
        data = {"File": b"en,de\xff", "Format": "CSV"}
        made = self.translate.import_terminology(
            Name="terms", MergeStrategy="OVERWRITE", TerminologyData=data
        )["TerminologyProperties"]
        self.assertEqual(made["SizeBytes"], 6)
        self.assertEqual(made["Arn"], "arn:aws:translate:us-east-1:000000000000:terminology/terms/LATEST")
        self.assertLess(abs((datetime.now(timezone.utc) - made["CreatedAt"]).total_seconds()), 60)
        found = self.translate.get_terminology(Name="terms")["TerminologyProperties"]
        self.assertEqual(found, made)
        another = boto3.client("translate", aws_access_key_id="111122223333", aws_secret_access_key="x")
        with self.assertRaises(another.exceptions.ResourceNotFoundException):
            another.get_terminology(Name="terms")

    def test_input_is_checked_before_it(self):
        with self.assertRaises(ClientError) as raised:
            self.translate.translate_text(Text="x", SourceLanguageCode="english", TargetLanguageCode="de")
        self.assertEqual(raised.exception.response["Error"]["Code"], "ValidationException")
        with self.assertRaises(ParamValidationError):
            self.translate.translate_text(Text="x")

    def test_other_operations_are_not_there(self):
        with self.assertRaises(ClientError) as raised:
            self.translate.list_terminologies()
        self.assertEqual(raised.exception.response["ResponseMetadata"]["HTTPStatusCode"], 501)
        self.assertEqual(raised.exception.response["Error"]["Code"], "NotImplemented")

    def test_a_route(self):
        host = urlsplit(os.environ["AWS_ENDPOINT_URL"]).netloc
        with closing(http.client.HTTPConnection(host, timeout=10)) as connection:
            for path, status in [("/_extension/translate/words", 200), ("/_extension/translate/", 404)]:
                connection.request("GET", path)
                response = connection.getresponse()
                body = json.loads(response.read())
                self.assertEqual(response.status, status, body)
                if status == 200:
                    self.assertEqual(body[0]["fr"], "bonjour")
