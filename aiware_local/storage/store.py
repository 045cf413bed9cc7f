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

TABLES = """
CREATE TABLE IF NOT EXISTS records (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
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
    UNIQUE (kind, id)
);
CREATE TABLE IF NOT EXISTS settings (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS requests (sequence INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL);
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
    (its last status and since when it has that, as far as they are certain). All times are seconds since the epoch.

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
            clusters = [(cluster, sequence) for sequence, body in rows if (cluster := _decode(body).get("clusterId"))]
            self.connection.executemany("UPDATE records SET cluster = ? WHERE sequence = ?", clusters)

    def _add_outcomes(self) -> None:
        """Adds the columns that a file of an earlier version lacks; empty, they say that no outcome is certain."""
        if not self._has_column("ended"):
            with self.transaction():
                self.connection.execute("ALTER TABLE records ADD COLUMN outcome TEXT")
                self.connection.execute("ALTER TABLE records ADD COLUMN ended REAL")

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
        query = "SELECT body, created FROM records WHERE kind = ? AND id = ?"
        row = self.connection.execute(query, (kind, record_id)).fetchone()
        if row is None or (self._newest is not None and row[1] is not None and row[1] > self._newest):
            return None
        return _decode(row[0])

    def put(
        self,
        kind: str,
        record: Record,
        *,
        owner: str | None = None,
        due: float | None = None,
        outcome: tuple[str, float] | None = None,
    ) -> None:
        """Writes the record under its `id`, in place of an earlier one of the same owner, cluster and creation.

        Args:
            kind: which kind.
            record: the record.
            owner: whose it is.
            due: when the server next has to do something for it.
            outcome: its last status, and since when it has that; None while that is open.
        """
        status, ended = outcome or (None, None)
        # Columns that never change are left out of the update: SQLite would write their indexes again.
        self.connection.execute(
            "INSERT INTO records (kind, id, owner, created, modified, due, cluster, outcome, ended, body) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (kind, id) DO UPDATE SET modified = excluded.modified, due = excluded.due, "
            "outcome = excluded.outcome, ended = excluded.ended, body = excluded.body",
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
                _encode(record),
            ),
        )

    def update(self, kind: str, record: Record) -> None:
        """Writes the record in place of that of its `id`, with the same owner, and due at the same time."""
        values = (_encode(record), record.get("modifiedDateTime"), kind, record["id"])
        self.connection.execute("UPDATE records SET body = ?, modified = ? WHERE kind = ? AND id = ?", values)

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
            f"SELECT body FROM records WHERE {' AND '.join(conditions)} "  # noqa: S608
            f"ORDER BY {order} {direction}, sequence {direction} LIMIT -1 OFFSET ?"
        )
        cursor = self.connection.execute(query, [*parameters, skip])
        while rows := cursor.fetchmany(100):
            for (body,) in rows:
                yield _decode(body)

    def due(self, kind: str, now: float, most: int = -1) -> list[str]:
        """The ids of the records that are due at that moment, earliest first; all of them, or so many at most."""
        query = "SELECT id FROM records WHERE kind = ? AND due <= ? ORDER BY due, sequence LIMIT ?"
        return [row[0] for row in self.connection.execute(query, (kind, now, most))]

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


def _encode(record: Record) -> str:
    try:
        return to_json(record).decode()
    except PydanticSerializationError:  # halves of characters, and what is nested deeply
        return json.dumps(record, separators=(",", ":"))


def _decode(body: str) -> Record:
    record: Record
    try:
        record = from_json(body)
    except ValueError:  # what `_encode` left to json
        record = json.loads(body)
    return record
