"""What names of columns mean, in English, German and French: which generator draws such values.

A rule has words that stand in the name, and what makes the column where they do. More special rules stand first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from synth.importing.drafting.model import Words
from synth.importing.drafting.names import all_words_of, words_of
from synth.importing.found import FoundColumn

__all__ = ["Meaning", "is_created_at", "is_quantity", "is_total", "is_unit_price", "may_be_creation", "meaning_of"]

_CREATED = (
    "created", "creation", "inserted", "registered", "ordered", "joined", "signup", "placed", "opened", "erstellt",
    "angelegt", "bestellt", "bestelldatum", "eingang", "cree", "creation", "commande", "inscription", "posted", "issued",
    "invoice", "order", "rental", "payment", "purchase", "sale", "transaction", "event", "booking", "visit", "date", "post",
    "registrierung", "rechnungsdatum", "datum", "comment", "bestelltam", "erfasst",
)  # fmt: skip
_LATER = (
    "updated", "modified", "changed", "paid", "shipped", "delivered", "completed", "closed", "finished", "due", "return",
    "returned", "cancelled", "canceled", "approved", "required", "last", "update", "geaendert", "aktualisiert", "bezahlt",
    "versandt", "geliefert", "storniert", "faellig", "modifie", "paye", "expedie", "livre", "annule", "end", "ended",
    "expires", "expired", "deleted", "geloescht", "supprime", "maj", "gmt", "estimated", "limit", "received", "sent", "ship",
    "delivery", "resolved", "start", "begin", "birth", "hire", "geburtsdatum", "naissance", "until", "from", "to",
    "valid", "release",
)  # fmt: skip
_DAYS = ("date", "timestamp", "timestamptz")


def is_created_at(column: FoundColumn) -> bool:
    """Whether a column says when its row came to be."""
    words = words_of(column.name)
    if column.type.name not in _DAYS or not words or all_words_of(column.name) & {*_LATER}:
        return False
    words = words[1:] if len(words) > 1 and len(words[0]) <= 2 else words  # o_orderdate
    words = tuple(part for word in words for part in sorted(all_words_of(word) - {word}) or (word,))
    return (
        bool({"order", "date"} <= {*words})
        or words[0] in _CREATED
        or words[-1] in _CREATED[:14]
        or bool(column.default and "now" in column.default.lower())
    )


def may_be_creation(column: FoundColumn) -> bool:
    """Whether a column is a moment that nothing in its name puts later than the row."""
    return column.type.name in _DAYS and not all_words_of(column.name) & {*_LATER}


def _has(column: FoundColumn, *wanted: str) -> bool:
    words = all_words_of(column.name)
    return any(set(each.split()) <= words for each in wanted)


def is_unit_price(column: FoundColumn) -> bool:
    """Whether a column is the price of one piece."""
    return not _has(column, "total", "gesamt", "gesamtpreis", "subtotal", "line total", "extended") and _has(
        column, "unit price", "price", "einzelpreis", "preis", "prix", "list price"
    )


def is_quantity(column: FoundColumn) -> bool:
    """Whether a column counts pieces."""
    return _has(column, "quantity", "qty", "menge", "anzahl", "quantite", "qte", "pieces")


def is_total(column: FoundColumn) -> bool:
    """Whether a column is a sum of money."""
    return _has(
        column,
        "total",
        "amount",
        "subtotal",
        "sum",
        "gesamtbetrag",
        "betrag",
        "summe",
        "gesamt",
        "montant",
        "gesamtpreis",
        "gesamtsumme",
        "grand total",
        "line total",
        "extended price",
    )


@dataclass(frozen=True)
class Meaning:
    """What draws a column, the working columns that it needs, and what its name was taken for."""

    words: Words
    what: str
    needs: tuple[str, ...] = ()  # of `_place`, `_first_name`, `_last_name`


_Rule = tuple[tuple[str, ...], str, Callable[[int], Words], tuple[str, ...]]

_PLACE, _NAMES = ("_place",), ("_first_name", "_last_name")
# words of the name, what it means, its generator by the longest text that the column takes, working columns it needs
_TEXTS: tuple[_Rule, ...] = (
    (("email", "mail", "e mail", "courriel", "emailadresse", "mailadresse"), "an e-mail address",
     lambda n: {"email": ["_first_name", "_last_name"]}, _NAMES),
    (("first name", "firstname", "given name", "vorname", "prenom", "fname"), "a first name",
     lambda n: {"first_name": {}}, ()),
    (("middle name", "middlename"), "a first name", lambda n: {"first_name": {}}, ()),
    (("last name", "lastname", "surname", "family name", "nachname", "familienname", "lname", "nom famille"), "a last name",
     lambda n: {"last_name": {}}, ()),
    (("full name", "fullname", "contact name", "customer name", "display name", "kundenname", "ansprechpartner"),
     "a person's name", lambda n: {"expr": "_first_name || ' ' || _last_name"}, _NAMES),
    (("phone", "telephone", "mobile", "fax", "telefon", "telefonnummer", "telefax", "handy", "mobil", "tel", "phonenumber"),
     "a telephone number", lambda n: {"place_part": {"place": "_place", "part": "phone"}}, _PLACE),
    (("postal code", "postcode", "zip", "zipcode", "plz", "postleitzahl", "code postal", "postalcode"), "a postal code",
     lambda n: {"place_part": {"place": "_place", "part": "postal_code"}}, _PLACE),
    (("city", "town", "ort", "stadt", "ville"), "a city",
     lambda n: {"place_part": {"place": "_place", "part": "city"}}, _PLACE),
    (("state", "region", "province", "bundesland", "county"), "a region",
     lambda n: {"place_part": {"place": "_place", "part": "region"}}, _PLACE),
    (("country", "land", "pays"), "a country",
     lambda n: {"place_part": {"place": "_place", "part": "country"}}, _PLACE),
    (("street", "strasse", "rue", "address", "adresse", "anschrift", "address1", "addressline1", "line1"), "a street",
     lambda n: {"street_address": {}}, ()),
    (("company", "firma", "societe", "entreprise", "company name", "vendor", "supplier name"), "a company",
     lambda n: {"company": {}}, ()),
    (("url", "website", "homepage", "link", "uri", "web"), "a web page", lambda n: {"url": {}}, ()),
    (("ip", "ip address", "remote addr"), "a network address", lambda n: {"ip": {}}, ()),
    (("user agent", "agent"), "a browser", lambda n: {"user_agent": {}}, ()),
    (("job", "job title", "beruf", "profession"), "a job", lambda n: {"job": {}}, ()),
    (("colour", "color", "farbe", "couleur"), "a colour", lambda n: {"colour": {}}, ()),
    (("currency", "currency code", "waehrung", "devise"), "a currency",
     lambda n: {"choice": {"EUR": 0.5, "USD": 0.4, "GBP": 0.1}}, ()),
    (("gender", "sex", "geschlecht", "sexe"), "a sex", lambda n: {"choice": {"F": 0.5, "M": 0.5}}, ()),
    (("status", "state", "zustand", "statut", "etat"), "a state of a row",
     lambda n: {"choice": {word[:n]: share for word, share in (("active", 0.7), ("pending", 0.2), ("closed", 0.1))}}, ()),
    (("iban",), "a bank account of nobody",
     lambda n: {"pattern": {"text": "XX##################", "check_digits": "iban"}}, ()),
    (("sku", "article number", "artikelnummer", "product number", "product code", "reference"), "an article's code",
     lambda n: {"pattern": "[A-Z]{2}-####"}, ()),
    (("slug", "url key", "handle"), "a name in addresses", lambda n: {"coined": {"syllables": 2}}, ()),
    (("description", "notes", "note", "comment", "comments", "text", "body", "content", "bemerkung", "beschreibung",
      "remark", "message", "summary"), "running text",
     lambda n: {"prose": {"min": 10, "max": min(120, n)}} if n > 50 else {"coined": {"syllables": 3}}, ()),
    (("name", "title", "titel", "titre", "bezeichnung", "nom", "label", "libelle", "nickname", "username", "login"),
     "a name",
     lambda n: {"coined": {"syllables": 3}}, ()),
)  # fmt: skip


def meaning_of(column: FoundColumn) -> Meaning | None:
    """What the name of a column of texts means; None where it says nothing."""
    room = column.type.length or 255
    for names, what, words, needs in _TEXTS:
        if _has(column, *names):
            return Meaning(words(room), what, needs)
    return None
