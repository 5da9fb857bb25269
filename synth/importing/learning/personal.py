"""Whether a column looks personal: by its name in English, German or French, or by what many of its values look like.

None of the values of such a column is ever learnt. It is better to take too many columns for personal than too few: what
is lost is a choice of weights, which a spec can say by hand.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

from synth.dtypes import DType
from synth.importing.learning.asking import Asking, literal, name_of

__all__ = ["BIRTH", "by_content", "by_name", "is_of_persons", "words_of"]

SO_MANY = 0.1  # of a column's texts: from so many on, that look like something personal, the column does
LOOKED_AT = 20_000  # rows whose texts are looked at
BIRTH, PRIVATE = "a day of birth", "nobody's business"
_ABOUT = {"type", "kind", "status", "count", "verified", "typ", "art", "anzahl", "nombre", "confirmed", "enabled"}  # last words

# What a column of such a name holds: single words, and after | words that stand beside each other, in names as they are
# taken apart at _, blanks and capitals.
_NAMES = {
    "an e-mail address": (
        "email mail emails courriel mailadresse emailadresse",
        "e mail",
    ),
    "a telephone number": (
        "phone phones telephone tel mobile cell cellphone fax telefon telefonnummer handy handynummer mobil "
        "mobilnummer rufnummer portable telecopie msisdn whatsapp phonenumber",
        "",
    ),
    "a person's name": (
        "firstname lastname surname forename fullname nickname vorname nachname familienname geburtsname zuname nom "
        "prenom patronyme username login pseudo pseudonym kundenname benutzername ansprechpartner cardholder "
        "kontoinhaber titulaire initials salutation signature unterschrift recipient empfaenger destinataire fname "
        "lname",
        "full name|first name|last name|middle name|given name|family name|maiden name|contact name|customer "
        "name|client name|user name|player name|display name|middle initial|author name|employee name|patient "
        "name|holder name|person name|guest name|member name|owner name|contact person",
    ),
    "an address": (
        "address addr street street1 street2 address1 address2 addressline1 addressline2 adresse anschrift strasse "
        "hausnummer hausnr rue voie zip zipcode postcode postalcode plz postleitzahl apartment lieferadresse "
        "rechnungsadresse latitude longitude lat lon lng geolocation coordinates",
        "house number|house no|zip code|postal code|code postal",
    ),
    "a bank account": (
        "iban bic swift kontonummer kontonr bankverbindung rib blz",
        "account number|account no|konto nr|compte bancaire|routing number|sort code",
    ),
    "a payment card": (
        "cardnumber pan cvv cvc kartennummer kreditkartennummer",
        "card number|card no|cc number|numero carte|credit card",
    ),
    "an official number": (
        "ssn nin nino passport taxid vatid nationalid kennzeichen immatriculation siret sozialversicherungsnummer "
        "svnr reisepass ausweis ausweisnummer steuernummer steuerid ustid personalausweis nir passeport vin imei imsi "
        "mac",
        "social security|national id|tax id|vat id|id number|driver license|drivers license|driving licence|licence "
        "number|license number|license plate|number plate|steuer id|securite sociale|numero secu|carte "
        "identite|numero fiscal|insurance number|medical record",
    ),
    BIRTH: (
        "birth birthday birthdate dob born geburt geburtstag geburtsdatum naissance anniversaire birthyear "
        "geburtsjahr",
        "",
    ),
    "a network address": (
        "ip ipaddress ipv4 ipv6 useragent hostname cookie fingerprint",
        "remote addr|user agent|session id|session token|device id",
    ),
    "a secret": (
        "password passwd pwd passwort kennwort token secret apikey salt otp pin",
        "mot passe|api key|password hash",
    ),
    PRIVATE: (
        "gender sex geschlecht sexe religion konfession ethnicity race nationality nationalitaet nationalite marital "
        "familienstand diagnosis diagnose disability",
        "civil status|etat civil|blood type|blood group",
    ),
    "a portrait": (
        "biography photo avatar portrait foto",
        "",
    ),
}  # fmt: skip

# Tables of persons: what is called `name` in them is a person's.
_PERSONS = set(
    "person people customer user client contact employee staff member patient guest subscriber author passenger student teacher "
    "driver owner applicant candidate account profile persons visitor player kunde benutzer mitarbeiter mitglied person patient gast "
    "nutzer personne utilisateur employe membre personnel salarie abonne actor lead buyer doctor".split()
)  # fmt: skip

# What a text looks like, as regular expressions that match it whole. Dates and codes of few digits are no telephone numbers.
_LOOKS = {
    "an e-mail address": r"\s*\S+@\S+\.\S+\s*|mailto:.*",
    "a telephone number": r"\+[0-9][0-9 ()./-]{6,20}|\(?0[0-9]{1,5}\)?[ /-][0-9 /-]{4,16}|\(?[0-9]{3}\)?[ .-][0-9]{3}[ .-][0-9]{4}",
    "a bank account": r"[A-Z]{2}[0-9]{2} ?(?:[A-Z0-9]{4} ?){2,7}[A-Z0-9]{1,4}",
    "a payment card": r"[3-6][0-9]{3}[ -]?[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{1,7}|3[47][0-9]{2}[ -]?[0-9]{6}[ -]?[0-9]{5}",
    "a network address": r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}|(?:[0-9a-fA-F]{0,4}:){3,7}[0-9a-fA-F]{0,4}|(?:[0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}",
    "an official number": r"[0-9]{3}-[0-9]{2}-[0-9]{4}",
}  # fmt: skip
_NAME = r"\p{Lu}[\p{Ll}'’-]+(?: \p{Lu}\.?)?(?: (?:von|van|de|der|la|le|di|du))*(?: \p{Lu}[\p{L}'’-]+){1,2}"  # given and family name
_STREET = r"(?:.*(?:stra(?:ß|ss)e|str\.|gasse|weg|platz|allee) ?[0-9]+.*)|(?:[0-9]+[a-z]?,? .*(?:street|st\.|road|rd\.|avenue|ave\.?|lane|drive|rue|boulevard|bd|chemin).*)"


def words_of(name: str) -> list[str]:
    """The words that a name is made of, in small letters without accents: `dateOfBirth` is date, of and birth."""
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss").replace("ä", "ae").replace("ö", "oe").replace("ü", "ue"))
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    apart = re.sub(r"([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z])", r"\1\3 \2\4", plain)
    return re.sub(r"[^a-z0-9]+", " ", apart.lower()).split()


def by_name(table: str, column: str, dtype: DType) -> str | None:
    """What a column of such a name holds of a person; None if nothing, or only something about it, as `phone_type` does."""
    words = words_of(column)
    pairs = {" ".join(two) for two in pairwise(words)}
    for what, (single, several) in _NAMES.items():
        if {*words} & {*single.split()} or pairs & {*several.split("|")}:
            about = what != PRIVATE and (dtype.name == "boolean" or words[-1] in _ABOUT)
            return None if about else what
    return "a person's name" if words == ["name"] and is_of_persons(table) else None


def is_of_persons(table: str) -> bool:
    """Whether the rows of a table of such a name are persons: the last of its words says what they are."""
    words = words_of(table)[-1:]
    return any(word in _PERSONS or word.removesuffix("s") in _PERSONS for word in words)


def by_content(asking: Asking, relation: str, column: str, dtype: DType, about: str) -> str | None:
    """What many texts of a column look like; None if nothing, or if it holds no texts.

    Names of persons are told from other texts by two words in capitals, which titles and products may have too: so they
    count only where most texts differ. Raises DataError.
    """
    if dtype.name not in ("varchar", "char"):
        return None
    looks = {**_LOOKS, "an address": _STREET, "a person's name": _NAME}
    counted = ", ".join(f"avg(regexp_full_match(v, {literal(look)})::INTEGER)" for look in looks.values())
    texts = f"SELECT {name_of(column)} AS v FROM {relation} WHERE {name_of(column)} IS NOT NULL LIMIT {LOOKED_AT}"
    distinct, *shares = asking.row(f"SELECT count(DISTINCT v) / greatest(count(*), 1), {counted} FROM ({texts})", about)
    for what, share in zip(looks, shares, strict=True):
        least = 0.7 if what == "a person's name" else SO_MANY
        if (share or 0) >= least and (what != "a person's name" or distinct > 0.3):
            return what
    return None
