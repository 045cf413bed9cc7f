"""The database and the files."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from aiware_local.storage import store as store_module
from aiware_local.storage.files import Files
from aiware_local.storage.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Any:
    store = Store(tmp_path / "s.sqlite3")
    yield store
    store.close()


def _record(name: str, created: float) -> dict[str, Any]:
    return {"id": name, "createdDateTime": created, "modifiedDateTime": created}


def _nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


def test_store_keeps_what_is_put(store: Store) -> None:
    store.put("job", _record("a", 1), owner="t", due=5)
    store.put("job", {**_record("a", 1), "x": [1]}, owner="t", due=6)
    assert store.get("job", "a") == {**_record("a", 1), "x": [1]}
    assert store.get("tdo", "a") is None
    assert (store.due("job", 5), store.due("job", 6)) == ([], ["a"])
    store.delete("job", "a")
    assert store.get("job", "a") is None


def test_store_scans_in_order(store: Store) -> None:
    for name, created in (("a", 3), ("b", 1), ("c", 3)):
        store.put("job", _record(name, created), owner="t" if name != "b" else "u")
    assert [record["id"] for record in store.scan("job")] == ["c", "a", "b"]
    assert [record["id"] for record in store.scan("job", descending=False)] == ["b", "a", "c"]
    assert [record["id"] for record in store.scan("job", owner="u")] == ["b"]
    assert [record["id"] for record in store.scan("job", created=[(">", 1), ("<=", 3)])] == ["c", "a"]
    assert [record["id"] for record in store.scan("job", skip=1)] == ["a", "b"]


@pytest.mark.parametrize("conditions", [{}, {"owner": "t"}, {"cluster": "c"}, {"created": [(">", 2)]}])
def test_store_scans_without_sorting(store: Store, conditions: dict[str, Any]) -> None:
    """What takes longer with every record would take minutes with a hundred thousand."""
    seen: list[str] = []
    store.connection.set_trace_callback(seen.append)
    list(store.scan("job", **conditions))
    store.connection.set_trace_callback(None)
    plan = [row[3] for row in store.connection.execute(f"EXPLAIN QUERY PLAN {seen[0]}")]
    assert len(plan) == 1
    assert "USING INDEX" in plan[0]
    assert all(name in plan[0] for name in ("kind=?", *conditions))


def test_a_store_of_an_earlier_version_learns_the_clusters_of_its_jobs(store: Store, tmp_path: Path) -> None:
    store.put("job", {**_record("a", 1), "clusterId": "c"})
    store.put("job", {**_record("b", 2), "clusterId": None})
    store.connection.execute("DROP INDEX by_cluster_and_creation")
    store.connection.execute("ALTER TABLE records DROP COLUMN cluster")
    store.connection.execute("CREATE INDEX by_owner ON records (kind, owner)")
    with contextlib.closing(Store(tmp_path / "s.sqlite3").connection):
        pass
    again = Store(tmp_path / "s.sqlite3")
    again.put("job", {**_record("d", 3), "clusterId": "c"})
    assert [record["id"] for record in again.scan("job", cluster="c")] == ["d", "a"]
    assert len(list(again.scan("job"))) == 3
    again.close()


def test_store_leaves_out_what_has_ended_otherwise(store: Store) -> None:
    store.put("job", {**_record("a", 1), "_outcome": ["failed", 5]})
    store.put("job", {**_record("b", 2), "_outcome": ["complete", 5]})
    store.put("job", {**_record("c", 3), "_outcome": ["complete", 9]})
    store.put("job", _record("d", 4))
    seen: list[str] = []
    store.connection.set_trace_callback(seen.append)
    assert [record["id"] for record in store.scan("job", outcomes=({"failed"}, 7))] == ["d", "c", "a"]
    store.connection.set_trace_callback(None)
    assert [record["id"] for record in store.scan("job", outcomes=({"failed", "complete"}, 9))] == ["d", "c", "b", "a"]
    assert [record["id"] for record in store.scan("job", outcomes=((), 9))] == ["d"]
    (plan,) = store.connection.execute(f"EXPLAIN QUERY PLAN {seen[0]}")
    assert "USING INDEX by_creation_and_outcome" in plan[3]
    store.put("job", _record("a", 1))
    assert [record["id"] for record in store.scan("job", outcomes=((), 9))] == ["d", "a"]


def test_jobs_in_a_store_of_an_earlier_version_have_no_certain_outcome(store: Store, tmp_path: Path) -> None:
    store.put("job", {**_record("a", 1), "_outcome": ["failed", 5]})
    store.connection.execute("DROP INDEX by_creation_and_outcome")
    store.connection.execute("ALTER TABLE records DROP COLUMN outcome")
    store.connection.execute("ALTER TABLE records DROP COLUMN ended")
    store.connection.execute("CREATE INDEX by_creation ON records (kind, created)")
    again = Store(tmp_path / "s.sqlite3")
    again.put("job", {**_record("b", 2), "_outcome": ["failed", 5]})
    assert [record["id"] for record in again.scan("job", outcomes=({"complete"}, 7))] == ["a"]
    again.close()


def test_tasks_of_jobs_are_read_when_they_are_asked_for(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    parse = store_module.from_text

    def noted(text: str) -> Any:
        read.append(text)
        return parse(text)

    monkeypatch.setattr(store_module, "from_text", noted)
    store.put("job", {**_record("a", 1), "_tasks": [{"id": "b"}]})
    job = store.get("job", "a")
    assert job is not None
    assert len(read) == 1
    store.update("job", {**job, "_tasks": job["_tasks"]})
    assert len(read) == 2
    (again,) = store.scan("job")
    store.put("job", again)
    assert [each["_tasks"] for each in store.scan("job")] == [[{"id": "b"}]]
    with pytest.raises(KeyError, match="name"):
        again["name"]


def test_jobs_in_a_store_of_an_earlier_version_have_their_tasks(store: Store, tmp_path: Path) -> None:
    body = {**_record("a", 1), "_tasks": [{"id": "b"}]}
    store.put("job", body)
    store.connection.execute("ALTER TABLE records DROP COLUMN tasks")
    store.connection.execute("UPDATE records SET body = ?", [json.dumps(body)])
    with contextlib.closing(Store(tmp_path / "s.sqlite3").connection):
        pass
    again = Store(tmp_path / "s.sqlite3")
    job = again.get("job", "a")
    assert job == body
    again.put("job", job)
    (read,) = again.scan("job")
    assert "_tasks" not in read
    assert read["_tasks"] == [{"id": "b"}]
    again.close()


@pytest.mark.parametrize(
    "value",
    [
        "\ud83d",
        '\U0001f600 \u2028 \0 "',
        _nested(400),
        [1795924517.967, 1e22, 5e-324, -0.0, 10**30, True, None],
        {"": {}},
    ],
)
def test_what_json_can_say_is_stored_as_it_is(store: Store, value: Any) -> None:
    record = {**_record("a", 1), "jobConfig": value}
    store.put("job", record)
    found = store.get("job", "a")
    assert repr(found) == repr(record)
    (body,) = store.connection.execute("SELECT body FROM records").fetchone()
    assert repr(json.loads(body)) == repr(record)


def test_store_transactions_are_all_or_nothing(store: Store) -> None:
    def put_and_fail() -> None:
        with store.transaction():
            store.put("job", _record("a", 1))
            with store.transaction():
                store.put("job", _record("b", 1))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        put_and_fail()
    assert list(store.scan("job")) == []
    with store.transaction():
        store.put("job", _record("a", 1))
    assert store.get("job", "a") is not None
    assert not store.connection.in_transaction


def test_what_fails_inside_a_transaction_is_not_stored_with_the_rest(store: Store) -> None:
    def put_and_fail() -> None:
        with store.transaction():
            store.put("job", _record("b", 1))
            raise RuntimeError

    with store.transaction():
        store.put("job", _record("a", 1))
        for _ in range(2):
            with pytest.raises(RuntimeError):
                put_and_fail()
        with store.transaction():
            store.put("job", _record("c", 1))
    assert {record["id"] for record in store.scan("job")} == {"a", "c"}
    assert not store.connection.in_transaction


def store_of_another_process(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path, timeout=0)) as connection:
        connection.execute("BEGIN IMMEDIATE")


def test_store_survives_an_open_transaction(tmp_path: Path) -> None:
    first = Store(tmp_path / "s.sqlite3")
    first.put("job", _record("a", 1))
    first.connection.execute("BEGIN IMMEDIATE")
    first.put("job", _record("b", 1))
    with pytest.raises(sqlite3.OperationalError):
        store_of_another_process(tmp_path / "s.sqlite3")
    first.close()
    second = Store(tmp_path / "s.sqlite3")
    assert [record["id"] for record in second.scan("job")] == ["a"]
    second.close()


def test_file_that_is_not_kept_leaves_nothing(tmp_path: Path) -> None:
    files = Files(tmp_path / "files")
    files.write("a", b"old")

    def write_and_fail() -> None:
        with files.partial("a") as part:
            part.write(b"new")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    assert [path.name for path in files.folder.iterdir()] == ["a"]
    assert files.path("a").read_bytes() == b"old"


def test_linked_file_outlives_the_first_name(tmp_path: Path) -> None:
    files = Files(tmp_path / "files")
    stored = files.write("a", b"x")
    assert (stored.size, stored.md5) == (1, "9dd4e461268c8034f5c8564e155c67a6")
    files.link("a", "b")
    files.link("a", "b")
    files.delete("a")
    assert files.path("b").read_bytes() == b"x"
