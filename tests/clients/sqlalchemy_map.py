"""SQLAlchemy maps the loaded tables as classes, by their keys and references, and adds a row."""

# needs: sqlalchemy
import datetime as dt
import sys

from sqlalchemy import create_engine, func, select
from sqlalchemy.ext.automap import automap_base
from sqlalchemy.orm import Session

*_, database, _ = sys.argv[1:]
mapped = automap_base()
mapped.prepare(autoload_with=create_engine(f"sqlite:///{database}"))
Order, Customer = mapped.classes.orders, mapped.classes.customers
with Session(create_engine(f"sqlite:///{database}")) as session:
    assert session.scalar(select(func.count()).select_from(Order)) == 10_000
    order = session.scalars(select(Order).limit(1)).one()
    assert order.customers.customer_id == order.customer_id and len(order.order_items_collection) > 0
    brand = mapped.classes.brands(brand_name="Another", country="DE", created_at=dt.datetime(2026, 1, 1))
    session.add(brand)
    session.flush()
    assert brand.brand_id > 20
