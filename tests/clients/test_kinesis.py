"""Kinesis, for which another server stands in."""

import time
import unittest

import boto3


class Kinesis(unittest.TestCase):
    def test_records_go_through(self):
        kinesis = boto3.client("kinesis")
        answer = kinesis.create_stream(StreamName="orders", ShardCount=1)
        self.assertEqual(answer["ResponseMetadata"]["HTTPHeaders"]["x-asf-source"], "kinesalite")
        deadline = time.monotonic() + 60
        while True:
            stream = kinesis.describe_stream(StreamName="orders")["StreamDescription"]
            if stream["StreamStatus"] == "ACTIVE":
                break
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.1)
        kinesis.put_record(StreamName="orders", Data=b"apple", PartitionKey="a")
        shard = stream["Shards"][0]["ShardId"]
        iterator = kinesis.get_shard_iterator(StreamName="orders", ShardId=shard, ShardIteratorType="TRIM_HORIZON")
        records = kinesis.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
        self.assertEqual([it["Data"] for it in records], [b"apple"])


if __name__ == "__main__":
    unittest.main()
