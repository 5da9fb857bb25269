"""Generators: each makes one column of one block. Adding one is a file, or a class in one, and a line here."""

from __future__ import annotations

from synth.generators.arrival import Arrival
from synth.generators.base import Generator
from synth.generators.choice import Choice
from synth.generators.clock import Delay
from synth.generators.derived import Count, Expr, Lookup, Ordinal, State, Sum
from synth.generators.document import Document
from synth.generators.in_force import InForce, Ranked
from synth.generators.keys import Key, Window
from synth.generators.numeric import Gamma, Lognormal, Normal, Uniform
from synth.generators.person import Email, FirstName, LastName
from synth.generators.place import Place, PlacePart
from synth.generators.reference import Reference
from synth.generators.text import Coined, Sentence
from synth.generators.time_of_day import TimeOfDay

__all__ = ["GENERATORS", "Generator"]

GENERATORS: dict[str, type[Generator]] = {
    "arrival": Arrival,
    "choice": Choice,
    "coined": Coined,
    "count": Count,
    "delay": Delay,
    "email": Email,
    "expr": Expr,
    "first_name": FirstName,
    "gamma": Gamma,
    "in_force": InForce,
    "json": Document,
    "key": Key,
    "last_name": LastName,
    "lognormal": Lognormal,
    "lookup": Lookup,
    "normal": Normal,
    "ordinal": Ordinal,
    "place": Place,
    "place_part": PlacePart,
    "ranked": Ranked,
    "reference": Reference,
    "sentence": Sentence,
    "state": State,
    "sum": Sum,
    "time_of_day": TimeOfDay,
    "uniform": Uniform,
    "window": Window,
}
