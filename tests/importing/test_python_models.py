"""Models of SQLAlchemy and pydantic are read as tables, and what the user's code does wrong is said in words."""

import sys

import pytest

from synth.importing.python_models import PythonError, read_python

SQLALCHEMY = '''
import datetime as dt, decimal, enum, uuid
from sqlalchemy import (JSON, ARRAY, CheckConstraint, Computed, Enum, ForeignKey, Identity, Index, MetaData, Numeric, Sequence, String, Table, Column,
                        Integer, UniqueConstraint, func, text)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class Base(DeclarativeBase):
    pass

class Colour(enum.Enum):
    red = "R"
    blue = "B"

class Customer(Base):
    __tablename__ = "customers"
    __table_args__ = (CheckConstraint("length(name) > 1", name="ck"), UniqueConstraint("name", "email"), {"comment": "Who buys"})
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(50), comment="It's a name")
    email: Mapped[str | None] = mapped_column(unique=True)
    colour: Mapped[Colour] = mapped_column(default=Colour.red)
    size: Mapped[str] = mapped_column(Enum("s", "m"), server_default="s")
    created: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    changed: Mapped[dt.datetime] = mapped_column(default=lambda: dt.datetime.now(dt.UTC))
    active: Mapped[bool] = mapped_column(default=True)

class Order(Base):
    __tablename__ = "orders"
    __table_args__ = (Index("ix", "customer_id", "total", unique=True, postgresql_where=text("total > 0")),)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    number: Mapped[int] = mapped_column(Identity(start=100))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    total: Mapped[decimal.Decimal] = mapped_column(Numeric(10, 2))
    twice: Mapped[decimal.Decimal] = mapped_column(Numeric(10, 2), Computed("total * 2"))
    data: Mapped[dict] = mapped_column(JSON)
    tags: Mapped[list[str]] = mapped_column(ARRAY(String))
    before: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("orders.id", use_alter=True, name="fk_before"))

plain = MetaData()
things = Table("things", plain, Column("a", Integer, Sequence("s", start=7), primary_key=True))
'''  # fmt: skip

PYDANTIC = '''
import datetime as dt, enum, uuid
from decimal import Decimal
from typing import Annotated, Literal, Optional
from pydantic import AwareDatetime, BaseModel, Field, HttpUrl, PositiveInt, computed_field

class Colour(enum.Enum):
    red = "red"
    blue = "blue"

class Customer(BaseModel):
    """Who
    buys.

    More of it."""

    id: int
    name: str = Field(max_length=50, min_length=2, description="Full name")
    email: Annotated[str, Field(pattern=r"^.+@.+$")]
    url: HttpUrl | None = None

class OrderLine(BaseModel):
    order_line_id: uuid.UUID = Field(default_factory=uuid.uuid4)
    customer_id: int
    shop_id: int
    price: Decimal = Field(ge=0, max_digits=10, decimal_places=2)
    count: PositiveInt = 1
    at: dt.datetime = Field(default_factory=dt.datetime.now)
    zoned: Optional[AwareDatetime] = None
    day: dt.date
    colour: Colour = Colour.red
    status: Literal["new", "paid"] = "new"
    level: Literal[1, 2]
    tags: list[str] = []
    buyer: Customer
    both: int | str
    big: int = Field(le=10_000_000_000)
    ok: bool = False

    @computed_field
    @property
    def total(self) -> int:
        return 1
'''


@pytest.fixture()
def module(tmp_path, monkeypatch):
    """Writes a module into the current folder, which is a new one."""
    monkeypatch.chdir(tmp_path)
    before = {*sys.modules}
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def write(text, name="my_models"):
        (tmp_path / f"{name}.py").write_text(text)
        return name

    yield write
    for name in {*sys.modules} - before:
        if name.startswith("my_"):
            del sys.modules[name]


def short(table):
    """The columns of a table in short."""
    return {
        each.name: (str(each.type), each.nullable, each.numbered, each.default or each.computed)
        for each in table.columns
    }


@pytest.mark.parametrize("name", ["Base", "Base.metadata", "Customer"])
def test_models_of_sqlalchemy(module, name):
    pytest.importorskip("sqlalchemy")
    found = read_python(f"{module(SQLALCHEMY)}:{name}")
    customers, orders = found.tables
    assert short(customers) == {
        "id": ("integer", False, True, None),
        "name": ("varchar(50)", False, False, None),
        "email": ("text", True, False, None),
        "colour": ("enum(red, blue)", False, False, "'red'"),
        "size": ("enum(s, m)", False, False, "'s'"),
        "created": ("timestamp", False, False, "CURRENT_TIMESTAMP"),
        "changed": ("timestamp", False, False, "CURRENT_TIMESTAMP"),
        "active": ("boolean", False, False, "TRUE"),
    }
    assert short(orders) == {
        "id": ("uuid", False, False, "UUID()"),
        "number": ("integer", False, True, None),
        "customer_id": ("integer", False, False, None),
        "total": ("decimal(10,2)", False, False, None),
        "twice": ("decimal(10,2)", False, False, "total * 2"),
        "data": ("json", False, False, None),
        "tags": ("text[]", False, False, None),
        "before": ("uuid", True, False, None),
    }
    assert orders.column("number").starts_at == 100
    assert (customers.about, customers.column("name").about) == ("Who buys", "It's a name")
    assert {each.columns for each in customers.uniques} == {("name", "email"), ("email",)}
    assert [(each.condition, each.name) for each in customers.checks] == [("LENGTH(name) > 1", "ck")]
    assert [(each.columns, each.where) for each in orders.uniques] == [(("customer_id", "total"), "total > 0")]
    assert [(each.columns, each.table) for each in orders.references] == [
        (("customer_id",), "customers"),
        (("before",), "orders"),
    ]
    assert customers.line is None
    assert all(each.line is None for each in customers.columns)


def test_a_module_and_a_metadata_of_its_own(module):
    pytest.importorskip("sqlalchemy")
    name = module(SQLALCHEMY)
    assert [table.name for table in read_python(name).tables] == ["customers", "orders", "things"]
    (things,) = read_python(f"{name}:plain").tables
    assert (things.primary_key, things.columns[0].numbered, things.columns[0].starts_at) == (("a",), True, 7)


def test_types_of_another_database(module):
    pytest.importorskip("sqlalchemy")
    text = "from sqlalchemy import *\nfrom sqlalchemy.dialects.mysql import TINYINT\nm = MetaData()\nTable('t', m, Column('a', TINYINT(1)))"
    assert str(read_python(f"{module(text)}:m").tables[0].columns[0].type) == "boolean"


def test_models_of_pydantic(module):
    found = read_python(module(PYDANTIC))
    customer, line = found.tables
    assert (customer.name, customer.primary_key, customer.about) == ("customer", ("id",), "Who buys.")
    assert short(customer) == {
        "id": ("integer", False, True, None),
        "name": ("varchar(50)", False, False, None),
        "email": ("text", False, False, None),
        "url": ("text", True, False, None),
    }
    assert customer.column("name").about == "Full name"
    assert [each.condition for each in customer.checks] == ["LENGTH(name) >= 2", "REGEXP_MATCHES(email, '^.+@.+$')"]
    assert (line.name, line.primary_key) == ("order_line", ("order_line_id",))
    assert [(each.columns, each.table, each.parent_columns) for each in line.references] == [
        (("customer_id",), "customer", ("id",))
    ]
    assert short(line) == {
        "order_line_id": ("uuid", False, False, "UUID()"),
        "customer_id": ("integer", False, False, None),
        "shop_id": ("integer", False, False, None),
        "price": ("decimal(10,2)", False, False, None),
        "count": ("integer", False, False, "1"),
        "at": ("timestamp", False, False, "CURRENT_TIMESTAMP"),
        "zoned": ("timestamptz", True, False, None),
        "day": ("date", False, False, None),
        "colour": ("enum(red, blue)", False, False, "'red'"),
        "status": ("enum(new, paid)", False, False, "'new'"),
        "level": ("integer", False, False, None),
        "tags": ("json", False, False, None),
        "buyer": ("json", False, False, None),
        "both": ("json", False, False, None),
        "big": ("bigint", False, False, None),
        "ok": ("boolean", False, False, "FALSE"),
    }
    assert [each.condition for each in line.checks] == [
        "price >= 0",
        "count > 0",
        "level IN (1, 2)",
        "big <= 10000000000",
    ]
    assert [note.where for note in found.notes] == [f"order_line.{name}" for name in ("tags", "buyer", "both", "total")]


def test_one_model_of_pydantic(module):
    (table,) = read_python(f"{module(PYDANTIC)}:OrderLine").tables
    assert (table.name, table.references) == ("order_line", ())


@pytest.mark.parametrize(
    ("text", "spec", "words"),
    [
        ("", "my_nothing:Base", "there is no module my_nothing\n  hint: run it in the folder"),
        ("", "my_models", "my_models defines no models\n  hint: "),
        ("", "my_models:Base", "my_models has no Base\n  hint: "),
        ("Base = 3", "my_models:Base", "my_models:Base is a int, and no model\n  hint: "),
        ("Basis = 3; Other = 4", "my_models:Basic", "my_models has no Basic\n  hint: did you mean 'Basis'?"),
        (
            "import my_lacking.part",
            "my_models:Base",
            "my_models needs my_lacking, which is not installed here\n  hint: pip install my_lacking",
        ),
        ("1 / 0", "my_models:Base", "my_models cannot be imported: ZeroDivisionError: division by zero"),
        ("def f(:", "my_models:Base", "my_models cannot be imported: SyntaxError: "),
        ("raise SystemExit(3)", "my_models:Base", "my_models cannot be imported: SystemExit: 3"),
        ("", "shop/models.py:Base", "'shop/models.py' is no name of a Python module\n  hint: write module:Name"),
        ("", ":Base", "'' is no name of a Python module"),
        ("", "", "'' is no name of a Python module"),
    ],
)
def test_what_goes_wrong_is_said_in_words(module, text, spec, words):
    module(text)
    with pytest.raises(PythonError) as error:
        read_python(spec)
    assert str(error.value).startswith(words)


def test_without_sqlalchemy(module, monkeypatch):
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    with pytest.raises(
        PythonError, match=r"my_models needs sqlalchemy, which is not installed here\n  hint: pip install sqlalchemy"
    ):
        read_python(f"{module(SQLALCHEMY)}:Base")
    assert len(read_python(module(PYDANTIC, "my_others")).tables) == 2


def test_the_current_folder_is_searched_only_while_it_imports(module, tmp_path):
    before = list(sys.path)
    read_python(module(PYDANTIC))
    assert sys.path == before
