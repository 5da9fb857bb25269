"""The page of functions is what the functions say of themselves."""

from synth.sql.functions import FUNCTIONS
from synth.sql.reference import forms
from tests.house.renew_functions import DOCUMENT, page


def test_the_page_is_up_to_date():
    assert DOCUMENT.read_text() == page(), "run `python -m tests.house.renew_functions`"


def test_the_page_names_every_function():
    listed = [each.form for _, found in forms() for each in found]
    assert {each.form for each in FUNCTIONS.values()} <= {*listed} and len(listed) == len(set(listed))
