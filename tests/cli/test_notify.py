"""`rxbridge notify test`: each address says whether it took the message, and no secret is shown."""

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

TAKEN: list[str] = []


class Hook(BaseHTTPRequestHandler):
    def do_POST(self):
        TAKEN.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def port():
    TAKEN.clear()
    server = HTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def test_each_address_is_tried(typed, monkeypatch, port):
    urls = [f"json://user:canary-api-key@127.0.0.1:{port}/", f"json://127.0.0.1:{closed_port()}/"]
    monkeypatch.setenv("RXBRIDGE_NOTIFY__URLS", json.dumps(urls))
    done = typed("notify", "test")
    assert done.code == 1
    first, second = done.out.splitlines()
    assert first.startswith("json-")
    assert first.endswith(": sent")
    assert "Connection" in second
    assert "canary" not in done.out + done.err
    assert json.loads(TAKEN[0])["title"] == "rxbridge: a test"
    document = json.loads(typed("notify", "test", "--json").out)
    assert [row["sent"] for row in document["addresses"]] == [True, False]


def test_what_is_no_address_is_said(typed, monkeypatch):
    monkeypatch.setenv("RXBRIDGE_NOTIFY__URLS", "nothing-of-the-kind://x")
    assert typed("notify", "test").code == 1
    monkeypatch.setenv("RXBRIDGE_NOTIFY__URLS", "staff@example.org")
    wrong = typed("notify", "test")
    assert wrong.code == 2
    assert "must be an address of Apprise's" in wrong.err


def test_where_nobody_is_named_it_says_how(typed):
    assert typed("notify", "test").code == 2
