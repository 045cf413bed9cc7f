"""The records of the local aiWARE: one SQLite file, which survives a restart and a kill at any moment."""

from __future__ import annotations

import copy
import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pydantic_core import PydanticSerializationError, from_json, to_json

Record: TypeAlias = dict[str, Any]
"""A JSON object whose keys are the API's own field names.

Keys that start with an underscore are the server's own notes and never leave it.
"""
DATABASE = "aiware.sqlite3"
"""The name of the file in the data folder."""
TASKS = "_tasks"
"""The key of what has a column of its own, since it is most of a job and seldom needed."""
OUTCOME = "_outcome"
"""The key of a job's last status, since when it has that, and what else is said of its end; null while that is open."""

TABLES = """
CREATE TABLE IF NOT EXISTS records (
    sequence INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    owner TEXT,
    created REAL,
    modified REAL,
    due REAL,
    cluster TEXT,
    outcome TEXT,
    ended REAL,
    body TEXT NOT NULL,
    tasks TEXT,
    UNIQUE (kind, id)
);
CREATE TABLE IF NOT EXISTS settings (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS requests (sequence INTEGER PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS executions (field TEXT PRIMARY KEY, count INTEGER NOT NULL);
"""
INDEXES = """
DROP INDEX IF EXISTS by_owner;
DROP INDEX IF EXISTS by_creation;
CREATE INDEX IF NOT EXISTS by_owner_and_creation ON records (kind, owner, created) WHERE owner IS NOT NULL;
CREATE INDEX IF NOT EXISTS by_cluster_and_creation ON records (kind, cluster, created) WHERE cluster IS NOT NULL;
CREATE INDEX IF NOT EXISTS by_creation_and_outcome ON records (kind, created, sequence, outcome, ended);
CREATE INDEX IF NOT EXISTS by_due ON records (kind, due) WHERE due IS NOT NULL;
"""

OrderColumn = Literal["created", "modified", "sequence"]
Bound: TypeAlias = tuple[Literal["<", "<=", ">", ">="], float]
"""What a time has to be: an operator, and the moment on its right."""


class DamagedStore(Exception):
    """The file is not what the local aiWARE has written; the message says which and what to do."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"The local aiWARE's database {path} is damaged ({reason}). Without it the local aiWARE begins empty: "
            f"remove {path.name}, {path.name}-wal and {path.name}-shm there, or restore them from a copy."
        )


def damage(path: Path) -> str | None:
    """Says what is wrong with the file of a local aiWARE that does not run; None when nothing is. Changes nothing."""
    if not path.is_file():
        return None
    # Without a write-ahead log, SQLite would make one, even to read.
    how = "mode=ro" if path.with_name(f"{path.name}-wal").exists() else "immutable=1"
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True)
        try:
            _check(connection, path)
        finally:
            connection.close()
    except DamagedStore as error:
        return str(error)
    except sqlite3.DatabaseError as error:
        return str(DamagedStore(path, str(error)))
    return None


def _check(connection: sqlite3.Connection, path: Path) -> None:
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise DamagedStore(path, " ".join(str(found).split()))


class Store:
    """Records by kind and id, and a few settings.

    A record is a JSON object. Beside it stand the columns that look-ups need: `owner` (the TDO of an asset or job), the
    times of creation and change, `due` (when the server next has to do something for it), and `outcome` and `ended`
    (what its `_outcome` says). The tasks of a job are decoded when they are first asked for. All times are seconds
    since the epoch.

    Args:
        path: the file; made if it is not there.

    Raises:
        DamagedStore: the file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self._depth = 0
        self._newest: float | None = None
        self.connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            _check(self.connection, path)
            self.connection.execute("PRAGMA journal_mode = WAL")
            self.connection.execute("PRAGMA synchronous = NORMAL")
            self.connection.executescript(TABLES)
            self._add_clusters()
            self._add_outcomes()
            self._add_tasks()
            self.connection.executescript(INDEXES)
        except sqlite3.DatabaseError as error:
            self.connection.close()
            raise DamagedStore(path, str(error)) from error
        except DamagedStore:
            self.connection.close()
            raise

    def _add_clusters(self) -> None:
        """Adds the column that a file of an earlier version lacks."""
        if self._has_column("cluster"):
            return
        with self.transaction():
            self.connection.execute("ALTER TABLE records ADD COLUMN cluster TEXT")
            rows = self.connection.execute("SELECT sequence, body FROM records WHERE kind = 'job'")
            clusters = [(cluster, sequence) for sequence, body in rows if (cluster := from_text(body).get("clusterId"))]
            self.connection.executemany("UPDATE records SET cluster = ? WHERE sequence = ?", clusters)

    def _add_outcomes(self) -> None:
        """Adds the columns that a file of an earlier version lacks; empty, they say that no outcome is certain."""
        if not self._has_column("ended"):
            with self.transaction():
                self.connection.execute("ALTER TABLE records ADD COLUMN outcome TEXT")
                self.connection.execute("ALTER TABLE records ADD COLUMN ended REAL")

    def _add_tasks(self) -> None:
        """Adds the column that a file of an earlier version lacks; where it is empty, the tasks are in the body."""
        if not self._has_column("tasks"):
            self.connection.execute("ALTER TABLE records ADD COLUMN tasks TEXT")

    def _has_column(self, name: str) -> bool:
        return any(column[1] == name for column in self.connection.execute("PRAGMA table_info(records)"))

    def until(self, moment: float) -> Store:
        """The store as a replica that lags has it, without the records that were created later; for reads alone."""
        replica = copy.copy(self)
        replica._newest = moment
        return replica

    def close(self) -> None:
        """Closes the file."""
        self.connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; may be nested: what fails inside is taken back on its own.

        No `await` belongs inside: the connection is shared.
        """
        level = self._depth
        self.connection.execute(f"SAVEPOINT level{level}" if level else "BEGIN IMMEDIATE")
        self._depth += 1
        try:
            yield
        except BaseException:
            self._depth -= 1
            self.connection.execute(f"ROLLBACK TO level{level}" if level else "ROLLBACK")
            if level:
                self.connection.execute(f"RELEASE level{level}")
            raise
        self._depth -= 1
        self.connection.execute(f"RELEASE level{level}" if level else "COMMIT")

    def get(self, kind: str, record_id: str) -> Record | None:
        """The record, or None."""
        query = "SELECT body, tasks, created FROM records WHERE kind = ? AND id = ?"
        row = self.connection.execute(query, (kind, record_id)).fetchone()
        if row is None or (self._newest is not None and row[2] is not None and row[2] > self._newest):
            return None
        return _decode(row[0], row[1])

    def put(self, kind: str, record: Record, *, owner: str | None = None, due: float | None = None) -> None:
        """Writes the record under its `id`, in place of an earlier one of the same owner, cluster and creation.

        Args:
            kind: which kind.
            record: the record.
            owner: whose it is.
            due: when the server next has to do something for it.
        """
        status, ended, *_ = record.get(OUTCOME) or (None, None)
        # Columns that never change are left out of the update: SQLite would write their indexes again.
        self.connection.execute(
            "INSERT INTO records (kind, id, owner, created, modified, due, cluster, outcome, ended, body, tasks) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (kind, id) DO UPDATE SET modified = excluded.modified, due = excluded.due, "
            "outcome = excluded.outcome, ended = excluded.ended, body = excluded.body, tasks = excluded.tasks",
            (
                kind,
                record["id"],
                owner,
                record.get("createdDateTime"),
                record.get("modifiedDateTime"),
                due,
                record.get("clusterId"),
                status,
                ended,
                *_encode(record),
            ),
        )

    def update(self, kind: str, record: Record) -> None:
        """Writes the record in place of that of its `id`, with the same owner, and due at the same time."""
        values = (*_encode(record), record.get("modifiedDateTime"), kind, record["id"])
        query = "UPDATE records SET body = ?, tasks = ?, modified = ? WHERE kind = ? AND id = ?"
        self.connection.execute(query, values)

    def delete(self, kind: str, record_id: str) -> None:
        """Removes the record if it is there."""
        self.connection.execute("DELETE FROM records WHERE kind = ? AND id = ?", (kind, record_id))

    def scan(
        self,
        kind: str,
        *,
        owner: str | None = None,
        cluster: str | None = None,
        created: Iterable[Bound] = (),
        outcomes: tuple[Collection[str], float] | None = None,
        skip: int = 0,
        order: OrderColumn = "created",
        descending: bool = True,
    ) -> Iterator[Record]:
        """The records of a kind one by one, newest first by default.

        Args:
            kind: which kind.
            owner: whose they are.
            cluster: the id of their cluster.
            created: what holds of the time of their creation.
            outcomes: statuses, and a moment: leaves out those that have certainly ended by then with another status.
            skip: how many of them to leave out.
            order: what they are ordered by.
            descending: whether the last one comes first.
        """
        conditions = ["kind = ?"]
        parameters: list[Any] = [kind]
        for column, value in (("owner", owner), ("cluster", cluster)):
            if value is not None:
                conditions.append(f"{column} = ?")
                parameters.append(value)
        for operator, moment in created:
            conditions.append(f"created {operator} ?")
            parameters.append(moment)
        if outcomes is not None:
            statuses, moment = outcomes
            wanted = ", ".join("?" * len(statuses))
            conditions.append(f"(outcome IS NULL OR ended > ? OR outcome IN ({wanted}))")
            parameters += [moment, *statuses]
        if self._newest is not None:
            conditions.append("(created IS NULL OR created <= ?)")
            parameters.append(self._newest)
        direction = "DESC" if descending else "ASC"
        # only fixed words are put into the text; values travel as parameters
        query = (
            f"SELECT body, tasks FROM records WHERE {' AND '.join(conditions)} "  # noqa: S608
            f"ORDER BY {order} {direction}, sequence {direction} LIMIT -1 OFFSET ?"
        )
        cursor = self.connection.execute(query, [*parameters, skip])
        while rows := cursor.fetchmany(100):
            for body, tasks in rows:
                yield _decode(body, tasks)

    def due(self, kind: str, now: float, most: int = -1) -> list[str]:
        """The ids of the records that are due at that moment, earliest first; all of them, or so many at most."""
        query = "SELECT id FROM records WHERE kind = ? AND due <= ? ORDER BY due, sequence LIMIT ?"
        return [row[0] for row in self.connection.execute(query, (kind, now, most))]

    def without_outcome(self, kind: str, most: int) -> list[str]:
        """The ids of the newest records for which nothing is due and no outcome is stored; so many at most."""
        query = (
            "SELECT id FROM records WHERE kind = ? AND outcome IS NULL AND due IS NULL ORDER BY created DESC LIMIT ?"
        )
        return [row[0] for row in self.connection.execute(query, (kind, most))]

    def clear(self, *kinds: str) -> None:
        """Removes every record of these kinds."""
        for kind in kinds:
            self.connection.execute("DELETE FROM records WHERE kind = ?", (kind,))

    def setting(self, key: str, default: Any = None) -> Any:
        """The setting, or the default."""
        row = self.connection.execute("SELECT value FROM settings WHERE key = ?", (key,)).fetchone()
        return default if row is None else json.loads(row[0])

    def set(self, key: str, value: Any) -> None:
        """Writes a setting."""
        self.connection.execute(
            "INSERT INTO settings VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (key, json.dumps(value)),
        )


def without_notes(record: Record) -> Record:
    """The record without the server's own notes."""
    return {key: value for key, value in record.items() if key[0] != "_"}


class _Job(Record):
    """A job whose tasks are decoded when they are first asked for, by their key."""

    def __init__(self, record: Record, tasks: str) -> None:
        super().__init__(record)
        self._text = tasks

    def __missing__(self, key: str) -> Any:
        if key != TASKS:
            raise KeyError(key)
        self[TASKS] = tasks = from_text(self._text)
        return tasks


def _encode(record: Record) -> tuple[str, str | None]:
    """The texts of a record, the second one that of its tasks."""
    try:
        tasks = record[TASKS]
    except KeyError:
        return to_text(record), None
    return to_text({key: value for key, value in record.items() if key != TASKS}), to_text(tasks)


def _decode(body: str, tasks: str | None) -> Record:
    record: Record = from_text(body)
    return record if tasks is None else _Job(record, tasks)


def to_text(value: Any) -> str:
    """A value as JSON."""
    try:
        return to_json(value).decode()
    except PydanticSerializationError:  # halves of characters, and what is nested deeply
        return json.dumps(value, separators=(",", ":"))


def from_text(text: str | bytes) -> Any:
    """The value of JSON."""
    try:
        return from_json(text)
    except ValueError:  # what `to_text` left to json
        return json.loads(text)
