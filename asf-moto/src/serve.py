"""moto's server, which can forget a single service too: `POST /asf/reset/<service>`, by botocore's name for it."""

import moto.backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication
from moto.server import main

RESET = "/asf/reset/"
dispatch = DomainDispatcherApplication.__call__


def reset(service):
    """Forgets a service, in all accounts and regions. False if moto has none of this name."""
    name = service.replace("-", "")
    known = {*moto.backends.list_of_moto_modules(), *moto.backends.ALT_SERVICE_NAMES}
    if name not in known:
        return False
    for account in list(moto.backends.get_backend(name).values()):
        for backend in list(account.values()):
            backend.reset()
    return True


def with_reset(self, environ, start_response):
    path = environ.get("PATH_INFO", "")
    if not path.startswith(RESET) or environ["REQUEST_METHOD"] != "POST":
        return dispatch(self, environ, start_response)
    start_response("200 OK" if reset(path[len(RESET) :]) else "404 NOT FOUND", [("Content-Length", "0")])
    return [b""]


DomainDispatcherApplication.__call__ = with_reset
main()
