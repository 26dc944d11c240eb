"""A server for the tests: takes connections and holds them, so that their end is its end.

Arguments: port, then any of `child=PORT` (a child that does the same), `deaf` (SIGTERM is ignored), `polite`
(it says bye), `http` (it answers 200 to everything).
"""

import os
import signal
import socket
import sys

port, options = int(sys.argv[1]), sys.argv[2:]
print("pid", os.getpid(), flush=True)
if "deaf" in options:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if "polite" in options:

    def bye(*_):
        print("bye", flush=True)
        os._exit(0)

    signal.signal(signal.SIGTERM, bye)
for option in options:
    if option.startswith("child=") and os.fork() == 0:
        port = int(option.removeprefix("child="))
        break

listener = socket.create_server(("127.0.0.1", port))
held = []
while True:
    connection, _ = listener.accept()
    if "http" in options and connection.recv(65536):
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello")
        connection.close()
    else:
        held.append(connection)
