"""How diagnosis and operation codes of the insurance editions are built: a wrong one shows by its form alone."""

from __future__ import annotations

import re

# 疾病诊断（医保 2.0 版）: category, then three characters, an extension, and an asterisk code where there is one.
_DIAGNOSIS = re.compile(r"[A-Z]\d\d\.(\d{3}|X\d\d)(X\d{3})?(\+[A-Z]\d\d(\.\d)?\*)?")
# 手术操作（医保 2.0 版）: two digits, then four or five characters, and an extension.
_PROCEDURE = re.compile(r"\d\d\.\d[0-9A-Z]{3,4}(X\d{3,4})?|\d\d\.\d{3}X\d{4}")


def is_diagnosis_code(code: str) -> bool:
    """Whether a code has the form of a western diagnosis of the insurance edition."""
    return _DIAGNOSIS.fullmatch(code.upper()) is not None


def is_procedure_code(code: str) -> bool:
    """Whether a code has the form of an operation of the insurance edition."""
    return _PROCEDURE.fullmatch(code.upper()) is not None
