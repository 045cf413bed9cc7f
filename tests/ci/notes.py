"""The notes of a merge request, as far as GitLab's REST API tells of them."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

ME = 11
PROJECT, REQUEST = "5", "7"
TOKEN = "a project access token"
A_PAGE = 2
"""Notes on a page, whatever is asked for: so that a few make several pages."""


class Notes:
    """A server that keeps notes.

    Attributes:
        kept: The notes, each with id, author and body.
    """

    def __init__(self) -> None:
        self.kept: list[dict[str, Any]] = []
        notes = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                notes.answer(self)

            def do_POST(self) -> None:
                notes.answer(self)

            def do_PUT(self) -> None:
                notes.answer(self)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name in the base class
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    @property
    def url(self) -> str:
        """The address of the API."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/api/v4"

    def add(self, author: int, body: str) -> None:
        """Adds a note."""
        self.kept.append({"id": 100 + len(self.kept), "author": {"id": author}, "system": False, "body": body})

    def stop(self) -> None:
        """Ends the server."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Answers a request."""
        length = int(request.headers.get("Content-Length") or 0)
        fields = parse_qs(request.rfile.read(length).decode(), keep_blank_values=True)
        url = urlsplit(request.path)
        page = int(parse_qs(url.query).get("page", ["1"])[0])
        place = f"/api/v4/projects/{PROJECT}/merge_requests/{REQUEST}/notes"
        headers: dict[str, str] = {}
        content: Any = None
        if request.headers.get("PRIVATE-TOKEN") != TOKEN:
            status = 401
        elif (request.command, url.path) == ("GET", "/api/v4/user"):
            status, content = 200, {"id": ME}
        elif (request.command, url.path) == ("GET", place):
            status, content = 200, self.kept[(page - 1) * A_PAGE : page * A_PAGE]
            headers["X-Next-Page"] = str(page + 1) if page * A_PAGE < len(self.kept) else ""
        elif (request.command, url.path) == ("POST", place):
            self.add(ME, fields["body"][0])
            status, content = 201, self.kept[-1]
        else:
            found = [note for note in self.kept if url.path == f"{place}/{note['id']}" and request.command == "PUT"]
            status = 200 if found and found[0]["author"]["id"] == ME else 403 if found else 404
            if status == 200:
                found[0]["body"] = fields["body"][0]
                content = found[0]
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(json.dumps(content).encode())
