"""SQL Server's driver, as the stand-in for a server takes its calls; and names as T-SQL spells them."""

from __future__ import annotations

import re

import pyarrow as pa

NAME = r"\[((?:[^\]]|\]\])*)\]"
PLACE = rf"{NAME}\.{NAME}"
ONE = PLACE.replace("((?:", "(?:(?:")  # without groups
TEXT = r"N'((?:[^']|'')*)'"


def name(spelt: str) -> str:
    return spelt.replace("]]", "]")


def text(spelt: str) -> str:
    return spelt.replace("''", "'")


def places(spelt: str) -> list[tuple[str, str]]:
    return [(name(schema), name(table)) for schema, table in re.findall(PLACE, spelt)]


def in_brackets(sql: str) -> str:
    """The same SQL with names as SQL Server has them."""
    texts = TEXT.replace("((?:", "(?:(?:")
    name = rf"({texts})|" + r'"((?:[^"]|"")*)"'
    return re.sub(name, lambda n: n[1] or f"[{n[2].replace(chr(34) * 2, chr(34)).replace(']', ']]')}]", sql)


class Error(Exception):
    def __init__(self, ddbc_error):
        self.ddbc_error = ddbc_error
        super().__init__(f"Driver Error: General error; DDBC Error: {ddbc_error}")


PanicException = type(
    "PanicException", (BaseException,), {}
)  # what the driver's other library raises where it breaks off


class Connection:
    def __init__(self, server, words: dict):
        self.server, self.before, self._autocommit = server, None, True
        server.words.append(words)
        server.open += 1

    @property
    def autocommit(self):
        return self._autocommit

    @autocommit.setter
    def autocommit(self, value):
        self.before = None if value else self.server.state()
        self._autocommit = value

    def commit(self):
        assert not self._autocommit
        self.before = self.server.state()

    def rollback(self):
        self.server.schemas, self.server.keys, self.server.manifests = self.before

    def cursor(self):
        return Cursor(self)

    def close(self):
        assert self not in self.server.locks.values()
        self.server.open -= 1


class Cursor:
    def __init__(self, connection):
        self.connection, self.description, self.rows = connection, None, []

    def execute(self, sql):
        found = self.connection.server.tell(self.connection, sql)
        self.rows = found or []
        self.description = None if found is None else [(str(at),) for at in range(len(found[0]) if found else 1)]

    def nextset(self):
        return None

    def fetchall(self):
        return self.rows

    def bulkcopy_arrow(self, place, source, **options):
        server = self.connection.server
        ((schema, table),) = places(in_brackets(place))
        assert isinstance(source, pa.Table)
        if "bulk" in server.lacks:
            raise PanicException("dest is out of bounds")
        with server.guard:
            server.schemas[schema][table].append(server.copies(source))
            server.sent.append({"place": place, **options})
        lost = 0 if table == "asked" else server.fails.get("lost", 0)
        return {"rows_copied": source.num_rows - lost}

    def arrow_reader(self, batch_size):
        return Batches(pa.table({"x": pa.array(["a", "b", None])}), batch_size)

    def close(self):
        pass


class Batches:
    def __init__(self, table, size):
        self.schema, self.batches = table.schema, table.to_batches(2)

    def __iter__(self):
        return iter(self.batches)

    def close(self):
        pass
