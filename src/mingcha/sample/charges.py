"""Charges of the script by columns: numbers to reckon with, and the texts that their lines bear in an export."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import Any

import polars as pl

from mingcha.domain.values import PRICE_SCALE, QUANTITY_SCALE, decimal_text, yuan
from mingcha.sample.dirt import BY_LINE, DIRTIED, forms
from mingcha.sample.goods import Goods
from mingcha.sample.places import DEPARTMENTS, is_pharmacy
from mingcha.sample.script import Visit, amount_of
from mingcha.sample.truths import Truths

# Nothing of what the directory lists as 丙类 is reckoned with.
_CLASS_C = "03"
_NUMBERS = ("day", "minute", "uploaded_after", "stopped", "refund_of")
_MONEY = ("price", "quantity", "amount", "directory_price", "in_scope")
# What a line bears of its good, and as the scene says.
_OF_GOODS = (
    "hilist_code", "hilist_name", "hosplist_code", "hosplist_name", "hilist_type", "chrg_type", "spec_unt",
)  # fmt: skip
_AS_SAID = {
    "antibiotic_right": "antibiotic_right",
    "hosp_appr_flag": "approved",
    "drord_no": "order",
    "o_firstItemFlag": "first_line",
    "orders_dr_code": "executor",
    "tcmdrug_used_way": "herb_use",
}
_OF_DOSING = {
    "o_sinDosDscr": "dose",
    "o_used_frqu_dscr": "frequency",
    "medc_way_dscr": "way",
    "dscg_tkdrug_flag": "take_home",
}


@dataclass
class Charges:
    """The charges of a script in order, as numbers; and the texts of those that differ, of which `text` is the row.

    Texts are of enumerated types: a charge stands for thousands of lines, and few of its texts differ.
    """

    numbers: pl.DataFrame
    texts: pl.DataFrame


def columns_of(rows: Iterable[Any]) -> dict[str, tuple[Any, ...]]:
    """Named tuples of one kind by columns."""
    held = list(rows)
    return dict(zip(type(held[0])._fields, zip(*held, strict=True), strict=True))


def few(values: Iterable[str]) -> pl.Series:
    """Texts of which few differ, as an enumerated series."""
    texts = pl.Series(values, dtype=pl.String)
    return texts.cast(pl.Enum(texts.unique(maintain_order=True)))


def told(values: pl.Series, word: Callable[[int], str]) -> pl.Series:
    """Numbers of which few differ, as they are written."""
    different = values.unique().sort()
    return few(map(word, different.to_list())).gather(different.search_sorted(values))


def department_name(code: str) -> str:
    """The name of a department, also of one that no hospital of the city is known for."""
    return DEPARTMENTS.get(code, code + "科室")


def starts(sizes: Iterable[int], first: int = 0) -> list[int]:
    """Where each of so many rows begins, one group after the other."""
    return [first + before for before in accumulate(sizes, initial=0)][:-1]


def repeated(sizes: pl.Series) -> pl.Series:
    """The number of the group of each of so many rows."""
    return pl.int_range(len(sizes), eager=True).repeat_by(sizes).explode(empty_as_null=False)


def charges_of(
    visits: Sequence[Visit], goods: Goods, departments: Sequence[str], titles: Sequence[str], truths: Truths
) -> Charges:
    """Lay out the charges of visits.

    Args:
        departments, titles: all there are, in the order in which they are numbered.
        truths: those of charges are added.
    """
    charges = [charge for visit in visits for charge in visit.charges]
    # What stands in many visits, as ordinary company does, is laid out once.
    different = {id(charge): charge for charge in charges}
    written = columns_of(different.values())
    row_of = {key: row for row, key in enumerate(different)}
    text = pl.Series([row_of[id(charge)] for charge in charges], dtype=pl.UInt32)
    of_goods = _goods(goods)[pl.Series(written["code"], dtype=pl.Enum(list(goods))).to_physical()]
    money = pl.DataFrame({name: pl.Series(written[name], dtype=pl.Int64) for name in _MONEY})
    reckoned = amount_of(money["price"], money["quantity"]).alias("reckoned")
    money = money.with_columns(reckoned).with_columns(fen=pl.coalesce("amount", "reckoned"))
    numbers = pl.DataFrame(
        {
            **{name: pl.Series(written[name], dtype=pl.Int32) for name in _NUMBERS},
            "prescription": pl.Series(written["prescription"], dtype=pl.Int8),
            "fixed": pl.Series(written["fixed"]),
            "fen": money["fen"],
            "known": of_goods["known"],
            "department": _number(written["department"], ("", *departments)) - 1,
            "title": _number(written["title"], ("", *titles)) - 1,
            "unsigned": pl.Series(written["blank"]) == "drord_dr_codg",
            "undirected": pl.Series(written["blank"]) == "drord_dept_codg",
            "named": pl.Series(written["names_original"]),
        }
    )
    visit = repeated(pl.Series([len(visit.charges) for visit in visits]))
    of_visit = _number((visit.department for visit in visits), departments).gather(visit)
    numbers = numbers[text].with_columns(
        text=text,
        department=pl.when(pl.col("department") < 0).then(of_visit).otherwise("department"),
        truth=truths.numbers((charge.truth for charge in charges), at_pharmacies(visits).gather(visit)),
        alone=pl.Series(
            [charge.truth is not None and charge.truth.mechanism in BY_LINE for charge in charges]
        ),
    )
    return Charges(_with_refunds(numbers, visit), _texts(written, money, of_goods))


def _with_refunds(numbers: pl.DataFrame, visit: pl.Series) -> pl.DataFrame:
    """With what each charge takes back, and whether its line may be broken without changing what is true of others."""
    row = pl.int_range(numbers.height, eager=True)
    first = pl.DataFrame({"visit": visit, "row": row}).select(pl.col("row").first().over("visit")).to_series()
    original = first + numbers["refund_of"]
    touched = original.is_not_null() | row.is_in(original.drop_nulls().implode())
    named = pl.lit(original.is_not_null()) & pl.col("named")
    return numbers.with_columns(
        # So many rows before it; 0 where no original is named.
        back=pl.when(named).then(pl.lit(row - original)).otherwise(0).cast(pl.Int32),
        breakable=~pl.col("fixed") | (pl.col("alone") & ~pl.lit(touched)),
    ).drop("refund_of", "named", "alone")


def at_pharmacies(visits: Iterable[Visit]) -> pl.Series:
    """Which visits are to pharmacies."""
    return pl.Series([is_pharmacy(visit.venue.type) for visit in visits])


def _number(values: Iterable[str], named: Sequence[str]) -> pl.Series:
    return pl.Series(values, dtype=pl.Enum(named)).to_physical().cast(pl.Int32)


def _texts(
    written: Mapping[str, tuple[Any, ...]], money: pl.DataFrame, of_goods: pl.DataFrame
) -> pl.DataFrame:
    """What stands on the lines, under the names of the export."""
    stated, dosing = pl.Series(written["payment_class"]), columns_of(written["dosing"])
    reckoned = money.select(
        pl.coalesce("in_scope", pl.when(pl.lit(stated) == _CLASS_C).then(0).otherwise("fen"))
    ).to_series()
    listed = money.select(pl.coalesce("directory_price", "price")).to_series()
    days = ["" if days is None else str(days) for days in written["supply_days"]]
    texts = {name: of_goods[name] for name in _OF_GOODS}
    texts |= {name: few(written[said]) for name, said in _AS_SAID.items()}
    texts |= {name: few(dosing[said]) for name, said in _OF_DOSING.items()}
    texts |= {
        "hilist_lv": few(_unless_empty(stated, of_goods["payment_class"])),
        "hilist_pric": told(listed, _price_text),
        "cnt": told(money["quantity"], lambda quantity: decimal_text(quantity, QUANTITY_SCALE)),
        "pric": told(money["price"], _price_text),
        "sumamt": told(money["fen"], yuan),
        "inscp_scp_amt": told(reckoned, yuan),
        "spec": few(_unless_empty(pl.Series(dosing["spec"]), of_goods["spec"])),
        "o_prdDays": few(days),
    }
    blank = pl.Series(written["blank"])
    for name in blank.unique():
        if name in texts:
            texts[name] = few(texts[name].cast(pl.String).set(blank == name, ""))
    for name in DIRTIED:
        texts[name] = texts[name].cast(pl.Enum(forms(texts[name].cast(pl.String))))
    return pl.DataFrame(texts)


def _unless_empty(said: pl.Series, usual: pl.Series) -> pl.Series:
    """As the scene says, or else as is usual."""
    return said.set(said == "", None).fill_null(usual.cast(pl.String))


@cache
def _price_text(price: int) -> str:
    """At least two decimals, as price lists have them."""
    text = decimal_text(price, PRICE_SCALE)
    whole, _, part = text.partition(".")
    return f"{whole}.{part.ljust(2, '0')}"


def _goods(goods: Goods) -> pl.DataFrame:
    held = list(goods.values())
    return pl.DataFrame(
        {
            "hilist_code": few(good.code for good in held),
            "hilist_name": few(good.name for good in held),
            "hosplist_code": few(good.local_code for good in held),
            "hosplist_name": few(good.name for good in held),
            "hilist_type": few(good.list_type for good in held),
            "chrg_type": few(good.charge_type for good in held),
            "spec": few(good.spec for good in held),
            "spec_unt": few(good.unit for good in held),
            "payment_class": few(good.payment_class for good in held),
            "known": pl.Series([good.known for good in held]),
        }
    )
