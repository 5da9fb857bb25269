"""What a spec says about tables and columns (`about`), where each database keeps comments."""

from __future__ import annotations

from collections.abc import Iterator

from synth.ddl.names import refused
from synth.spec.models import Dataset
from synth.translate.dialect import Dialect

__all__ = ["Comments"]


class Comments:
    """The comments of a dataset's tables in one dialect; each dialect has them in at most one of the two places."""

    def __init__(self, dataset: Dataset, dialect: Dialect, schema: str):
        self.dataset, self.dialect, self.schema = dataset, dialect, schema

    def inline(self, name: str, column: str | None = None) -> str:
        """What stands behind a column, or behind the whole table, in CREATE TABLE; nothing where there is none."""
        table = self.dataset.tables[name]
        about = table.columns[column].about if column else table.about
        if not about or self.dialect.comments != "inline":
            return ""
        return f"COMMENT {self._literal(about, name, column)}"

    def statements(self, name: str) -> Iterator[str]:
        """The statements that comment on a table and its columns, once it is there."""
        table, dialect = self.dataset.tables[name], self.dialect
        for column, about in [(None, table.about), *((c, table.columns[c].about) for c in table.written)]:
            if not about:
                continue
            text = self._literal(about, name, column)
            if dialect.comments == "statements":
                place = dialect.place(self.schema, name)
                what = f"COLUMN {place}.{dialect.quote_identifier(column)}" if column else f"TABLE {place}"
                yield f"COMMENT ON {what} IS {text}"
            elif dialect.comments == "procedure":
                words = [f"@level0type = N'SCHEMA', @level0name = {dialect.literal(self.schema)}"]
                words.append(f"@level1type = N'TABLE', @level1name = {dialect.literal(name)}")
                if column:
                    words.append(f"@level2type = N'COLUMN', @level2name = {dialect.literal(column)}")
                yield f"EXEC sp_addextendedproperty @name = N'MS_Description', @value = {text}, {', '.join(words)}"

    def _literal(self, text: str, table: str, column: str | None) -> str:
        """A comment in SQL, cut where the database cuts it. Raises SpecError."""
        if "\0" in text:
            where = ("tables", table, "columns", column, "about") if column else ("tables", table, "about")
            raise refused("U+0000 in a comment", "no database takes it", *where)
        limit = self.dialect.longest_comment
        return self.dialect.literal(text if not limit or len(text) <= limit else text[: limit - 1] + "…")
