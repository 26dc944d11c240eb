"""Checksums of uploads in parts."""

from .recorded import Recorded

PART = (5 << 20) + 1


class Checksums(Recorded):
    def test_defaults(self):
        # test_s3::TestS3MultipartUploadChecksum::test_multipart_checksum_type_default_for_checksum
        bucket = self.bucket()
        for algorithm in ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"]:
            created = self.answered(
                self.s3.create_multipart_upload, "UploadId", Bucket=bucket, Key="k", ChecksumAlgorithm=algorithm
            )
            self.assertEqual(
                created,
                {
                    "Bucket": bucket,
                    "ChecksumAlgorithm": algorithm,
                    "ChecksumType": "FULL_OBJECT" if algorithm == "CRC64NVME" else "COMPOSITE",
                    "Key": "k",
                    "ServerSideEncryption": "AES256",
                    "!": 200,
                },
            )

    def test_whole_objects(self):
        # test_s3::TestS3MultipartUploadChecksum::test_complete_multipart_parts_checksum_full_object
        bucket = self.bucket()
        for algorithm, whole, first, last in [
            ("CRC32", "qSEQSA==", "NRU+Sw==", "TBHN8A=="),
            ("CRC32C", "eTdAQA==", "2/Ckiw==", "5yZkMA=="),
            ("CRC64NVME", "ZMNX55lZurA=", "Kg7TOs6algM=", "DBqAA21lxVU="),
        ]:
            name = f"Checksum{algorithm}"
            at = {"Bucket": bucket, "Key": algorithm}
            id = self.s3.create_multipart_upload(
                ChecksumAlgorithm=algorithm, ChecksumType="FULL_OBJECT", **at
            )["UploadId"]
            at_upload = {"UploadId": id, **at}
            parts = []
            for number, (length, checksum) in enumerate([(PART, first), (PART, first), (10, last)], 1):
                part = self.s3.upload_part(
                    PartNumber=number, Body=b"a" * length, **{name: checksum}, **at_upload
                )
                parts.append({"PartNumber": number, "ETag": part["ETag"], name: part[name]})
            self.assertEqual([it[name] for it in parts], [first, first, last])
            listed = self.answered(self.s3.list_parts, "Initiator", "Owner", "Parts", **at_upload)
            self.assertEqual(
                listed,
                {
                    "ChecksumAlgorithm": algorithm,
                    "ChecksumType": "FULL_OBJECT",
                    "IsTruncated": False,
                    "MaxParts": 1000,
                    "NextPartNumberMarker": 3,
                    "PartNumberMarker": 0,
                    "StorageClass": "STANDARD",
                    "!": 200,
                    **at_upload,
                },
            )
            # Checksums that are those of other parts.
            wrong = [{**it, name: parts[2 - index][name]} for index, it in enumerate(parts)]
            error = self.refused(
                self.s3.complete_multipart_upload, MultipartUpload={"Parts": wrong}, **at_upload
            )
            self.assertEqual((error["Code"], error["UploadId"], error["!"]), ("InvalidPart", id, 400))
            # AWS looks at parts in an order of its own, and names the wrong one that it came to first.
            self.assertIn(error["PartNumber"], ["1", "3"])
            completed = self.answered(
                self.s3.complete_multipart_upload,
                "Location",
                MultipartUpload={"Parts": parts},
                ChecksumType="FULL_OBJECT",
                **at_upload,
            )
            tag = '"4d45984fc3feb2ac9b22683c49674b56-3"'
            said = {name: whole, "ChecksumType": "FULL_OBJECT", "ServerSideEncryption": "AES256", "!": 200}
            self.assertEqual(completed, {"ETag": tag, **said, **at})
            head = self.answered(self.s3.head_object, ChecksumMode="ENABLED", **at)
            read = {"AcceptRanges": "bytes", "ContentType": "binary/octet-stream", "ETag": tag, "Metadata": {}}
            self.assertEqual(head, {"ContentLength": 2 * PART + 10, **read, **said})
            got = self.answered(self.s3.get_object, PartNumber=3, ChecksumMode="ENABLED", **at)
            self.assertEqual(
                got,
                {
                    "Body": b"a" * 10,
                    "ContentLength": 10,
                    "ContentRange": "bytes 10485762-10485771/10485772",
                    "PartsCount": 3,
                    "ServerSideEncryption": "AES256",
                    **read,
                    "!": 206,
                },
            )
            wanted = ["Checksum", "ETag", "ObjectParts"]
            attributes = self.answered(self.s3.get_object_attributes, ObjectAttributes=wanted, **at)
            checksum = {name: whole, "ChecksumType": "FULL_OBJECT"}
            self.assertEqual(
                attributes,
                {"Checksum": checksum, "ETag": tag.strip('"'), "ObjectParts": {"TotalPartsCount": 3}, "!": 200},
            )
            copied = self.answered(self.s3.copy_object, Bucket=bucket, Key="copy", CopySource=at)
            copied_tag = '"a0397ee2df08832642af5d7e57c5760c"'
            self.assertEqual(
                copied,
                {"CopyObjectResult": {"ETag": copied_tag, **checksum}, "ServerSideEncryption": "AES256", "!": 200},
            )
            attributes = self.answered(
                self.s3.get_object_attributes, ObjectAttributes=wanted, Bucket=bucket, Key="copy"
            )
            self.assertEqual(
                attributes, {"Checksum": checksum, "ETag": copied_tag.strip('"'), "!": 200}
            )

    def test_copied_parts(self):
        # test_s3::TestS3MultipartUploadChecksum::test_multipart_upload_part_copy_checksum
        bucket = self.bucket()
        self.put(bucket, "source", b"this is a part")
        for kind, value in [("COMPOSITE", "F9bAnw==-1"), ("FULL_OBJECT", "iqJrOQ==")]:
            at = {"Bucket": bucket, "Key": kind}
            created = self.s3.create_multipart_upload(ChecksumAlgorithm="CRC32C", ChecksumType=kind, **at)
            at_upload = {"UploadId": created["UploadId"], **at}
            copied = self.answered(
                self.s3.upload_part_copy, PartNumber=1, CopySource=f"{bucket}/source", **at_upload
            )
            del copied["CopyPartResult"]["LastModified"]
            tag = '"11df95d595559285eb2b042124e74f09"'
            result = {"ChecksumCRC32C": "iqJrOQ==", "ETag": tag}
            self.assertEqual(copied, {"CopyPartResult": result, "ServerSideEncryption": "AES256", "!": 200})
            part = self.s3.list_parts(**at_upload)["Parts"][0]
            del part["LastModified"]
            self.assertEqual(part, {"PartNumber": 1, "Size": 14, **result})
            completed = self.answered(
                self.s3.complete_multipart_upload,
                "Location",
                MultipartUpload={"Parts": [{"PartNumber": 1, **result}]},
                **at_upload,
            )
            said = {"ChecksumCRC32C": value, "ChecksumType": kind, "ServerSideEncryption": "AES256", "!": 200}
            self.assertEqual(completed, {"ETag": '"395d97c07920de036bfa21e7568a2e9f-1"', **said, **at})
            attributes = self.answered(
                self.s3.get_object_attributes, ObjectAttributes=["Checksum", "ObjectParts"], **at
            )
            parts = {"TotalPartsCount": 1}
            if kind == "COMPOSITE":
                parts |= {"IsTruncated": False, "MaxParts": 1000, "NextPartNumberMarker": 1, "PartNumberMarker": 0}
                parts["Parts"] = [{"ChecksumCRC32C": "iqJrOQ==", "PartNumber": 1, "Size": 14}]
            checksum = {"ChecksumCRC32C": value.split("-")[0], "ChecksumType": kind}
            self.assertEqual(attributes, {"Checksum": checksum, "ObjectParts": parts, "!": 200})

    def test_parts_without_a_checksum(self):
        # test_s3_api::TestS3Multipart::test_upload_part_copy_no_copy_source_range
        bucket = self.bucket()
        self.put(bucket, "source", b"0123456789")
        at = {"Bucket": bucket, "Key": "k"}
        created = self.answered(self.s3.create_multipart_upload, **at)
        id = created.pop("UploadId")
        self.assertEqual(created, {"ServerSideEncryption": "AES256", "!": 200, **at})
        copied = self.s3.upload_part_copy(PartNumber=1, UploadId=id, CopySource=f"{bucket}/source", **at)
        tag = '"781e5e245d69b566979b86e28d23f2c7"'
        self.assertEqual({**copied["CopyPartResult"], "LastModified": 0}, {"ETag": tag, "LastModified": 0})
        listed = self.answered(self.s3.list_parts, UploadId=id, **at)
        self.assertEqual(sorted(listed["Initiator"]), ["DisplayName", "ID"])
        self.assertEqual(list(listed["Owner"]), ["ID"])
        self.assertEqual({**listed["Parts"][0], "LastModified": 0}, {"ETag": tag, "LastModified": 0, "PartNumber": 1, "Size": 10})

    def test_overwritten(self):
        # test_s3::TestS3::test_multipart_overwrite_key, ::test_set_external_hostname
        bucket = self.bucket()
        self.put(bucket, "k", b"test")
        at = {"Bucket": bucket, "Key": "k"}
        id = self.s3.create_multipart_upload(**at)["UploadId"]
        part = self.s3.upload_part(PartNumber=1, UploadId=id, Body=b"test", **at)
        completed = self.answered(
            self.s3.complete_multipart_upload,
            "ETag",
            "Location",
            UploadId=id,
            MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]},
            **at,
        )
        self.assertEqual(len(completed.pop("ChecksumCRC64NVME")), 12)
        said = {"ChecksumType": "FULL_OBJECT", "ServerSideEncryption": "AES256", "!": 200}
        self.assertEqual(completed, {**said, **at})
