"""Stands in for the Python of moto's environment: `stand_in.py LOG -I -c SCRIPT --host H --port P`.

What it is run for is the script's affair; with a port it serves what looks like moto, without one it says what it
implements. It writes down what happens to it.
"""

import http.server
import json
import os
import sys

log, arguments = sys.argv[1], sys.argv[2:]


def note(*words):
    with open(log, "a") as file:
        print(*words, file=file)


if "--port" not in arguments:
    note("asked")
    print(json.dumps({"moto": "5.1.22", "services": {"kms": ["ListKeys"]}}))
    sys.exit()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.path.startswith(("/moto-api/reset", "/asf/reset/")):
            note("reset", self.path)
        if b"die" in body:
            os._exit(9)
        answer = {
            "Keys": [{"KeyId": self.headers["host"], "KeyArn": self.headers.get("x-moto-account-id", "")}],
            "Plaintext": "c2VjcmV0",
            "KeyId": "k",
        }
        answer = json.dumps(answer).encode()
        status, kind = 200, "application/x-amz-json-1.1"
        if b"refuse" in body:
            answer, status = b'{"__type":"NotFoundException","message":"no such key"}', 400
        if b"fail" in body:
            answer, status, kind = b"<!doctype html><title>KeyError: 'x'</title>", 500, "text/html"
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


port = arguments[arguments.index("--port") + 1]
note("start", port)
http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()
