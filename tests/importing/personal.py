"""Rows with personal values for `corpus/personal.postgres.sql`: made up, from ranges that nobody has."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random

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
