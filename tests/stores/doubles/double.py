"""What the doubles of stores share: an HTTP server on loopback that notes every call and can be told to answer otherwise."""

import json
import ssl
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Double:
    """`answer(call)` of the subclass gives (status, headers, body); body is bytes, or what is written as JSON."""

    def __init__(self, certificate: tuple | None = None):
        """`certificate`: the files of a chain and its key; without, plain HTTP."""
        self.calls: list[str] = []  # "GET /path?query", decoded
        self.statuses: list[int] = []  # of the answers
        self.next: list[tuple] = []  # these answers first, whatever is asked
        double = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # head and body leave together: apart, the second waits 40 ms for the ACK of the first

            def log_message(self, *_):
                pass

            def handle_one(self):
                url = urllib.parse.urlsplit(self.path)
                call = Call(self.command, urllib.parse.unquote(url.path), url.query, self.headers, body_of(self))
                double.calls.append(str(call))
                status, headers, body = double.next.pop(0) if double.next else double.answer(call)
                double.statuses.append(status)
                data = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", **headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                if status not in (204, 304):
                    self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_DELETE = handle_one

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        scheme = "http"
        if certificate:
            scheme, context = "https", ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"{scheme}://127.0.0.1:{self.server.server_port}"

    def answer(self, call: "Call") -> tuple:
        raise NotImplementedError

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def body_of(request: BaseHTTPRequestHandler) -> bytes:
    if request.headers.get("Transfer-Encoding", "").lower() != "chunked":
        return request.rfile.read(int(request.headers.get("Content-Length") or 0))
    body = b""
    while size := int(request.rfile.readline().split(b";")[0], 16):
        body += request.rfile.read(size)
        request.rfile.readline()
    while request.rfile.readline().strip():
        pass  # trailers
    return body


class Call:
    def __init__(self, method: str, path: str, query: str, headers, body: bytes):
        self.method, self.path, self.headers, self.body = method, path, headers, body
        self.query = {name: values[0] for name, values in urllib.parse.parse_qs(query, keep_blank_values=True).items()}

    def __str__(self):
        return f"{self.method} {self.path}" + "".join(f" {name}={value}" for name, value in self.query.items())
