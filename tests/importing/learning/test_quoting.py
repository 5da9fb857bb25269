"""Which comments, conditions and labels hold a value that must not be told; and what is left of a source without them."""

from dataclasses import replace

import duckdb
import polars as pl

from synth.dtypes import DType, enum
from synth.importing.declared import without_values
from synth.importing.found import Found, FoundCheck, FoundColumn, FoundTable, FoundUnique, Native, Note
from synth.importing.learning.learn import learn
from tests.support.learning import table

ROWS = 400
PEOPLE = table(
    "people",
    {
        "id": "bigint", "full_name": "text", "phone": "text", "born": "date", "tier": "text", "code": "integer",
        "gender": "text", "ward": "text", "remark": "text", "grade": "text", "paid": "decimal(8,2)",
    },
)  # fmt: skip
FRAME = pl.DataFrame(
    {
        "id": range(ROWS),
        "full_name": [f"Aldous{i} van Quorthon" if i else "Bertwin Zwirnhold" for i in range(ROWS)],
        "phone": [f"+1 202 555 01{i % 100:02}" for i in range(ROWS)],
        "born": [f"19{50 + i % 40}-0{1 + i % 9}-1{i % 9}" for i in range(ROWS)],
        "tier": ["zyxo" if i < 5 else "gold" if i % 2 else "silver" for i in range(ROWS)],
        "code": [9 if i < 5 else i % 3 for i in range(ROWS)],
        "gender": ["F" if i % 2 else "M" for i in range(ROWS)],
        "ward": ["Gloom Hollow" if i < 5 else "North" if i % 2 else "South" for i in range(ROWS)],
        "remark": [f"remark {i}" for i in range(ROWS)],
        "grade": ["gold" if i < 5 else "plain" for i in range(ROWS)],
        "paid": [7.5 if i < 5 else 0.0 if i < 8 else 10.25 + i for i in range(ROWS)],
    }
).with_columns(pl.col("born").str.to_date(), pl.col("code").cast(pl.Int32), pl.col("paid").cast(pl.Decimal(8, 2)))


COMMENTS = {
    "ask Bertwin Zwirnhold": False,
    "ask Mrs. Zwirnhold first": False,  # a part of a name
    "BERTWIN ZWIRNHOLD!": False,
    "whoever it is, and bertwin zwirnhold above all": False,
    "call +1 202 555 0107.": False,
    "call (+1 202 555 0107)": False,
    "call 0049 30 123456 for help": False,  # nobody's here, and a telephone number
    "see it@example.com": False,
    "since 1950-01-10": False,
    "the one of Gloom Hollow": False,
    "the 'zyxo' tier": False,
    "gold, silver or else": True,
    "who it is: first and last name": True,
    "North or South": True,
    "in 2024, of 365 days": True,
}
CONDITIONS = {
    "tier IN ('gold', 'silver')": True,
    "tier IN ('gold', 'silver', 'never')": True,  # which no row has
    "tier IN ('gold', 'silver', 'zyxo')": False,
    "LOWER(tier) <> 'ZYXO'": False,
    "ward LIKE '%Gloom Hollow%'": False,
    "remark <> 'zyxo'": True,  # of another column
    "code IN (0, 1, 2)": True,
    "code IN (0, 1, 2, 9)": False,
    "code BETWEEN 0 AND 9": True,
    "code <= 9 AND code % 2 = 9": True,
    "gender IN ('F', 'M')": False,
    "grade IN ('gold', 'plain')": True,  # which is told of the tier
    "paid = 0 OR paid <> 7.5": True,  # an amount
    "full_name NOT LIKE '%Zwirnhold%'": False,
    "full_name NOT LIKE '%Miller%'": True,
    "born > DATE '1900-01-01'": True,
    "born > DATE '1950-01-10'": False,
    "phone LIKE '%@%.%' OR phone LIKE '+%'": True,
}


def left(people: FoundTable, *notes: Note) -> Found:
    """What is left of a table that declares more."""
    found = Found((people,), notes)
    with duckdb.connect(":memory:") as connection:
        connection.register("people", FRAME.to_arrow())
        return without_values(found, learn(found, {"people": "people"}, connection=connection).unsaid)


def test_comments():
    besides = [FoundColumn(f"c{i}", DType.parse("text"), "text", about=about) for i, about in enumerate(COMMENTS)]
    found = left(replace(PEOPLE, columns=(*PEOPLE.columns, *besides), about=next(iter(COMMENTS))))
    (people,) = found.tables
    assert [each.about for each in people.columns if each.about] == [about for about, kept in COMMENTS.items() if kept]
    gone = [f"people.c{i}" for i, kept in enumerate(COMMENTS.values()) if not kept]
    assert people.about is None and [note.where for note in found.notes] == ["people", *gone]
    assert not [note for note in found.notes for about in COMMENTS if about in note.what]


def test_conditions():
    besides = [FoundColumn(f"c{i}", DType.parse("boolean"), "bool", computed=sql) for i, sql in enumerate(CONDITIONS)]
    found = left(
        replace(
            PEOPLE, columns=(*PEOPLE.columns, *besides), checks=tuple(map(FoundCheck, CONDITIONS)),
            uniques=tuple(FoundUnique(("id", "tier"), where=sql) for sql in CONDITIONS),
        )
    )  # fmt: skip
    (people,) = found.tables
    kept = [sql for sql, kept in CONDITIONS.items() if kept]
    assert [check.condition for check in people.checks] == kept
    assert [each.computed for each in people.columns if each.computed] == kept
    assert [each.where for each in people.uniques if "a condition holds" not in str(each.where)] == kept
    assert len(found.notes) == 2 * (len(CONDITIONS) - len(kept))


def test_labels_and_notes():
    wards, sexes = enum(["North", "Gloom Hollow", "Never", "South"]), enum(["F", "M", "X"])
    said = Note("people", "a check, f(tier) = 'zyxo', is not taken over", 7)
    types = {"ward": wards, "gender": sexes}
    columns = tuple(replace(each, type=types.get(each.name, each.type)) for each in PEOPLE.columns)
    found = left(replace(PEOPLE, columns=columns), said, Note("people", "a trigger is not taken over"))
    (people,) = found.tables
    assert people.column("ward").type == enum(["North", "Never", "South"])
    assert people.column("gender").type == DType("varchar", length=1)
    notes = [str(note) for note in found.notes]
    assert notes[0].startswith("people: what is said of it may hold a value") and notes[0].endswith("(line 7)")
    assert notes[1] == "people: a trigger is not taken over" and len(notes) == 4


def test_types_as_their_databases_spell_them():
    """Labels stand in them, too: of an enum whose labels were left out, and of a set, which has none here."""
    spelt = {"ward": "ENUM('North', 'Gloom Hollow')", "tier": "SET('gold','zyxo')", "grade": "SET('gold','plain')"}
    columns = tuple(
        replace(
            each, source_type=spelt[each.name].lower(), native=Native("mysql", spelt[each.name]),
            type=enum(["North", "Gloom Hollow"]) if each.name == "ward" else each.type, otherwise="text",
        )
        if each.name in spelt else each
        for each in PEOPLE.columns
    )  # fmt: skip
    (people,) = left(replace(PEOPLE, columns=columns)).tables
    told = {name: (people.column(name).source_type, people.column(name).native) for name in spelt}
    assert told == {
        "ward": ("enum", None), "tier": ("set", None), "grade": ("set('gold','plain')", Native("mysql", spelt["grade"])),
    }  # fmt: skip


def test_what_cannot_be_asked_counts_as_told():
    """A table whose rows are not there."""
    found = Found((replace(PEOPLE, about="as it is", checks=(FoundCheck("code > 3"),)),))
    with duckdb.connect(":memory:") as connection:
        known = learn(found, {}, connection=connection)
    (people,) = without_values(found, known.unsaid).tables
    assert people.about is None and people.checks == ()
