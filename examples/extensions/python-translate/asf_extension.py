"""Extensions of asf in Python: this one file, and nothing but the standard library (3.9 or newer).

    from asf_extension import AwsError, Extension

    extension = Extension()

    @extension.operation("translate", "TranslateText")
    def translate_text(input, context):
        if input["TargetLanguageCode"] not in LANGUAGES:
            raise AwsError("UnsupportedLanguagePairException", "No.", members={...})
        return {"TranslatedText": ..., ...}

    @extension.route("/_extension/translate/")
    def words(request):
        return Response(200, b"...")

    extension.run()

asf starts the program when it is first needed, and stops it. What is served stands in asf-extension.toml
too. What is said between the two: docs/extensions-out-of-process.md.
"""

import json
import os
import signal
import socketserver
import sys
import threading
import traceback
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

PROTOCOL = 1


class AwsError(Exception):
    """An error as the service answers it. Of one in the service's model, `members` are those of its structure,
    and `status` need not be given."""

    def __init__(self, code, message=None, status=None, members=None):
        super().__init__(code, message)
        self.answer = {"code": code}
        if message is not None:
            self.answer["message"] = message
        if status is not None:
            self.answer["status"] = status
        if members:
            self.answer["members"] = members


class Context:
    """Who calls, and where: service, operation, account_id, region, partition, request_id, access_key_id (None
    of unsigned calls), now (seconds since 1970, by the emulator's clock), method, path, headers."""

    def __init__(self, members):
        self.__dict__.update(members)


class Request:
    """A request at a route: method, path (as it came), query (name -> list of values), headers, stream (a file
    to read the body from)."""

    def __init__(self, method, target, headers, stream):
        parts = urlsplit(target)
        self.method, self.path, self.headers, self.stream = method, parts.path, headers, stream
        self.query = parse_qs(parts.query, keep_blank_values=True)

    def body(self):
        """All of the body."""
        return self.stream.read()


class Response:
    """An answer at a route. The body is bytes, text, or an iterable of bytes, which is sent piece by piece."""

    def __init__(self, status=200, body=b"", headers=None):
        self.status, self.headers = status, dict(headers or {})
        self.body = body.encode() if isinstance(body, str) else body


class Extension:
    """What a program serves. Handlers run in threads, several at a time."""

    def __init__(self):
        self.operations, self.routes, self.hooks = {}, [], {}

    def operation(self, service, name):
        """Decorates a function that takes input and context and returns the output, all as the spec has it:
        blobs are base64, timestamps seconds since 1970."""

        def bind(function):
            self.operations[service, name] = function
            return function

        return bind

    def route(self, prefix):
        """Decorates a function that takes a `Request` and returns a `Response`. The longest prefix counts."""

        def bind(function):
            self.routes.append((prefix, function))
            self.routes.sort(key=lambda route: -len(route[0]))
            return function

        return bind

    def hook(self, name):
        """Decorates a function without arguments that is called at `on_infra_ready` or `on_infra_shutdown`."""

        def bind(function):
            self.hooks[name] = function
            return function

        return bind

    def run(self):
        """Serves until asf ends or says so."""
        server = _Server(os.environ["ASF_EXTENSION_SOCKET"], _Handler)
        server.extension = self

        def end(*_):
            # Not from the thread that serves.
            threading.Thread(target=server.shutdown, daemon=True).start()

        def watch():
            # The other end closes with asf, however that ends. With os.read, because an interpreter that ends
            # waits for the lock of sys.stdin.
            while os.read(0, 4096):
                pass
            end()

        signal.signal(signal.SIGTERM, end)
        threading.Thread(target=watch, daemon=True).start()
        server.serve_forever(poll_interval=0.05)
        # Waits for what is under way. What takes longer than asf waits is killed.
        server.server_close()


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = False
    request_queue_size = 128


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        """asf logs what is called."""

    def serve(self):
        self.stream, self.has_begun = _Body(self.rfile, self.headers), False
        extension, path = self.server.extension, urlsplit(self.path).path
        try:
            if path == "/health":
                self.answer_json(200, {"protocol": PROTOCOL})
            elif self.command == "POST" and path.startswith("/operations/"):
                self.answer_json(200, self.call(extension, *path.split("/")[2:4]))
            elif self.command == "POST" and path.startswith("/hooks/"):
                extension.hooks.get(path.split("/")[2], lambda: None)()
                self.answer_json(200, {})
            else:
                self.route(extension, path)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        except Exception as error:
            traceback.print_exc()
            if self.has_begun:
                # The client sees that the answer has no end.
                self.close_connection = True
                return
            self.answer_json(500, {"message": f"{type(error).__name__}: {error}"})
        # What nobody has read would be taken for the next request.
        self.close_connection = self.close_connection or not self.stream.is_at_end

    do_DELETE = do_GET = do_HEAD = do_OPTIONS = do_PATCH = do_POST = do_PUT = serve

    def call(self, extension, service, name):
        function = extension.operations.get((service, name))
        if function is None:
            raise NotImplementedError(f"there is no function for {service}.{name}")
        message = json.loads(self.stream.read())
        try:
            output = function(message["input"], Context(message["context"]))
            return {"output": {} if output is None else output}
        except AwsError as error:
            return {"error": error.answer}

    def route(self, extension, path):
        for prefix, function in extension.routes:
            if path.startswith(prefix):
                request = Request(self.command, self.path, self.headers, self.stream)
                return self.answer(function(request))
        self.answer_json(404, {"message": f"there is nothing at {path}"})

    def answer_json(self, status, value):
        body = json.dumps(value, allow_nan=False).encode()
        self.answer(Response(status, body, {"Content-Type": "application/json"}))

    def answer(self, response):
        is_whole = isinstance(response.body, (bytes, bytearray))
        self.has_begun = True
        self.send_response_only(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if is_whole:
            self.send_header("Content-Length", str(len(response.body)))
        else:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if self.command == "HEAD":
            return
        if is_whole:
            self.wfile.write(response.body)
            return
        for piece in response.body:
            if piece:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")


class _Body:
    """The body of a request: as long as its headers say, or in chunks."""

    def __init__(self, source, headers):
        self.source = source
        self.is_chunked = headers.get("Transfer-Encoding", "").lower() == "chunked"
        self.left = 0 if self.is_chunked else int(headers.get("Content-Length") or 0)
        self.is_at_end = not self.is_chunked and self.left == 0

    def read(self, size=-1):
        pieces = []
        while not self.is_at_end and size != 0:
            if self.left == 0 and not self.next_chunk():
                break
            piece = self.source.read(self.left if size < 0 else min(self.left, size))
            if not piece:
                raise ConnectionResetError("the body ended early")
            pieces.append(piece)
            self.left -= len(piece)
            size -= len(piece) if size > 0 else 0
            if self.left == 0:
                if self.is_chunked:
                    self.source.readline()
                else:
                    self.is_at_end = True
        return b"".join(pieces)

    def next_chunk(self):
        self.left = int(self.source.readline().split(b";")[0], 16)
        if self.left == 0:
            while self.source.readline().strip():
                pass
            self.is_at_end = True
        return self.left > 0
