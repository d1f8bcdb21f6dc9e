"""Tables of optional facts are recognised by the national names of their columns, and by the Chinese ones."""

from __future__ import annotations

import pytest

from mingcha.domain.fields import Entity
from mingcha.domain.schema import OPTIONAL_TABLES
from mingcha.ingest.recognise import recognise

# What the platform does not send has no national names: such a table is known by its file name or a mapping.
_SENT = {
    slug: entity
    for slug, entity in OPTIONAL_TABLES.items()
    if all(field.national for field in entity.fields().values() if field.required)
}


@pytest.mark.parametrize("entity", _SENT.values(), ids=_SENT)
def test_a_table_with_all_national_names_is_what_it_is(entity: type[Entity]) -> None:
    columns = [field.national[0] for field in entity.fields().values() if field.national]
    found = recognise(columns, {})
    assert found.primary is entity
    assert found.unknown == []


@pytest.mark.parametrize("slug", OPTIONAL_TABLES)
def test_a_file_of_that_name_is_that_table_whatever_else_its_columns_could_mean(slug: str) -> None:
    entity = OPTIONAL_TABLES[slug]
    columns = [name for name, field in entity.fields().items() if not field.personal]
    for name in (slug, entity.label, f"{slug}-0001"):
        found = recognise(columns, {}, name)
        assert found.primary is entity
        assert found.columns[entity].keys() == set(columns)


def test_a_file_of_that_name_needs_no_more_than_its_required_columns() -> None:
    for slug, entity in OPTIONAL_TABLES.items():
        columns = [repr(field) for field in entity.fields().values() if field.required]
        assert recognise(columns, {}, slug).primary is entity
