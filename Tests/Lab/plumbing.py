"""What all of the runner uses: waiting, asking over HTTP, and supervisord's socket."""
import http.client
import http.server
import pathlib
import socket
import sys
import threading
import time
import urllib.request
import xmlrpc.client

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "bin"))
from plainhttp import PlainHandler  # noqa: E402
from tinyredis import RedisError  # noqa: E402

END_WITH_US = ["setpriv", "--pdeathsig", "TERM"]
"""Before a command: it gets SIGTERM when the runner is gone, even by kill -9."""


class LabError(Exception):
    pass


def wait(what, condition, seconds, every=0.2):
    """The first true answer of `condition`. What does not come in time is an error that names it."""
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise LabError(f"{what}: not within {seconds:g} s")
        time.sleep(every)


def fetch(url, data=None, method=None, timeout=2, headers=None):
    request = urllib.request.Request(url, data, headers or {}, method=method)
    with urllib.request.urlopen(request, timeout=timeout) as answer:
        return answer.read().decode()


class Posts:
    """Takes what is posted to a port of loopback, and hands it on as `take(path, body)`, until it is closed."""

    def __init__(self, port, take=lambda path, body: None):
        class Handler(PlainHandler):
            def do_POST(self):
                take(self.path, self.rfile.read(int(self.headers.get("Content-Length") or 0)))
                self.reply("")

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()


class SupervisorTransport(xmlrpc.client.Transport):
    def __init__(self, path):
        super().__init__()
        self.path = path

    def make_connection(self, host):
        class Connection(http.client.HTTPConnection):
            def connect(connection):
                connection.sock = socket.socket(socket.AF_UNIX)
                connection.sock.settimeout(30)
                connection.sock.connect(self.path)

        return Connection("localhost")


TROUBLE = (OSError, LabError, RedisError, http.client.HTTPException, xmlrpc.client.Error, ValueError)
"""What a look at a service that is not well may come to."""
