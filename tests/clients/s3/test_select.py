"""S3 Select over a file that another writer of Parquet has made ("SelectObjectContent" of the API reference)."""

import base64

from .recorded import Recorded

# Two rows, of pyarrow 26: name (text), age (32 bits, one of them null), with Snappy.
PEOPLE = base64.b64decode(
    "UEFSMRUEFRwVIEwVBBUAEgAADjQDAAAAQWRhAwAAAEJvYhUAFRIVFiwVBBUQFQYVBhwAAAAJIAIAAAAEAQEDAhUEFQgVDEwVAhUAEgAABAwkAAAA"
    "FQAVEhUWLBUEFRAVBhUGHAAAAAkgAgAAAAMBAQIAFQQZPDUAGAZzY2hlbWEVBAAVDCUCGARuYW1lJQBMHAAAABUCJQIYA2FnZQAWBBkcGSwmABwV"
    "DBk1AAYQGRgEbmFtZRUCFgQWcBZ4JkQmCCksFQQVABUCABUAFRAVAgA8FgwZBhkmAAQAAAAmABwVAhk1AAYQGRgDYWdlFQIWBBZcFmQmqAEmgAEp"
    "LBUEFQAVAgAVABUQFQIAPCkGGSYCAgAAABbMARYEJggW3AEAKCBwYXJxdWV0LWNwcC1hcnJvdyB2ZXJzaW9uIDI2LjAuMRksHAAAHAAAANkAAABQ"
    "QVIx"
)


class Select(Recorded):
    def select(self, bucket, key, expression, **output):
        answer = self.s3.select_object_content(
            Bucket=bucket,
            Key=key,
            ExpressionType="SQL",
            Expression=expression,
            InputSerialization={"Parquet": {}, "CompressionType": "NONE"},
            OutputSerialization=output or {"JSON": {}},
        )
        return list(answer["Payload"])

    def test_parquet(self):
        bucket = self.bucket()
        self.put(bucket, "people.parquet", PEOPLE)
        events = self.select(bucket, "people.parquet", "SELECT * FROM S3Object")
        self.assertEqual([name for event in events for name in event], ["Records", "Stats", "End"])
        self.assertEqual(
            events[0]["Records"]["Payload"], b'{"name":"Ada","age":36}\n{"name":"Bob","age":null}\n'
        )
        self.assertGreater(events[1]["Stats"]["Details"]["BytesScanned"], 0)
        [row, *_] = self.select(
            bucket, "people.parquet", "SELECT COUNT(*), AVG(s.age) FROM S3Object s WHERE s.age > 30", CSV={}
        )
        self.assertEqual(row["Records"]["Payload"], b"1,36\n")
