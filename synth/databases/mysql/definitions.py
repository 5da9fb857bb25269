"""The DDL of what is in MySQL or MariaDB, which spell it themselves, without what is for servers alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from synth.databases.contract import STAGED
from synth.databases.mysql.catalogue import Catalogue
from synth.databases.mysql.dialect import DIALECT

__all__ = ["Definitions"]

_OWN = ("information_schema", "mysql", "performance_schema", "sys")  # databases of the server's
_TABLES = "table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')"
# texts and names, in which nothing else is; comments, which servers of some versions read; references to another database;
# partitions
_NOISE = re.compile(
    r"('(?:[^'\\]|''|\\.)*'|`(?:[^`]|``)*`)|\s*/\*.*?\*/"
    r"|,\s+CONSTRAINT `(?:[^`]|``)+` FOREIGN KEY \([^()]+\) REFERENCES `(?:[^`]|``)+`\.`(?:[^`]|``)+` \([^()]+\)[^,\n]*"
    r"|\n PARTITION BY .*",
    re.DOTALL,
)
# MariaDB's JSON is a text that is looked at
_JSON = re.compile(
    r"^( +(`(?:[^`]|``)+`)) longtext( [^'`\n]*?(?: DEFAULT '(?:[^'\\]|''|\\.)*')?) CHECK \(json_valid\(\2\)\)",
    re.MULTILINE,
)
_NEXT = re.compile(r" AUTO_INCREMENT=\d+(?=[^\n]*\Z)")
_SEQUENCES = re.compile(r"nextval\((?:`((?:[^`]|``)+)`\.)?`((?:[^`]|``)+)`\)")


class Definitions(Catalogue):
    """Asks the server for each table."""

    def filled_schemas(self) -> list[str]:
        """Databases that hold tables, but those of the server's own."""
        _, rows = self.rows(f"SELECT DISTINCT table_schema FROM information_schema.tables WHERE {_TABLES}")
        return sorted(schema for (schema,) in rows if schema.lower() not in _OWN and not schema.startswith(STAGED))

    def defined_tables(self, schema: str) -> list[str]:
        """Tables, also such as keep their past."""
        _, rows = self.rows(
            f"SELECT table_name FROM information_schema.tables WHERE table_schema = {DIALECT.literal(schema)} AND {_TABLES}"
        )
        return sorted(table for (table,) in rows)

    def definitions(self, schema: str, tables: Sequence[str]) -> str:
        """Of a table with rows it says nothing of the next number, as that is not where its numbers began."""
        spelt = [self._spelt(schema, table) for table in tables]
        found = {(home or schema, name) for each in spelt for home, name in _SEQUENCES.findall(each)}
        sequences = [
            self.rows(f"SHOW CREATE SEQUENCE {DIALECT.place(home, name)}")[1][0][1] for home, name in sorted(found)
        ]
        return "".join(f"{each};\n" for each in (*sequences, *spelt))

    def _spelt(self, schema: str, table: str) -> str:
        place = DIALECT.place(schema, table)
        text = _NOISE.sub(lambda found: found[1] or "", self.rows(f"SHOW CREATE TABLE {place}")[1][0][1])
        text = _JSON.sub(r"\1 json\3", text)
        return _NEXT.sub("", text) if self.rows(f"SELECT 1 FROM {place} LIMIT 1")[1] else text

    def besides_tables(self, schema: str, tables: Sequence[str]) -> list[tuple[str, str]]:
        """Views, triggers, routines, events, and partitions, which the text leaves out."""
        here, names = DIALECT.literal(schema), ", ".join(map(DIALECT.literal, tables)) or "NULL"
        _, rows = self.rows(
            f"SELECT 'view', table_name FROM information_schema.views WHERE table_schema = {here} "
            "UNION SELECT 'trigger', CONCAT(event_object_table, '.', trigger_name) FROM information_schema.triggers "
            f"WHERE event_object_schema = {here} AND event_object_table IN ({names}) "
            f"UNION SELECT LOWER(routine_type), routine_name FROM information_schema.routines WHERE routine_schema = {here} "
            f"UNION SELECT 'event', event_name FROM information_schema.events WHERE event_schema = {here} "
            "UNION SELECT 'partition', CONCAT(table_name, '.', partition_name) FROM information_schema.partitions "
            f"WHERE table_schema = {here} AND table_name IN ({names}) AND partition_name IS NOT NULL "
            "UNION SELECT 'reference to another schema', CONCAT(table_name, '.', column_name) FROM "
            f"information_schema.key_column_usage WHERE table_schema = {here} AND table_name IN ({names}) "
            "AND referenced_table_schema <> table_schema "
            "UNION SELECT 'history of rows', table_name FROM information_schema.tables "
            f"WHERE table_schema = {here} AND table_name IN ({names}) AND table_type = 'SYSTEM VERSIONED' ORDER BY 1, 2"
        )
        return [(what, name) for what, name in rows]
