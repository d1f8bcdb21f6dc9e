"""Every word of the domain is declared once, whole, and under names that the national specification has."""

from __future__ import annotations

import csv
import os
from collections import Counter
from pathlib import Path

import pytest

from mingcha.catalogue.glossary import glossary, words
from mingcha.domain.codelists import CODE_LISTS
from mingcha.domain.fields import Entity
from mingcha.domain.schema import CLAIMS, OPTIONAL_TABLES, RESULTS, entities
from mingcha.domain.values import ValueType

_SHARED = Path(os.environ.get("MINGCHA_SHARED", Path(__file__).parents[4] / "shared"))
_FIELDS = _SHARED / "national" / "platform_fields.csv"
_DICTIONARIES = _SHARED / "national" / "platform_dictionaries.csv"
needs_specification = pytest.mark.skipif(
    not (_FIELDS.is_file() and _DICTIONARIES.is_file()),
    reason="没有 ../shared（或 MINGCHA_SHARED），跳过与国家接口字段表的核对",
)

# Names that the interface specification lacks, and why we know them all the same.
_ELSEWHERE = {
    "fix_blng_admdvs": "settlement tables of the platform's database, as bureaus export them",
    "inscp_amt": "the same tables; the interface writes inscp_scp_amt",
    "bilg_dr_code": "fee tables of the same database; the interface writes bilg_dr_codg",
    "bilg_dept_code": "fee tables of the same database; the interface writes bilg_dept_codg",
    "medins_list_code": "fee tables of the same database; the interface writes medins_list_codg",
    "conv_ratio": "a column of the file that transaction 1301 downloads",
    "med_list_name": "the name beside med_list_codg; transaction 4901 writes it medListName",
}
# Code lists of our own.
_OURS = {
    "antibiotic_grade",
    "directory_class",
    "identity_result",
    "institution_rank",
    "staff_right",
    "unit_type",
}

every_entity = pytest.mark.parametrize("entity", entities(), ids=lambda entity: entity.__name__)


def _column(path: Path, name: str) -> set[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row[name] for row in csv.DictReader(file)}


@needs_specification
def test_every_national_name_is_one_of_the_specification_or_explained() -> None:
    known = _column(_FIELDS, "field")
    used = {name for entity in entities() for field in entity.fields().values() for name in field.national}
    assert used - known == _ELSEWHERE.keys()


@needs_specification
def test_every_code_list_is_one_of_the_specification_or_ours() -> None:
    known = _column(_DICTIONARIES, "dict_code") | _OURS
    used = {
        part
        for entity in entities()
        for field in entity.fields().values()
        for part in field.codes.split("/")
        if part
    }
    assert used <= known
    assert CODE_LISTS.keys() <= known


@every_entity
def test_an_entity_has_a_label_a_reason_and_a_key_of_its_own_fields(entity: type[Entity]) -> None:
    assert entity.label
    assert entity.__doc__
    assert entity.key
    assert set(entity.key) <= entity.fields().keys()


@every_entity
def test_a_field_is_named_once_and_its_labels_do_not_collide(entity: type[Entity]) -> None:
    fields = entity.fields()
    assert all(field.name == name for name, field in fields.items())
    # Billed and remaining quantity and amount share their label: a source column means the billed one.
    given = [field for field in fields.values() if not field.derived]
    labels = Counter(field.label for field in given)
    assert [label for label, count in labels.items() if count > 1] == []
    national = Counter(name for field in given for name in field.national)
    assert [name for name, count in national.items() if count > 1] == []


@every_entity
def test_flags_have_two_values_and_codes_say_which_list(entity: type[Entity]) -> None:
    for field in entity.fields().values():
        if field.type is ValueType.FLAG and field.codes in CODE_LISTS:
            # Of an approval the list also says that it was refused, which is as much a no as none asked for.
            assert CODE_LISTS[field.codes].keys() <= {"0", "1", "2"}


def test_no_two_entities_share_a_name_or_a_label() -> None:
    assert len({entity.__name__ for entity in entities()}) == len(entities())
    assert len({entity.label for entity in entities()}) == len(entities())


def test_the_bill_comes_first_and_the_results_last() -> None:
    found = entities()
    assert tuple(found[: len(CLAIMS)]) == CLAIMS
    assert tuple(found[-len(RESULTS) :]) == RESULTS


def test_a_table_of_optional_facts_names_whom_or_what_it_is_about() -> None:
    subjects = {"person_id", "encounter_id", "institution_id", "doctor_id", "item_code"}
    for name, entity in OPTIONAL_TABLES.items():
        assert name == name.lower()
        assert subjects & entity.fields().keys(), entity


def test_facts_that_change_are_dated_so_that_the_day_of_the_service_decides() -> None:
    for name in ("institution-states", "doctor-states", "directory", "entitlements", "chronic-registrations"):
        fields = OPTIONAL_TABLES[name].fields()
        assert fields["valid_from"].required
        assert fields["valid_to"].type is ValueType.DAY


def test_names_and_certificates_of_persons_are_marked_as_personal() -> None:
    personal = {repr(f) for entity in entities() for f in entity.fields().values() if f.personal}
    assert personal >= {"Person.person_name", "Person.certificate_number"}


def test_the_glossary_holds_every_entity_and_every_field() -> None:
    text = glossary()
    for entity in entities():
        assert f"## {entity.label} `{entity.__name__}`" in text
        assert {word.name for word in words(entity)} == entity.fields().keys()
