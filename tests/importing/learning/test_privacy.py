"""What few rows say is not told, whoever asks: no value with too few roots behind it, and none of a personal column."""

import dataclasses
from collections import defaultdict

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.dtypes import DType
from synth.importing.learning.personal import by_name, looks_personal, words_of
from tests.support.learning import learnt_of, table

ROWS = 600
RARE = "Zyxomorphic"  # a category that few customers have

CUSTOMERS = table(
    "customers",
    {
        "id": "bigint", "full_name": "text", "mail": "text", "tel": "text", "iban": "text", "card": "text", "ip": "text",
        "born": "date", "street": "text", "notes": "text", "remark": "text", "tier": "text", "city": "text", "region": "text",
    },
)  # fmt: skip
ORDERS = table(
    "orders",
    {"id": "bigint", "customer_id": "bigint", "channel": "text", "amount": "decimal(12,2)"},
    customer_id="customers",
)


def personal_rows() -> dict[str, list]:
    """Values from ranges that are kept for documentation and fiction."""
    numbers = range(ROWS)
    return {
        "id": [*numbers],
        "full_name": [f"Aldous{i} Quorthon{i}" for i in numbers],
        "mail": [f"aldous{i % 500}@example.com" for i in numbers],
        "tel": [f"+1-202-555-01{i % 100:02d}" for i in numbers],
        "iban": [f"GB29NWBK601613319268{i:02d}"[:22] for i in numbers],
        "card": [f"4000 0000 0000 {i:04d}" for i in numbers],
        "ip": [f"192.0.2.{i % 250}" for i in numbers],
        "born": [f"19{50 + i % 50}-0{1 + i % 9}-1{i % 9}" for i in numbers],
        "street": [f"{i} Quorthon Street" for i in numbers],
        "notes": [f"call aldous{i % 3}@example.com" for i in numbers],
        "remark": ["192.0.2.77" if i % 2 else "none" for i in numbers],  # many rows have it, and it is an address
        "tier": [RARE if i < 19 else "gold" if i % 3 else "silver" for i in numbers],
        "city": ["Oldtown" if i < 25 else "Newtown" for i in numbers],
        "region": ["Oldshire" if i < 19 else "Newshire" for i in numbers],
    }


@pytest.fixture(scope="module")
def learnt():
    customers = pl.DataFrame(personal_rows()).with_columns(pl.col("born").str.to_date())
    orders = pl.DataFrame(
        {
            "id": range(3000),
            "customer_id": [i % 19 if i % 10 == 0 else i % ROWS for i in range(3000)],
            # one in ten orders is from a channel that 19 customers have, in many rows
            "channel": ["Undergroundish" if i % 10 == 0 else "web" if i % 3 else "shop" for i in range(3000)],
            "amount": [f"{7 + i % 977}.{i % 100:02d}" for i in range(3000)],
        }
    ).with_columns(pl.col("amount").cast(pl.Decimal(12, 2)))
    return learnt_of({"customers": customers, "orders": orders}, CUSTOMERS, ORDERS)


def everything(learnt) -> str:
    return repr(learnt) + repr(dataclasses.asdict(learnt))


@pytest.mark.parametrize("column", ["full_name", "mail", "tel", "iban", "card", "ip", "street", "notes", "remark"])
def test_no_personal_value_is_told(learnt, column):
    told = everything(learnt)
    values = {value for value in personal_rows()[column] if value != "none"}
    assert values and not [value for value in values if value in told]
    pieces = {piece for value in values for piece in value.replace("@", " ").split() if len(piece) > 4}
    assert not [piece for piece in pieces - {"Street", "example.com"} if piece in told]


def test_of_days_of_birth_only_decades_are_told(learnt):
    born = learnt.tables["customers"].columns["born"]
    assert born.personal == "a day of birth" and (born.moments.start.year, born.moments.until.year) == (1950, 2000)
    assert born.moments.months == () and born.moments.arrival is None


def test_no_rare_category_is_told_however_many_rows_have_it(learnt):
    told = everything(learnt)
    assert RARE not in told and "Oldshire" not in told and "Undergroundish" not in told
    assert dict(learnt.tables["orders"].columns["channel"].weights.values).keys() == {"web", "shop"}
    assert "Oldtown" in told  # which 25 customers have
    assert learnt.copied["customers.tier"] == 2


def test_no_least_or_largest_number_is_told(learnt):
    told = learnt.tables["orders"].columns["amount"].numbers
    assert 7.0 < told.low < told.high < 983.0


VALUES = st.sampled_from(["a", "b", "c", "d", None])


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), VALUES), min_size=30, max_size=120), st.integers(2, 8))
def test_a_value_is_told_where_so_many_roots_have_it(rows, least):
    """By row: the roots behind each value."""
    frame = pl.DataFrame(
        {"id": range(len(rows)), "kind": [value for _, value in rows], "user_id": [root for root, _ in rows]}
    )
    users = pl.DataFrame({"id": range(13)})
    found = learnt_of(
        {"users": users, "events": frame.cast({"kind": pl.String})},
        table("users", {"id": "bigint"}),
        table("events", {"id": "bigint", "kind": "text?", "user_id": "bigint"}, user_id="users"),
        least=least,
    )
    roots, counts = defaultdict(set), defaultdict(int)
    for root, value in rows:
        if value is not None:
            roots[value].add(root)
            counts[value] += 1
    known = {value: counts[value] for value in roots if len(roots[value]) >= least}
    weights = found.tables["events"].columns["kind"].weights
    assert found.tables["events"].root == "users"
    if not known:
        assert weights is None
    else:
        total = sum(known.values())
        assert dict(weights.values) == pytest.approx({value: n / total for value, n in known.items()}, abs=1e-3)
        assert weights.others == len(roots) - len(known)
        assert weights.other == pytest.approx(1 - total / sum(counts.values()), abs=1e-3)


TEXT, BIGINT = DType.parse("text"), DType.parse("bigint")


@pytest.mark.parametrize(
    ("place", "what"),
    [
        ("t.customerEmail", "an e-mail address"), ("t.MAIL", "an e-mail address"), ("t.mobile_phone", "a telephone number"),
        ("t.Telefonnummer", "a telephone number"), ("t.lastName", "a person's name"), ("t.nom_de_famille", "a person's name"),
        ("t.prénom", "a person's name"), ("customers.name", "a person's name"), ("t.Straße", "an address"),
        ("t.billing_address", "an address"), ("t.code_postal", "an address"), ("t.IBAN", "a bank account"),
        ("t.passport_no", "an official number"), ("t.SSN", "an official number"), ("t.date_of_birth", "a day of birth"),
        ("t.Geburtsdatum", "a day of birth"), ("t.date_naissance", "a day of birth"), ("t.last_ip", "a network address"),
        ("t.IPAddress", "a network address"), ("t.gender", "nobody's business"), ("t.password_hash", "a secret"),
        ("t.created_by", "a person's name"), ("Kunden.Vorname", "a person's name"),
        ("products.name", None), ("t.status", None), ("t.phone_type", None), ("t.city", None), ("t.shipped_at", None),
        ("t.description", None), ("t.country", None), ("t.zone", None), ("t.tips", None), ("t.category_name", None),
    ],
)  # fmt: skip
def test_names_of_personal_columns(place, what):
    assert by_name(*place.split("."), TEXT) == what


def test_what_is_about_something_personal_is_none():
    assert by_name("t", "has_email", DType.parse("boolean")) is None
    assert by_name("t", "is_disability", DType.parse("boolean")) is not None  # which is nobody's business
    assert words_of("dateOfBirth") == ["date", "of", "birth"] and words_of("HTTPStatus2") == ["http", "status2"]


@pytest.mark.parametrize("value", ["a@b.example", "+49 30 23125 00", "192.0.2.7", "DE89 3704 0044 0532 0130 00"])
def test_single_values_look_personal(value):
    assert looks_personal(value)


@pytest.mark.parametrize("value", ["gold", "2024-01-01", "AB-12", "10.5", "12345", None, 7])
def test_other_values_do_not(value):
    assert not looks_personal(value)
