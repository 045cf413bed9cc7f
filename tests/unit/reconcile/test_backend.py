"""Which state a run works on."""

from __future__ import annotations

import json
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath

import pytest

from aiware_resources.fleet.entries import mark_of
from aiware_resources.job import JobProvider
from aiware_resources.reconcile import MARKER_KEY, RESOURCE_KEY, Holder, Mark, backend, resource_hashes
from aiware_resources.reconcile.backend import ID_FILE, earlier_identity, local_path, state_identity


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine where nobody has logged in to a backend."""
    monkeypatch.delenv("PULUMI_BACKEND_URL", raising=False)
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    forget()


def forget() -> None:
    """Has the backend looked up again."""
    state_identity.cache_clear()
    earlier_identity.cache_clear()


def identity(monkeypatch: pytest.MonkeyPatch, address: str) -> str:
    """The identity of the state in a backend."""
    monkeypatch.setenv("PULUMI_BACKEND_URL", address)
    forget()
    return state_identity()


def folder(path: Path) -> Path:
    """A folder with states, as Pulumi makes it."""
    (path / ".pulumi").mkdir(parents=True)
    return path


def test_a_shared_backend_is_one_state_for_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    assert identity(monkeypatch, "https://api.pulumi.com") == "https://api.pulumi.com"
    assert identity(monkeypatch, "s3://state") != identity(monkeypatch, "s3://other")


@pytest.mark.parametrize(
    ("address", "without"),
    [
        ("postgres://pulumi:secret@db:5432/states?sslmode=require", "postgres://pulumi@db:5432/states?sslmode=require"),
        ("postgres://pulumi:a%40b@db/states", "postgres://pulumi@db/states"),
        ("postgres://db/states?user=u&password=secret&sslpassword=s", "postgres://db/states?user=u"),
        ("postgres://pulumi@db/states?table=own", None),
        ("postgres://", None),
        ("s3://states?endpoint=http://s3.test:9000&s3ForcePathStyle=true", None),
        ("postgres://pulumi:[@db/states", None),
    ],
)
def test_a_password_is_no_part_of_a_state(monkeypatch: pytest.MonkeyPatch, address: str, without: str | None) -> None:
    assert identity(monkeypatch, address) == (without or address)
    assert earlier_identity() == (address if without else None)


def marks() -> list[Mark]:
    """The mark of a job, and that of an entry of a fleet."""
    job = {"__owner": "p/s/job", "targetId": "1", "tasks": [{"engineId": "e"}]}
    provider = JobProvider()
    made = provider.mark(job)
    assert made is not None
    return [made, mark_of(Holder("aiware:JobFleet", "p/s/fleet"), "ep-1", "2.0123456789ab")]


def test_what_was_marked_with_a_password_stays_known(monkeypatch: pytest.MonkeyPatch) -> None:
    identity(monkeypatch, "postgres://pulumi:one@db/states")
    now = marks()
    holder = Holder("aiware:Job", "p/s/job")
    hashes = resource_hashes(holder)
    with monkeypatch.context() as of_earlier_releases:
        of_earlier_releases.setattr(backend, "_without_password", lambda address: address)
        forget()
        marked, named = marks(), resource_hashes(holder)
    for mark, before in zip(now, marked, strict=True):
        assert mark.marker != before.marker
        assert mark.is_on({MARKER_KEY: before.marker, RESOURCE_KEY: before.resource})
        assert before.resource in mark.earlier
    assert {*named} < {*hashes}
    identity(monkeypatch, "postgres://pulumi:two@db/states")
    assert [(mark.marker, mark.resource) for mark in marks()] == [(mark.marker, mark.resource) for mark in now]


def test_two_folders_are_two_states_and_one_that_moves_stays_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mine, theirs = folder(tmp_path / "mine"), folder(tmp_path / "theirs")
    first = identity(monkeypatch, mine.as_uri())
    assert first != identity(monkeypatch, theirs.as_uri())
    assert first == identity(monkeypatch, f"{mine.as_uri()}?metadata=skip") == identity(monkeypatch, "file://./mine")
    moved = mine.rename(tmp_path / "moved")
    assert first == identity(monkeypatch, moved.as_uri())
    assert sorted(path.name for path in (moved / ".pulumi").iterdir()) == [ID_FILE]


def test_a_folder_that_keeps_nothing_is_known_by_its_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    assert identity(monkeypatch, nowhere.as_uri()) == str(nowhere / ".pulumi")


def test_the_project_may_name_the_backend_and_else_the_login_does(tmp_path: Path) -> None:
    assert state_identity() == ""
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "credentials.json").write_text(json.dumps({"current": "gs://of-the-login"}))
    forget()
    assert state_identity() == "gs://of-the-login"
    (tmp_path / "Pulumi.yaml").write_text("name: p\nbackend:\n  url: gs://of-the-project\n")
    forget()
    assert state_identity() == "gs://of-the-project"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("Pulumi.yaml", "a: [unfinished"),
        ("Pulumi.yaml", "text"),
        ("home/credentials.json", "{"),
        ("Pulumi.yaml", "backend: 5"),
    ],
)
def test_what_cannot_be_read_names_no_backend(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / name).write_text(content)
    assert state_identity() == ""


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("file:///C:/state", PureWindowsPath("C:/state")),
        ("file://C:/state?metadata=skip", PureWindowsPath("C:/state")),
        (r"file://C:\Users\me\state", PureWindowsPath(r"C:\Users\me\state")),
        ("file://./state", PureWindowsPath("state")),
        ("file://~", PureWindowsPath("~")),
        ("file:///C:/state", PurePosixPath("/C:/state")),
        ("file:///state", PurePosixPath("/state")),
    ],
)
def test_the_folder_of_a_backend_may_be_on_a_drive(address: str, path: PurePath) -> None:
    assert local_path(address, type(path)) == path
