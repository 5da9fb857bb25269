"""DDL with everything unusual that people have, in each database's own words, to be read back from the real one."""

from __future__ import annotations

POSTGRES = """
CREATE SCHEMA odd;
CREATE SCHEMA elsewhere;
CREATE TABLE elsewhere.stranger (id bigint PRIMARY KEY);
CREATE TYPE elsewhere.level AS ENUM ('low', 'it''s high');
CREATE TYPE odd.mood AS ENUM ('sad', 'ok', 'very happy');
CREATE TYPE odd.pair AS (a int, b int);
CREATE DOMAIN odd.positive AS numeric(8,2) CHECK (VALUE > 0);
CREATE DOMAIN odd.email AS varchar(80) NOT NULL CONSTRAINT has_at CHECK (VALUE LIKE '%@%');
CREATE SEQUENCE odd.numbers START 1000 INCREMENT BY 5;
CREATE TABLE odd.tenants (id integer GENERATED ALWAYS AS IDENTITY (START WITH 100) PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE odd."Order" (
  tenant_id integer NOT NULL REFERENCES odd.tenants,
  id bigint NOT NULL DEFAULT nextval('odd.numbers'),
  "User" varchar(20) COLLATE "C" NOT NULL,
  mood odd.mood NOT NULL DEFAULT 'ok',
  moods odd.mood[],
  level elsewhere.level,
  price odd.positive,
  mail odd.email,
  tags text[] DEFAULT '{}',
  sizes numeric(6,2)[],
  pair odd.pair,
  doc jsonb NOT NULL DEFAULT '{}'::jsonb,
  words tsvector,
  hash bytea,
  uid uuid DEFAULT gen_random_uuid(),
  made timestamptz NOT NULL DEFAULT now(),
  took interval,
  at time,
  code char(3),
  ratio real,
  quantity integer NOT NULL CHECK (quantity BETWEEN 1 AND 100),
  total numeric(12,2) GENERATED ALWAYS AS (round(ratio::numeric * quantity, 2)) STORED,
  state varchar(10) CHECK (state IN ('new', 'paid', 'it''s')),
  began date,
  ended date,
  parent_id bigint,
  outside bigint REFERENCES elsewhere.stranger,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, "User"),
  FOREIGN KEY (tenant_id, parent_id) REFERENCES odd."Order" (tenant_id, id) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT in_order CHECK (began <= ended),
  EXCLUDE USING gist (daterange(began, ended) WITH &&)
);
CREATE UNIQUE INDEX one_open ON odd."Order" (tenant_id, state) WHERE ended IS NULL;
CREATE UNIQUE INDEX lower_user ON odd."Order" (lower("User"));
CREATE INDEX plain ON odd."Order" (made);
COMMENT ON TABLE odd."Order" IS 'What was bought; it''s all here';
COMMENT ON COLUMN odd."Order"."User" IS 'Who "bought" it';
CREATE TABLE odd.a (id serial PRIMARY KEY, b_id integer NOT NULL);
CREATE TABLE odd.b (id bigserial PRIMARY KEY, a_id integer NOT NULL REFERENCES odd.a);
ALTER TABLE odd.a ADD CONSTRAINT a_to_b FOREIGN KEY (b_id) REFERENCES odd.b DEFERRABLE INITIALLY DEFERRED;
CREATE TABLE odd.events (id bigint NOT NULL, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE odd.events_2024 PARTITION OF odd.events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE VIEW odd.shown AS SELECT * FROM odd.tenants;
CREATE MATERIALIZED VIEW odd.kept AS SELECT id FROM odd.tenants;
CREATE FUNCTION odd.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER touched BEFORE UPDATE ON odd.tenants FOR EACH ROW EXECUTE FUNCTION odd.touch();
ALTER TABLE odd.tenants ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON odd.tenants USING (name = current_user);
INSERT INTO odd.tenants (name) VALUES ('one'), ('two');
"""

MYSQL = """
CREATE DATABASE odd;
CREATE DATABASE elsewhere;
CREATE TABLE elsewhere.stranger (id bigint PRIMARY KEY);
CREATE TABLE odd.tenants (id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, name varchar(50) NOT NULL UNIQUE) AUTO_INCREMENT = 100;
CREATE TABLE odd.`Order` (
  tenant_id int unsigned NOT NULL,
  id bigint NOT NULL,
  `User` varchar(20) CHARACTER SET latin1 NOT NULL COMMENT 'Who "bought" it; /* it''s */ kept',
  mood enum('sad','ok','it''s') NOT NULL DEFAULT 'ok',
  flags set('a','b'),
  active tinyint(1) NOT NULL DEFAULT 1,
  small tinyint unsigned,
  doc json,
  hash varbinary(32),
  pic longblob,
  body mediumtext,
  made timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  seen datetime(6),
  at time(6),
  y year,
  code char(3),
  ratio float,
  price decimal(8,2) unsigned,
  quantity int NOT NULL CHECK (quantity BETWEEN 1 AND 100),
  total decimal(12,2) GENERATED ALWAYS AS (price * quantity) STORED,
  began date,
  ended date,
  parent_id bigint,
  outside bigint,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY per_tenant (tenant_id, `User`),
  KEY plain (made),
  CONSTRAINT to_tenant FOREIGN KEY (tenant_id) REFERENCES odd.tenants (id) ON DELETE CASCADE,
  CONSTRAINT to_parent FOREIGN KEY (tenant_id, parent_id) REFERENCES odd.`Order` (tenant_id, id),
  CONSTRAINT to_outside FOREIGN KEY (outside) REFERENCES elsewhere.stranger (id),
  CONSTRAINT in_order CHECK (began <= ended)
) COMMENT='What was bought; it''s all here';
CREATE TABLE odd.a (id int AUTO_INCREMENT PRIMARY KEY, b_id int NOT NULL);
CREATE TABLE odd.b (id int AUTO_INCREMENT PRIMARY KEY, a_id int NOT NULL, FOREIGN KEY (a_id) REFERENCES odd.a (id));
ALTER TABLE odd.a ADD CONSTRAINT a_to_b FOREIGN KEY (b_id) REFERENCES odd.b (id);
CREATE TABLE odd.events (id bigint NOT NULL, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (YEAR(at)) (PARTITION p24 VALUES LESS THAN (2025), PARTITION later VALUES LESS THAN MAXVALUE);
CREATE VIEW odd.shown AS SELECT * FROM odd.tenants;
CREATE TRIGGER odd.touched BEFORE UPDATE ON odd.tenants FOR EACH ROW SET NEW.name = NEW.name;
CREATE PROCEDURE odd.nothing() SELECT 1;
INSERT INTO odd.a (b_id) SELECT 1 FROM DUAL WHERE FALSE
"""

SQLITE = """
CREATE TABLE tenants (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL COLLATE NOCASE UNIQUE);
CREATE TABLE "Order" ( -- what was bought
  tenant_id INTEGER NOT NULL REFERENCES tenants,
  id BIGINT NOT NULL,
  [User] VARCHAR(20) NOT NULL,
  anything,
  price DECIMAL(8,2) CHECK (price > 0),
  quantity INT NOT NULL CHECK (quantity BETWEEN 1 AND 100),
  total DECIMAL(12,2) GENERATED ALWAYS AS (price * quantity) STORED,
  made DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  big UNSIGNED BIG INT,
  pic BLOB,
  state TEXT CHECK (state IN ('new', 'paid')),
  began DATE, ended DATE,
  parent_id BIGINT,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, "User"),
  FOREIGN KEY (tenant_id, parent_id) REFERENCES "Order" (tenant_id, id) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT in_order CHECK (began <= ended)
);
CREATE UNIQUE INDEX one_open ON "Order" (tenant_id, state) WHERE ended IS NULL;
CREATE INDEX plain ON "Order" (made);
CREATE TABLE a (id INTEGER PRIMARY KEY, b_id INTEGER NOT NULL REFERENCES b (id));
CREATE TABLE b (id INTEGER PRIMARY KEY, a_id INTEGER NOT NULL REFERENCES a (id));
CREATE TABLE pairs (x TEXT, y TEXT, PRIMARY KEY (x, y)) WITHOUT ROWID;
CREATE VIEW shown AS SELECT * FROM tenants;
CREATE TRIGGER touched AFTER UPDATE ON tenants BEGIN SELECT 1; END;
CREATE VIRTUAL TABLE searched USING fts5(body);
INSERT INTO tenants (name) VALUES ('one'), ('two');
"""

DUCKDB = """
CREATE SCHEMA odd;
CREATE TYPE odd.mood AS ENUM ('sad', 'ok', 'it''s');
CREATE SEQUENCE odd.numbers START 1000;
CREATE TABLE odd.tenants (id INTEGER PRIMARY KEY, name VARCHAR NOT NULL UNIQUE);
CREATE TABLE odd."Order" (
  tenant_id INTEGER NOT NULL REFERENCES odd.tenants (id),
  id BIGINT NOT NULL DEFAULT nextval('odd.numbers'),
  "User" VARCHAR NOT NULL,
  mood odd.mood NOT NULL DEFAULT 'ok',
  tags VARCHAR[],
  place STRUCT(x INTEGER, y INTEGER),
  doc JSON,
  hash BLOB,
  uid UUID DEFAULT uuid(),
  made TIMESTAMPTZ NOT NULL DEFAULT now(),
  took INTERVAL,
  huge HUGEINT,
  small UTINYINT,
  ratio FLOAT,
  price DECIMAL(8,2) CHECK (price > 0),
  quantity INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 100),
  total DECIMAL(18,2) GENERATED ALWAYS AS (price * quantity),
  began DATE,
  ended DATE,
  parent_id BIGINT,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, "User"),
  FOREIGN KEY (tenant_id, parent_id) REFERENCES odd."Order" (tenant_id, id),
  CHECK (began <= ended)
);
CREATE UNIQUE INDEX one_each ON odd."Order" (tenant_id, began);
COMMENT ON TABLE odd."Order" IS 'What was bought; it''s all here';
COMMENT ON COLUMN odd."Order"."User" IS 'Who "bought" it';
CREATE VIEW odd.shown AS SELECT * FROM odd.tenants;
CREATE MACRO odd.doubled(x) AS x * 2;
INSERT INTO odd.tenants VALUES (1, 'one'), (2, 'two');
"""

EVERYTHING = {"postgres": POSTGRES, "mysql": MYSQL, "sqlite": SQLITE, "duckdb": DUCKDB}


def statements(kind: str) -> list[str]:
    """The statements of a database, one by one."""
    found = [each.strip() for each in EVERYTHING[kind].split(";\n")]
    return [each.removesuffix(";") if kind != "sqlite" else each for each in found if each]
