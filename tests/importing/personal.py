"""Rows with personal values for `corpus/personal.postgres.sql`: made up, from ranges that nobody has; and a search for them.

`statements` fill a database with them, whose comments, checks, labels, defaults and formulas quote them where `quoting`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

import polars as pl

FIRST = ["Abelina", "Bertwin", "Cosimara", "Dietlof", "Emerentia", "Florimund", "Gesualda", "Hadumar"]
LAST = ["Quellbrunn", "Zwirnhold", "Vandermoss", "Ostrakow", "Pfefferling", "Tarrowby", "Underhagen", "Yllmark"]
CITIES = ["Northwick", "Easterby", "Southolm", "Weston Vale"]
COMMON = ["cold", "sprain", "cough", "migraine"]
RARE = "Blauwald fever"  # that RARE_PATIENTS have
RARE_PATIENTS = 3
COLUMNS = {
    "patients": [
        "patient_id", "first_name", "last_name", "email", "phone", "iban", "birth_date", "city", "note", "created_at",
    ],
    "visits": ["visit_id", "patient_id", "disease", "fee", "visited_at"],
}  # fmt: skip
PERSONAL = ("first_name", "last_name", "email", "phone", "iban", "note")  # of patients: none may be seen anywhere


def iban(number: int) -> str:
    """An IBAN with right check digits, at a bank whose code is all zeros."""
    account = f"00000000{number:010}"
    return f"DE{98 - int(account + '131400') % 97:02}{account}"


def rows(patients: int = 400, seed: int = 1) -> dict[str, list[tuple]]:
    """The rows of each table, the same for the same seed; e-mails at example.com, phones of 555-0100 to 555-0199."""
    random = Random(seed)
    people, visits = [], []
    for key in range(1, patients + 1):
        first, last = random.choice(FIRST), random.choice(LAST)
        phone = f"({200 + key // 100:03}) 555-01{key % 100:02}"
        email = f"{first}.{last}.{key}@example.com".lower()
        born = date(1940, 1, 1) + timedelta(days=random.randrange(25_000))
        since = datetime(2024, 1, 1) + timedelta(minutes=random.randrange(400_000))
        note = f"{first} {last} asks to be called at {phone}" if key % 5 == 0 else None
        people.append((key, first, last, email, phone, iban(key), born, random.choice(CITIES), note, since))
        diseases = [random.choice(COMMON) for _ in range(random.randrange(1, 5))]
        if key <= RARE_PATIENTS:
            diseases.append(RARE)
        for disease in diseases:
            at = since + timedelta(minutes=random.randrange(200_000))
            visits.append((len(visits) + 1, key, disease, round(random.uniform(20, 300), 2), at))
    return {"patients": people, "visits": visits}


WARDS, RARE_WARD = ["north wing", "south wing"], "Gloomhollow"  # labels of an enum
TYPES = {"sqlite": ("TEXT", "TIMESTAMP"), "mysql": ("VARCHAR(120)", "DATETIME")}  # of a text, of a moment


def with_wards(made: dict[str, list[tuple]]) -> dict[str, list[tuple]]:
    """The rows with a further column of visits, in which those of the rare disease have a label of their own."""
    wards = [RARE_WARD if row[2] == RARE else WARDS[row[0] % 2] for row in made["visits"]]
    return {**made, "visits": [(*row, ward) for row, ward in zip(made["visits"], wards, strict=True)]}


def secrets(made: dict[str, list[tuple]]) -> set[str]:
    """All that nobody may see: the cells of personal columns, and what few have."""
    places = [COLUMNS["patients"].index(name) for name in PERSONAL]
    cells = {str(row[place]) for row in made["patients"] for place in places if row[place]}
    return cells | {*FIRST, *LAST, RARE, RARE_WARD}


def ends(made: dict[str, list[tuple]]) -> set[str]:
    """The least and the largest of what is measured, as texts: days of birth, fees, moments and their days."""
    born = [row[COLUMNS["patients"].index("birth_date")] for row in made["patients"]]
    fees, moments = ([row[place] for row in made["visits"]] for place in (3, 4))
    found = [
        end for column in (born, fees, moments, [each.date() for each in moments]) for end in (min(column), max(column))
    ]
    return {str(end) for end in found}


def literal(value: object) -> str:
    """A cell in SQL that all databases read."""
    if value is None or isinstance(value, int | float):
        return "NULL" if value is None else str(value)
    return "'" + str(value).replace("'", "''") + "'"


def statements(kind: str, made: dict[str, list[tuple]], *, quoting: bool, schema: str = "") -> list[str]:
    """What fills a database of this kind; `schema` ends with a point. With `quoting` its catalogue says what rows say."""
    text, moment = TYPES.get(kind, ("VARCHAR(120)", "TIMESTAMP"))
    first = made["patients"][0]
    lists = [*COMMON, RARE] if quoting else COMMON
    words = {
        "patients": f"{first[1]} {first[2]} sees to it, at {first[4]}" if quoting else "who was here",
        "last_name": f"such as {first[2]}" if quoting else "of the family",
        "note": "what the desk wrote down",
        "disease": f"'{RARE}' goes to the office" if quoting else "as the doctor says",
    }
    labels = ", ".join(map(literal, [*WARDS, RARE_WARD]))
    before, ward = [], {"sqlite": text, "mysql": f"ENUM({labels})"}.get(kind, f"{schema}ward") if quoting else text
    if quoting and kind in ("postgres", "duckdb"):
        before = [f"CREATE TYPE {schema}ward AS ENUM ({labels})"]
    about = {name: f" COMMENT {literal(said)}" if kind == "mysql" else "" for name, said in words.items()}
    checks = f"CHECK (fee > 0), CHECK (disease IN ({', '.join(map(literal, lists))}))" if quoting else "CHECK (fee > 0)"
    stored = "" if kind == "duckdb" else " STORED"
    computed = f", is_rare BOOLEAN GENERATED ALWAYS AS (disease = {literal(RARE)}){stored}" if quoting else ""
    unlike = f", CHECK (email <> {literal(first[3])} OR patient_id > 0)" if quoting else ""
    unlike += f", CHECK (last_name NOT LIKE '%{first[2]}%' OR patient_id > 0)" if quoting else ""
    if quoting and kind == "postgres":  # which is no function of specs: what is told of it would quote it
        unlike += f", CHECK (quote_ident(last_name) <> {literal(first[2])} OR patient_id > 0)"
    patients = (
        f"CREATE TABLE {schema}patients (patient_id INTEGER NOT NULL PRIMARY KEY, first_name {text} NOT NULL,"
        f" last_name {text} NOT NULL{about['last_name']}, email {text} NOT NULL UNIQUE, phone {text} NOT NULL,"
        f" iban {text} NOT NULL, birth_date DATE NOT NULL, city {text} DEFAULT {literal(first[2])} NOT NULL,"
        f" note {text}{about['note']}, created_at {moment} NOT NULL{unlike}){about['patients']}"
    )
    visits = (
        f"CREATE TABLE {schema}visits (visit_id INTEGER NOT NULL PRIMARY KEY, patient_id INTEGER NOT NULL,"
        f" disease {text} DEFAULT {literal(RARE)} NOT NULL{about['disease']}, fee DECIMAL(10,2) NOT NULL,"
        f" visited_at {moment} NOT NULL, ward {ward} NOT NULL{computed},"
        f" FOREIGN KEY (patient_id) REFERENCES {schema}patients (patient_id), {checks})"
    )
    after = []
    if kind in ("postgres", "duckdb"):
        after += [f"COMMENT ON TABLE {schema}patients IS {literal(words['patients'])}"]
        after += [
            f"COMMENT ON COLUMN {schema}{table}.{column} IS {literal(words[column])}"
            for table, column in (("patients", "last_name"), ("patients", "note"), ("visits", "disease"))
        ]
    if quoting and kind in ("postgres", "sqlite"):
        after += [f"CREATE UNIQUE INDEX once ON {schema}visits (patient_id) WHERE disease = {literal(RARE)}"]
    filled = [
        f"INSERT INTO {schema}{table} ({', '.join(COLUMNS[table] + ['ward'] * (table == 'visits'))}) VALUES "
        + ", ".join(f"({', '.join(map(literal, row))})" for row in rows)
        for table, rows in with_wards(made).items()
    ]
    return [*before, patients, visits, *after, *filled]


def fill_folder(folder: Path, form: str, made: dict[str, list[tuple]]) -> None:
    """The rows as a folder of files: parquet, csv or ndjson."""
    folder.mkdir()
    for table, rows in made.items():
        frame = pl.DataFrame(rows, schema=COLUMNS[table], orient="row")
        path = folder / f"{table}.{form}"
        {"parquet": frame.write_parquet, "csv": frame.write_csv, "ndjson": frame.write_ndjson}[form](path)


def told(secret: Iterable[str], *places: Path | str) -> dict[str, str]:
    """The secrets that are found, and where: in texts, in names and content of all files below folders, Parquet's cells too."""
    texts = {f"text {i}": place for i, place in enumerate(places) if isinstance(place, str)}
    for place in places:
        for file in place.rglob("*") if isinstance(place, Path) else ():
            texts[f"the name {file}"] = file.name
            if file.is_file():
                texts[str(file)] = _content(file)
    there = {where: _plainly(text) for where, text in texts.items()}
    return {each: where for each in sorted(secret) for where, text in there.items() if _plainly(each) in text}


def _content(file: Path) -> str:
    """What a file says, whatever it is: Parquet is compressed, and Windows has two bytes a sign."""
    data = file.read_bytes()
    if data[:4] == b"PAR1" == data[-4:]:
        return pl.read_parquet(file).cast(pl.String, strict=False).write_csv()
    return f"{data.decode('utf-8', 'replace')}\n{data.decode('utf-16-le', 'replace')}"


def _plainly(text: str) -> str:
    """Small letters, and one blank for each run of them, as of lines that were folded."""
    return " ".join(text.lower().split())
