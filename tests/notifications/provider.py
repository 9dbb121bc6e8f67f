"""A provider of messages on this machine that answers what a test tells it to."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class Provider:
    """`answers` maps a path's beginning to (status, JSON or text); `asked` holds what came in."""

    def __init__(self):
        self.answers, self.asked, self.behave = {}, [], ""
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                provider.note(self, raw)
                getattr(provider, f"_{provider.behave or 'answer'}")(self)

            do_GET = do_POST

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.host, self.url = f"127.0.0.1:{self.port}", f"http://127.0.0.1:{self.port}"

    def note(self, request, raw):
        parts = urlsplit(request.path)
        body = json.loads(raw) if raw.startswith(b"{") else parse_qs(raw.decode())
        self.asked.append(
            {
                "path": parts.path,
                "raw_query": parts.query,
                "query": {key: value[0] for key, value in parse_qs(parts.query).items()},
                "body": body,
                "raw": raw,
                "headers": dict(request.headers),
            }
        )

    def _answer(self, request):
        path = urlsplit(request.path).path
        status, body = next(
            (said for beginning, said in self.answers.items() if path.startswith(beginning)),
            (200, {"errcode": 0, "code": 0}),
        )
        raw = (body if isinstance(body, str) else json.dumps(body)).encode()
        request.send_response(status)
        if 300 <= status < 400:
            request.send_header("Location", "http://127.0.0.1:1/")
        request.send_header("Content-Length", str(len(raw)))
        request.end_headers()
        request.wfile.write(raw)

    def _cut(self, request):
        """Accepted perhaps: the line breaks before the answer."""
        request.connection.close()

    def _trickle(self, request):
        request.send_response(200)
        request.end_headers()
        for _n in range(60):
            request.wfile.write(b" ")
            request.wfile.flush()
            time.sleep(0.1)

    def _flood(self, request):
        request.send_response(200)
        request.end_headers()
        piece = b" " * 65536
        try:
            for _n in range(16_384):
                request.wfile.write(piece)
        except OSError:
            self.cut_short = True

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exc_info):
        self.server.shutdown()
        self.server.server_close()
