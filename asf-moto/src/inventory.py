"""Asks the moto of this Python which operations of AWS it implements, and writes them as JSON.

    python inventory.py > inventory.json

moto has no list of them that is exact: its IMPLEMENTATION_COVERAGE.md counts methods of its backends, some of which
no request reaches. So each operation that botocore knows is called here, in this process and without a network, as
botocore writes the request, through the application that `moto_server` serves; and where moto would run the method
it has picked, it is noted instead. An operation is implemented if what is picked is the operation itself, of a class
for its service, and does more than raise NotImplementedError.
"""

import ast
import functools
import importlib.metadata
import inspect
import io
import json
import logging
import os
import sys
import textwrap

# Each answer would be wrapped once more otherwise.
os.environ["MOTO_DISABLE_GLOBAL_CORS"] = "true"

import botocore.exceptions
import botocore.serialize
import botocore.session
import moto.backends
from moto.core.responses import BaseResponse
from moto.core.utils import camelcase_to_underscores
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.exceptions import HTTPException
from werkzeug.test import EnvironBuilder

# What stands in the place of names and ids: paths of moto's ask for some form at times.
STAND_INS = ["x", "123456789012", "arn:aws:x:us-east-1:123456789012:x/x"]

# Services that classes of others answer, because their API is the same.
SAME_API = {"es": "opensearch", "neptune": "rds"}


class Picked(BaseException):
    """A method was picked. Not an Exception, so that nobody takes it for an error of the call."""


def note(response):
    """Stands in the place of `call_action`, which runs the method that is picked."""
    action = response._get_action()
    method = getattr(type(response), camelcase_to_underscores(action), None) if action else None
    raise Picked(response, action, method if inspect.isfunction(method) else None)


def have_picks_noted(base=BaseResponse):
    if "call_action" in vars(base):
        base.call_action = note
    for each in base.__subclasses__():
        have_picks_noted(each)


def tree_of(function):
    return ast.parse(textwrap.dedent(inspect.getsource(function)))


def only_refuses(function):
    """Whether it comes to `raise NotImplementedError`, whatever it is called with."""
    tree = tree_of(function)
    last = tree.body[0].body[-1]
    if not isinstance(last, ast.Raise) or any(isinstance(it, ast.Return) for it in ast.walk(tree)):
        return False
    raised = last.exc.func if isinstance(last.exc, ast.Call) else last.exc
    return getattr(raised, "id", "") == "NotImplementedError"


def sample(shape, stand_in, depth=0):
    """A value of a shape: members that have to be there, and of unions the first."""
    kind = shape.type_name
    if kind == "structure" and depth < 8:
        is_union = getattr(shape, "is_tagged_union", False)
        names = list(shape.members)[:1] if is_union else shape.required_members
        return {name: sample(shape.members[name], stand_in, depth + 1) for name in names}
    if kind == "list" and depth < 8:
        return [sample(shape.member, stand_in, depth + 1)]
    if kind == "string":
        return shape.enum[0] if shape.enum else stand_in
    empty = {"structure": {}, "map": {}, "list": [], "blob": b"", "boolean": False, "timestamp": 0}
    return empty.get(kind, 1)


def environ_of(service, operation, stand_in):
    """The request that botocore writes, as a server gets it."""
    protocol = getattr(service, "resolved_protocol", service.protocol)
    serializer = botocore.serialize.create_serializer(protocol, include_validation=False)
    shape = operation.input_shape
    parameters = sample(shape, stand_in) if shape else {}
    for name, member in shape.members.items() if shape else ():
        # Some that the path is made of are not said to be required.
        if member.serialization.get("location") == "uri":
            parameters.setdefault(name, stand_in if member.type_name == "string" else 1)
    request = serializer.serialize_to_request(parameters, operation)
    headers = {name: str(value) for name, value in request["headers"].items()}
    headers["Authorization"] = (
        f"AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20000101/us-east-1/{service.signing_name}/aws4_request, "
        "SignedHeaders=host, Signature=none"
    )
    body = request["body"] or b""
    if isinstance(body, dict):
        body = "&".join(f"{name}={value}" for name, value in body.items())
    body = body.encode() if isinstance(body, str) else body
    pairs = [
        (name, each)
        for name, value in (request["query_string"] or {}).items()
        for each in (value if isinstance(value, list) else [value])
    ]
    path, _, constant = request["url_path"].partition("?")
    query = "&".join(it for it in [constant, *(f"{name}={value}" for name, value in pairs)] if it)
    environ = EnvironBuilder(
        path=path,
        query_string=query,
        method=request["method"],
        headers=headers,
        input_stream=io.BytesIO(body),
        content_length=len(body),
        base_url="http://127.0.0.1:5000",
    ).get_environ()
    environ["RAW_URI"] = environ["REQUEST_URI"] = path + (f"?{query}" if query else "")
    return environ


def plain(name):
    """A service's name, as moto's modules are called. Their own names for it differ by hyphens at times."""
    return {"awslambda": "lambda"}.get(name, name).replace("-", "")


def implements(application, service, name):
    """Whether an operation is implemented."""
    if service.service_name == "s3":
        return s3_implements(service.operation_model(name))
    owners = {plain(service.service_name), SAME_API.get(service.service_name)}
    for stand_in in STAND_INS:
        try:
            environ = environ_of(service, service.operation_model(name), stand_in)
        except botocore.exceptions.ParamValidationError:
            continue  # Not all of them are names of hosts.
        app = application.get_application(environ)
        try:
            endpoint, _ = app.url_map.bind_to_environ(environ).match()
        except HTTPException:
            continue  # No path of moto's is like this.
        try:
            with app.request_context(environ):
                app.view_functions[endpoint]()
        except Picked as pick:
            response, action, method = pick.args
            # Some have words of their own: `describejobqueues`.
            is_named_otherwise = type(response)._get_action is not BaseResponse._get_action
            is_it = action == name or is_named_otherwise
            is_its = owners & {plain(response.boto3_service_name), plain(type(response).__module__.split(".")[1])}
            return bool(is_it and is_its and method and not only_refuses(method))
        except (NotImplementedError, TypeError):
            return False  # A TypeError is what a handler comes to that returns nothing.
        except Exception:
            pass  # It was called for real, with what makes no sense to it.
        return plain(app.service) in owners
    return False


@functools.cache
def s3_asks_for(place, method):
    """The words that S3's handler of a method compares with those of the query."""
    from moto.s3.responses import S3Response

    words = set()
    handlers = [getattr(S3Response, f"_{place}_response_{method.lower()}", None), S3Response.is_delete_keys]
    for handler in filter(None, handlers):
        words |= {it.value for it in ast.walk(tree_of(handler)) if isinstance(it, ast.Constant)}
    return words


def s3_implements(operation):
    """S3 has no names of actions: what it does follows from words in the query, and those that it does not know are
    passed over. It then lists the objects of a bucket, or makes one, whatever it was asked for."""
    path, _, query = operation.http["requestUri"].partition("?")
    if "{Bucket}" not in path:
        return operation.name == "ListBuckets"
    asked = s3_asks_for("key" if "{Key" in path else "bucket", operation.http["method"])
    return not query or any(word.partition("=")[0] in asked for word in query.split("&"))


def main():
    logging.disable()
    # What moto prints of services that it does not have.
    out, sys.stdout = sys.stdout, open(os.devnull, "w")
    # moto reads its folder anew with each request.
    modules = list(moto.backends.list_of_moto_modules())
    moto.backends.list_of_moto_modules = lambda: modules
    session = botocore.session.Session()
    application = DomainDispatcherApplication(create_backend_app)
    inventory = {}
    for name in session.get_available_services():
        service = session.get_service_model(name)
        try:
            first = service.operation_model(service.operation_names[0])
            application.get_application(environ_of(service, first, "x"))
        except Exception:
            continue  # No host of moto's is the service's.
        have_picks_noted()
        implemented = sorted(it for it in service.operation_names if implements(application, service, it))
        if implemented:
            inventory[name] = implemented
    version = importlib.metadata.version("moto")
    services = ",\n".join(f"{json.dumps(name)}: {json.dumps(it)}" for name, it in inventory.items())
    out.write(f'{{"moto": "{version}", "services": {{\n{services}\n}}}}\n')


if __name__ == "__main__":
    main()
