"""Whether the system can work: the database answers and has the structure that this version knows."""

from __future__ import annotations

from mingcha.access.context import Access
from mingcha.store.database.migrating import newest_revision, revision_of


def is_ready(access: Access) -> bool:
    """Whether requests can be served.

    Raises:
        Unavailable: the database does not answer.
    """
    return revision_of(access.database) == newest_revision() and access.keyring.exists
