"""Caches: each a real server, to which the engines' own clients connect."""

import contextlib
import os
import socket
import time
import unittest

import boto3
import redis
from botocore.exceptions import ClientError

TOKEN, OTHER = "a-token-of-some-length", "another-token-of-some-length"
# A first cache may have to install its engine.
PATIENCE = 300


def elasticache():
    return boto3.client("elasticache")


def until(look, what):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"it took too long: {what}")


def settled(describe, status):
    def look():
        it = describe()
        assert status(it) != "create-failed", it
        return it if status(it).lower() == "available" else None

    return until(look, "available")


def cluster(id):
    def describe():
        return elasticache().describe_cache_clusters(CacheClusterId=id, ShowCacheNodeInfo=True)["CacheClusters"][0]

    return settled(describe, lambda it: it["CacheClusterStatus"])


def group(id):
    def describe():
        return elasticache().describe_replication_groups(ReplicationGroupId=id)["ReplicationGroups"][0]

    return settled(describe, lambda it: it["Status"])


def serverless(name):
    def describe():
        return elasticache().describe_serverless_caches(ServerlessCacheName=name)["ServerlessCaches"][0]

    return settled(describe, lambda it: it["Status"])


def connect(endpoint, password=None, client=redis.Redis, ssl=False):
    trust = {"ssl": True, "ssl_ca_certs": os.environ["CERTIFICATE"]} if ssl else {}
    return client(host=endpoint["Address"], port=endpoint["Port"], password=password, decode_responses=True, **trust)


plain = connect


def answers(client):
    try:
        return client.ping()
    except redis.ConnectionError:
        return False


def gone(describe, **arguments):
    def look():
        try:
            describe(**arguments)
        except ClientError as error:
            return "NotFound" in error.response["Error"]["Code"]

    return until(look, "gone")


class ElastiCache(unittest.TestCase):
    def test_cluster(self):
        for engine in ("redis", "valkey"):
            id = f"one-{engine}"
            with self.subTest(engine):
                made = elasticache().create_cache_cluster(
                    CacheClusterId=id, Engine=engine, CacheNodeType="cache.t3.micro", NumCacheNodes=1)["CacheCluster"]
                self.assertEqual(made["CacheClusterStatus"], "creating")
                endpoint = cluster(id)["CacheNodes"][0]["Endpoint"]
                self.assertTrue(int(os.environ["PORTS_START"]) <= endpoint["Port"] < int(os.environ["PORTS_END"]))
                client = connect(endpoint)
                client.set("fruit", "apple")
                self.assertEqual(client.get("fruit"), "apple")
                with self.assertRaises(elasticache().exceptions.CacheClusterAlreadyExistsFault):
                    elasticache().create_cache_cluster(
                        CacheClusterId=id, Engine=engine, CacheNodeType="cache.t3.micro", NumCacheNodes=1)
                elasticache().reboot_cache_cluster(CacheClusterId=id, CacheNodeIdsToReboot=["0001"])
                cluster(id)
                # A reboot empties a cache.
                self.assertIsNone(connect(endpoint).get("fruit"))
                elasticache().delete_cache_cluster(CacheClusterId=id)
                gone(elasticache().describe_cache_clusters, CacheClusterId=id)
                with self.assertRaises(redis.ConnectionError):
                    connect(endpoint).ping()

    def test_group_with_token(self):
        elasticache().create_replication_group(
            ReplicationGroupId="secret", ReplicationGroupDescription="with a token", Engine="redis",
            CacheNodeType="cache.t3.micro", NumCacheClusters=2, AutomaticFailoverEnabled=True,
            TransitEncryptionEnabled=True, AuthToken=TOKEN)
        made = group("secret")
        self.assertEqual(made["MemberClusters"], ["secret-001", "secret-002"])
        self.assertTrue(made["AuthTokenEnabled"] and made["TransitEncryptionEnabled"])
        endpoint = made["NodeGroups"][0]["PrimaryEndpoint"]
        self.assertEqual(made["TransitEncryptionMode"], "required")

        def connect(endpoint, token):
            return plain(endpoint, token, ssl=True)

        connect(endpoint, TOKEN).set("fruit", "pear")
        self.assertEqual(connect(made["NodeGroups"][0]["ReaderEndpoint"], TOKEN).get("fruit"), "pear")
        for wrong in (None, OTHER):
            with self.assertRaises((redis.AuthenticationError, redis.ResponseError)):
                connect(endpoint, wrong).get("fruit")
        with self.assertRaises(redis.ConnectionError):
            plain(endpoint, TOKEN).ping()
        # Both are taken from now on, and then again only one.
        for mode in ("preferred", "required"):
            elasticache().modify_replication_group(
                ReplicationGroupId="secret", TransitEncryptionMode=mode, ApplyImmediately=True)
            self.assertEqual(group("secret")["TransitEncryptionMode"], mode)
            is_required = mode == "required"
            until(lambda: answers(plain(endpoint, TOKEN)) != is_required, mode)
            self.assertEqual(connect(endpoint, TOKEN).get("fruit"), "pear")
        elasticache().modify_replication_group(
            ReplicationGroupId="secret", AuthToken=OTHER, AuthTokenUpdateStrategy="ROTATE", ApplyImmediately=True)
        group("secret")
        for right in (TOKEN, OTHER):
            self.assertEqual(connect(endpoint, right).get("fruit"), "pear")
        elasticache().modify_replication_group(
            ReplicationGroupId="secret", AuthToken=OTHER, AuthTokenUpdateStrategy="SET", ApplyImmediately=True)
        group("secret")
        self.assertEqual(connect(endpoint, OTHER).get("fruit"), "pear")
        with self.assertRaises((redis.AuthenticationError, redis.ResponseError)):
            connect(endpoint, TOKEN).get("fruit")
        members = elasticache().describe_cache_clusters()["CacheClusters"]
        of_group = [it["CacheClusterId"] for it in members if it.get("ReplicationGroupId") == "secret"]
        self.assertEqual(of_group, made["MemberClusters"])
        elasticache().delete_replication_group(ReplicationGroupId="secret")
        gone(elasticache().describe_replication_groups, ReplicationGroupId="secret")

    def test_group_of_a_cluster(self):
        elasticache().create_replication_group(
            ReplicationGroupId="sharded", ReplicationGroupDescription="in a cluster", Engine="redis",
            CacheNodeType="cache.t3.micro", NumNodeGroups=1, CacheParameterGroupName="default.redis7.cluster.on")
        made = group("sharded")
        self.assertTrue(made["ClusterEnabled"])
        client = connect(made["ConfigurationEndpoint"], client=redis.RedisCluster)
        client.set("fruit", "plum")
        self.assertEqual(client.get("fruit"), "plum")
        with self.assertRaises(ClientError) as caught:
            elasticache().modify_replication_group(ReplicationGroupId="sharded", TransitEncryptionEnabled=True)
        self.assertIn("is not implemented", str(caught.exception))
        elasticache().delete_replication_group(ReplicationGroupId="sharded")
        gone(elasticache().describe_replication_groups, ReplicationGroupId="sharded")

    def test_serverless(self):
        # The ports that Redis would take for the bus of its cluster are often those of connections of other programs.
        start, end = (int(os.environ[name]) for name in ("PORTS_START", "PORTS_END"))
        for port in range(start, end):
            other = socket.socket()
            self.addCleanup(other.close)
            with contextlib.suppress(OSError):
                other.bind(("127.0.0.1", port + 10_000))
        made = elasticache().create_serverless_cache(
            ServerlessCacheName="free", Engine="valkey", MajorEngineVersion="8", Tags=[{"Key": "team", "Value": "orders"}])
        arn = made["ServerlessCache"]["ARN"]
        it = serverless("free")
        for client in (redis.Redis, redis.RedisCluster):
            for ssl in (False, True):
                connection = connect(it["Endpoint"], client=client, ssl=ssl)
                connection.set("fruit", client.__name__)
                self.assertEqual(connection.get("fruit"), client.__name__)
        self.assertEqual(
            elasticache().list_tags_for_resource(ResourceName=arn)["TagList"], [{"Key": "team", "Value": "orders"}])
        elasticache().delete_serverless_cache(ServerlessCacheName="free")
        gone(elasticache().describe_serverless_caches, ServerlessCacheName="free")

    def test_refused(self):
        for code, arguments in [
            ("InvalidParameterCombination", {"AuthToken": TOKEN}),
            ("InvalidParameterValue", {"AuthToken": "short", "TransitEncryptionEnabled": True}),
            ("InternalFailure", {"NumNodeGroups": 3}),
        ]:
            with self.assertRaises(ClientError) as caught:
                elasticache().create_replication_group(
                    ReplicationGroupId="no", ReplicationGroupDescription="no", Engine="redis", **arguments)
            self.assertEqual(caught.exception.response["Error"]["Code"], code)


if __name__ == "__main__":
    unittest.main()
