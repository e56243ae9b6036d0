"""${message}

Before you write it: the release before this one is still running while this migrates,
and keeps running on the new schema until the last process is replaced. So: add first,
fill in batches, and take away only in a later release. Nothing here may rewrite a big
table or hold a lock for more than a moment: an index on a big table is created
CONCURRENTLY, in a migration of its own.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision: str = ${repr(up_revision)}
down_revision: str | Sequence[str] | None = ${repr(down_revision)}
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
