"""People and places around a dataset, so that a demonstration can be worked with by every role."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

import polars as pl

from mingcha.access import grants, organisations, users
from mingcha.access.actor import Actor, console
from mingcha.access.connections import given
from mingcha.access.connections.states import ConnectionState
from mingcha.access.context import Access
from mingcha.access.grants import NewGrant
from mingcha.access.organisations import Facts, Kind
from mingcha.access.passwords import do_set_password
from mingcha.access.personal import PersonalField
from mingcha.access.roles import DUTIES, ROLES, Role
from mingcha.access.secrets import temporary_password
from mingcha.access.standing import held_by
from mingcha.administration import modules
from mingcha.administration.modules import Module
from mingcha.audit.ledger import runs as ledger
from mingcha.audit.ledger import uploads
from mingcha.audit.ledger.runs import AUDIT, Status
from mingcha.domain.errors import MingchaError
from mingcha.domain.values import PRICE_SCALE
from mingcha.hospital.budgets import NewBudget, set_budgets
from mingcha.hospital.matching import Scheme
from mingcha.hospital.periods import around
from mingcha.hospital.spent import Spending
from mingcha.hospital.standards import NewStandard, add_standards
from mingcha.jobs import runs
from mingcha.jobs.execution import carry_out
from mingcha.jobs.kinds.audit import AuditParameters
from mingcha.jobs.kinds.claims_import import ImportParameters
from mingcha.knowledge.point import Certainty
from mingcha.knowledge.strategy.jurisdiction import EVERY_RULE
from mingcha.knowledge.strategy.model import STAGES, Action, RuleSet, Strategy
from mingcha.store.database.people import User
from mingcha.store.lake import Lake

PROVINCE = "350000"
INTERACTING = "GZ10000301011000"  # 药品相互作用
_FOUNDED = date(2020, 1, 1)
_HOSPITALS = 2
_BUREAU = (Role.RULE_ADMIN, Role.FIRST_REVIEWER, Role.RE_REVIEWER, Role.DECIDER, Role.READER)
# Two of those who edit what is judged by: nobody reviews what they changed themselves.
_SECOND = {Role.RULE_ADMIN: "rule_admin_2"}
# Of what was spent, in per cent: some budgets are nearly used up, one in three is exceeded.
_SHARES = (125, 108, 96)
_LEAST_BUDGET, _ROUND = 5_000_00, 100_00
# Groups by the chapter of the main diagnosis, with points in ten-thousandths, at so many millionths of a yuan each.
_DEMONSTRATION_RATE = 8_000 * PRICE_SCALE
_DEMONSTRATION_GROUPS = (
    ("F", "循环系统疾病", ("I",), 11_000),
    ("E", "呼吸系统疾病", ("J",), 7_500),
    ("G", "消化系统疾病", ("K",), 9_000),
    ("K", "内分泌、代谢疾病", ("E",), 6_500),
    ("I", "肌肉骨骼疾病", ("M", "S"), 12_500),
    ("B", "神经系统疾病", ("G",), 10_000),
    ("L", "泌尿、生殖系统疾病", ("N",), 8_500),
)
# What they decide holds for the whole installation.
_WHOLE = {Role.RULE_ADMIN, Role.DECIDER}


@dataclass(frozen=True)
class Account:
    """Somebody to sign in as."""

    login: str
    role: Role
    place: str
    user_id: UUID
    password: str

    @property
    def label(self) -> str:
        """What the role is called."""
        return ROLES[self.role].label


@dataclass(frozen=True)
class Places:
    """The organisations of a dataset by their code, and the two hospitals that have people here, the largest first.

    Args:
        hospitals: of each its code, a department and a doctor in it, where known.
    """

    ids: Mapping[str, UUID]
    names: Mapping[str, str]
    hospitals: tuple[tuple[str, str, str], ...]


def settle_places(access: Access, lake: Lake, regions: Mapping[str, str]) -> Places:
    """Enter the institutions of a dataset under their regions, with departments and doctors of the two largest.

    Args:
        regions: the name of each region.
    """
    ids: dict[str, UUID] = {}
    names: dict[str, str] = {}
    by = console("演示")

    def add(kind: Kind, code: str, name: str, parent: str | None, key: str | None = None) -> None:
        if (key or code) not in ids:
            facts = Facts(name, None if parent is None else ids[parent])
            made = organisations.create(access, by, kind, code, facts, _FOUNDED)
            ids[key or code], names[key or code] = made.id, name

    add(Kind.REGION, PROVINCE, "样例省", None)
    add(Kind.BUREAU, f"B{PROVINCE}", "样例省医疗保障局", PROVINCE)
    seen = _seen(lake)
    known = seen.filter(pl.col("care_region").is_in(list(regions)))
    for region in known["care_region"].unique().sort():
        add(Kind.REGION, region, f"{regions[region]}市", PROVINCE)
        add(Kind.BUREAU, f"B{region}", f"{regions[region]}市医疗保障局", region)
    institutions = known.group_by("institution_id").agg(
        pl.col("institution_name", "care_region").drop_nulls().first(), pl.col("bills").sum()
    )
    for code, name, region, _ in institutions.sort("bills", "institution_id", descending=True).iter_rows():
        add(Kind.INSTITUTION, code, name or code, region)
    hospitals = institutions.sort("bills", "institution_id", descending=True).head(_HOSPITALS)
    found = []
    for hospital in hospitals["institution_id"]:
        within = known.filter(pl.col("institution_id") == hospital).drop_nulls(["department_id", "doctor_id"])
        within = within.sort("bills", "department_id", "doctor_id", descending=True)
        for row in within.iter_rows(named=True):
            department = f"{hospital}/{row['department_id']}"
            add(
                Kind.DEPARTMENT,
                row["department_id"],
                row["department_name"] or row["department_id"],
                hospital,
                department,
            )
            doctor = f"{hospital}/{row['doctor_id']}"
            add(Kind.DOCTOR, row["doctor_id"], row["doctor_name"] or row["doctor_id"], department, doctor)
        first = within.row(0, named=True)
        found.append((hospital, f"{hospital}/{first['department_id']}", f"{hospital}/{first['doctor_id']}"))
    return Places(ids, names, tuple(found))


def settle_people(
    access: Access, places: Places, password: Callable[[], str] = temporary_password
) -> list[Account]:
    """An account for every role at its place, each with a password of its own."""
    (first, department, doctor), (second, *_) = places.hospitals
    bureau = f"B{PROVINCE}"
    made = [_account(access, places, role.value, NewGrant(role), bureau, password()) for role in DUTIES]
    region = places.ids[PROVINCE]
    made += [
        _account(
            access, places, login, NewGrant(role, None if role in _WHOLE else region), bureau, password()
        )
        for role in _BUREAU
        for login in filter(None, (role.value, _SECOND.get(role)))
    ]
    for role, login, at in (
        (Role.INSTITUTION_ACCOUNTS, "institution_accounts", first),
        (Role.INSURANCE_OFFICE, "insurance_office", first),
        (Role.INSURANCE_OFFICE, "insurance_office_2", second),
        (Role.PHARMACIST, "pharmacist", first),
        (Role.DEPARTMENT_HEAD, "department_head", department),
    ):
        made.append(_account(access, places, login, NewGrant(role, places.ids[at]), at, password()))
    own = NewGrant(Role.DOCTOR, own=True)
    made.append(_account(access, places, "doctor", own, doctor, password()))
    return made


def demonstration_strategy() -> Strategy:
    """Everything is judged everywhere; before signing, what two drugs do to each other is decided by a pharmacist."""
    asked = RuleSet(
        "相互作用转人工（演示）",
        (INTERACTING,),
        priority=10,
        scenes=STAGES["事前"],
        actions={one.value: Action.HAND_OVER for one in Certainty},
    )
    return Strategy((asked, RuleSet("全部规则", (EVERY_RULE,))))


def settle_simulator(access: Access, places: Places) -> None:
    """Let the system of the two hospitals be simulated: what is settled there becomes history, as nobody lives here."""
    by = console("演示")
    modules.switch_on(access, by, Module.SIMULATOR, "演示：以医师身份试用")
    for hospital, *_ in places.hospitals:
        given.connect(access, by, hospital, state=ConnectionState.DEMONSTRATION)


def settle_budgets(access: Access, places: Places) -> None:
    """Budgets of the two hospitals' departments for this year and month, made up after what was spent."""
    today, wanted = access.today(), {hospital: list[NewBudget]() for hospital, *_ in places.hospitals}
    with access.database.reading() as session:
        spending = Spending.of(session, wanted, [today.year])
    for number, (hospital, department) in enumerate(sorted(spending.departments)):
        for period in around(today):
            fen = spending((hospital, department), period).total * _SHARES[number % len(_SHARES)] // 100
            amount = max(_LEAST_BUDGET, -(-fen // _ROUND) * _ROUND)
            wanted[hospital].append(NewBudget(department, str(period), amount))
    for hospital, rows in wanted.items():
        if rows:
            set_budgets(access, console("演示"), hospital, rows, "演示：按已发生的费用编造")


def settle_standards(access: Access, regions: Iterable[str]) -> None:
    """Standards of payment of the regions, made up, for diagnoses that stays of the city have."""
    rows = [
        NewStandard(
            scheme=Scheme.DRG,
            region=region,
            code=f"DEMO-{code}",
            name=f"{name}（演示）",
            diagnoses=prefixes,
            valid_from=_FOUNDED,
            source="演示数据，没有任何文件公布",
            points=points,
            rate=_DEMONSTRATION_RATE,
        )
        for region in regions
        for code, name, prefixes, points in _DEMONSTRATION_GROUPS
    ]
    add_standards(access, console("演示"), rows)


@dataclass(frozen=True)
class Loaded:
    """A city on a platform: its dataset, its audit, and who works with it."""

    dataset_id: UUID
    run_id: UUID
    places: Places
    accounts: list[Account]


def load(
    access: Access,
    claims: Path,
    lake: Lake,
    regions: Mapping[str, str],
    *,
    workers: int = 1,
    password: Callable[[], str] = temporary_password,
) -> Loaded:
    """Bring a city onto a platform as its first reviewer would: upload, import, audit, each carried out here and now.

    Args:
        claims: the folder with its files.
        lake: the same, imported before, to know its places by.
        regions: the name of each region.

    Raises:
        MingchaError: a run that did not end well.
    """
    places = settle_places(access, lake, regions)
    accounts = settle_people(access, places, password)
    settle_simulator(access, places)
    reviewer = _acting(access, next(one for one in accounts if one.role is Role.FIRST_REVIEWER))
    upload = uploads.begin(access, reviewer)
    for file in sorted(claims.iterdir()):
        shutil.copyfile(file, uploads.files_folder(access, upload) / file.name)
    imported = runs.start(access, reviewer, "import", "样例城市", ImportParameters(upload, "样例城市"))
    dataset_id = _done(access, reviewer, imported.id, workers)
    settle_budgets(access, places)
    settle_standards(access, regions)
    judged = runs.start(access, reviewer, AUDIT, "样例城市年度审核", AuditParameters(dataset_id))
    return Loaded(dataset_id, _done(access, reviewer, judged.id, workers), places, accounts)


def _acting(access: Access, account: Account) -> Actor:
    with access.database.reading() as session:
        held = held_by(session, session.get_one(User, account.user_id), access.today())
    return Actor(account.user_id, account.login, held, via="演示")


def _done(access: Access, actor: Actor, run_id: UUID, workers: int) -> UUID:
    carry_out(access, run_id, 1, workers)
    ended = ledger.run(access, actor, run_id)
    if ended.status is not Status.DONE:
        said = ended.problem or {}
        raise MingchaError(
            said.get("message", "没有完成"), where=said.get("where", ""), remedy=said.get("remedy", "")
        )
    return run_id


def _account(access: Access, places: Places, login: str, grant: NewGrant, at: str, password: str) -> Account:
    by: Actor = console("演示")
    name = f"演示{ROLES[grant.role].label.partition('/')[0]}"
    made, _ = users.create(access, by, login, {PersonalField.FULL_NAME: name}, places.ids[at])
    grants.replace_grants(access, by, made.id, [grant])
    with access.database.writing() as session:
        # Whoever runs the demonstration chose it, by running it; it is printed there and nowhere else.
        do_set_password(session, access, session.get_one(User, made.id), password)
    return Account(login, grant.role, places.names[at], made.id, password)


def _seen(lake: Lake) -> pl.DataFrame:
    columns = (
        *("institution_id", "institution_name", "care_region"),
        *("department_id", "department_name", "doctor_id", "doctor_name"),
    )
    frames = [
        lake.read_bucket(number, encounters=columns, lines=(), diagnoses=(), procedures=()).encounters
        for number in lake.buckets
    ]
    return pl.concat(frames).group_by(columns).agg(pl.len().alias("bills"))
