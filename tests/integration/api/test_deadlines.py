"""Answers end within `requestTimeout`, whatever a server does; transfers end when they hardly move."""

from __future__ import annotations

import gzip
import itertools
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from aiware_resources import errors
from aiware_resources.api import transport
from aiware_resources.api.client import Patience
from aiware_resources.api.cloud import CloudApi
from aiware_resources.api.cloud.login import AuthorizationCodeFlow
from aiware_resources.api.deadlines import LOWEST_RATE, Transfer, Upload, WholeAnswer, limited
from aiware_resources.api.download import download
from aiware_resources.api.edge import EdgeApi
from aiware_resources.api.local_file import LocalFile
from aiware_resources.api.transport import new_client
from aiware_resources.settings import Connection, Credentials, Settings
from tests.integration.api import raw_server
from tests.integration.api.raw_server import RawServer, answer, head, saying

TIMEOUT = 0.2
"""Seconds after which a client gives up, where no answer comes."""
ENOUGH = 1.0
"""The same, where one answer comes and another does not."""
LONG = 20.0
"""Seconds that no test may take, however busy the machine: what drips here would take minutes."""
FOUND = b'{"data": {"object0": {"id": "42"}}}'
PATIENCE = Patience(max_retries=1, sleep=lambda seconds: None, clock=lambda: 0.0)
TOKEN = Credentials(token=SecretStr("token"))


@contextmanager
def connected(server: RawServer, timeout: float = TIMEOUT) -> Iterator[CloudApi]:
    settings = Settings(endpoint=server.url, request_timeout=timeout, max_retries=1)
    api = CloudApi(settings, Connection(server.url, TOKEN), patience=PATIENCE)
    try:
        yield api
    finally:
        api.close()


@contextmanager
def soon() -> Iterator[None]:
    """What is inside ends in a time that only something broken off can keep to."""
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < LONG


def long_head(connection: raw_server.Connection) -> None:
    connection.drip(head(X_Long="x" * 2000, Content_Length=len(FOUND)) + FOUND)


def long_body(connection: raw_server.Connection) -> None:
    connection.say(head(Content_Length=2000))
    connection.drip(FOUND.ljust(2000))


def long_chunks(connection: raw_server.Connection) -> None:
    connection.say(head(Transfer_Encoding="chunked"))
    for _ in range(1000):
        connection.drip(b"1\r\n \r\n")


def provisional(connection: raw_server.Connection) -> None:
    for _ in range(1000):
        connection.drip(b"HTTP/1.1 103 Early Hints\r\n\r\n")


def silence(connection: raw_server.Connection) -> None:
    connection.hang()


STEPS: list[raw_server.Step] = [long_head, long_body, long_chunks, provisional, silence]


@pytest.mark.parametrize("step", STEPS)
def test_an_answer_that_drips_ends_in_time(step: raw_server.Step) -> None:
    with saying(step) as server, connected(server) as api, soon():
        with pytest.raises(errors.ServerFailure, match="after 2 attempts: no whole answer within the time allowed"):
            api.tdos(["42"])
        assert len(server.connections) == 2


def test_a_mutation_whose_answer_drips_is_sent_once_and_lost() -> None:
    with saying(long_head) as server, connected(server) as api, soon():
        with pytest.raises(errors.AnswerLost, match="no whole answer within the time allowed"):
            api.delete_tdo("42")
        assert len(server.connections) == 1


def test_a_kept_connection_heeds_the_limit_as_well() -> None:
    def step(connection: raw_server.Connection) -> None:
        connection.say(answer(FOUND))
        connection.read()
        long_head(connection)

    with saying(step) as server, connected(server, ENOUGH) as api, soon():
        assert "42" in api.tdos(["42"])
        with pytest.raises(errors.AnswerLost):
            api.delete_tdo("42")
        assert len(server.connections) == 1


def test_each_attempt_has_its_own_time() -> None:
    steps: list[raw_server.Step] = [long_head, lambda connection: connection.say(answer(FOUND))]
    with saying(lambda connection: steps.pop(0)(connection)) as server, connected(server, ENOUGH) as api, soon():
        assert "42" in api.tdos(["42"])


def test_a_slow_answer_within_the_time_is_fine() -> None:
    with saying(lambda connection: connection.drip(answer(FOUND), 0.001)) as server, connected(server, 30) as api:
        assert "42" in api.tdos(["42"])


def test_a_tls_handshake_that_never_ends_was_never_sent() -> None:
    with saying(lambda connection: connection.drip(b"\x16\x03\x03\x3f\xff" + bytes(2000)), reads=False) as server:
        url = server.url.replace("http:", "https:")
        settings = Settings(endpoint=url, request_timeout=TIMEOUT, max_retries=0)
        api = CloudApi(settings, Connection(url, TOKEN), patience=Patience(max_retries=0))
        with soon(), pytest.raises(errors.NotSent):
            api.delete_tdo("42")
        api.close()


@pytest.mark.parametrize("step", STEPS)
def test_edge_and_its_login_end_in_time(step: raw_server.Step) -> None:
    with saying(step) as server, soon():
        settings = Settings(endpoint=server.url, api="edge", request_timeout=TIMEOUT)
        login = Credentials(username="me", password=SecretStr("password"))
        for credentials in (TOKEN, login):
            once = Patience(max_retries=0)
            api = EdgeApi(settings, Connection(server.url, credentials), patience=once)
            with pytest.raises(errors.ServerFailure, match="no whole answer within the time allowed"):
                api.me()
            api.close()


def test_the_oauth_flow_ends_in_time() -> None:
    with saying(long_head) as server, soon():
        settings = Settings(endpoint=server.url, request_timeout=TIMEOUT, max_retries=0)
        flow = AuthorizationCodeFlow(settings, "id", SecretStr("secret"), "http://127.0.0.1/")
        with pytest.raises(errors.ServerFailure, match="no whole answer within the time allowed"):
            flow.refresh_token({"code": "c"})


@pytest.mark.parametrize(
    "said",
    [
        head(Transfer_Encoding="chunked") + b'5\r\n{"dat\r\n',
        head(Transfer_Encoding="chunked") + b"nonsense\r\n",
        head(Content_Length=500) + FOUND,
        head(Content_Length="many") + FOUND,
        head(Content_Length=5) + FOUND,
        head(Content_Encoding="gzip", Content_Length=len(FOUND)) + FOUND,
        head(Content_Encoding="gzip, gzip", Content_Length=len(FOUND)) + FOUND,
        head(Content_Encoding="br", Content_Length=len(FOUND)) + FOUND,
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"\x00" * 100,
        b"HTTP/1.1 200 OK\r\n" + b"X: " + b"x" * 300_000 + b"\r\n\r\n",
        b"",
    ],
)
def test_nonsense_is_a_failure_of_the_server(said: bytes) -> None:
    with saying(lambda connection: connection.say(said)) as server, connected(server, 10) as api:
        with pytest.raises(errors.ServerFailure, match="Reading temporalDataObject 42 failed"):
            api.tdos(["42"])
        with pytest.raises(errors.AnswerLost):
            api.delete_tdo("42")


@pytest.mark.parametrize("coding", [{}, {"Content_Encoding": "gzip"}])
def test_an_enormous_answer_is_not_read_on(monkeypatch: pytest.MonkeyPatch, coding: dict[str, str]) -> None:
    monkeypatch.setattr(transport, "MOST_OF_AN_ANSWER", 1 << 20)
    body = b" " * (20 << 20) + FOUND
    said = answer(gzip.compress(body) if coding else body, **coding)
    with saying(lambda connection: connection.say(said)) as server, connected(server, 30) as api:
        with pytest.raises(errors.ServerFailure, match="an answer of more than 1 MiB"):
            api.tdos(["42"])
        # Asking again would bring the same.
        assert len(server.connections) == 1
        with pytest.raises(errors.AnswerLost, match="an answer of more than 1 MiB"):
            api.delete_tdo("42")


@pytest.mark.parametrize("depth", [101, 900, 200_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_a_deeply_nested_answer_is_a_failure_of_the_server(depth: int, opening: str, closing: str) -> None:
    details = f"{opening * depth}1{closing * depth}"
    body = f'{{"data": {{"object0": {{"id": "42", "details": {details}}}}}}}'.encode()
    with saying(lambda connection: connection.say(answer(body))) as server:
        with connected(server, 10) as api, pytest.raises(errors.ServerFailure, match="lie more than 100 deep"):
            api.tdos(["42"])
        settings = Settings(endpoint=server.url, api="edge", max_retries=0)
        edge = EdgeApi(settings, Connection(server.url, TOKEN), patience=PATIENCE)
        with pytest.raises(errors.ServerFailure):
            edge.me()
        edge.close()


class TestTransfers:
    """Downloads and uploads take their time, and never hang."""

    @pytest.fixture
    def settings(self) -> Settings:
        return Settings(request_timeout=TIMEOUT, max_retries=0)

    @pytest.mark.parametrize("step", STEPS)
    def test_a_download_that_hardly_moves_ends(self, settings: Settings, tmp_path: Path, step: raw_server.Step) -> None:
        with saying(step) as server, soon():
            with pytest.raises(errors.DownloadFailed, match="fewer than 1024 bytes a second were transferred"):
                download(settings, server.url, tmp_path / "a")
            assert list(tmp_path.iterdir()) == []

    def test_a_download_may_take_longer_than_an_answer(self, settings: Settings, tmp_path: Path) -> None:
        content = bytes(LOWEST_RATE * 8)

        def step(connection: raw_server.Connection) -> None:
            connection.say(head(Content_Length=len(content)))
            for _ in range(8):
                connection.say(bytes(LOWEST_RATE))
                connection.over.wait(TIMEOUT / 4)

        with saying(step) as server:
            begun = time.monotonic()
            assert download(settings, server.url, tmp_path / "a").size == len(content)
            assert time.monotonic() - begun > TIMEOUT

    @pytest.mark.parametrize(
        "said",
        [
            head(Content_Length=2000) + b"short",
            head(Transfer_Encoding="chunked") + b"5\r\nshort\r\n",
            head(Content_Encoding="gzip", Content_Length=5) + b"short",
        ],
    )
    def test_a_download_that_is_cut_short_leaves_nothing(self, tmp_path: Path, said: bytes) -> None:
        with saying(lambda connection: connection.say(said)) as server:
            with pytest.raises(errors.DownloadFailed):
                download(Settings(max_retries=0), server.url, tmp_path / "a")
            assert list(tmp_path.iterdir()) == []

    def test_an_upload_to_a_server_that_does_not_read_ends(self, tmp_path: Path) -> None:
        file = tmp_path / "file"
        file.write_bytes(bytes(64 << 20))

        content = {"containerId": "42", "assetType": "media", "name": "a"}
        with (
            saying(raw_server.Connection.hang) as server,
            connected(server) as api,
            soon(),
            pytest.raises(errors.AnswerLost, match=r"no whole answer|bytes a second"),
        ):
            api.upload_asset(content, LocalFile.read(file))

    def test_the_answer_to_an_upload_ends_in_time(self, tmp_path: Path) -> None:
        file = tmp_path / "file"
        file.write_bytes(b"small")
        with saying(long_body) as server, connected(server) as api, soon(), pytest.raises(errors.AnswerLost):
            api.upload_asset({"containerId": "42", "assetType": "media", "name": "a"}, LocalFile.read(file))

    def test_what_is_done_between_two_reads_does_not_count(self) -> None:
        limit = Transfer(10)
        limit.moved(4, 100)
        assert limit.left(is_sending=False) == 6
        limit.moved(4, LOWEST_RATE * 10)
        assert limit.left(is_sending=False) == 10

    def test_an_upload_is_a_transfer_until_its_answer_is_read(self) -> None:
        limit = Upload(10)
        limit.moved(9, 0)
        assert limit.left(is_sending=True) == 1
        assert 9 < limit.left(is_sending=False) <= 10

    def test_a_whole_answer_gains_nothing_by_what_comes(self) -> None:
        times = itertools.count()
        limit = WholeAnswer(10, lambda: float(next(times)))
        limit.moved(0, 10**9)
        assert [limit.left(is_sending=False) for _ in range(3)] == [9, 8, 7]


def test_each_address_of_a_host_shares_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def refuse(address: tuple[str, int], *_: object, **__: object) -> socket.socket:
        tried.append(address[0])
        raise ConnectionRefusedError("refused")

    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"127.0.0.{n}", 80)) for n in (1, 2, 2)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    monkeypatch.setattr(socket, "create_connection", refuse)
    within = limited(WholeAnswer(5))
    with new_client(5, url="http://127.0.0.1/") as client, within, pytest.raises(httpx.ConnectError, match="refused"):
        client.get("http://aiware.example/")
    assert tried == ["127.0.0.1", "127.0.0.2"]
