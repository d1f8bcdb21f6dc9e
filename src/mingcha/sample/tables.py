"""Plays and ordinary visits as tables, one row each, from which millions are staged by gathering rows.

Charges of a visit stand together in time order, as do the visits of a play and the visits of a class.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import polars as pl

from mingcha.domain.values import QUANTITY_SCALE, decimal_text
from mingcha.sample.care import BANDS, KINDS, Class
from mingcha.sample.charges import Charges, at_pharmacies, charges_of, columns_of, few, repeated, starts
from mingcha.sample.goods import Goods
from mingcha.sample.ordinary import Pool
from mingcha.sample.places import DEPARTMENTS, TITLES, Places, is_pharmacy
from mingcha.sample.scenes.writing import STAY_BEGINS, STAY_ENDS
from mingcha.sample.script import After, Age, Play, Script, Visit
from mingcha.sample.truths import Truths

SEXES = ("", "1", "2", "9")
UNITS = ("岁", "月", "天")
# Of a settling, what was paid beside the pooled fund.
OTHER_FUNDS = ("serious", "large", "subsidy", "assistance")
# How often a line that no scene holds on to is left out: visits staged from one script still differ.
LEFT_OUT_ONE_IN = 8


@dataclass
class Tables:
    """The script of a city as frames."""

    institutions: pl.DataFrame
    departments: list[str]
    titles: list[str]
    groups: pl.DataFrame
    members: list[int]
    visits: pl.DataFrame
    charges: Charges
    coded: pl.DataFrame
    listings: list[Visit]
    """Those visits of the script that have a settlement list."""
    truths: pl.DataFrame
    papers: dict[str, pl.DataFrame]
    """By table, rows of a visit of the script: days as whole numbers, those after the visit's first as `after:…`."""
    plays: pl.DataFrame
    mechanisms: pl.DataFrame
    examples: list[int]
    """Of each typical problem a play that is an instance of it."""
    together: range
    classes: pl.DataFrame


def tables_of(script: Script, pools: Mapping[Class, Pool], goods: Goods, places: Places) -> Tables:
    """Lay out everything that can be staged."""
    plays = [play for staged in script.plays.values() for play in staged]
    every_play = [*plays, *script.together]
    of_classes = [[*pool.winter, *pool.usual, *pool.once] for pool in pools.values()]
    visits = [visit for of_one in (*(play.visits for play in every_play), *of_classes) for visit in of_one]
    first = sum(len(play.visits) for play in every_play)
    charged = [charge for visit in visits for charge in visit.charges]
    departments = _all_named(
        DEPARTMENTS, (charge.department for charge in charged), (visit.department for visit in visits)
    )
    titles = _all_named(TITLES, (charge.title for charge in charged))
    truths = Truths()
    charges = charges_of(visits, goods, departments, titles, truths)
    coded = _coded(visits, truths)
    staged = _visits(visits, charges, departments, places, truths)
    told, every = truths.table(), _plays(every_play)
    return Tables(
        institutions=_institutions(places),
        departments=departments,
        titles=titles,
        groups=_groups(places),
        members=[number for group in places.groups for number in group],
        visits=staged,
        charges=charges,
        coded=coded,
        listings=[visit for visit in visits if visit.listing is not None],
        truths=told,
        papers=_papers(visits),
        plays=every,
        mechanisms=_mechanisms(script),
        examples=_examples(staged, charges, coded, told, every.head(len(plays))),
        together=range(len(plays), len(every_play)),
        classes=_classes(pools, first),
    )


def _all_named(known: Iterable[str], *named: Iterable[str]) -> list[str]:
    """What is known of the city, and whatever else scenes name."""
    return [*known, *sorted({name for names in named for name in names} - {*known, ""})]


def _plays(plays: Sequence[Play]) -> pl.DataFrame:
    by = columns_of(plays)
    age = columns_of([play.age or Age(40, spread_days=365) for play in plays])
    counts = [len(visits) for visits in by["visits"]]
    return pl.DataFrame(
        {
            "first_visit": starts(counts),
            "visits": counts,
            "first_day": by["first_day"],
            "days": [play.last_day - play.first_day + 1 for play in plays],
            "sex": [SEXES.index(sex) for sex in by["sex"]],
            "born_known": [play.age is not None for play in plays],
            "age_value": age["value"],
            "age_unit": [UNITS.index(unit) for unit in age["unit"]],
            "age_more": age["more_days"],
            "age_spread": age["spread_days"],
            "died": pl.Series(by["died"], dtype=pl.Int64),
            "from_elsewhere": by["from_elsewhere"],
        }
    )


def _mechanisms(script: Script) -> pl.DataFrame:
    counts = [len(staged) for staged in script.plays.values()]
    return pl.DataFrame({"mechanism": list(script.plays), "offset": starts(counts), "count": counts})


def _examples(
    visits: pl.DataFrame, charges: Charges, coded: pl.DataFrame, truths: pl.DataFrame, plays: pl.DataFrame
) -> list[int]:
    """The first play that is an instance of each typical problem."""
    number = pl.int_range(visits.height, eager=True)
    borne = [
        pl.DataFrame({"visit": number, "truth": visits["truth"]}),
        pl.DataFrame({"visit": repeated(visits["charges"]), "truth": charges.numbers["truth"]}),
        pl.DataFrame({"visit": repeated(visits["coded"]), "truth": coded["truth"]}),
    ]
    staged = pl.DataFrame({"play": repeated(plays["visits"])}).with_row_index("visit").cast(pl.Int64)
    shown = pl.concat(borne).drop_nulls().join(staged, on="visit")
    problems = pl.lit(truths["problems"]).gather(pl.col("truth"))
    shown = shown.with_columns(problem=problems).explode("problem").drop_nulls()
    return sorted(set(shown.group_by("problem").agg(pl.col("play").min())["play"]))


def class_number(kind: int, rank: int, sex: int, band: int) -> int:
    """The row of a class in the dense table of all thinkable ones."""
    return ((kind * 4 + rank) * 3 + sex) * (len(BANDS) + 1) + band


CLASSES = len(KINDS) * 4 * 3 * (len(BANDS) + 1)


def _classes(pools: Mapping[Class, Pool], first: int) -> pl.DataFrame:
    held = pools.values()
    sizes = [len(pool.winter) + len(pool.usual) + len(pool.once) for pool in held]
    return pl.DataFrame(
        {
            "number": [class_number(key.kind, key.rank, SEXES.index(key.sex), key.band) for key in pools],
            "first_visit": starts(sizes, first),
            "winter": [len(pool.winter) for pool in held],
            "usual": [len(pool.usual) for pool in held],
            "once": [len(pool.once) for pool in held],
        }
    )


def _visits(
    visits: Sequence[Visit],
    charges: Charges,
    departments: Sequence[str],
    places: Places,
    truths: Truths,
) -> pl.DataFrame:
    by = columns_of(visits)
    settling, venue = columns_of(by["settling"]), columns_of(by["venue"])
    counts, coded = list(map(len, by["charges"])), [len(v.diagnoses) + len(v.procedures) for v in visits]
    first = starts(counts)
    # What of its lines is staged on average, in eighths.
    kept = pl.Series([0]).append(
        charges.numbers.select(LEFT_OUT_ONE_IN - (~pl.col("fixed")).cast(pl.Int64)).to_series().cum_sum()
    )
    ends = pl.Series(first, dtype=pl.Int64) + pl.Series(counts)
    minutes = charges.numbers["minute"].to_list()
    by_visit = [minutes[begin : begin + count] for begin, count in zip(first, counts, strict=True)]
    listed = accumulate(visit.listing is not None for visit in visits)
    return pl.DataFrame(
        {
            **{name: by[name] for name in ("after", "nights", "returning", "jitter", "total_off")},
            "starts": list(map(_begins, visits, by_visit)),
            "ends": [STAY_ENDS if visit.is_stay else -1 for visit in visits],
            "group": list(map(places.group, by["venue"])),
            "states_level": venue["states_level"],
            "care_type": few(by["care_type"]),
            "visit_type": few(visit.visit_type for visit in visits),
            "maternity": few(visit.maternity_state for visit in visits),
            "weight": few("" if w is None else decimal_text(w, QUANTITY_SCALE) for w in by["weight"]),
            "discharge_way": few(visit.discharge_way if visit.is_stay else "" for visit in visits),
            "insurance": by["insurance"],
            "disease": few(_disease(visit) for visit in visits),
            "department": pl.Series(by["department"], dtype=pl.Enum(departments))
            .to_physical()
            .cast(pl.Int32),
            "own_percent": settling["own_percent"],
            **{
                name: pl.Series(settling[name], dtype=pl.Int64)
                for name in ("fund_percent", "deductible", "before", "burden", "assisted")
            },
            **{name: settling[name] for name in ("over", *OTHER_FUNDS)},
            "remote": settling["remote"],
            "own_doctor": pl.Series(by["doctor"], dtype=pl.Int64),
            "first_charge": first,
            "charges": counts,
            "kept": kept.gather(ends) - kept.gather(first),
            "first_coded": starts(coded),
            "coded": coded,
            "procedure_count": few(str(len(v.procedures)) if v.is_stay else "" for v in visits),
            "listing": [
                n - 1 if visit.listing is not None else -1 for n, visit in zip(listed, visits, strict=True)
            ],
            "papers": [bool(papers) for papers in by["papers"]],
            "main_diagnosis": few(visit.diagnoses[0].code if visit.diagnoses else "" for visit in visits),
            "truth": truths.numbers(by["truth"], at_pharmacies(visits)),
        }
    )


def _begins(visit: Visit, minutes: Iterable[int]) -> int:
    """The minute at which a visit begins: shortly before what is charged first."""
    return STAY_BEGINS if visit.is_stay else min(minutes, default=490) - 5


def _disease(visit: Visit) -> str:
    """The disease of a visit for one: 高血压 where the scene leaves it open."""
    return "M03900" if visit.care_type == "14" and not visit.disease else visit.disease


def _papers(visits: Sequence[Visit]) -> dict[str, pl.DataFrame]:
    rows: dict[str, list[dict[str, Any]]] = {}
    for number, visit in enumerate(visits):
        for paper in visit.papers:
            said = {
                f"after:{name}" if isinstance(value, After) else name: _said(value)
                for name, value in paper.said
            }
            rows.setdefault(paper.table, []).append({"script": number, **said})
    return {table: pl.DataFrame(written, infer_schema_length=None) for table, written in rows.items()}


def _said(value: str | int | After) -> str | int:
    return value.days if isinstance(value, After) else value


def _coded(visits: Sequence[Visit], truths: Truths) -> pl.DataFrame:
    """Diagnoses and procedures of each visit, in order."""
    rows = [
        (procedure, number, row)
        for visit in visits
        for procedure, coded in ((False, visit.diagnoses), (True, visit.procedures))
        for number, row in enumerate(coded, 1)
    ]
    by = columns_of([row for _, _, row in rows])
    visit = repeated(pl.Series([len(visit.diagnoses) + len(visit.procedures) for visit in visits]))
    return pl.DataFrame(
        {
            "procedure": [procedure for procedure, _, _ in rows],
            "code": few(by["code"]),
            "name": few(by["name"]),
            "order": few(str(number) for _, number, _ in rows),
            "main": few(str(int(number == 1)) for _, number, _ in rows),
            "after": by["day"],
            "minute": pl.Series(by["minute"], dtype=pl.Int64),
            "truth": truths.numbers(by["truth"], at_pharmacies(visits).gather(visit)),
        }
    )


def _groups(places: Places) -> pl.DataFrame:
    sizes = [len(group) for group in places.groups]
    step = [9 if size % 9 == 0 and size > 9 else 1 for size in sizes]
    return pl.DataFrame({"offset": starts(sizes), "size": sizes, "step": step})


def _institutions(places: Places) -> pl.DataFrame:
    held = places.institutions
    return pl.DataFrame(
        {
            "medins_id": few(place.id for place in held),
            "medins_name": few(place.name for place in held),
            "medins_admdvs": few(place.city for place in held),
            "medins_type": few("" if is_pharmacy(place.type) else place.type for place in held),
            "medins_lv": few(place.level for place in held),
        }
    )
