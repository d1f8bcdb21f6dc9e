"""A client of the audit for hospitals' systems in Python: it asks again, it waits no longer than told, it never raises.

Needs nothing of the rest of this package: `from mingcha.client import Client`.
"""

from mingcha.client.answers import Audited, Finding, Linked, Opinion, Page, Reminded, Response, Way
from mingcha.client.asking import Client, Refused

__all__ = [
    "Audited",
    "Client",
    "Finding",
    "Linked",
    "Opinion",
    "Page",
    "Refused",
    "Reminded",
    "Response",
    "Way",
]
