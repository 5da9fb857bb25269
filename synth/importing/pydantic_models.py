"""Models of pydantic read as tables: fields are columns, constraints are conditions, names of fields tell keys."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import inspect
import re
import types
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Union, get_args, get_origin

from synth.dtypes import (
    BIGINT,
    BOOLEAN,
    BYTES,
    DATE,
    DOUBLE,
    INTERVAL,
    JSON,
    MAX_LENGTH,
    TEXT,
    TIME,
    TIMESTAMP,
    TIMESTAMPTZ,
    UUID,
    DType,
    decimal_or_text,
    enum_or_text,
)  # fmt: skip
from synth.importing.found import Found, FoundCheck, FoundColumn, FoundReference, FoundTable, Note
from synth.importing.python_values import called_default, literal

__all__ = ["models_of", "read_models"]

_INTEGER_LIMIT = 2**31
_PLAIN: tuple[tuple[type, DType], ...] = (  # the first that a class is of
    (bool, BOOLEAN), (int, DType("integer")), (float, DOUBLE), (str, TEXT), (bytes, BYTES), (dt.datetime, TIMESTAMP),
    (dt.date, DATE), (dt.time, TIME), (dt.timedelta, INTERVAL), (uuid.UUID, UUID),
)  # fmt: skip
_ZONED = frozenset(("AwareDatetime",))
_BOUNDS = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<"}
_DEFAULT_DIGITS = (18, 4)  # of a Decimal that says none


def models_of(thing: Any) -> list[type[Any]]:
    """The models that something is, or of a module those that it defines."""
    from pydantic import BaseModel, RootModel

    members = [*vars(thing).values()] if isinstance(thing, types.ModuleType) else [thing]
    found = dict[type[Any], None]()
    for member in members:
        if not (isinstance(member, type) and issubclass(member, BaseModel)) or issubclass(member, RootModel):
            continue
        if isinstance(thing, types.ModuleType) and member.__module__ != thing.__name__:
            continue
        if member.model_fields:
            found[member] = None
    return [*found]


def read_models(models: Sequence[type[Any]]) -> Found:
    """Read each model as a table."""
    names = {model: _snake(model.__name__) for model in models}
    keys = {names[model]: key for model in models if (key := _key_of(model, names[model])) is not None}
    notes = list[Note]()
    tables = tuple(_table(model, names, keys, notes) for model in models)
    return Found(tables, tuple(notes))


def _snake(name: str) -> str:
    """The name of a table for that of a class: OrderLine is order_line."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _key_of(model: type[Any], name: str) -> str | None:
    """The field that is the key: id, or the model's name with _id."""
    return next((each for each in ("id", f"{name}_id", "uuid") if each in model.model_fields), None)


def _table(model: type[Any], names: Mapping[type[Any], str], keys: Mapping[str, str], notes: list[Note]) -> FoundTable:
    """A table of a model."""
    name = names[model]
    key = keys.get(name)
    columns, checks, references = list[FoundColumn](), list[FoundCheck](), list[FoundReference]()
    for field_name, given in model.model_fields.items():
        known = _Known()
        _read(given.annotation, given.metadata, known)
        known.settle()
        if known.told:
            notes.append(Note(f"{name}.{field_name}", known.told))
        is_key = field_name == key
        columns.append(
            FoundColumn(
                field_name,
                known.type,
                _spelt(given.annotation),
                known.nullable and not is_key,
                numbered=is_key and known.type.name in ("integer", "bigint"),
                default=None if is_key and known.type != UUID else _default(given),
                about=given.description,
            )
        )
        checks += [FoundCheck(each) for each in known.conditions(field_name)]
        parent = field_name.removesuffix("_id")
        if not is_key and parent != field_name and parent in keys:
            references.append(FoundReference((field_name,), parent, (keys[parent],)))
    notes += [
        Note(f"{name}.{each}", "Python computes it: it is not taken over") for each in model.model_computed_fields
    ]
    told = model.__dict__.get("__doc__")
    about = inspect.cleandoc(told).split("\n\n")[0].replace("\n", " ") if told else None
    primary = (key,) if key else ()
    return FoundTable(name, tuple(columns), primary, (), tuple(references), tuple(checks), about)


@dataclass
class _Known:
    """What is known of a field so far: its type, and constraints by their names in pydantic."""

    type: DType = TEXT
    nullable: bool = False
    told: str | None = None
    limits: dict[str, Any] = field(default_factory=dict)
    among: tuple[Any, ...] = ()

    def settle(self) -> None:
        """Let constraints that belong to a type be part of it."""
        most = self.limits.get("max_length")
        if self.type == TEXT and isinstance(most, int) and 0 < most <= MAX_LENGTH:
            self.type = DType("varchar", length=self.limits.pop("max_length"))
        bounds = [abs(self.limits[each]) for each in _BOUNDS if isinstance(self.limits.get(each), int)]
        if self.type.name == "integer" and any(each > _INTEGER_LIMIT for each in bounds):
            self.type = BIGINT
        if self.type.is_decimal:
            digits = self.limits.pop("max_digits", None), self.limits.pop("decimal_places", None)
            if digits != (None, None):
                scale = digits[1] if digits[1] is not None else min(4, digits[0] or 4)
                self.type = decimal_or_text(digits[0] or _DEFAULT_DIGITS[0], scale)

    def conditions(self, name: str) -> Iterator[str]:
        """SQL of what constraints say of a column."""
        column = name if re.fullmatch(r"[a-z_][a-z0-9_]*", name) else f'"{name}"'
        for word, sign in _BOUNDS.items():
            if word in self.limits:
                yield f"{column} {sign} {literal(self.limits[word])}"
        if self.type.is_text and "min_length" in self.limits and self.limits["min_length"]:
            yield f"LENGTH({column}) >= {int(self.limits['min_length'])}"
        if self.type.is_text and self.limits.get("pattern"):
            pattern = getattr(self.limits["pattern"], "pattern", self.limits["pattern"])
            yield f"REGEXP_MATCHES({column}, {literal(str(pattern))})"
        if self.type.has_units and self.limits.get("multiple_of"):
            yield f"{column} % {literal(self.limits['multiple_of'])} = 0"
        if self.among and self.type.name != "enum":
            yield f"{column} IN ({', '.join(map(literal, self.among))})"


def _read(annotation: Any, metadata: Sequence[Any], known: _Known) -> None:
    """Read what an annotation and what stands beside it say."""
    for each in metadata:
        for word in (
            "ge",
            "gt",
            "le",
            "lt",
            "max_length",
            "min_length",
            "multiple_of",
            "pattern",
            "max_digits",
            "decimal_places",
        ):
            value = getattr(each, word, None)
            if value is not None:
                known.limits[word] = value
    origin = get_origin(annotation)
    if hasattr(annotation, "__metadata__"):  # Annotated
        _read(annotation.__origin__, annotation.__metadata__, known)
    elif origin in (Union, types.UnionType):
        members = [each for each in get_args(annotation) if each is not type(None)]
        known.nullable = known.nullable or len(members) < len(get_args(annotation))
        if len(members) == 1:
            _read(members[0], (), known)
        else:
            known.type, known.told = JSON, f"it may be {' or '.join(map(_spelt, members))}: it is json here"
    elif origin is Literal:
        _among(get_args(annotation), known)
    elif isinstance(annotation, type) and origin is None:
        _of_class(annotation, known)
    elif type(annotation).__name__ == "TypeAliasType":
        _read(annotation.__value__, (), known)
    else:
        known.type, known.told = JSON, f"{_spelt(annotation)} is json here"


def _of_class(given: type[Any], known: _Known) -> None:
    """The type of a field whose annotation is a class."""
    if issubclass(given, enum.Enum):
        _among(tuple(each.value for each in given), known)
        return
    if given.__name__ in _ZONED:
        known.type = TIMESTAMPTZ
        return
    if issubclass(given, decimal.Decimal):
        known.type = decimal_or_text(*_DEFAULT_DIGITS)
        return
    for plain, dtype in _PLAIN:
        if issubclass(given, plain):
            known.type = dtype
            return
    if issubclass(given, (dict, list, set, tuple, frozenset)) or hasattr(given, "model_fields") or given is object:
        known.type, known.told = JSON, f"{given.__name__} is json here"
    elif given.__name__ not in _TEXTS:
        known.told = f"a spec has no type {given.__name__}: it is text here"


_TEXTS = frozenset((
    "EmailStr", "NameEmail", "AnyUrl", "HttpUrl", "AnyHttpUrl", "AnyWebsocketUrl", "PostgresDsn", "SecretStr",
    "IPvAnyAddress", "IPv4Address", "IPv6Address", "IPvAnyNetwork", "Path", "PosixPath", "Color", "FileUrl",
    "RedisDsn", "ZoneInfo",
))  # fmt: skip


def _among(values: tuple[Any, ...], known: _Known) -> None:
    """A list of values: an enum of texts, or a condition."""
    plain = tuple(each.value if isinstance(each, enum.Enum) else each for each in values)
    known.nullable = known.nullable or None in plain
    known.among = tuple(each for each in plain if each is not None)
    if all(isinstance(each, str) for each in known.among):
        known.type = enum_or_text(known.among)
    elif all(isinstance(each, bool) for each in known.among):
        known.type, known.among = BOOLEAN, ()
    elif all(isinstance(each, int) for each in known.among):
        known.type = DType("integer")
    else:
        known.type, known.among, known.told = JSON, (), "its values are of several types: it is json here"


def _default(given: Any) -> str | None:
    """SQL of a field's default; None where it has none that SQL can say."""
    from pydantic_core import PydanticUndefined

    if given.default_factory is not None:
        return called_default(given.default_factory)
    if given.default is PydanticUndefined or given.default is None:
        return None
    try:
        return literal(given.default)
    except ValueError:
        return None


def _spelt(annotation: Any) -> str:
    """How an annotation is written."""
    if isinstance(annotation, type) and get_origin(annotation) is None:
        return annotation.__name__
    return str(annotation).replace("typing.", "")
