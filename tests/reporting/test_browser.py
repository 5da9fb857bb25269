"""The report in a real browser: no error, nothing asked of a network, all drawn, by keyboard, on a phone, in the dark, on paper."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest

import synth
from synth.job.generate import generate
from tests.support.targets import LONG

CHROMIUM = next(
    (found for name in ("chromium", "google-chrome", "chromium-browser") if (found := shutil.which(name))), None
)
EXAMPLES = Path(__file__).parents[2] / "schema" / "examples"
DATASETS = [
    "ecommerce",
    "erp",
    "inventory",
    *(str(EXAMPLES / f"{name}.yaml") for name in ("chinook", "pagila", "bank")),
]
SIZES = {"desktop": (1400, 900), "phone": (390, 844)}
SERIOUS = ("serious", "critical", "moderate")

pytestmark = pytest.mark.skipif(
    CHROMIUM is None and os.environ.get("SYNTH_TEST_SERVERS") != "all",
    reason="no Chromium here: apt-get install chromium",
)


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module", params=DATASETS, ids=lambda name: Path(name).stem)
def report(request, tmp_path_factory):
    folder = generate(synth.make_plan(request.param, scale=0.05), tmp_path_factory.mktemp("report")).folder
    return synth.report(folder)


@contextmanager
def opened(browser, report, size="desktop", scheme="light"):
    """The page as it was opened, and what went wrong."""
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, offline=True)
    page, wrong = context.new_page(), []
    page.on(
        "console", lambda said: wrong.append(f"console: {said.text}") if said.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    page.on(
        "request",
        lambda asked: None if asked.url.startswith(("file:", "data:")) else wrong.append(f"asked {asked.url}"),
    )
    page.goto(report.path.resolve().as_uri())
    yield page, wrong
    context.close()


def only_here(report, size, scheme):
    """Skip what is much the same for each dataset: one is looked at in each way, the others in one, unless all are asked for."""
    if (
        not LONG
        and report.path.stem != "ecommerce"
        and (size, scheme) not in (("desktop", "light"), ("phone", "light"))
    ):
        pytest.skip("of one dataset in CI, of all where SYNTH_TEST_LONG is set")


def draw_all(page):
    """Scroll to each picture, as a reader would."""
    page.evaluate("document.querySelectorAll('.chart').forEach((box) => box.scrollIntoView({behavior: 'instant'}))")
    page.wait_for_function(
        "[...document.querySelectorAll('.chart')].every((box) => box.getBoundingClientRect().height > 0)"
    )
    for box in page.query_selector_all(".chart"):
        box.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelectorAll('.chart:not(:has(svg))').length === 0", timeout=20_000)


@pytest.mark.parametrize("size, scheme", [("desktop", "light"), ("phone", "dark")])
@pytest.mark.some(3)
def test_it_is_drawn_without_errors_and_without_a_network(browser, report, size, scheme):
    only_here(report, size, scheme)
    with opened(browser, report, size, scheme) as (page, wrong):
        for heading in ("Tables and relations", "Verification", "The tables"):
            assert page.get_by_role("heading", name=heading, exact=True).count() == 1
        draw_all(page)
        assert page.locator("section.table").count() == report.tables
        assert page.locator(".chart svg").count() >= page.locator(".chart").count() > 0
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"the page is {overflow} px wider than the window"
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (ground == "rgb(246, 247, 249)") == (scheme == "light")
        assert wrong == []


@pytest.mark.parametrize("size, scheme", [("desktop", "dark"), ("phone", "light")])
@pytest.mark.some(3)
def test_axe_finds_nothing(browser, report, size, scheme):
    from axe_playwright_python.sync_playwright import Axe

    only_here(report, size, scheme)
    with opened(browser, report, size, scheme) as (page, _):
        draw_all(page)
        found = Axe().run(page).response["violations"]
        said = [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found if each["impact"] in SERIOUS]
        assert said == []


@pytest.mark.some(2)
def test_tables_are_found_and_followed_by_keyboard(browser, report):
    with opened(browser, report) as (page, wrong):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        table = page.locator("nav li[data-table]").last.get_attribute("data-table")
        page.locator("#filter").focus()
        page.keyboard.type(table)
        shown = page.locator("nav li[data-table]:visible")
        assert table in [item.get_attribute("data-table") for item in shown.all()]
        assert all(table in item.get_attribute("data-table") for item in shown.all())
        link = page.locator(f'.diagram a[data-table="{table}"]')
        link.focus()
        assert "chosen" in page.locator(".diagram").get_attribute("class")
        page.keyboard.press("Enter")
        assert page.evaluate("location.hash") == f"#table-{table}"
        assert wrong == []


@pytest.mark.some(2)
def test_on_paper_everything_is_drawn(browser, report, tmp_path):
    with opened(browser, report) as (page, wrong):
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        assert page.locator(".chart:not(:has(svg))").count() == 0
        page.emulate_media(media="print")
        assert not page.locator("nav").is_visible()
        page.pdf(path=tmp_path / "report.pdf")
        assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF") and wrong == []
