"""Personal values: how they are compared, sealed, found again, and shown to who may not see them whole."""

from __future__ import annotations

import unicodedata
from uuid import UUID

from mingcha.access.labelled import Labelled
from mingcha.store.keys import Keys, Sealed

_COMPOUND_SURNAMES = frozenset(
    [
        "欧阳",
        "司马",
        "上官",
        "诸葛",
        "东方",
        "皇甫",
        "尉迟",
        "公孙",
        "慕容",
        "令狐",
        "司徒",
        "夏侯",
        "端木",
        "百里",
        "南宫",
        "轩辕",
    ]
)


class PersonalField(Labelled):
    """A field of a user that is personal, by the name of its column."""

    FULL_NAME = "full_name", "姓名"
    ID_NUMBER = "id_number", "证件号码"
    PHONE = "phone", "电话"


class PersonField(Labelled):
    """A field of an insured person that is personal, by the name of its column."""

    NUMBER = "number", "人员编号"
    FULL_NAME = "full_name", "姓名"
    ID_NUMBER = "id_number", "证件号码"
    PHONE = "phone", "电话"


Personal = PersonalField | PersonField
_NAME = "full_name"


def normalised(field: Personal, text: str) -> str:
    """The one way of writing that equal values share."""
    if field is PersonField.NUMBER:
        # Bills are joined by it as it is written: what differs to them differs here.
        return text.strip()
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    plain = "".join(plain.split())
    if field.value == _NAME:
        return plain.replace("•", "·").replace("・", "·")
    return plain.replace("-", "").upper()


def seal(keys: Keys, field: Personal, row_id: UUID, text: str) -> tuple[Sealed, str]:
    """A value sealed for the row of somebody, and its blind index."""
    value = normalised(field, text)
    return keys.seal(value, _about(field, row_id)), keys.blind_index(value, _column(field))


def index_of(keys: Keys, field: Personal, text: str) -> str:
    """Where a value is found without being read."""
    return keys.blind_index(normalised(field, text), _column(field))


def opened(keys: Keys, field: Personal, row_id: UUID, sealed: Sealed) -> str:
    """The value; for `reveal` and for masking only."""
    return keys.open(sealed, _about(field, row_id))


def masked(keys: Keys, field: Personal, row_id: UUID, sealed: Sealed | None) -> str | None:
    """What anybody may see of a value."""
    return None if sealed is None else mask(field, opened(keys, field, row_id, sealed))


def mask(field: Personal, text: str) -> str:
    """The surname, or the ends of a number; short values are hidden whole."""
    if field.value == _NAME:
        kept = 2 if text[:2] in _COMPOUND_SURNAMES and len(text) > 2 else 1
        return text[:kept] + "*" * max(len(text) - kept, 1)
    if len(text) < 11:
        return "*" * len(text)
    return text[:3] + "*" * (len(text) - 7) + text[-4:]


def _about(field: Personal, row_id: UUID) -> str:
    # `keys rotate` names the row in the same way: table, column, key.
    return f"{_column(field)}:{row_id}"


def _column(field: Personal) -> str:
    return f"{'users' if type(field) is PersonalField else 'persons'}.{field.value}"
