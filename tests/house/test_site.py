"""The site's pages: what they show runs, all of them are in its contents, and it is made of what is there.

Of each page the blocks marked `sh`, `python`, `sql` and `yaml` run in their order, in a folder of the page's own; a spec is
written into NAME.yaml. Blocks marked `bash` install something, name a place that is the reader's, or go into a pipe: they are
shown. Blocks behind `<!-- needs: … -->` want a library or a server, and are skipped where that is not there, each by itself.
"""

import importlib.util
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

import synth
from synth.cli import main
from tests.house.test_documents import headings
from tests.support.engines import end_java, lack
from tests.support.servers import live_address
from tests.support.targets import Target

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = [
    "index",
    "start",
    "tutorial",
    "recipes",
    "importing",
    "faq",
    "how-it-works",
    "realism",
    "speed",
    "upgrading",
    "python",
]
BLOCK = re.compile(r"(?:^<!-- needs: (\w+) -->\n)?^```(\w+)\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
RUN = ("sh", "python", "sql", "yaml")
URLS = {"postgres": "postgresql://me@localhost/shop", "mysql": "mysql://me@localhost/"}
LARGE = re.compile(r"^(synth generate .*--scale) (?:1|10)$")  # is drawn small here


def blocks(page):
    """What it needs, language and text of each block that runs."""
    return [found for found in BLOCK.findall((DOCS / f"{page}.md").read_text("utf-8")) if found[1] in RUN]


def runs(language, text, names, capsys):
    """Run a block, whose Python knows `names`; what it prints is given."""
    if language == "yaml":
        name = re.search(r"^dataset: (\w+)$", text, flags=re.M)[1]
        Path(f"{name}.yaml").write_text(text)
    elif language == "sql":
        assert duckdb.sql(text).fetchall()
    elif language == "python":
        exec(compile(text, "<page>", "exec"), names)
    else:
        for line in text.strip().splitlines():
            program, *words = shlex.split(LARGE.sub(r"\1 0.1", line))
            assert program == "synth", line
            code = main(words)
            assert code == 0, f"{line}\n{capsys.readouterr().err}"
    return capsys.readouterr().out


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_shows_runs(page, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names = {}
    try:
        for needs, language, text in blocks(page):
            if not needs:
                runs(language, text, names, capsys)
    finally:
        main(["db", "stop"])


NEEDY = [(page, *each) for page in PAGES for each in blocks(page) if each[0]]


@pytest.mark.parametrize(("page", "needs", "language", "text"), NEEDY, ids=[f"{each[0]}-{each[1]}" for each in NEEDY])
def test_what_needs_something_runs_where_that_is(page, needs, language, text, tmp_path, monkeypatch, capsys, request):
    monkeypatch.chdir(tmp_path)
    if needs == "pyspark":
        if why := lack("spark"):
            pytest.skip(why)
    else:
        server = str(live_address(needs, request.getfixturevalue("database"), tmp_path))
        made = Target(needs, server)
        request.addfinalizer(made.clear)
        assert URLS[needs] in text
        text = text.replace(URLS[needs], shlex.quote(server))
    synth.generate(synth.make_plan("ecommerce", scale=0.01), "output")
    assert runs(language, text, {}, capsys)
    if needs == "pyspark":
        end_java()


def test_the_recipe_for_pytest_passes(environment, tmp_path):
    """Run by pytest, as a file of its own."""
    text = next(text for _, _, text in blocks("recipes") if "def test_" in text)
    (tmp_path / "test_recipe.py").write_text(text)
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_recipe.py"]
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "2 passed" in done.stdout, done.stdout + done.stderr


def test_the_notebook_runs(tmp_path, monkeypatch):
    """Its cells, in turn; they are stored without what they gave, so that a run changes no file of ours."""
    monkeypatch.chdir(tmp_path)
    cells = json.loads((DOCS / "notebook.ipynb").read_text("utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    names = {}
    for cell in code:
        exec(compile("".join(cell["source"]), "<notebook>", "exec"), names)
    assert names["proof"].passed and names["page"].passed


def test_the_contents_name_every_page():
    named = re.findall(r"```\{toctree\}\n(.*?)```", (DOCS / "index.md").read_text("utf-8"), flags=re.S)
    listed = [line for part in named for line in part.splitlines() if line and not line.startswith(":")]
    there = [
        path.relative_to(DOCS).with_suffix("").as_posix()
        for path in DOCS.rglob("*")
        if path.suffix in (".md", ".ipynb")
    ]
    assert sorted([*listed, "index"]) == sorted(there)


def test_each_page_of_the_project_stands_for_a_document():
    """And each document of the repository has such a page."""
    spec = importlib.util.spec_from_file_location("conf", DOCS / "conf.py")
    conf = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(conf)
    stands = conf._pages()
    documents = [*ROOT.glob("*.md"), ROOT / "schema" / "README.md", *(ROOT / "benchmarks").rglob("README.md")]
    assert set(stands) == set(documents) and all(path.is_file() for path in stands)


def test_python_page_has_every_public_name():
    text = (DOCS / "python.md").read_text("utf-8")
    assert sorted(re.findall(r"^\.\. auto\w+:: synth\.(\w+)$", text, flags=re.M)) == sorted(synth.__all__)


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    text = re.sub(r"^```.*?^```$", "", (DOCS / f"{page}.md").read_text("utf-8"), flags=re.M | re.S)
    for target, heading in re.findall(r"\]\(([^)#:\s]*)(?:#([^)]*))?\)", text):
        path = DOCS / target if target else DOCS / f"{page}.md"
        assert path.exists(), target
        assert not heading or heading in headings(path), f"{target}#{heading}"
