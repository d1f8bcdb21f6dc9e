"""Data that ships inside the package, as YAML: read by libyaml where it is there, which is ten times as fast."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import yaml

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def packaged(package: str, name: str) -> Any:
    """What a file of a package says.

    Args:
        package: dotted name of the package; name: file name in it.
    """
    text = files(package).joinpath(name).read_text(encoding="utf-8")
    return yaml.load(text, Loader=_Loader)  # a safe loader, whichever it is
