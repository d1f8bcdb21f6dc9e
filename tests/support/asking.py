"""Sample bills in the words of this project."""

from __future__ import annotations

from itertools import count
from typing import Any

from mingcha.gateways.rest.words import ENCOUNTER, PERSON, Node
from mingcha.sample.messages import sample_message

_numbers = count(1)


def own_words(kind: str = "stay", scene: str = "4", seed: int = 1, **changed: Any) -> dict[str, Any]:
    """A sample bill as an own system asks to have it audited."""
    (patient,) = sample_message(kind, seed)["input"]["data"]["patient_dtos"]
    current, *history = patient["fsi_encounter_dtos"]
    return {
        "institution_id": "H35010000001",
        "message_id": f"m{next(_numbers)}",
        "scene": scene,
        "person": _of(PERSON, patient),
        "encounter": _of(ENCOUNTER, current),
        **({"history": [_of(ENCOUNTER, one) for one in history]} if history else {}),
        **changed,
    }


def taken_back(**changed: Any) -> dict[str, Any]:
    """Feedback that an order was taken back."""
    return {
        "institution_id": "H35010000001",
        "message_id": f"m{next(_numbers)}",
        "scene": "4",
        "answers": [{"result_id": "R1", "way": "take_back"}],
        **changed,
    }


def _of(node: Node, national: dict[str, Any]) -> dict[str, Any]:
    """What a national object says, in our words."""
    texts = {**national, **national.get("extend_order_map", {})}
    said: dict[str, Any] = {
        name: texts[theirs] for name, theirs in node.names.items() if isinstance(texts.get(theirs), str)
    }
    for name, inner in node.one.items():
        beside = _of(inner, {key: value for key, value in national.items() if key not in node.names.values()})
        if beside:
            said[name] = beside
    for name, (theirs, inner) in node.many.items():
        if national.get(theirs):
            said[name] = [_of(inner, one) for one in national[theirs]]
    return said
