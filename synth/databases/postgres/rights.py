"""Who may do what with tables of PostgreSQL, as statements that say the same of tables that take their place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from synth.databases.contract import Database
from synth.databases.postgres.dialect import DIALECT

__all__ = ["default_rights", "rights_on"]


def rights_on(database: Database, schema: str, tables: Sequence[str]) -> Iterator[str]:
    """Grants on tables and their columns, then owners: nobody else can grant afterwards."""
    if not tables:
        return
    quoted = DIALECT.quote_identifier
    names = ", ".join(map(DIALECT.literal, tables))
    here = f"n.nspname = {DIALECT.literal(schema)} AND c.relname IN ({names}) AND c.relkind IN ('r', 'p')"
    joined = "pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    granted = "CASE a.grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(a.grantee) END, a.privilege_type, a.is_grantable"
    _, grants = database.rows(
        f"SELECT c.relname, NULL, {granted} FROM {joined}, LATERAL ACLEXPLODE(c.relacl) a "
        f"WHERE {here} AND a.grantee <> c.relowner UNION ALL "
        f"SELECT c.relname, k.attname, {granted} FROM {joined} JOIN pg_attribute k ON k.attrelid = c.oid, "
        f"LATERAL ACLEXPLODE(k.attacl) a WHERE {here} AND a.grantee <> c.relowner AND NOT k.attisdropped"
    )
    for table, column, role, privilege, grantable in grants:
        what = f"{privilege} ({quoted(column)})" if column else privilege
        yield _grant(what, DIALECT.place(schema, table), role, grantable)
    owners = f"SELECT c.relname, pg_get_userbyid(c.relowner) FROM {joined} WHERE {here}"
    _, others = database.rows(f"{owners} AND pg_get_userbyid(c.relowner) <> CURRENT_USER")
    for table, owner in others:
        yield f"ALTER TABLE {DIALECT.place(schema, table)} OWNER TO {quoted(owner)}"


def default_rights(database: Database, schema: str, tables: Sequence[str]) -> Iterator[str]:
    """What ALTER DEFAULT PRIVILEGES gives on tables that this user makes in a schema: staged ones are made in another."""
    _, grants = database.rows(
        "SELECT CASE a.grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(a.grantee) END, a.privilege_type, a.is_grantable "
        "FROM pg_default_acl d JOIN pg_namespace n ON n.oid = d.defaclnamespace, LATERAL ACLEXPLODE(d.defaclacl) a "
        f"WHERE n.nspname = {DIALECT.literal(schema)} AND d.defaclobjtype = 'r' "
        "AND pg_get_userbyid(d.defaclrole) = CURRENT_USER AND a.grantee <> d.defaclrole"
    )
    for role, privilege, grantable in grants:
        for table in tables:
            yield _grant(privilege, DIALECT.place(schema, table), role, grantable)


def _grant(what: str, place: str, role: str | None, grantable: bool) -> str:
    to = "PUBLIC" if role is None else DIALECT.quote_identifier(role)
    return f"GRANT {what} ON {place} TO {to}" + " WITH GRANT OPTION" * grantable
