"""What documents say of speed is made from raw results, and from nothing else; two results are compared."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from benchmarks import diff, report, results
from benchmarks.plots import short
from tests.support.bench_results import case, result

ROOT = Path(__file__).resolve().parents[2]


def test_documents_are_those_of_the_newest_results():
    made = report.documents(results.newest(results.OWN), results.newest(results.RIVALS))
    stale = [
        path for path, text in made.items() if not (ROOT / path).exists() or (ROOT / path).read_text("utf-8") != text
    ]
    assert not stale, f"`make bench-report` writes them anew: {stale}"


def test_every_mark_is_there():
    for path in report.DOCUMENTS:
        text = (ROOT / path).read_text("utf-8")
        marks = [name for name in report.BLOCKS if report.BEGIN.format(name=name) in text]
        assert marks and text.count(report.END) == len(marks)


def test_raw_results_can_be_read():
    for path in results.RESULTS.glob("*.json"):
        found = results.read(path)
        assert report.tables(found).count("\n| ") > len(found["cases"])


@pytest.fixture
def made(tmp_path):
    """Documents with all marks, written twice from the sample."""
    (tmp_path / "docs").mkdir()
    for path in report.DOCUMENTS:
        marks = "\n".join(f"{report.BEGIN.format(name=name)}\nold\n{report.END}" for name in report.BLOCKS)
        (tmp_path / path).write_text(f"before\n{marks}\nafter\n")
    own = result("own", **{"ecommerce parquet ×10": case("whole datasets", [3.0, 4.0], cells=120_000_000)})
    first = report.documents(own, result(), tmp_path)
    for path, text in first.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    assert report.documents(own, result(), tmp_path) == first
    return first


def test_parts_between_marks_are_replaced(made):
    page = made["docs/speed.md"]
    assert page.startswith("before") and page.endswith("after\n") and "\nold\n" not in page
    assert "| synth, order_items ×10 | 2.60 (2.30 – 2.90) | 384,615 | 4,230,769 | 2,350,427 | 300 | 19.2% |" in page
    assert "- Quill & Ink: fresh ink." in page and "- Not run: Chisel, the program chisel is not installed." in page
    assert "](pictures/speed-parquet.svg)" in page and "](docs/pictures/speed-parquet.svg)" in made["README.md"]
    assert "2026-01-02, commit abc1234: Abacus, 2 processors" in page
    assert "### Whole datasets" in made["benchmarks/results/README.md"]


def test_pictures_are_drawings_for_light_and_dark(made):
    text = made["docs/pictures/speed-parquet.svg"]
    tree = ET.fromstring(text)
    space = "{http://www.w3.org/2000/svg}"
    assert len(tree.findall(f"{space}rect")) == 2, "the floor is no program"
    labels = [each.text for each in tree.findall(f"{space}text")]
    assert "Quill & Ink" in labels and "4.23 M" in labels and "prefers-color-scheme: dark" in text
    assert len(text) < 5_000 and "speed-mariadb.svg" not in "".join(made)


def test_without_results_documents_say_so(tmp_path):
    assert report.compared(None, None) == "No result of `make bench-rivals` has been written yet."
    assert report.datasets(None, None) == "No result of `make bench` has been written yet."


def test_the_newest_of_each_set_is_taken(tmp_path):
    for number, (of, at) in enumerate(
        [("own", "2026-01-02T10"), ("own", "2026-01-02T11"), ("rivals", "2026-01-03T09")]
    ):
        results.write(result(of, at), tmp_path / f"{9 - number}.json")
    assert results.newest("own", tmp_path)["at"] == "2026-01-02T11"
    assert results.newest("rivals", tmp_path)["at"] == "2026-01-03T09"
    assert results.newest("none", tmp_path) is None


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ([2.0, 2.1, 2.2, 2.3], [1.0, 1.1, 1.2, 1.3], "faster"),
        ([1.0, 1.1, 1.2, 1.3], [2.0, 2.1, 2.2, 2.3], "slower"),
        ([1.0, 1.1, 1.2, 2.3], [1.1, 2.1, 2.2, 2.3], "within noise"),
        ([1.0, 1.1, 1.2], [2.0, 2.1, 2.2, 2.3], "fewer than 4 runs"),
    ],
)
def test_what_is_beyond_noise(first, second, said):
    assert diff.verdict(first, second) == said


def test_two_results_side_by_side(tmp_path, capsys):
    half = {
        name: {**each, "runs": [{**run, "wall_s": run["wall_s"] / 2} for run in each["runs"]]}
        for name, each in result()["cases"].items()
    }
    del half["floor"]
    results.write(result(), tmp_path / "a.json")
    results.write(result(**half), tmp_path / "b.json")
    assert diff.main([str(tmp_path / "a.json"), str(tmp_path / "b.json")]) == 0
    printed = capsys.readouterr().out
    assert "| synth, order_items ×10 | wall s | 2.60 (2.30 – 2.90) | 1.30 (1.15 – 1.45) | 0.50 | faster |" in printed
    assert "| Quill & Ink | CPU-s |" in printed and "within noise" in printed and "Only A has: floor." in printed


def test_results_are_found_by_name_and_others_refused(capsys):
    names = sorted(path.stem for path in results.RESULTS.glob("*.json"))
    assert diff.main([names[0], names[1]]) == 0
    assert diff.main(["no-such-result", names[1]]) == 2 and diff.main([]) == 2
    assert "there is no result no-such-result" in capsys.readouterr().err


def test_figures_are_short():
    assert [short(each) for each in (12.3456, 3_371_796, 45_600, 2.5e9)] == ["12.3", "3.37 M", "45.6 k", "2.5 G"]


def test_a_file_is_text_that_can_be_compared(tmp_path):
    results.write(result(), tmp_path / "one.json")
    text = (tmp_path / "one.json").read_text()
    assert json.loads(text) == result() and text.count("\n") > 40 and "×" in text
