"""Sample messages: one person's bill as a hospital's system posts it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mingcha.domain.claims import Line
from mingcha.domain.errors import InputError
from mingcha.sample.messages import HISTORY_LINES, LINES, MESSAGES, STAY, STAY_WITH_HISTORY, sample_message


def _encounters(message: dict[str, Any]) -> list[dict[str, Any]]:
    encounters: list[dict[str, Any]] = message["input"]["data"]["patient_dtos"][0]["fsi_encounter_dtos"]
    return encounters


@pytest.mark.parametrize("kind", MESSAGES)
def test_a_message_repeats_and_can_be_sent(kind: str) -> None:
    message = sample_message(kind, 3)
    assert message == sample_message(kind, 3) != sample_message(kind, 4)
    assert json.loads(json.dumps(message, ensure_ascii=False)) == message
    assert message["infno"] == "3101"


def test_a_stay_has_sixty_lines_and_its_history_two_hundred() -> None:
    assert [len(e["fsi_order_dtos"]) for e in _encounters(sample_message(STAY, 1))] == [LINES]
    current, *earlier = _encounters(sample_message(STAY_WITH_HISTORY, 1))
    assert len(current["fsi_order_dtos"]) == LINES
    assert sum(len(e["fsi_order_dtos"]) for e in earlier) == HISTORY_LINES
    assert all(e["adm_date"] < current["adm_date"] for e in earlier)


def test_orders_bear_national_names_and_identifiers_of_their_own() -> None:
    national = {name for field in Line.fields().values() for name in field.national}
    orders = [
        order for e in _encounters(sample_message(STAY_WITH_HISTORY, 2)) for order in e["fsi_order_dtos"]
    ]
    assert len({order["rx_id"] for order in orders}) == len(orders)
    assert set(orders[0]) - national == {"extend_order_map"}


def test_an_unknown_kind_is_refused_with_the_kinds_there_are() -> None:
    with pytest.raises(InputError) as refused:
        sample_message("letter")
    assert STAY in str(refused.value)
