"""What commands print with --json, by a validator that is not the one of the tests."""

# needs: check-jsonschema
import subprocess
import sys
from pathlib import Path

schemas = sorted(Path("answers").glob("*.schema.json"))
assert len(schemas) > 5
for schema in schemas:
    told = schema.with_name(schema.name.replace(".schema", ""))
    words = [sys.executable, "-m", "check_jsonschema", "--schemafile", str(schema), str(told)]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    metaschema = subprocess.run([*words[:3], "--check-metaschema", str(schema)], capture_output=True, text=True)
    assert metaschema.returncode == 0, metaschema.stdout
