"""How results look: counts and sizes, aligned tables, progress where there is a terminal and where there is none."""

from __future__ import annotations

import ast
import datetime as dt
import io
import re
import sys

import pytest

import synth
from synth import terminal
from synth.cli import main
from synth.databases import Address
from synth.errors import many
from synth.progress import Phase
from synth.spec.load import SHIPPED, shipped
from tests.house.trees import files, place, tree

BOOKED = dt.datetime(2025, 3, 1, 6, 30)


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567.6, "1,234,568"), (-1000, "-1,000")]
)
def test_numbers(value, text):
    assert terminal.number(value) == text


@pytest.mark.parametrize(("count", "text"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (1000, "1,000 rows")])
def test_counts_have_their_noun(count, text):
    assert many(count, "row") == text
    assert many(count, "row", "stays", "stay") == f"{text} stay{'s' * (count == 1)}"


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (13_400_000, "13.4 MB"),
        (2.5e9, "2.5 GB"),
        (7e12, "7.0 TB"),
        (1.2e16, "12000.0 TB"),
    ],
)
def test_sizes(count, text):
    assert terminal.size(count) == text


# -- progress


class Clock:
    """A clock that a test moves."""

    def __init__(self, patch):
        self.now = 100.0
        patch.setattr(terminal.time, "perf_counter", lambda: self.now)


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


def test_a_plain_stream_gets_a_line_now_and_then(monkeypatch, capsys):
    clock = Clock(monkeypatch)
    with terminal.progress(10_000) as advance:
        advance("orders", 1000)
        clock.now += terminal.PLAIN_SECONDS - 0.1
        advance("orders", 1000)
        assert capsys.readouterr().err == ""
        clock.now += 0.1
        advance("payments", 500)
        assert capsys.readouterr().err == "payments: 2,500 of about 10,000 rows, 500 rows/s, about 15 s left\n"
        clock.now += 1
        advance("payments", 500)
        assert capsys.readouterr().err == ""
        clock.now += terminal.PLAIN_SECONDS
        advance("items", 9_000)  # more than was expected: nothing is said of the time left
        assert capsys.readouterr().err == "items: 12,000 of about 10,000 rows, 1,091 rows/s\n"
    assert capsys.readouterr().out == ""


def test_a_plain_stream_where_the_end_is_unknown(monkeypatch, capsys):
    clock = Clock(monkeypatch)
    with terminal.progress(None) as advance:
        clock.now += 10
        advance("orders", 1000)
    assert capsys.readouterr().err == "orders: 1,000 rows, 100 rows/s\n"


@pytest.mark.parametrize("columns", ["120", "80", "40", "20"])
@pytest.mark.parametrize("total", [1000, None])
def test_a_terminal_gets_a_bar_of_any_width(columns, total, monkeypatch):
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    with terminal.progress(total) as advance:
        advance("orders", 400)
        advance("a_family_with_a_name_that_is_long", 600)
    said = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", stream.getvalue())
    assert said and all(len(line) <= int(columns) for line in re.split(r"[\r\n]+", said))
    if int(columns) >= 80:
        assert "rows/s" in said and "a_family_with_a_name" in said
    assert "…" not in said, "all that is shown has room"


def test_a_narrow_terminal_shows_the_bar_and_the_time_left(monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", Terminal())
    with terminal.progress(1_000_000_000_000) as advance:
        advance("promotion_products", 400_000_000_000)
        monkeypatch.setattr(terminal, "_left", lambda pace: ", about 12345 s left")
        advance("promotion_products", 1)
    said = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", sys.stderr.getvalue())
    assert re.search(r"promotio [━╸╺ ]{4,} 40% 12345 s left", said)


@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_no_colour_where_none_is_wanted(no_color, coloured, monkeypatch):
    monkeypatch.setenv("NO_COLOR", no_color)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr(sys, "stderr", Terminal())
    with terminal.progress(10) as advance:
        advance("orders", 5)
    colours = re.findall(r"\x1b\[[0-9;]*(?:3[0-7]|38;[0-9;]+)m", sys.stderr.getvalue())
    assert bool(colours) == coloured


@pytest.mark.parametrize("term", ["dumb", "unknown"])
def test_a_terminal_that_can_move_nothing_gets_lines(term, monkeypatch):
    clock = Clock(monkeypatch)
    monkeypatch.setenv("TERM", term)
    monkeypatch.setattr(sys, "stderr", Terminal())
    with terminal.progress(10) as advance:
        clock.now += 10
        advance("orders", 1)
    assert sys.stderr.getvalue() == "orders: 1 of about 10 rows, 0 rows/s, about 90 s left\n"


def test_an_error_within_leaves_the_terminal_as_it_was(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setenv("TERM", "xterm")
    with pytest.raises(ZeroDivisionError), terminal.progress(10) as advance:
        advance("orders", 1 // 0)
    assert sys.stderr.getvalue().endswith(("\x1b[?25h", "\x1b[2K"))  # the cursor shows again


# -- results


def columns_of(text: str) -> list[list[str]]:
    """The cells of a text's first table: its columns are where the rule under its heads is."""
    lines = text.split("\n\n")[0].splitlines()
    at = next(n for n, line in enumerate(lines) if re.fullmatch(r"[- ]+", line))
    spans = [match.span() for match in re.finditer("-+", lines[at])]
    return [[line.ljust(200)[a:b].strip() for a, b in spans] for line in [lines[at - 1], *lines[at + 1 :]]]


def test_the_plan(books):
    plan = synth.make_plan(books, scale=0.1)
    text = terminal.plan_text(plan, 2)
    head, tables, families, last = text.split("\n\n")
    families, _, hidden = families.partition("\nand ")
    count = sum(family.root.startswith("_") for family in plan.families)
    assert hidden == (f"{many(count, 'working table')}, of which nothing is written (-v names them)" if count else "")
    parts, memory = last.splitlines()
    assert head == "books: scale 0.1, seed 42, until 2026-01-01 00:00:00"
    heads, *rows = columns_of(tables)
    assert heads == ["table", "kind", "family", "rows", "columns"]
    assert [row[0] for row in rows] == list(plan.wanted)
    by_name = {row[0]: row[1:] for row in rows}
    assert by_name["sales"] == ["arrival", "sales", "300", "7"]
    assert by_name["purchases"][2].startswith("~")  # groups are not known before
    heads, *rows = columns_of(families)
    assert heads == ["family", "after", "blocks", "kept for look-ups"]
    assert [row[0] for row in rows] == [family.root for family in plan.families if family.root[0] != "_"]
    kept = {family.root for family in plan.families if family.residents}
    again = sum(family.blocks for family in plan.families if family.root in kept and not family.is_sum)
    assert re.fullmatch(rf"parts: each of several \(--part\) draws {again} of \d+ blocks anew", parts)
    assert re.fullmatch(r"memory: about [\d.]+ [MG]B with 2 workers", memory)
    assert terminal.plan_text(plan, 1).endswith(" with 1 worker")


def test_numbers_stand_right_and_nothing_trails(books):
    for line in terminal.plan_text(synth.make_plan(books), 1).splitlines():
        assert line == line.rstrip()
    lines = terminal.plan_text(synth.make_plan(books), 1).split("\n\n")[1].splitlines()
    end = lines[0].index("rows") + len("rows")
    assert all(line[end - 1].isdigit() for line in lines[2:])


def test_a_summary_and_the_same_again(books, tmp_path):
    plan = synth.make_plan(books, scale=0.1)
    summary = synth.generate(plan, tmp_path)
    text = terminal.summary_text(summary, "synth")
    heads, *rows = columns_of(text)
    assert heads == ["table", "rows", "size", "files"]
    assert [row[0] for row in rows] == [*plan.wanted, ""]
    counts = [int(row[1].replace(",", "")) for row in rows]
    assert counts[-1] == sum(counts[:-1]) == summary.rows
    assert text.splitlines()[-2:] == [f"in {summary.folder}", f"next: synth verify {summary.folder}"]
    assert "1 worker\n" in text
    again = terminal.summary_text(synth.generate(plan, tmp_path), "synth")
    assert again == f"{summary.folder} holds exactly this already; nothing to do ({summary.rows:,} rows)"


def test_a_summary_of_inserts_points_to_their_tables(books, tmp_path):
    summary = synth.generate(synth.make_plan(books, scale=0.01), tmp_path, format="sql", dialect="sqlite")
    last = terminal.summary_text(summary, "synth").splitlines()[-1]
    assert last == "next: synth ddl books --dialect sqlite, for the tables that the INSERTs fill"


def test_a_load_and_what_is_read_back(books, tmp_path):
    summary = synth.generate(synth.make_plan(books, scale=0.1), tmp_path)
    address = Address.parse(f"sqlite:///{tmp_path / 'books.sqlite'}")
    report = synth.load_folder(summary.folder, address)
    heads, *rows = columns_of(terminal.load_text(report, "synth", verbose=True))
    assert heads == "table|rows|sent|read s|send s|constraints s|indexes s|analyze s|verify s".split("|")
    assert rows[-1][:2] == ["by the clock", f"{summary.rows:,}"]
    report.phases["send"] = 3.21
    text = terminal.load_text(report, "synth", client="psql here")
    assert "\nby the clock: " in text and "send 3.2 s" in text
    heads, *rows = columns_of(text)
    assert heads == ["table", "rows", "sent"]
    assert [row[0] for row in rows] == [*summary.manifest.tables, ""]
    assert rows[-1][1] == f"{summary.rows:,}"
    assert text.splitlines()[-2] == "open: psql here"
    assert text.splitlines()[-1] == f"next: synth verify {tmp_path / 'books.sqlite'} --schema books"
    assert ", 1 connection\n" in text
    pulled = terminal.pull_text(synth.pull(address, tmp_path / "back"))
    assert columns_of(pulled)[-1][1] == f"{summary.rows:,}"
    assert f"\nin {tmp_path / 'back'}" in pulled
    assert "not as they were loaded" not in pulled


def test_a_step_ahead_and_none(books, tmp_path):
    folder = synth.generate(synth.make_plan(books, scale=0.1, until=dt.date(2025, 1, 1)), tmp_path).folder
    step = synth.advance_folder(folder, BOOKED, changes=tmp_path / "feed")
    lines = terminal.advance_text(step).splitlines()
    assert lines[0] == f"{folder}: from 2025-01-01 00:00:00 to 2025-03-01 06:30:00"
    assert re.fullmatch(r"[\d,]+ rows more; \d+ blocks drawn, \d+\.\d s", lines[1])
    assert lines[2].startswith(f"changes in {tmp_path / 'feed'}") and len(lines) == 3
    again = terminal.advance_text(synth.advance_folder(folder, BOOKED))
    assert again == f"{folder} is at 2025-03-01 06:30:00 already; nothing to do"


# -- what a stranger has named


HOSTILE = {
    "\x1b]0;owned\x07": "\\x1b]0;owned\\x07", "\x1b[2J": "\\x1b[2J", "a\rb": "a\\x0db", "\x9b1m": "\\x9b1m", "\x7f\x00\x08": "\\x7f\\x00\\x08",
    "\u202egpj.exe": "\\u202egpj.exe", "a\u2028b": "a\\u2028b", "\udcff": "\\udcff", "a\tb\nc": "a\tb\nc", "[red]x[/red]": "[red]x[/red]",
    "Größe 漢字 👩‍👩‍👧 →": "Größe 漢字 👩‍👩‍👧 →",
}  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_terminal_takes_for_a_command(text, capsys):
    assert terminal.visible(text) == HOSTILE[text]
    terminal.say(text)
    terminal.say(text, error=True)
    assert capsys.readouterr() == (HOSTILE[text] + "\n", HOSTILE[text] + "\n")
    assert "\n" not in terminal.visible(text, in_line=True) and "\t" not in terminal.visible(text, in_line=True)


def test_a_spec_that_paints(tmp_path, capsys):
    """In messages, in what a verification shows, and in DDL on a terminal; a file gets it as it is."""
    escape = "\\e[31m\\e]0;owned\\a"
    text = (
        f'dataset: d\nabout: "{escape}"\nperiod: {{start: 2024-01-01, until: 2025-01-01}}\ntables:\n  t:\n    about: "{escape}"\n'
        f'    values: [["x{escape}\\nFAILED all: 7 offences"]]\n    columns: {{a: {{type: text}}}}\n    primary_key: [a]\n'
        f'rules: {{r: "SELECT a FROM t"}}\n'
    )
    (tmp_path / "d.yaml").write_text(text)
    (tmp_path / "e.yaml").write_text(text.replace("values:", f'"{escape}":'))
    for words in (f"check {tmp_path}/e.yaml", f"generate {tmp_path}/d.yaml --out {tmp_path}", f"verify {tmp_path}/d"):
        main(words.split())
        said = capsys.readouterr()
        assert "\x1b" not in said.out + said.err and "\x07" not in said.out + said.err
    assert "a = x\\x1b[31m\\x1b]0;owned\\x07\\nFAILED all" in said.out
    assert main(["ddl", str(tmp_path / "d.yaml")]) == 0
    assert "\x1b" in capsys.readouterr().out, "SQL in a file says what the spec says"


def test_progress_of_a_family_that_paints(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stderr", Terminal())
    with terminal.progress(10) as told:
        told("\x1b[2J[red]x", 5)
    assert "\x1b[2J[red]" not in sys.stderr.getvalue()


def test_all_is_printed_in_one_place():
    calls = {
        f"{place(path)}:{node.lineno}"
        for path in files() if place(path) not in ("terminal.py", "cli/secrets.py")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print"
    }  # fmt: skip
    assert not calls, "say it by terminal.say, which shows what a terminal would take for a command"


def test_each_phase_has_a_time_left(monkeypatch, capsys):
    """By its own pace, and none before something is done, or where no end is known."""
    clock, second = Clock(monkeypatch), terminal.PLAIN_SECONDS
    with terminal.progress(10_000) as advance:
        for phase, rows, said in (
            (Phase("send", 3_000), 1_000, "orders: 1,000 of about 3,000 rows, 200 rows/s, about 10 s left\n"),
            (Phase("verify", 3_000), 1_500, "orders: 1,500 of about 3,000 rows, 300 rows/s, about 5 s left\n"),
            (Phase("publish"), 500, "orders: 500 rows, 100 rows/s\n"),
        ):
            advance(phase, 0)
            assert capsys.readouterr().err == ""
            clock.now += second
            advance("orders", rows)
            assert capsys.readouterr().err == said


def test_no_time_is_left_from_one_moment_to_the_next(monkeypatch, capsys):
    """The time left is asked for once: it may be over before it is told."""
    clock, asked = Clock(monkeypatch), iter([0.4])
    monkeypatch.setattr(terminal.Pace, "left_s", property(lambda pace: next(asked, None)))
    with terminal.progress(10) as advance:
        clock.now += terminal.PLAIN_SECONDS
        advance("orders", 9)
    assert capsys.readouterr().err == "orders: 9 of about 10 rows, 2 rows/s, about 0 s left\n"


def test_a_plan_says_what_is_kept_and_drawn_ahead():
    spec = """
dataset: tree
period: {start: 2025-01-01, until: 2026-01-01}
tables:
  nodes:
    rows: 50
    columns:
      id: {key: sequence}
      above: {reference: nodes, nullable: true}
      level: {expr: "COALESCE(above.level, 0) + 1", type: integer}
  leaves: {per: nodes, fanout: {max: 3, uniform: true}, columns: {id: {key: sequence}}}
  winds: {rows: 9, columns: {id: {key: sequence}, leaf: {reference: leaves}}}
"""
    plan = synth.make_plan(synth.parse(spec))
    text = terminal.plan_text(plan, 1)
    assert re.search(r"\nnodes +- +1  \d columns\n", text) and re.search(r"\nnodes +nodes +1 column\n", text)
    assert "leaves.id" not in text
    text = terminal.plan_text(plan, 1, verbose=True)
    assert "leaves.id, leaves per row of nodes" in text
    assert re.search(r"before +is drawn ahead, of +and kept\n.*\nnodes +nodes +rows that nodes.above points at\n", text)


@pytest.mark.parametrize(
    "path", [*shipped().values(), *sorted((SHIPPED / "examples").glob("*.yaml"))], ids=lambda path: path.stem
)
def test_the_plan_fits_a_terminal(path):
    plan = synth.make_plan(path, scale=100)
    text = terminal.plan_text(plan, 16)
    assert max(map(len, text.splitlines())) <= 80
    assert not re.search(r"\b_", text), "working tables are for those who look closer"
    assert re.search(r"\b1 (?!of)\w+s\b(?! left)", text) is None
    in_full = terminal.plan_text(plan, 16, verbose=True)
    assert all(
        f"{table}.{column}" in in_full
        for family in plan.families
        for table, column in family.residents
        if column[0] not in "#@="
    )


def test_a_list_of_meanings_goes_on_below_itself(monkeypatch):
    meanings = {"a": "one two three four five six seven eight", "bcd": "nine"}
    assert terminal.listed(meanings) == "a    one two three four five six seven eight\nbcd  nine"
    monkeypatch.setenv("COLUMNS", "30")
    monkeypatch.setattr(sys, "stdout", Terminal())
    assert terminal.listed(meanings) == "a    one two three four five\n     six seven eight\nbcd  nine"
