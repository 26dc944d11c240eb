"""Resources of services without a native provider: made and read, through the fallback to moto."""

import json
import unittest

from test_moto import client

# Service, how a resource is made, how it is read, and what the read one has of it. `{name}` of the answer to the one
# stands for it in the other.
ROLE = "arn:aws:iam::000000000000:role/made"
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
MADE = [
    # The first: others act as its role.
    ("iam", "create_role", {"RoleName": "made", "AssumeRolePolicyDocument": TRUST},
     "get_role", {"RoleName": "made"}, "made"),
    ("acm", "request_certificate", {"DomainName": "made.test"},
     "describe_certificate", {"CertificateArn": "{CertificateArn}"}, "made.test"),
    ("apigateway", "create_rest_api", {"name": "made"}, "get_rest_api", {"restApiId": "{id}"}, "made"),
    ("athena", "create_work_group", {"Name": "made"}, "get_work_group", {"WorkGroup": "made"}, "made"),
    ("cloudformation", "create_stack", {"StackName": "made", "TemplateBody": json.dumps({"Resources": {
        "Made": {"Type": "AWS::SSM::Parameter", "Properties": {"Name": "of-made", "Type": "String", "Value": "x"}}}})},
     "describe_stacks", {"StackName": "made"}, "made"),
    ("cloudwatch", "put_metric_alarm", {
        "AlarmName": "made", "MetricName": "m", "Namespace": "n", "Period": 60, "EvaluationPeriods": 1,
        "Threshold": 1.0, "ComparisonOperator": "GreaterThanThreshold", "Statistic": "Sum"},
     "describe_alarms", {"AlarmNames": ["made"]}, "made"),
    ("cognito-idp", "create_user_pool", {"PoolName": "made"},
     "describe_user_pool", {"UserPoolId": "{UserPool.Id}"}, "made"),
    ("ec2", "create_vpc", {"CidrBlock": "10.77.0.0/16"}, "describe_vpcs", {"VpcIds": ["{Vpc.VpcId}"]}, "10.77.0.0/16"),
    ("ecr", "create_repository", {"repositoryName": "made"},
     "describe_repositories", {"repositoryNames": ["made"]}, "made"),
    ("ecs", "create_cluster", {"clusterName": "made"}, "describe_clusters", {"clusters": ["made"]}, "made"),
    ("efs", "create_file_system", {"CreationToken": "made"},
     "describe_file_systems", {"FileSystemId": "{FileSystemId}"}, "made"),
    ("eks", "create_cluster", {"name": "made", "roleArn": ROLE, "resourcesVpcConfig": {}},
     "describe_cluster", {"name": "made"}, "made"),
    ("events", "put_rule", {"Name": "made", "ScheduleExpression": "rate(5 minutes)"},
     "describe_rule", {"Name": "made"}, "rate(5 minutes)"),
    ("glue", "create_database", {"DatabaseInput": {"Name": "made"}}, "get_database", {"Name": "made"}, "made"),
    ("kinesis", "create_stream", {"StreamName": "made", "ShardCount": 1},
     "describe_stream_summary", {"StreamName": "made"}, "made"),
    ("kms", "create_key", {"Description": "made"}, "describe_key", {"KeyId": "{KeyMetadata.KeyId}"}, "made"),
    ("lambda", "create_function", {
        "FunctionName": "made", "Role": ROLE, "PackageType": "Image", "Code": {
            "ImageUri": "000000000000.dkr.ecr.us-east-1.amazonaws.com/made:latest"}},
     "get_function_configuration", {"FunctionName": "made"}, "made"),
    ("logs", "create_log_group", {"logGroupName": "made"},
     "describe_log_groups", {"logGroupNamePrefix": "made"}, "made"),
    ("organizations", "create_organization", {"FeatureSet": "ALL"}, "describe_organization", {}, "ALL"),
    ("redshift", "create_cluster_parameter_group", {
        "ParameterGroupName": "made", "ParameterGroupFamily": "redshift-1.0", "Description": "x"},
     "describe_cluster_parameter_groups", {"ParameterGroupName": "made"}, "made"),
    ("route53", "create_hosted_zone", {"Name": "made.test", "CallerReference": "made"},
     "get_hosted_zone", {"Id": "{HostedZone.Id}"}, "made.test."),
    ("secretsmanager", "create_secret", {"Name": "made", "SecretString": "plum"},
     "get_secret_value", {"SecretId": "made"}, "plum"),
    ("ses", "verify_email_identity", {"EmailAddress": "made@example.com"}, "list_identities", {}, "made@example.com"),
    ("ssm", "put_parameter", {"Name": "made", "Value": "plum", "Type": "String"},
     "get_parameter", {"Name": "made"}, "plum"),
    ("stepfunctions", "create_state_machine", {
        "name": "made", "roleArn": ROLE, "definition": '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}'},
     "describe_state_machine", {"stateMachineArn": "{stateMachineArn}"}, "made"),
    ("firehose", "create_delivery_stream", {"DeliveryStreamName": "made", "S3DestinationConfiguration": {
        "RoleARN": ROLE, "BucketARN": "arn:aws:s3:::made"}},
     "describe_delivery_stream", {"DeliveryStreamName": "made"}, "made"),
    ("backup", "create_backup_vault", {"BackupVaultName": "made"},
     "describe_backup_vault", {"BackupVaultName": "made"}, "made"),
]


def read_with(arguments, made):
    """Arguments with what is between braces taken from the answer to what was made."""
    if isinstance(arguments, dict):
        return {name: read_with(it, made) for name, it in arguments.items()}
    if isinstance(arguments, list):
        return [read_with(it, made) for it in arguments]
    if not arguments.startswith("{"):
        return arguments
    for name in arguments.strip("{}").split("."):
        made = made[name]
    return made


def leaves(answer):
    if isinstance(answer, dict):
        return [leaf for it in answer.values() for leaf in leaves(it)]
    if isinstance(answer, list):
        return [leaf for it in answer for leaf in leaves(it)]
    return [answer]


class Made(unittest.TestCase):
    def test_resources(self):
        self.assertGreaterEqual(len({service for service, *_ in MADE}), 25)
        for service, make, how, read, which, expected in MADE:
            with self.subTest(service):
                made = getattr(client(service), make)(**how)
                answer = getattr(client(service), read)(**read_with(which, made))
                self.assertIn(expected, leaves(answer))
                for it in (made, answer):
                    self.assertEqual(it["ResponseMetadata"]["HTTPHeaders"]["x-asf-source"], "moto")


if __name__ == "__main__":
    unittest.main()
