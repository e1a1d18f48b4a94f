"""Expand, then contract: a migration leaves what the release before it uses, or says why nothing does any more.

A module that takes something away names the reason in `contract = "…"`: the release that stopped using it was out
before.
"""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MIGRATIONS = sorted(ROOT.glob("services/*/migrations/versions/*.py"))
DESTRUCTIVE = {
    r"\bDROP\s+(TABLE|COLUMN|SCHEMA|VIEW|FUNCTION|TYPE)\b": "drops what pods of the release before still read",
    r"\bRENAME\b": "renames what pods of the release before still name",
    r"\bALTER\s+COLUMN\s+\S+\s+(SET\s+DATA\s+)?TYPE\b": "changes a type under pods of the release before",
    r"\bALTER\s+COLUMN\s+\S+\s+SET\s+NOT\s+NULL\b": "refuses rows that pods of the release before write",
    r"\bADD\s+COLUMN\s+(?:(?!,|;|DEFAULT|GENERATED).)*\bNOT\s+NULL\b(?:(?!,|;|DEFAULT|GENERATED).)*(,|;|$)": (
        "adds a column that pods of the release before leave empty, without a default"
    ),
    r"\bTRUNCATE\b": "deletes rows",
    r"\b(drop_table|drop_column|rename_table|alter_column)\s*\(": "takes away or changes what is in use",
}


def findings(source: str) -> list[str]:
    """Why the migration may not run beside the release before it; empty when it may."""
    tree = ast.parse(source)
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "contract" for t in node.targets):
            reason = node.value.value if isinstance(node.value, ast.Constant) else ""
            return [] if isinstance(reason, str) and len(reason) > 20 else ["`contract` names no reason"]
    code = "\n".join(ast.unparse(node) for node in tree.body if getattr(node, "name", "") != "downgrade")
    flags = re.IGNORECASE | re.DOTALL
    return [why for pattern, why in DESTRUCTIVE.items() if re.search(pattern, code.replace("\\n", "\n"), flags)]


@pytest.mark.parametrize("file", MIGRATIONS, ids=lambda file: f"{file.parts[-4]}-{file.stem}")
def test_migration_runs_beside_the_release_before_it(file: Path) -> None:
    assert findings(file.read_text()) == []


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE users",
        "ALTER TABLE users DROP COLUMN name, ADD COLUMN x int",
        "ALTER TABLE users RENAME COLUMN a TO b",
        "ALTER TABLE users ALTER COLUMN a TYPE bigint",
        "ALTER TABLE users ALTER COLUMN a SET NOT NULL",
        "ALTER TABLE users ADD COLUMN a text NOT NULL",
        "truncate users",
    ],
)
def test_guard_refuses_what_breaks_the_release_before(statement: str) -> None:
    assert findings(f'def upgrade():\n    op.execute("{statement};")\n')
    assert not findings(f'contract = "unused since 1.4, which was out before"\nop.execute("{statement};")\n')


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE users ADD COLUMN a text NOT NULL DEFAULT ''",
        "ALTER TABLE users ADD COLUMN a text",
        "ALTER TABLE users ALTER COLUMN a DROP NOT NULL",
        "DROP INDEX users_by_name",
        "CREATE TABLE people (id uuid NOT NULL)",
    ],
)
def test_guard_lets_what_only_adds(statement: str) -> None:
    assert findings(f'def upgrade():\n    op.execute("{statement};")\n') == []
