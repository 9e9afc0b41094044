"""What the lab's services answer with: short texts, over HTTP."""
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class PlainHandler(BaseHTTPRequestHandler):
    def log_message(self, *words):
        pass

    def reply(self, body, code=200):
        content = body.encode()
        self.send_response(code)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def serve(port, handler):
    """Until the process ends, which waits for no request."""
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    server.serve_forever()
