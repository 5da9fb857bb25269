"""Every rule of a kind of table is broken here once; a rule without a case fails, and the test says which one it lacks."""

import ast
import re
from pathlib import Path

import pytest

import synth
from synth.spec import kinds
from synth.spec.load import parse

FOLDER = Path(kinds.__file__).parent

HEAD = "dataset: d\nperiod: {start: 2024-01-01, until: 2025-01-01}\ntables:\n"
P = "  p: {rows: 9, columns: {id: {key: sequence}, n: {uniform: {min: 1, max: 2}}}}\n"
W = "  w: {rows: 900, columns: {id: {key: sequence}, b: {window: 100}, on: {arrival: {}, type: date}}}\n"
C = "  c: {per: p, fanout: {max: 2, uniform: true}, columns: {id: {key: sequence}, p_id: {reference: p}}}\n"
G = "  g: {select: {a: SELECT id FROM p}, primary_key: [id], columns: {id: {type: bigint}}}\n"
D = "  t: {select: SELECT id FROM p, primary_key: [id], columns: {id: {type: bigint}}}\n"
U = "  u: {rows: 3, columns: {id: {key: uuid}}}\n"
Q = "  o: {rows: 3, columns: {id: {key: sequence}}}\n  q: {rows: 9, columns: {id: {key: sequence}, o: {reference: o}}}\n"
S = "  s: {rollup: {table: p, group_by: [n], aggregates: {ids: {count: id}}}, columns: {n: {}, ids: {}}}\n"
EXISTING = "existing: true, primary_key: [id], columns: {id: {type: bigint}"


def rolled(**words):
    whole = {"table": "p", "group_by": "[n]", "aggregates": "{ids: {count: id}}", **words}
    return f"  r: {{rollup: {{{', '.join(f'{k}: {v}' for k, v in whole.items())}}}, columns: {{n: {{}}, ids: {{}}}}}}\n"


# tables -> what is said, whole
CASES = {
    "  t: {values: [[1, a], [2]], primary_key: [id], columns: {id: {type: bigint}, x: {type: text}}}\n": "a row has 2 cells: id, x",
    "  t: {values: [[1, a], [2]], primary_key: [id], columns: {id: {type: bigint}, x: {type: text}}}\n  d: {select: SELECT LENGTH(x) AS k FROM t, primary_key: [k], columns: {k: {type: bigint}}}\n": "a row has 2 cells: id, x",
    "  t: {values: [[1], [2], [1]], primary_key: [id], columns: {id: {type: bigint}}}\n": "row 1 has the same id",
    "  t: {values: [[1, 7]], primary_key: [id], columns: {id: {type: bigint}, x: {type: text}}}\n": "x: 7 is no text",
    "  t: {values: [[1]], primary_key: [id], columns: {id: {type: bigint}, at: {arrival: {}}}}\n": "only a table with `rows` has an arrival column",
    P + C.replace("id: {key: sequence}, ", "id: {key: sequence}, b: {window: 10}, "): "only a table with `rows` has windows",
    "  t: {rows: 3, columns: {id: {key: sequence}, at: {arrival: {since: 2024-02-01, before_start: 0.5}}}}\n": "2024-02-01 is not before the period's start, 2024-01-01",
    P + D + C.replace("per: p", "per: t"): "rows cannot be born with t, a derived table",
    P + "  e: {" + EXISTING + ", t_id: {type: bigint}}, per: t}\n" + D: "rows cannot be born with t, a derived table",
    "  c: {per: nobody, fanout: {max: 2, uniform: true}, columns: {id: {key: sequence}}}\n": "unknown table 'nobody'",
    P + "  c: {per: p, fanout: {max: 2, mean: 1.99, min: 0, negative_binomial: {r: 0.01}}, columns: {id: {key: sequence}}}\n": "no such distribution up to 2 has the mean 1.99",
    P + C.replace("max: 2, uniform: true", "count: m, max: 3"): "unknown column 'm' in p",
    P.replace("n: {", "s: {state: until IS NULL}, n: {") + C.replace("max: 2, uniform: true", "by: s, values: {true: 1}"): "'s' is a state: it depends on what shows at `until`, and rows do not",
    P + C.replace("max: 2, uniform: true", "count: n, max: 3") + C.replace("c:", "k:").replace("per: p", "per: c").replace("reference: p", "reference: c").replace("max: 2, uniform: true", "max: 2, uniform: true, exact: true"): "how many c there are depends on their parents, so no total of k is known",
    P.replace("max: 2}", "max: 2}, null_share: 0.1") + C.replace("max: 2, uniform: true", "count: n, max: 3"): "'n' may be NULL, and then nobody knows how many c there are",
    P.replace("max: 2}", "max: 2}, type: double") + C.replace("max: 2, uniform: true", "by: n, values: {1: 1}"): "'n' is double: `by` tells texts, whole numbers, and true or false apart",
    P.replace("uniform: {min: 1, max: 2}", "choice: {1: 1, 2: 1}") + C.replace("max: 2, uniform: true", "by: n, values: {1: 1}"): "no fan-out is declared for n = 2",
    P.replace("max: 2}", "max: 2}, type: double") + C.replace("max: 2, uniform: true", "count: n, max: 3"): "'n' is double, and a count is a whole number",
    P.replace("uniform: {min: 1, max: 2}", "choice: {a: 1}") + C.replace("max: 2, uniform: true", "mean: n, poisson: true, max: 3"): "'n' is text, and a mean is a number",
    P + D.replace("primary_key: [id], ", ""): "a derived table needs a `primary_key`",
    W + "  t: {select: SELECT id FROM w, primary_key: [id], columns: {id: {type: bigint}}}\n": "rows of a window are drawn before their time: the table needs `at`",
    P + C.replace("per: p,", "per: p, at: on,").replace("id: {key: sequence}, ", "id: {key: sequence}, on: {uniform: {min: 2024-02-01, max: 2024-03-01}}, ")
    + "  d: {select: SELECT id FROM c, primary_key: [id], columns: {id: {type: bigint}}}\n": "rows of c show only once 'on' has come: the table needs `at`, too",
    P + D.replace("SELECT id FROM p", "SELECT id FROM q"): "unknown table 'q'",
    P + D.replace("SELECT id FROM p", "SELECT n FROM p"): "the SELECT gives no column 'id'",
    P + G.replace("SELECT id FROM p", "SELECT n FROM p"): "the SELECT gives no column 'id'",
    "  e: {" + EXISTING + ", p_id: {references: p, type: bigint}}, per: p}\n" + P: "e exists, so p must",
    "  e: {" + EXISTING + "}, per: f}\n  f: {" + EXISTING + "}}\n": "no column of e says which of f a row belongs to",
    "  e: {existing: {arrival: id}, primary_key: [id], columns: {id: {type: bigint}}}\n": "'id' is no moment",
    "  e: {existing: {arrival: nothing}, primary_key: [id], columns: {id: {type: bigint}}}\n": "unknown column 'nothing' in e",
    "  e: {" + EXISTING + ", _at: {arrival: {}}}}\n": "nothing says when rows of e came, which exist",
    P + G + rolled(table="g", parts="[]", group_by="[id]"): "must not be empty",
    P + G + rolled(table="g", parts="[b]", group_by="[id]"): "g has no part 'b'",
    P + rolled(table="q"): "unknown table 'q'",
    P + rolled(for_each="q"): "unknown table 'q'",
    P + U + rolled(for_each="u", group_by="[n]"): "n is integer, and id of u is uuid",
    P + Q + rolled(for_each="p", table="q", group_by="[o]"): "o is a row of o, not of p",
    P + rolled(group_by="[m]"): "unknown column 'm' in p",
    P + rolled(aggregates="{ids: {count: id, sum: id}}"): "one of sum, count, min, max is expected",
    P + rolled(aggregates="{ids: {sum: m}}"): "unknown column 'm' in p",
    P + S + rolled(table="s", aggregates="{ids: {sum: ids}}"): "a rollup of a rollup is not known",
    P + rolled(group_by="[n, id]"): "'id' is no column of r",
    P + rolled(group_by="[n, id]", for_each="p").replace("{n: {}, ids", "{n: {}, id: {}, ids"): "`for_each` goes with one column to group by, and a table with a key of one column",
    P.replace("max: 2}", "max: 2}, null_share: 0.1") + rolled().replace("columns", "primary_key: [n], columns"): "a key is never NULL, and n of p may be",
    W + "  v: {per: w, fanout: {max: 2, uniform: true}, columns: {id: {key: sequence}, w_id: {reference: w}}}\n"
    "  r: {rollup: {table: v, group_by: [id], aggregates: {n: {count: w_id}}, for_each: v}, columns: {id: {}, n: {}}}\n": "rows of v are drawn before their time: not every one is there",
    W.replace("b:", "n: {numbered: on}, b:"): "rows of a window are drawn before their time, and this is made of the rows that are there",
    W.replace("b:", "up: {reference: w, nullable: true}, of: {lookup: up.on, nullable: true}, b:"): "rows of a window are drawn before their time, and this is made of the rows that are there",
    W.replace("b:", "up: {reference: w, nullable: true}, level: {expr: 'COALESCE(up.level, 0) + 1', type: integer}, b:"): "rows of a window are drawn before their time, and this is made of the rows that are there",
}  # fmt: skip


def refused(tables):
    """What is said of a spec: when it is loaded, or planned."""
    with pytest.raises(synth.SpecError) as raised:
        synth.make_plan(parse(HEAD + tables))
    return [problem.what for problem in raised.value.problems]


@pytest.mark.parametrize("tables", CASES, ids=CASES.values())
def test_the_rule_is_kept(tables):
    assert CASES[tables] in refused(tables)


def messages():
    """(place, pattern) of what each `Problem` in the files of the kinds says; names may stand for a text above them."""
    for path in sorted(FOLDER.glob("*.py")):
        tree = ast.parse(path.read_text())
        texts = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                texts.setdefault(node.targets[0].id, []).append(node.value)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Problem":
                said = node.args[1]
                choices = texts.get(said.id, []) if isinstance(said, ast.Name) else [said]
                for each in choices:
                    if isinstance(each, (ast.Constant, ast.JoinedStr)):
                        yield f"{path.name}:{node.lineno}", pattern(each)


def pattern(text):
    parts = text.values if isinstance(text, ast.JoinedStr) else [text]
    return "".join(re.escape(part.value) if isinstance(part, ast.Constant) else ".*" for part in parts)


@pytest.mark.parametrize(("place", "said"), list(messages()))
def test_every_rule_has_a_case(place, said):
    assert any(re.fullmatch(said, what) for what in CASES.values()), (
        f"synth/spec/kinds/{place} says '{said}': add a case to CASES in tests/spec/test_kind_rules.py that breaks the rule"
    )
