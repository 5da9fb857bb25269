"""Frictionless takes the data package, and finds its CSV files as they are described."""

# needs: frictionless
import sys

from frictionless import Package, validate

_, csv, *_ = sys.argv[1:]
package = Package(f"{csv}/datapackage.json")
assert len(package.resources) == 12
for name in ("brands", "products", "customers"):
    report = validate(package.get_resource(name), skip_errors=["foreign-key"])
    assert report.valid, report.flatten(["rowNumber", "fieldName", "message"])[:5]
