"""The sample city: repeatable, consistent, rich in knowledge, and true about what it planted."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from importlib.resources import files
from pathlib import Path

import polars as pl
import pytest
import yaml

from mingcha.domain.claims import Diagnosis, Encounter, Line, Person, Procedure, Settlement
from mingcha.domain.errors import InputError
from mingcha.domain.values import day_of
from mingcha.knowledge.kinds.scope import SexLimit
from mingcha.knowledge.point import Subject
from mingcha.knowledge.starter import starter_points
from mingcha.sample import city as city_module
from mingcha.sample.city import make_city
from mingcha.sample.library import MECHANISMS_OF_KIND
from mingcha.sample.places import OBSERVED
from tests.unit.sample.conftest import LINES, SEED, Built

# Their points name the disease of a visit, not the drug that is billed.
OF_DISEASES = {"drug-outside-disease-list"}
OF_KNOWLEDGE = {slug for slugs in MECHANISMS_OF_KIND.values() for slug in slugs}
INSTITUTIONS = {
    *OBSERVED,
    "drug-stock-shortfall",
    "consumable-stock-shortfall",
    "device-day-over-capacity",
} - {"stock"}
RECORDS = {
    "too-many-drugs",
    "herb-prescription-too-large",
    "amount-mismatch",
    "total-mismatch",
    "line-record-fault",
    "charge-outside-stay",
    "charged-after-death",
    "take-home-over-days",
    "charged-after-order",
}
VISITS = {
    "readmitted-too-soon",
    "frequent-stays",
    "frequent-visits",
    "frequent-purchases",
    "overlapping-stays",
    "visit-during-stay",
    "visits-in-two-places",
    "stay-length-unusual",
    "idle-stay",
    "low-standard-admission",
    "own-expense-items",
    "own-share-high",
    "fee-category-changed",
}
UPLOADS = {"settlement-list-fault", "diagnosis-list-fault", "procedure-list-fault", "uploaded-late"}
ENTITIES = {
    "persons": (Person,),
    "encounters": (Encounter, Settlement),
    "lines": (Line,),
    "diagnoses": (Diagnosis,),
    "procedures": (Procedure,),
}

ON_LINES = {"outside-directory", "doctor-not-insured"}  # entitlements that are asked of a line
ENTITLEMENT = {
    "not-insured",
    "not-entitled",
    "institution-not-contracted",
    "identity-not-confirmed",
    "consent-missing",
    "disease-not-registered",
    "outside-directory",
    "doctor-not-insured",
    "deductible-too-low",
    "fund-share-too-high",
    "unreferred-share-too-high",
    "fund-over-yearly-cap",
    "basic-layer-overpaid",
    "critical-layer-overpaid",
    "subsidy-layer-overpaid",
    "assistance-layer-overpaid",
}


def _clean(lines: pl.DataFrame) -> pl.DataFrame:
    """The lines an importer accepts, once each: no broken dates, no strangers, no repeats."""
    kept = lines.filter(
        ~pl.col("drord_begn_date").str.contains("-13-") & ~pl.col("mdtrt_id").str.starts_with("X")
    )
    half = pl.col("sumamt").str.replace_many(list("０１２３４５６７８９"), list("0123456789"))
    return kept.unique("rx_id", keep="first", maintain_order=True).with_columns(
        fen=(half.cast(pl.Decimal(16, 2)) * 100).cast(pl.Int64)
    )


def test_the_same_seed_and_size_give_the_same_bytes(city: Built, tmp_path: Path) -> None:
    again = make_city(tmp_path / "again", LINES, SEED).out
    names = sorted(path.relative_to(again) for path in again.rglob("*.parquet"))
    assert len(names) > 6
    for name in names:
        assert (again / name).read_bytes() == (city.report.out / name).read_bytes(), name


def test_another_seed_gives_another_city(city: Built, tmp_path: Path) -> None:
    other = make_city(tmp_path / "other", LINES, SEED + 1).out
    assert not pl.read_parquet(other / "claims" / "lines.parquet").equals(city.table("lines"))


def test_the_city_has_about_as_many_lines_as_asked_for(city: Built) -> None:
    assert abs(city.report.lines - LINES) < LINES * 0.03
    assert city.report.lines == city.table("lines").height


def test_half_of_the_lines_carry_knowledge_and_three_to_six_in_a_hundred_a_violation(city: Built) -> None:
    spoken_of = {
        code
        for point in starter_points()
        if point.subject is Subject.ITEM
        for code in (*point.codes, *getattr(point, "containing", ()))
    }
    share = city.table("lines")["hilist_code"].is_in(spoken_of).mean()
    assert isinstance(share, float)
    assert share >= 0.5
    assert 0.03 <= city.report.finding_share <= 0.06
    assert 0.01 <= city.report.dirty_lines / city.report.lines <= 0.03


def _named(written: str | list[str] | None) -> list[str]:
    """None, one or several slugs of the catalogue."""
    return [written] if isinstance(written, str) else written or []


def test_every_mechanism_of_the_official_list_is_planted_as_violation_and_near_miss(city: Built) -> None:
    official = yaml.safe_load(files("mingcha.catalogue").joinpath("official.yaml").read_text("utf-8"))
    for entry in official:
        mechanisms = set(_named(entry["mechanism"]))
        for kind in _named(entry["kind"]):
            assert mechanisms & set(MECHANISMS_OF_KIND[kind]), entry["code"]
    assert set(city.report.planted) == OF_KNOWLEDGE | RECORDS | VISITS | UPLOADS | ENTITLEMENT | INSTITUTIONS
    assert all(violations and near for violations, near in city.report.planted.values())


def test_every_rule_of_the_list_that_has_knowledge_is_planted_and_has_its_near_misses(city: Built) -> None:
    official = yaml.safe_load(files("mingcha.catalogue").joinpath("official.yaml").read_text("utf-8"))
    listed = {entry["code"] for entry in official if entry.get("kind")}
    for planted in ("violation", "near-miss"):
        assert listed - set(city.truth.filter(pl.col("planted") == planted)["rule_code"]) == set()


def test_every_mechanism_is_planted_even_in_the_smallest_city(tmp_path: Path) -> None:
    report = make_city(tmp_path / "tiny", 100, SEED)
    assert set(report.planted) == OF_KNOWLEDGE | RECORDS | VISITS | UPLOADS | ENTITLEMENT | INSTITUTIONS
    assert all(violations and near for violations, near in report.planted.values())


def test_every_row_of_the_truth_points_to_a_row_of_the_city(city: Built) -> None:
    truth = city.truth
    lines, coded = city.table("lines"), [city.table("diagnoses"), city.table("procedures")]
    on_lines = truth.filter(pl.col("line_id").is_not_null())
    assert on_lines.join(
        lines, left_on=["encounter_id", "line_id"], right_on=["mdtrt_id", "rx_id"], how="anti"
    ).is_empty()
    for column, table, code in zip(
        ("diagnosis_code", "procedure_code"), coded, ("dise_codg", "oprn_code"), strict=True
    ):
        rows = truth.filter(pl.col(column).is_not_null())
        assert not rows.is_empty()
        assert rows.join(
            table, left_on=["encounter_id", column], right_on=["mdtrt_id", code], how="anti"
        ).is_empty()
    bills = truth.filter(pl.all_horizontal(pl.col("line_id", "diagnosis_code", "procedure_code").is_null()))
    assert set(bills["mechanism"]) == (
        {"total-mismatch"} | VISITS | UPLOADS | (ENTITLEMENT - ON_LINES) | INSTITUTIONS
    )
    assert bills.join(
        city.table("encounters"), left_on="encounter_id", right_on="mdtrt_id", how="anti"
    ).is_empty()


def test_a_row_is_planted_once(city: Built) -> None:
    key = ["mechanism", "encounter_id", "line_id", "diagnosis_code", "procedure_code"]
    assert not city.truth.select(pl.struct(key).is_duplicated().any()).item()


def test_the_sum_of_lines_is_the_total_except_where_a_difference_was_planted(city: Built) -> None:
    sums = _clean(city.table("lines")).group_by("mdtrt_id").agg(pl.col("fen").sum())
    total = (pl.col("medfee_sumamt").cast(pl.Decimal(16, 2)) * 100).cast(pl.Int64)
    bills = (
        city.table("encounters")
        .join(sums, on="mdtrt_id", how="left")
        .with_columns(off=total - pl.col("fen").fill_null(0))
    )
    planted = city.truth.filter(
        (pl.col("mechanism") == "total-mismatch") & (pl.col("planted") == "violation")
    )
    assert set(bills.filter(pl.col("off") != 0)["mdtrt_id"]) == set(planted["encounter_id"])


def test_what_is_paid_adds_up_to_the_total(city: Built) -> None:
    funds = ["hifp_payamt", "hifmi_pay", "hifob_pay", "cvlserv_pay", "ma_amt"]
    parts = [*funds, "acct_payamt", "ownpay_amt", "selfpay_amt", "medfee_sumamt"]
    bills = city.table("encounters").select(pl.col(parts).cast(pl.Decimal(16, 2)))
    assert (bills.select(pl.sum_horizontal(parts[:-1]) == pl.col(parts[-1]))).to_series().all()


def test_no_line_claims_more_than_it_was_billed(city: Built) -> None:
    lines = _clean(city.table("lines")).select("rx_id", "fen")
    claimed = city.truth.join(lines, left_on="line_id", right_on="rx_id")
    assert claimed.filter(pl.col("amount_fen") > pl.col("fen")).is_empty()


def test_a_violation_stands_only_where_a_point_of_its_rule_is_in_force(city: Built) -> None:
    billed = city.table("lines")["hilist_code"].unique().to_list()
    held = {
        (point.rule_code, code, (point.effective_from, point.effective_to))
        for point in starter_points()
        for code in (
            [code for code in billed if code.startswith(point.codes)] if point.by_prefix else point.codes
        )
    }
    points = pl.DataFrame(
        [(rule, code, *days) for rule, code, days in held],
        schema=["rule_code", "code", "from", "to"],
        orient="row",
    )
    day = pl.col("drord_begn_date").str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False).cast(pl.Int32)
    violations = (
        city.truth.filter(
            (pl.col("planted") == "violation")
            & ~pl.col("mechanism").is_in(
                RECORDS | VISITS | UPLOADS | ENTITLEMENT | INSTITUTIONS | OF_DISEASES
            )
        )
        .filter(~pl.col("on_dirty_row"))
        .join(city.table("lines").with_columns(day=day), left_on="line_id", right_on="rx_id")
    )
    in_force = violations.join(
        points, left_on=["rule_code", "hilist_code"], right_on=["rule_code", "code"]
    ).filter((pl.col("from") <= pl.col("day")) & (pl.col("day") < pl.col("to")))
    assert set(violations["line_id"]) == set(in_force["line_id"])


def test_columns_are_named_as_the_nation_names_them_or_else_as_we_do(city: Built) -> None:
    for table, entities in ENTITIES.items():
        fields = [f for entity in entities for f in entity.fields().values()]
        first = {f.national[0] if f.national else f.name for f in fields}
        assert set(city.table(table).columns) <= first, table


def test_dirty_rows_are_of_every_kind_and_flagged_where_a_violation_sits_on_one(city: Built) -> None:
    lines = city.table("lines")
    code, moment = pl.col("hilist_code"), pl.col("drord_begn_date")
    kinds = {
        "full-width code": code.str.contains("[０-９]"),
        "lower-case code": code.str.contains("[a-z]"),
        "blanks": code.str.starts_with(" "),
        "slashes": moment.str.contains("/"),
        "digits only": moment.str.contains(r"^\d+$"),
        "broken date": moment.str.contains("-13-"),
        "full-width number": pl.col("cnt").str.contains("[０-９]"),
        "no such encounter": pl.col("mdtrt_id").str.starts_with("X"),
        "twice": pl.col("rx_id").is_duplicated(),
        "refund that names its line": (pl.col("cnt").str.starts_with("-"))
        & (pl.col("init_feedetl_sn") != ""),
        "refund that names none": (pl.col("cnt").str.starts_with("-")) & (pl.col("init_feedetl_sn") == ""),
    }
    for name, condition in kinds.items():
        assert lines.select(condition.any()).item(), name
    odd = lines.filter(pl.any_horizontal([c for name, c in kinds.items() if not name.startswith("refund")]))[
        "rx_id"
    ]
    flagged = city.truth.filter("on_dirty_row")["line_id"]
    assert not flagged.is_empty()
    # Small letters and capitals are the same where a code has only digits: such a row is flagged and looks clean.
    assert set(odd) & set(city.truth["line_id"].drop_nulls()) <= set(flagged)


def test_some_persons_lack_sex_or_birth_date(city: Built) -> None:
    persons = city.table("persons")
    assert {"", "1", "2", "9"} == set(persons["gend"])
    assert 0 < persons.filter(pl.col("brdy") == "").height < persons.height // 20


def test_all_nine_cities_and_all_kinds_of_care_are_lived_in_for_the_whole_year(city: Built) -> None:
    bills = city.table("encounters")
    assert set(bills["medins_admdvs"]) == {f"350{n}00" for n in range(1, 10)}
    assert {"11", "13", "14", "2101", "41", "51", "52"} <= set(bills["med_type"])
    months = bills["adm_date"].str.replace_all("/", "-").str.slice(0, 7).value_counts().sort("adm_date")
    assert months.height == 12
    counts = dict(months.iter_rows())
    assert counts["2026-01"] > counts["2026-07"]


def test_few_hospitals_see_most_of_the_patients(city: Built) -> None:
    counts = city.table("encounters")["medins_id"].value_counts(sort=True)["count"]
    assert counts.head(counts.len() // 5).sum() > counts.sum() // 2


def test_a_city_of_several_parts_repeats_no_identifier(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(city_module, "_LINES_A_PART", 10_000)
    seen: list[tuple[int, int]] = []
    report = make_city(
        tmp_path / "parts", 30_000, SEED, progress=lambda done, total: seen.append((done, total))
    )
    assert report.parts == 3
    assert len(seen) == 3
    claims = report.out / "claims"
    assert len(list(claims.glob("lines-*.parquet"))) == 3
    for table, column in (("persons", "patn_id"), ("encounters", "mdtrt_id")):
        assert not pl.read_parquet(claims / f"{table}-*.parquet")[column].is_duplicated().any()
    lines = pl.read_parquet(claims / "lines-*.parquet")
    assert lines.unique().height == lines["rx_id"].n_unique()
    assert pl.read_parquet(report.out / "truth.parquet").height == report.violations + report.near_misses


def test_parts_made_at_once_are_the_same_as_one_after_the_other(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(city_module, "_LINES_A_PART", 10_000)
    monkeypatch.setattr(city_module, "_PARTS_AT_A_TIME", 3)
    at_once = make_city(tmp_path / "at once", 30_000, SEED).out
    monkeypatch.setattr(city_module, "_PARTS_AT_A_TIME", 1)
    in_turn = make_city(tmp_path / "in turn", 30_000, SEED).out
    names = [path.relative_to(at_once) for path in at_once.rglob("*") if path.is_file()]
    assert len(names) > 20
    for name in names:
        assert (at_once / name).read_bytes() == (in_turn / name).read_bytes(), name


def test_every_column_of_the_export_is_text(city: Built) -> None:
    tables = list((city.report.out / "claims").glob("*.parquet"))
    assert len(tables) > len(ENTITIES)
    for table in tables:
        assert set(pl.read_parquet_schema(table).values()) == {pl.String}, table.name


def test_csv_holds_the_same_as_parquet(city: Built, tmp_path: Path) -> None:
    out = make_city(tmp_path / "csv", LINES, SEED, format="csv").out
    for table in ENTITIES:
        text = pl.read_csv(out / "claims" / f"{table}.csv", infer_schema=False).fill_null("")
        assert text.equals(city.table(table)), table


def test_a_regional_point_is_broken_in_its_region_and_kept_elsewhere(tmp_path: Path) -> None:
    point = SexLimit(
        point_id="demo:region", rule_code="GZ10000301004000", name="地区限性别药品",
        codes=("XG02ADD082D003010179504",), sex="2", region="3502", demonstration=True,
    )  # fmt: skip
    report = make_city(tmp_path / "region", 9_000, SEED, points=[point], settings={})
    truth = pl.read_parquet(report.out / "truth.parquet").filter(pl.col("mechanism") == "sex-mismatch")
    bills = pl.read_parquet(report.out / "claims" / "encounters.parquet")
    placed = truth.join(bills, left_on="encounter_id", right_on="mdtrt_id")
    assert set(placed.filter(pl.col("planted") == "violation")["medins_admdvs"]) == {"350200"}
    elsewhere = placed.filter(pl.col("note") == "其他地区")
    assert not elsewhere.is_empty()
    assert "350200" not in set(elsewhere["medins_admdvs"])


def test_a_year_may_begin_on_any_day(tmp_path: Path) -> None:
    start = date(2025, 7, 1)
    out = make_city(tmp_path / "year", 3_000, SEED, start).out
    days = pl.read_parquet(out / "claims" / "encounters.parquet")["adm_date"].str.slice(0, 10)
    days = days.str.replace_all("/", "-").str.to_date()
    assert day_of(min(days)) >= day_of(start)
    assert day_of(max(days)) < day_of(date(2026, 7, 1))


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="不是样例城市"):
        make_city(tmp_path, 100)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_place_that_cannot_be_written_is_named_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(InputError, match="无法写入样例城市") as refused:
        make_city(tmp_path / "file" / "city", 100)
    assert str(tmp_path / "file" / "city") in str(refused.value)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_how_much_is_planted_is_said_beforehand(tmp_path: Path) -> None:
    few, many = (make_city(tmp_path / str(often), 60_000, SEED, planted=often) for often in (30, 90))
    assert many.violations > 2 * few.violations
    with pytest.raises(InputError, match="1 至 100"):
        make_city(tmp_path / "none", 1_000, SEED, planted=0)


@pytest.mark.parametrize(("lines", "format"), [(0, "parquet"), (100, "ods")])
def test_a_senseless_wish_is_refused_with_a_remedy(tmp_path: Path, lines: int, format: str) -> None:
    with pytest.raises(InputError) as refused:
        make_city(tmp_path / "no", lines, format=format)
    assert refused.value.remedy
    assert not (tmp_path / "no").exists()


def test_neither_rules_nor_engine_are_loaded_to_make_a_city() -> None:
    code = (
        "import sys, mingcha.sample.city, mingcha.sample.messages;"
        "print([m for m in sys.modules if m.startswith('mingcha.') and m.split('.')[1] not in"
        " ('domain', 'knowledge', 'sample')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
