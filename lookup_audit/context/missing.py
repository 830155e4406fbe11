"""What an explanation or rule needs, and whether it was loaded."""

from lookup_audit.warehouse import SignedSql, Warehouse


def missing_needs(warehouse: Warehouse, signed: SignedSql) -> list[str]:
    """The needs of an explanation or rule that no loaded row meets, as "shifts" or "users.function".

    A need is a table with at least one row, or a column with at least one value; of alternatives, as in
    "users.home_postcode or users.home_lat", one is enough.
    """
    return [need for need in signed.needs if not any(_is_met(warehouse, one) for one in need.split(" or "))]


def _is_met(warehouse: Warehouse, need: str) -> bool:
    table, _, column = need.partition(".")
    known = f'SELECT 1 FROM "{table}"' + (f' WHERE "{column}" IS NOT NULL' if column else "") + " LIMIT 1"
    return warehouse.value(known) is not None
