"""The package can be imported and says the version it was installed as."""

from importlib.metadata import version

import mingcha


def test_the_version_in_the_code_is_the_version_that_was_installed() -> None:
    assert version("mingcha") == mingcha.__version__
