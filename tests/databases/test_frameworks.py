"""What applications are built with adds rows to loaded tables: SQLAlchemy's automap, and the models of Django's inspectdb."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys

import pytest
from sqlalchemy import MetaData, create_engine, func, select
from sqlalchemy.ext.automap import automap_base
from sqlalchemy.orm import Session

from tests.support.servers import live_address
from tests.support.targets import SUITES, Target

DRIVERS = {"postgres": "postgresql+psycopg", "mysql": "mysql+pymysql", "sqlite": "sqlite"}
NEW = {"brand_name": "Nordlicht", "country": "DE"}
AT = dt.datetime(2026, 1, 1, 12)


@pytest.fixture
def target(request, database, tmp_path):
    found = Target(request.param, live_address(SUITES[request.param], database, tmp_path).url())
    yield found
    found.clear()


@pytest.mark.parametrize("target", DRIVERS, indirect=True)
def test_sqlalchemy_adds_rows(target, shop):
    target.load(shop)
    url = target.url.replace(target.url.partition(":")[0], DRIVERS[target.kind], 1)
    if target.kind == "mysql":
        url = url.replace("/?", "/ecommerce?")
    engine = create_engine(url)
    mapped = automap_base(metadata=MetaData(schema="ecommerce" if target.kind == "postgres" else None))
    mapped.prepare(autoload_with=engine)
    brands, products = mapped.classes.brands, mapped.classes.products
    with Session(engine) as session:
        highest = session.scalar(select(func.max(brands.brand_id)))
        brand = brands(**NEW, created_at=AT)
        session.add(brand)
        session.commit()
        assert brand.brand_id == highest + 1
        pattern = session.scalars(select(products).limit(1)).one()
        columns = {
            c.name: getattr(pattern, c.name) for c in products.__table__.columns if c.name not in ("product_id", "sku")
        }
        session.add(products(**{**columns, "brand_id": brand.brand_id}))
        session.commit()
        made = session.scalars(select(products).where(products.brand_id == brand.brand_id)).one()
        assert made.product_id == session.scalar(select(func.max(products.product_id)))
    engine.dispose()


DJANGO = """
import datetime as dt, json, sys
from io import StringIO
from pathlib import Path
import django
from django.conf import settings
from django.core.management import call_command
place, new = json.loads(sys.argv[1]), json.loads(sys.argv[2])
Path("shop").mkdir()
Path("shop/__init__.py").touch()
settings.configure(DATABASES={"default": place}, INSTALLED_APPS=["shop"], USE_TZ=False)
django.setup()
models = StringIO()
call_command("inspectdb", "brands", "promotions", stdout=models)
Path("shop/models.py").write_text(models.getvalue())
from shop.models import Brands
from django.db.models import Max
highest = Brands.objects.aggregate(Max("brand_id"))["brand_id__max"]
print(highest, Brands.objects.create(**new, created_at=dt.datetime(2026, 1, 1, 12)).pk)
"""


@pytest.mark.parametrize("target", ["postgres", "sqlite"], indirect=True)
def test_django_adds_rows(target, shop, tmp_path):
    target.load(shop)
    options = dict(target.address.options)
    place = {
        "ENGINE": f"django.db.backends.{'postgresql' if target.kind == 'postgres' else 'sqlite3'}",
        "NAME": target.address.name,
    }
    if target.kind == "postgres":
        place |= {
            "USER": target.address.user,
            "HOST": options["host"],
            "OPTIONS": {"options": "-c search_path=ecommerce"},
        }
    words = [sys.executable, "-c", DJANGO, json.dumps(place), json.dumps(NEW)]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    highest, made = map(int, done.stdout.split())
    assert made == highest + 1
