#!/usr/bin/env bash
# Keeps a state of this build in tests/states/<version>, as a folder and as a file: a queue with a message and a session, of midnight of
# 2027-01-01. Run it once when a version is released; later builds have to read it. ASF is the binary.
set -euo pipefail
cd "$(dirname "$0")"
asf=${ASF:-asf}
volume=$(mktemp -d)
listen=127.0.0.1:${PORT:-47125}
env -i HOME="$volume" PERSISTENCE=1 LOCALSTACK_VOLUME_DIR="$volume" GATEWAY_LISTEN="$listen" "$asf" start >"$volume/out" &
process=$!
until grep -q Ready. "$volume/out"; do sleep 0.05; done
signed() {
    echo "Authorization: AWS4-HMAC-SHA256 Credential=test/20270101/us-east-1/$1/aws4_request, SignedHeaders=host, Signature=0"
}
sqs() {
    curl -sf "http://$listen/" -H "$(signed sqs)" -H "X-Amz-Target: AmazonSQS.$1" -H 'Content-Type: application/x-amz-json-1.0' -d "$2"
}
curl -sf "http://$listen/_asf/clock" -d '{"action": "freeze"}' >/dev/null
curl -sf "http://$listen/_asf/clock" -d '{"action": "set", "to": "2027-01-01T00:00:00Z"}' >/dev/null
sqs CreateQueue '{"QueueName": "kept"}' >/dev/null
sqs SendMessage '{"QueueUrl": "http://localhost/000000000000/kept", "MessageBody": "of an older version"}' >/dev/null
version=$("$asf" --version | cut -d' ' -f2)
mkdir -p "$version"
curl -sf "http://$listen/" -H "$(signed sts)" \
    -d 'Version=2011-06-15&Action=AssumeRole&RoleArn=arn:aws:iam::111122223333:role/demo&RoleSessionName=me' >"$version/session.xml"
GATEWAY_LISTEN="$listen" "$asf" state save "./$version/pod.asf" >/dev/null
kill "$process"
wait "$process"
cp "$volume/state/"{entries.redb,format,commits} "$version/"
rm -r "$volume"
