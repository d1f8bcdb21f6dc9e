"""Wires the application from its settings: what the command line (and later the web) calls."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mingcha.audit.batch import AuditResult, Progress, audit
from mingcha.audit.extent import Extent
from mingcha.audit.indicators import cases_behind
from mingcha.audit.intake import ImportProgress, Intake, take_in
from mingcha.audit.plans import plan_of
from mingcha.audit.releasing import release_or_starter
from mingcha.audit.replay import Replay, release_number, replay, rule_sets_of
from mingcha.domain.errors import KnowledgeError
from mingcha.engine.plan import Plan
from mingcha.knowledge.release import Release
from mingcha.settings import Settings, settings_from
from mingcha.store import releases

if TYPE_CHECKING:
    from mingcha.access.context import Access
    from mingcha.gateways.single_sign_on import SingleSignOn
    from mingcha.store.database.engine import Unavailable


@dataclass(frozen=True)
class Application:
    """An installation: its data folder, its releases, and what can be done with them."""

    settings: Settings

    @property
    def home(self) -> Path:
        """The data folder."""
        return self.settings.home

    def release(self, number: int | None = None) -> Release:
        """A published release, the newest by default.

        Raises:
            KnowledgeError: there is none.
        """
        found = releases.newest(self.home) if number is None else releases.load(self.home, number)
        if found is None:
            raise KnowledgeError(
                "还没有发布版：审核需要先导入知识（两库表格）",
                where=str(self.home),
                remedy="请先运行 mingcha knowledge import 文件…；只想看看效果，可运行 mingcha demo",
            )
        return found

    def release_or_starter(self) -> tuple[Release, str]:
        """The newest release, or the starter pack where nothing is published yet; and which of them, in words."""
        return release_or_starter(self.home)

    @cached_property
    def plan(self) -> Plan:
        """The newest release, compiled."""
        return plan_of(self.release())

    @cached_property
    def access(self) -> Access:
        """People, rights and the trail; the database is only opened when it is asked something."""
        from mingcha.access.context import Access  # loads the database library, which no audit needs
        from mingcha.access.policy import Policy
        from mingcha.administration.parameters import policy_in_force
        from mingcha.store.database.engine import Database
        from mingcha.store.keys import Keyring

        keyring = Keyring(self.settings.key_file, self.settings.given_keys)
        upload_bytes = self.settings.upload_mb * 2**20

        def policy(access: Access) -> Policy:
            return replace(policy_in_force(access), upload_bytes=upload_bytes)

        return Access(Database(self.settings.database_url), keyring, self.home, policy_of=policy)

    @cached_property
    def single_sign_on(self) -> SingleSignOn | None:
        """The identity provider of the unit, where there is one."""
        from mingcha.gateways.single_sign_on import SingleSignOn  # loads what no audit needs

        return None if self.settings.provider is None else SingleSignOn(self.settings.provider)

    def prepare_database(self) -> bool:
        """Bring the database up to date, and make the keys of a new one; returns whether anything was done.

        Raises:
            KeysError: an installation whose keys are gone; new ones would not open what is sealed.
            Unavailable: the database does not answer.
        """
        from mingcha.store.database.migrating import revision_of, upgrade

        self.home.mkdir(parents=True, exist_ok=True)
        access = self.access
        found = revision_of(access.database)
        if found is None and not access.keyring.exists:
            access.keyring.create()
        access.keyring.check()
        upgrade(access.database)
        return revision_of(access.database) != found

    def prepare_unless_away(self) -> Unavailable | None:
        """The same; what is wrong where the database is away for now: on another server, and it was there before.

        Raises:
            KeysError: as before.
            Unavailable: there is no installation yet that could wait for it.
        """
        from mingcha.store.database.engine import Unavailable

        try:
            self.prepare_database()
        except Unavailable as error:
            if self.access.database.is_sqlite or not self.access.keyring.exists:
                raise
            return error
        return None

    def audit(
        self,
        inputs: Sequence[Path],
        out: Path,
        *,
        release: Release | None = None,
        rule_sets: tuple[str, ...] = (),
        mapping: Path | None = None,
        extent: Extent | None = None,
        again: bool = False,
        workbook: bool = True,
        importing: ImportProgress | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> tuple[Intake, AuditResult]:
        """Audit claims (imported first where they lie in files) by a release, the newest by default.

        Args:
            rule_sets: only these of its rule sets; all where left out.
        """
        release = release or self.release()
        if rule_sets:
            release = release.with_sets(rule_sets)
        taken = take_in(inputs, out, mapping=mapping, progress=importing)
        result = audit(
            taken.dataset,
            release,
            out,
            workers=self.settings.workers,
            extent=extent,
            again=again,
            workbook=workbook,
            progress=progress,
        )
        return taken, result

    def replay(self, run: Path, *, dataset: Path | None = None, finding: str | None = None) -> Replay:
        """Judge a finished run again under the release that it names."""
        release = self.release(release_number(run))
        if names := rule_sets_of(run):
            release = release.with_sets(names)
        return replay(run, release, dataset=dataset, finding=finding, workers=self.settings.workers)

    def cases_behind(
        self, run: Path, indicator_id: str, *, dataset: Path | None = None
    ) -> list[dict[str, Any]]:
        """The encounters that an indicator of a finished run counts, the largest part first."""
        release = self.release(release_number(run))
        return cases_behind(run, release, indicator_id, dataset).to_dicts()

    def releases(self) -> list[dict[str, Any]]:
        """What each published release says of itself, the oldest first."""
        return releases.manifests(self.home)


def application(home: Path | None = None, workers: int | None = None) -> Application:
    """The application as command line and environment ask for it."""
    return Application(settings_from(os.environ, home=home, workers=workers))
