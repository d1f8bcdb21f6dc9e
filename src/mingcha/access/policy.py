"""The numbers of signing in (how long, how often, how strong), of uploading (how much) and of calls (how soon)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True)
class AlarmPolicy:
    """How much is too much: of one user, or in failures of one login or address, within `window`.

    Args:
        day_begins: the hour, in China, from which work is expected.
        day_ends: the hour from which it is not.
    """

    window: timedelta = timedelta(hours=1)
    look_ups: int = 60
    reveals: int = 20
    exports: int = 10
    failures: int = 10
    failures_from_address: int = 30
    day_begins: int = 6
    day_ends: int = 22
    odd_actions: int = 5
    odd_window: timedelta = timedelta(hours=8)


@dataclass(frozen=True)
class ReminderPolicy:
    """How far back a doctor is reminded of visits, and for how long an examination need not be repeated."""

    visits_back: timedelta = timedelta(days=90)
    examination_days: timedelta = timedelta(days=30)
    laboratory_days: timedelta = timedelta(days=7)


# Half of what a screen should take; the rest is for the network.
_OUTPATIENT, _INPATIENT = timedelta(milliseconds=500), timedelta(milliseconds=1500)
INPATIENT_SCENES = frozenset({"3", "4", "5", "8", "9"})


@dataclass(frozen=True)
class DeadlinePolicy:
    """How long a call may have waited and still be audited, by its scene (trig_scen): a doctor waits for nothing."""

    scene_1: timedelta = _OUTPATIENT
    scene_2: timedelta = _OUTPATIENT
    scene_3: timedelta = _INPATIENT
    scene_4: timedelta = _INPATIENT
    scene_5: timedelta = _INPATIENT
    scene_6: timedelta = _OUTPATIENT
    scene_7: timedelta = _OUTPATIENT
    scene_8: timedelta = _INPATIENT
    scene_9: timedelta = _INPATIENT
    scene_10: timedelta = _OUTPATIENT

    def of(self, scene: str) -> timedelta:
        """The one of a scene; a scene that is none waits as an out-patient does."""
        found: timedelta = getattr(self, f"scene_{scene}", _OUTPATIENT)
        return found


@dataclass(frozen=True)
class OpinionPolicy:
    """How long a person who was asked before signing may take, and whether care goes on where nobody answers."""

    outpatient_waits: timedelta = timedelta(minutes=5)
    inpatient_waits: timedelta = timedelta(minutes=15)
    outpatient_passes: bool = True
    inpatient_passes: bool = True

    def waits(self, scene: str) -> timedelta:
        """How long an answer is waited for in a scene (trig_scen)."""
        return self.inpatient_waits if scene in INPATIENT_SCENES else self.outpatient_waits

    def passes(self, scene: str) -> bool:
        """Whether care goes on without one."""
        return self.inpatient_passes if scene in INPATIENT_SCENES else self.outpatient_passes


@dataclass(frozen=True)
class Policy:
    """What passwords, sessions, tokens, failures, uploads and calls are held to."""

    password_length: int = 10
    password_classes: int = 3
    passwords_remembered: int = 5
    password_lasts: timedelta = timedelta(days=90)
    temporary_password_lasts: timedelta = timedelta(hours=24)
    failures_allowed: int = 5
    locked_for: timedelta = timedelta(minutes=15)
    failures_forgotten: timedelta = timedelta(hours=24)
    session_idle: timedelta = timedelta(minutes=30)
    session_lasts: timedelta = timedelta(hours=12)
    session_single: bool = False
    token_lasts_at_most: timedelta = timedelta(days=366)
    tokens_a_user: int = 20
    invitation_lasts: timedelta = timedelta(hours=48)
    recovery_codes: int = 10
    alarms: AlarmPolicy = field(default_factory=AlarmPolicy)
    reminders: ReminderPolicy = field(default_factory=ReminderPolicy)
    deadlines: DeadlinePolicy = field(default_factory=DeadlinePolicy)
    opinions: OpinionPolicy = field(default_factory=OpinionPolicy)
    # Of all files of an upload together, as they lie on the disk and unpacked.
    upload_bytes: int = 20 * 2**30
    upload_files: int = 1_000
    # A spreadsheet is read in memory; what is packed tighter than this is no table of people's.
    spreadsheet_bytes: int = 2 * 2**30
    packed_at_most: int = 200
    uploads_kept: timedelta = timedelta(days=30)
    exports_kept: timedelta = timedelta(days=30)
    # Of journals that were read into the database: what calls said stands in them alone.
    journals_kept: timedelta = timedelta(days=30)
    # Free bytes below which administrators are told.
    disk_low: int = 5 * 2**30
