"""Generators: each makes one column of one block. Adding one is a file, or a class in one, and a line here."""

from __future__ import annotations

from synth.generators.array import Array
from synth.generators.arrival import Arrival
from synth.generators.base import Generator
from synth.generators.beta import Beta
from synth.generators.chance import Chance
from synth.generators.choice import Choice
from synth.generators.clock import Delay
from synth.generators.company import Company
from synth.generators.constant import Constant
from synth.generators.continuous import Exponential, Pareto, Triangular, Weibull
from synth.generators.correlated import Correlated
from synth.generators.counts import Binomial, Geometric, NegativeBinomial, Poisson
from synth.generators.derived import Expr, Lookup, Ordinal, State
from synth.generators.document import Document
from synth.generators.empirical import Empirical
from synth.generators.gamma import Gamma
from synth.generators.in_force import InForce, Ranked
from synth.generators.interval import Interval
from synth.generators.keys import Key, Window
from synth.generators.mixture import Mixture
from synth.generators.nothing import Nothing
from synth.generators.numbered import Numbered
from synth.generators.numeric import Lognormal, Normal, Uniform
from synth.generators.pattern import Pattern
from synth.generators.person import Email, FirstName, LastName
from synth.generators.place import Place, PlacePart
from synth.generators.point import Point, PointPart
from synth.generators.polymorphic import Polymorphic
from synth.generators.prose import Prose
from synth.generators.raw_bytes import RawBytes
from synth.generators.reference import Reference
from synth.generators.row_count import RowCountOf
from synth.generators.running import Running
from synth.generators.sums import Count, Sum
from synth.generators.text import Coined, Sentence
from synth.generators.time_of_day import TimeOfDay
from synth.generators.uuids import Uuid
from synth.generators.web import Ip, Url, UserAgent
from synth.generators.words import Colour, Job, Product, Street, StreetAddress

__all__ = ["GENERATORS", "Generator"]

GENERATORS: dict[str, type[Generator]] = {
    "arrival": Arrival,
    "array": Array,
    "beta": Beta,
    "binomial": Binomial,
    "bytes": RawBytes,
    "chance": Chance,
    "choice": Choice,
    "coined": Coined,
    "constant": Constant,
    "colour": Colour,
    "company": Company,
    "correlated": Correlated,
    "count": Count,
    "delay": Delay,
    "email": Email,
    "empirical": Empirical,
    "exponential": Exponential,
    "expr": Expr,
    "first_name": FirstName,
    "gamma": Gamma,
    "geometric": Geometric,
    "in_force": InForce,
    "interval": Interval,
    "ip": Ip,
    "job": Job,
    "json": Document,
    "key": Key,
    "last_name": LastName,
    "lognormal": Lognormal,
    "lookup": Lookup,
    "mixture": Mixture,
    "negative_binomial": NegativeBinomial,
    "normal": Normal,
    "nothing": Nothing,
    "numbered": Numbered,
    "ordinal": Ordinal,
    "pareto": Pareto,
    "pattern": Pattern,
    "place": Place,
    "place_part": PlacePart,
    "point": Point,
    "point_part": PointPart,
    "poisson": Poisson,
    "polymorphic": Polymorphic,
    "product": Product,
    "prose": Prose,
    "ranked": Ranked,
    "reference": Reference,
    "row_count": RowCountOf,
    "running": Running,
    "sentence": Sentence,
    "state": State,
    "street": Street,
    "street_address": StreetAddress,
    "sum": Sum,
    "triangular": Triangular,
    "time_of_day": TimeOfDay,
    "uniform": Uniform,
    "url": Url,
    "user_agent": UserAgent,
    "uuid": Uuid,
    "weibull": Weibull,
    "window": Window,
}
