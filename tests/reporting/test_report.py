"""The report: everything is in it, it asks for nothing from elsewhere, and it tells what does not hold."""

from __future__ import annotations

import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import synth
from synth.cli import main
from synth.databases.address import find
from synth.errors import OutputError, SpecError
from synth.job.generate import generate
from synth.job.load import load_folder
from synth.spec.load import parse, shipped

VENDOR = Path(synth.__file__).parent / "reporting" / "assets" / "vendor"
EXAMPLES = Path(__file__).parents[2] / "schema" / "examples"
LOADING = {"src", "href", "action", "srcset", "poster", "data"}  # attributes by which a page asks for something


class Page(HTMLParser):
    """What a page is made of."""

    def __init__(self, text: str):
        super().__init__()
        self.ids: list[str] = []
        self.asked: list[str] = []
        self.charts: list[dict[str, str | None]] = []
        self.words: list[str] = []
        self.opened: list[str] = []
        self.data = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.opened.append(tag)
        self.ids += [given["id"]] if given.get("id") else []
        self.asked += [value for name, value in attrs if name in LOADING and value]
        if "chart" in (given.get("class") or "").split():
            self.charts.append(given)

    def handle_data(self, data):
        if self.opened[-1:] == ["script"]:
            self.data = self.data or data
        elif self.opened[-1:] != ["style"]:
            self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


def report_of(folder, **how):
    made = synth.report(folder, **how)
    return made, Page(made.path.read_text("utf-8"))


@pytest.mark.parametrize("name", [*shipped(), "clinic"])
@pytest.mark.some(2)
def test_everything_is_there(name, tmp_path):
    source = name if name in shipped() else EXAMPLES / f"{name}.yaml"
    summary = generate(synth.make_plan(str(source), scale=0.002 if name.startswith("tpch") else 0.02), tmp_path)
    made, page = report_of(summary.folder)
    assert made.passed and made.path == tmp_path / f"{summary.manifest.dataset}.html"
    assert made.bytes == made.path.stat().st_size < 5_000_000 and made.tables == len(summary.manifest.tables)
    for table, entry in summary.manifest.tables.items():
        assert f"table-{table}" in page.ids
        for column in entry.columns:
            assert f" {column} " in page.text
    assert len(page.ids) == len(set(page.ids))
    assert [asked for asked in page.asked if not re.fullmatch(r"#[\w-]+|data:,", asked)] == []
    assert {asked[1:] for asked in page.asked if asked.startswith("#")} <= set(page.ids)
    data = json.loads(page.data)
    for chart in page.charts:
        assert chart["role"] == "img" and chart["aria-label"]
        if "data-of" in chart:
            assert chart["data-kind"] in (data["columns"][chart["data-of"]]["kind"], "week")
        else:
            assert data["pictures"][int(chart["data-picture"])]["rows"]
    assert len(data["pictures"]) == len(synth.load(str(source)).pictures)
    assert not any(picture["failed"] for picture in data["pictures"])
    assert f"All {len(synth.verify_folder(summary.folder).findings):,} checks hold" in page.text
    assert not re.search(r"@import|url\(", made.path.read_text("utf-8").split("</style>")[0])


@pytest.mark.parametrize("form", ["csv", "ndjson", "arrow"])
def test_every_format_shows_the_same(form, tmp_path):
    plan = synth.make_plan("inventory", scale=0.1)
    shown = {}
    for each in ("parquet", form):
        _, page = report_of(generate(plan, tmp_path / each, format=each).folder, verify=False)
        shown[each] = json.loads(page.data)
    assert shown[form] == shown["parquet"]


HOSTILE = """
dataset: hostile
about: <b>bold</b> & "quoted" </script><script>alert(1)</script>
period: {start: 2024-01-01, until: 2024-03-01}
tables:
  t:
    about: "<img src=x onerror=alert(1)>"
    rows: 50
    columns:
      id: {key: sequence}
      text: {choice: {"</script><script>alert(2)</script>": 0.5, "<!--": 0.5}, about: "a <i>b</i>"}
pictures:
  p: {about: "<u>shown</u>", select: "SELECT text, COUNT(*) AS n FROM t GROUP BY text ORDER BY n", shape: bars}
"""


def test_what_a_spec_says_is_text_and_nothing_else(tmp_path):
    folder = generate(synth.make_plan(parse(HOSTILE)), tmp_path).folder
    made, page = report_of(folder)
    assert page.opened.count("script") == 4 and not {"b", "i", "u", "img"} & set(page.opened)
    assert '<b>bold</b> & "quoted" </script><script>alert(1)</script>' in page.text
    data = json.loads(page.data)
    assert {row[0] for row in data["pictures"][0]["rows"]} == {"</script><script>alert(2)</script>", "<!--"}
    assert "alert(2)</script>" not in made.path.read_text("utf-8")


def test_what_does_not_hold_is_told_and_is_exit_code_1(tmp_path, capsys):
    folder = Path(generate(synth.make_plan("inventory", scale=0.1), tmp_path, format="csv").folder)
    file = next((folder / "stock").glob("*.csv"))
    lines = file.read_text().splitlines()
    file.write_text("\n".join([lines[0], *reversed(lines[2:]), lines[2]]) + "\n")
    assert main(["report", str(folder)]) == 1
    assert "not all checks hold" in capsys.readouterr().out
    page = Page((tmp_path / "inventory.html").read_text("utf-8"))
    assert "What does not hold" in page.text and "stock : the key product_number is unique" in page.text
    assert main(["report", str(folder), "--no-verify", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["passed"] is None and told["path"] == str(tmp_path / "inventory.html") and told["tables"] == 5


def test_a_file_of_others_is_left_alone(tmp_path, capsys):
    folder = generate(synth.make_plan("inventory", scale=0.05), tmp_path).folder
    theirs = tmp_path / "page.html"
    theirs.write_text("<html>mine</html>")
    with pytest.raises(OutputError, match=r"page.html' is there, and is no report of ours"):
        synth.report(folder, theirs, verify=False)
    link = tmp_path / "link.html"
    link.symlink_to(theirs)
    with pytest.raises(OutputError, match="no report of ours"):
        synth.report(folder, link, verify=False)
    assert theirs.read_text() == "<html>mine</html>"
    first = synth.report(folder, tmp_path / "deeper" / "mine.html", verify=False)
    assert synth.report(folder, first.path, verify=False).bytes == first.bytes
    assert main(["report", str(tmp_path / "nothing")]) == 2
    assert main(["report", str(folder), "--out", str(tmp_path)]) == 2
    assert "name a file" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []


def test_insert_statements_cannot_be_shown(tmp_path, capsys):
    folder = generate(synth.make_plan("inventory", scale=0.05), tmp_path, format="sql").folder
    assert main(["report", str(folder)]) == 2
    assert "INSERT statements" in capsys.readouterr().err


def test_of_a_database(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = generate(synth.make_plan("inventory", scale=0.1), tmp_path / "made").folder
    load_folder(folder, find("shop.duckdb"))
    made, page = report_of("shop.duckdb")
    assert made.path == Path("output/inventory.html") and made.passed
    files, _ = report_of(folder)
    shown = [re.sub(r"[\d.]+ [kM]?B", "", Page(path.read_text("utf-8")).text) for path in (made.path, files.path)]
    assert shown[0] == shown[1]


def test_tables_that_were_not_made_are_left_out_and_pictures_say_so(tmp_path):
    folder = generate(synth.make_plan("ecommerce", scale=0.02, tables=["customers", "orders"]), tmp_path).folder
    _, page = report_of(folder)
    assert "table-orders" in page.ids and "table-products" not in page.ids
    failed = {picture["name"] for picture in json.loads(page.data)["pictures"] if picture["failed"]}
    assert {"best_sellers", "revenue_by_category"} == failed
    assert "It cannot be made here: " in page.text


@pytest.mark.parametrize(
    "picture, said",
    [
        ("{about: a, select: SELECT id FROM t}", "it gives 1 columns"),
        ("{about: a, select: 'SELECT id, text FROM t', shape: heat}", "select three columns: across, up, shade"),
        ("{about: a, select: 'SELECT id, nothing FROM t'}", "bad SQL"),
        ("{about: a, select: 'SELECT id, text FROM other'}", "unknown table 'other'"),
        ("{about: a, select: 'SELECT 1 AS a, 2 AS b'}", "it reads no table"),
        ("{about: a, select: \"SELECT * FROM read_csv('/etc/passwd')\"}", "pictures.p.select"),
        ("{about: a, select: 'SELECT id, text FROM t', shape: pie}", "line"),
    ],
)  # fmt: skip
def test_pictures_are_checked(picture, said):
    from synth.verifying.rehearse import rehearse

    text = re.sub(r"  p: .*", f"  p: {picture}", HOSTILE)
    with pytest.raises(SpecError, match=re.escape(said)) as refused:
        rehearse(parse(text))
    assert "pictures.p" in str(refused.value)


def test_vendored_bundles_are_those_that_are_stated():
    stated = dict(re.findall(r"\| `([\w.]+\.js)` .*`([0-9a-f]{64})`", (VENDOR / "README.md").read_text("utf-8")))
    assert stated == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in VENDOR.glob("*.js")}
    assert sum(path.stat().st_size for path in VENDOR.glob("*.js")) < 1_500_000
    assert all((VENDOR / f"{name.split('.')[0]}.LICENSE").is_file() for name in stated)
