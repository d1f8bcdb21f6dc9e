"""Where the installation keeps its data, and how much of the machine it may use.

| variable             | meaning                                                    | default               |
|----------------------|------------------------------------------------------------|-----------------------|
| MINGCHA_HOME         | data folder: published releases, database                  | ~/.mingcha            |
| MINGCHA_WORKERS      | worker processes of a batch (1 … 256)                      | all cores             |
| MINGCHA_DATABASE_URL | postgresql://user:password@host/name                       | mingcha.db in the folder |
| MINGCHA_KEY_FILE     | the keys of personal data; better not beside the database  | keys.json in the folder |
| MINGCHA_KEYS         | the keys themselves, where a vault gives them               | the key file          |
| MINGCHA_UPLOAD_MB    | most that the files of one upload may take, in MiB          | 20480                 |
| MINGCHA_TRUSTED_PROXIES | proxies who are believed where requests come from | 127.0.0.1,::1 |
| MINGCHA_OIDC_ISSUER  | the identity provider of the unit (OpenID Connect)          | none                  |
| MINGCHA_OIDC_CLIENT_ID, MINGCHA_OIDC_CLIENT_SECRET | as what it knows us; no secret for a public client | |
| MINGCHA_OIDC_RETURN  | https://our.address/sso, as it is registered there          |                       |
| MINGCHA_OIDC_NAME    | what people call it                                         | 统一身份认证          |
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path

from mingcha.domain.errors import MingchaError

HOME = "MINGCHA_HOME"
WORKERS = "MINGCHA_WORKERS"
DATABASE_URL = "MINGCHA_DATABASE_URL"
KEY_FILE = "MINGCHA_KEY_FILE"
KEYS = "MINGCHA_KEYS"
UPLOAD_MB = "MINGCHA_UPLOAD_MB"
TRUSTED_PROXIES = "MINGCHA_TRUSTED_PROXIES"
OIDC = "MINGCHA_OIDC_"
MOST_WORKERS = 256
MOST_UPLOAD_MB = 2**20


class SettingsError(MingchaError):
    """A setting of the installation that cannot be used."""


@dataclass(frozen=True)
class Provider:
    """The identity provider of the unit.

    Args:
        returns_to: where it sends browsers back to.
        name: what people call it.
    """

    issuer: str
    client_id: str
    client_secret: str | None = field(repr=False)
    returns_to: str
    name: str


@dataclass(frozen=True)
class Settings:
    """The settings of this installation.

    Args:
        home: the data folder; need not exist yet.
        workers: worker processes of a batch.
        given_database: address of the database, where it is not the file in the data folder.
        given_key_file: the file with the keys of personal data, where it is elsewhere.
        given_keys: these keys themselves, where no file holds them.
        upload_mb: most that the files of one upload may take, in MiB.
        proxies: networks of proxies before the service.
        provider: by which people may also sign in.
    """

    home: Path
    workers: int
    given_database: str | None = field(default=None, repr=False)
    given_key_file: Path | None = None
    given_keys: str | None = field(default=None, repr=False)
    upload_mb: int = 20_480
    proxies: tuple[str, ...] = ("127.0.0.1/32", "::1/128")
    provider: Provider | None = None

    @property
    def database_url(self) -> str:
        """Where the database is."""
        return self.given_database or f"sqlite:///{self.home / 'mingcha.db'}"

    @property
    def key_file(self) -> Path:
        """Where the keys of personal data are."""
        return self.given_key_file or self.home / "keys.json"


def settings_from(
    environment: Mapping[str, str], *, home: Path | None = None, workers: int | None = None
) -> Settings:
    """Settings from the command line where given, else from the environment, else the defaults.

    Raises:
        SettingsError: a value that cannot be used.
    """
    named = environment.get(HOME, "").strip()
    return Settings(
        home=home or (Path(named).expanduser() if named else Path.home() / ".mingcha"),
        workers=_workers(workers if workers is not None else environment.get(WORKERS, "").strip()),
        given_database=environment.get(DATABASE_URL, "").strip() or None,
        given_key_file=_path(environment.get(KEY_FILE, "").strip()),
        given_keys=environment.get(KEYS, "").strip() or None,
        upload_mb=_upload_mb(environment.get(UPLOAD_MB, "").strip()),
        proxies=_proxies(environment.get(TRUSTED_PROXIES, "").strip()),
        provider=_provider(environment),
    )


def _provider(environment: Mapping[str, str]) -> Provider | None:
    said = {
        name: environment.get(OIDC + name, "").strip()
        for name in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET", "RETURN", "NAME")
    }
    if not said["ISSUER"]:
        return None
    if lacking := [OIDC + name for name in ("CLIENT_ID", "RETURN") if not said[name]]:
        raise SettingsError(
            "统一身份认证没有设全", where="、".join(lacking), remedy="请按认证系统登记的内容填写"
        )
    return Provider(
        said["ISSUER"],
        said["CLIENT_ID"],
        said["CLIENT_SECRET"] or None,
        said["RETURN"],
        said["NAME"] or "统一身份认证",
    )


def _path(text: str) -> Path | None:
    return Path(text).expanduser() if text else None


def _workers(given: int | str) -> int:
    if given == "":
        return available_cores()
    try:
        count = int(given)
    except ValueError:
        count = 0
    if not 1 <= count <= MOST_WORKERS:
        raise SettingsError(
            f"进程数“{given}”不可用",
            where=f"--workers 或 {WORKERS}",
            remedy=f"请写 1 到 {MOST_WORKERS} 之间的整数，或不写（用全部处理器）",
        )
    return count


def _upload_mb(given: str) -> int:
    size = int(given or Settings.upload_mb) if given.isdecimal() or not given else 0
    if not 1 <= size <= MOST_UPLOAD_MB:
        raise SettingsError(
            f"上传限额“{given}”不可用",
            where=UPLOAD_MB,
            remedy=f"请写 1 到 {MOST_UPLOAD_MB} 之间的整数（兆字节），或不写（{Settings.upload_mb}）",
        )
    return size


def _proxies(given: str) -> tuple[str, ...]:
    if not given:
        return Settings.proxies
    try:
        return tuple(str(ip_network(one.strip())) for one in given.split(","))
    except ValueError:
        raise SettingsError(
            f"代理的地址“{given}”不可用",
            where=TRUSTED_PROXIES,
            remedy="请写地址或网段，逗号分隔，如 10.0.0.5,10.0.1.0/24",
        ) from None


def available_cores() -> int:
    """Processor cores that this process may use; fewer than the machine has where it is confined."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1
