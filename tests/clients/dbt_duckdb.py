"""dbt runs the generated project's tests."""

# needs: dbt-core<1.11 dbt-duckdb
import subprocess
import sys
from pathlib import Path

project = Path(sys.argv[1]).with_name("ecommerce-dbt")
dbt = Path(sys.executable).with_name("dbt")
ran = subprocess.run([dbt, "test", "--profiles-dir", "."], cwd=project, capture_output=True, text=True)
print(ran.stdout[-1500:])
assert ran.returncode == 0 and "ERROR=0" in ran.stdout and "PASS=195" in ran.stdout
