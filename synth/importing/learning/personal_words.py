"""What columns with personal values are called, in English, German and French, and what tables of persons are."""

from __future__ import annotations

__all__ = ["ABOUT", "BIRTH", "LEDGER", "NAMES", "PERSONS", "PRIVATE"]

BIRTH, PRIVATE = "a day of birth", "nobody's business"

# Last words of columns that say something of a personal value, and are none: `phone_type`.
ABOUT = frozenset(
    {"type", "kind", "status", "count", "verified", "typ", "art", "anzahl", "nombre", "confirmed", "enabled"}
)

# What a column of such a name holds: single words, and after | words that stand beside each other, in names as they are
# taken apart at _, blanks and capitals.
NAMES = {
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
        "kontoinhaber titulaire initials salutation signature unterschrift recipient assignee supervisor "
        "manager owner author contact empfaenger destinataire fname "
        "lname",
        "full name|first name|last name|middle name|given name|family name|maiden name|contact name|customer "
        "name|client name|user name|player name|display name|middle initial|author name|employee name|patient "
        "name|holder name|person name|guest name|member name|owner name|contact person",
    ),
    "a network address": (
        "ip ipaddress ipv4 ipv6 useragent hostname cookie fingerprint",
        "remote addr|user agent|session id|session token|device id",
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
_PERSONS = (
    "person people customer user client contact employee staff member patient guest subscriber author passenger "
    "student teacher driver owner applicant candidate account profile persons visitor player kunde benutzer "
    "mitarbeiter mitglied gast nutzer personne utilisateur employe membre personnel salarie abonne actor lead buyer "
    "doctor"
)
PERSONS = frozenset(_PERSONS.split())

# What stands beside `accounts` where these are a ledger's: a chart of accounts is no list of persons.
LEDGER = frozenset(["chart", "ledger", "gl", "coa", "kontenplan", "sachkonten", "hauptbuch", "comptable"])
