"""How good a run is against the truth of a sample city: precision, recall and money error, rule by rule.

And of the published typical problems: of how many was something planted, and found.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl

from mingcha.audit.batch import FINDINGS
from mingcha.audit.indicators import INDICATORS
from mingcha.audit.run import finished_run
from mingcha.domain.errors import InputError
from mingcha.knowledge.point import Certainty

KEYS = ("rule_code", "slug", "encounter_id", "place")
PROBLEMS = "typical_problems"
EXAMPLES = 5
_TRUTH_COLUMNS = frozenset(
    ("rule_code", "mechanism", "encounter_id", "line_id", "excess_quantity", "amount_fen", "certain", "planted",
     "on_dirty_row", "institution_id")
)  # fmt: skip


@dataclass(frozen=True)
class Score:
    """Planted violations against findings. Amounts in fen; a share is None where nothing is to be shared.

    Args:
        planted: violations that were planted.
        found: of these, those with a finding.
        false: findings where no violation was planted.
        wrong_certainty: found, but as 可疑 instead of 明确违规 or the reverse.
        wrong_amount: found, but with another excess amount or excess quantity.
        amount_error_fen: sum of the differences in amount, without sign.
    """

    planted: int
    found: int
    false: int
    wrong_certainty: int
    wrong_amount: int
    planted_fen: int
    found_fen: int
    amount_error_fen: int

    @property
    def recall(self) -> float | None:
        """Share of what was planted that was found."""
        return self.found / self.planted if self.planted else None

    @property
    def precision(self) -> float | None:
        """Share of the findings that were planted."""
        findings = self.found + self.false
        return self.found / findings if findings else None

    def as_json(self) -> dict[str, Any]:
        """All counts and both shares."""
        return {**asdict(self), "recall": self.recall, "precision": self.precision}


@dataclass(frozen=True)
class RuleScore:
    """One rule: its score on rows that were written cleanly, and on rows that were made dirty."""

    rule_code: str
    slug: str
    certain: bool
    clean: Score
    dirty: Score

    def as_json(self) -> dict[str, Any]:
        """Both scores beside the rule."""
        plain = {"rule_code": self.rule_code, "slug": self.slug, "certain": self.certain}
        return {**plain, "clean": self.clean.as_json(), "dirty": self.dirty.as_json()}


@dataclass(frozen=True)
class ProblemScore:
    """One item of a published list of typical problems: its planted instances, and those with a finding.

    Only clean rows are counted.
    """

    list_name: str
    number: int
    planted: int
    found: int


@dataclass(frozen=True)
class Unmatched:
    """A planted violation without finding, or a finding without planted violation: one of them is wrong."""

    rule_code: str
    slug: str
    what: str
    encounter_id: str
    place: str
    dirty: bool
    amount_fen: int | None
    note: str


@dataclass(frozen=True)
class Evaluation:
    """The scores of a run by rule and by typical problem, and examples of what does not match."""

    rules: tuple[RuleScore, ...]
    problems: tuple[ProblemScore, ...]
    unmatched: tuple[Unmatched, ...]

    @property
    def clean(self) -> Score:
        """All rules together, on clean rows."""
        return _sum(rule.clean for rule in self.rules)

    @property
    def dirty(self) -> Score:
        """All rules together, on dirty rows."""
        return _sum(rule.dirty for rule in self.rules)

    @property
    def perfect(self) -> bool:
        """Whether every certain rule finds on clean rows all that was planted, and nothing else."""
        return all(
            rule.clean.found == rule.clean.planted and not rule.clean.false
            for rule in self.rules
            if rule.certain
        )

    def as_json(self) -> dict[str, Any]:
        """Everything, as plain values."""
        return {
            "perfect_on_clean_rows": self.perfect,
            "clean": self.clean.as_json(),
            "dirty": self.dirty.as_json(),
            "rules": [rule.as_json() for rule in self.rules],
            "typical_problems": [asdict(problem) for problem in self.problems],
            "unmatched": [asdict(example) for example in self.unmatched],
        }


def evaluate(run: Path, truth: Path) -> Evaluation:
    """Compare a finished run with the truth of the city that it audited.

    Args:
        run: the folder of a finished run.
        truth: truth.parquet, or the city's folder.

    Raises:
        InputError: no finished run, or no truth.
    """
    finished_run(run)
    findings, indicators = (pl.read_parquet(run / name, glob=False) for name in (FINDINGS, INDICATORS))
    return compare(findings, indicators, _truth(truth))


def compare(findings: pl.DataFrame, indicators: pl.DataFrame, truth: pl.DataFrame) -> Evaluation:
    """The same on frames: findings and indicators as an audit writes them, truth as a sample city does.

    An indicator that stands out counts as a finding about its institution.
    """
    planted = truth.select(
        "rule_code",
        pl.col("mechanism").alias("slug"),
        pl.coalesce("institution_id", "encounter_id").alias("encounter_id"),
        _place(truth).alias("place"),
        "planted",
        pl.col("on_dirty_row").alias("dirty"),
        pl.col("certain").alias("t_certain"),
        pl.col("amount_fen").alias("t_amount"),
        pl.col("excess_quantity").alias("t_quantity"),
        (pl.col("note") if "note" in truth.columns else pl.lit("")).alias("note"),
        (pl.col(PROBLEMS) if PROBLEMS in truth.columns else pl.lit([], pl.List(pl.String))).alias(PROBLEMS),
    )
    # Two points may say the same of one row; the truth says it once.
    found = (
        pl.concat([_of_bills(findings), _of_institutions(indicators)], how="diagonal")
        .group_by(KEYS)
        .agg(
            pl.col("amount_fen").max(),
            pl.col("excess_quantity").max(),
            (pl.col("certainty") == Certainty.VIOLATION.value).any().alias("certain"),
        )
        .with_columns(pl.lit(value=True).alias("hit"))
    )
    matched = planted.join(found, on=list(KEYS), how="full", coalesce=True)
    dirty_encounters = planted.filter("dirty")["encounter_id"].unique().implode()
    judged = matched.with_columns(
        pl.col("hit").fill_null(value=False),
        (pl.col("planted") == "violation").fill_null(value=False).alias("violation"),
        # An unplanted finding in an encounter with planted dirt may be the dirt's doing.
        pl.coalesce("dirty", pl.col("encounter_id").is_in(dirty_encounters)).alias("dirty"),
    )
    return Evaluation(_scores(judged), _problems(judged), _examples(judged))


def _of_bills(findings: pl.DataFrame) -> pl.DataFrame:
    return findings.with_columns(pl.coalesce("line_key", "code", pl.lit("")).alias("place"))


def _of_institutions(indicators: pl.DataFrame) -> pl.DataFrame:
    """What stands out, as findings: once an institution, whatever the number of its periods."""
    above = indicators.filter(pl.col("flagged").fill_null(value=False))
    return above.select("rule_code", "slug", "certainty", encounter_id="institution_id", place=pl.lit(""))


def _truth(path: Path) -> pl.DataFrame:
    file = path / "truth.parquet" if path.is_dir() else path
    try:
        truth = pl.read_parquet(file, glob=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise InputError(
            "读不到样例城市的真值",
            where=str(file),
            remedy="请给出 mingcha sample 写出的文件夹或其中的 truth.parquet",
        ) from error
    if lacking := sorted(_TRUTH_COLUMNS - set(truth.columns)):
        raise InputError(
            f"真值文件缺少列：{'、'.join(lacking)}", where=str(file), remedy="请用当前版本重新生成样例城市"
        )
    return truth


def _place(truth: pl.DataFrame) -> pl.Expr:
    named = [
        name for name in ("line_id", "diagnosis_code", "procedure_code", "part") if name in truth.columns
    ]
    return pl.coalesce(*named, pl.lit(""))


def _scores(judged: pl.DataFrame) -> tuple[RuleScore, ...]:
    true = pl.col("violation") & pl.col("hit")
    differs = (pl.col("amount_fen") - pl.col("t_amount")).abs().fill_null(0)
    other_quantity = (pl.col("excess_quantity") != pl.col("t_quantity")).fill_null(value=False)
    counted = judged.group_by("rule_code", "slug", "dirty").agg(
        pl.col("violation").sum().alias("planted"),
        true.sum().alias("found"),
        (pl.col("hit") & ~pl.col("violation")).sum().alias("false"),
        (true & (pl.col("certain") != pl.col("t_certain"))).sum().alias("wrong_certainty"),
        (true & ((differs > 0) | other_quantity)).sum().alias("wrong_amount"),
        pl.col("t_amount").filter("violation").sum().alias("planted_fen"),
        pl.col("amount_fen").filter(true).sum().alias("found_fen"),
        differs.filter(true).sum().alias("amount_error_fen"),
        pl.coalesce("t_certain", "certain").any().alias("is_certain"),
    )
    rows = {(row["rule_code"], row["slug"], row["dirty"]): row for row in counted.to_dicts()}
    return tuple(
        RuleScore(
            code,
            slug,
            any(rows[key]["is_certain"] for key in rows if key[:2] == (code, slug)),
            _score(rows.get((code, slug, False))),
            _score(rows.get((code, slug, True))),
        )
        for code, slug in sorted({key[:2] for key in rows})
    )


def _problems(judged: pl.DataFrame) -> tuple[ProblemScore, ...]:
    """The typical problems of which something was planted, list by list in the order of their numbers."""
    clean = judged.filter(pl.col("violation") & ~pl.col("dirty")).explode(PROBLEMS, empty_as_null=False)
    parts = pl.col(PROBLEMS).str.split_exact("/", 1)
    counted = (
        clean.select(
            list_name=parts.struct.field("field_0"),
            number=parts.struct.field("field_1").cast(pl.Int64),
            hit="hit",
        )
        .group_by("list_name", "number")
        .agg(planted=pl.len(), found=pl.col("hit").sum())
        .sort("list_name", "number")
    )
    return tuple(ProblemScore(**row) for row in counted.to_dicts())


def _score(row: dict[str, Any] | None) -> Score:
    return Score(**{name: int(row[name] or 0) if row else 0 for name in Score.__dataclass_fields__})


def _sum(scores: Any) -> Score:
    held = list(scores)
    return Score(**{name: sum(getattr(score, name) for score in held) for name in Score.__dataclass_fields__})


def _examples(judged: pl.DataFrame) -> tuple[Unmatched, ...]:
    """The first few of each rule, missed ones and false ones apart."""
    wrong = judged.filter(pl.col("violation") != pl.col("hit"))
    first = (
        wrong.with_columns(
            pl.when("violation").then(pl.lit("漏报")).otherwise(pl.lit("误报")).alias("what"),
            pl.coalesce("amount_fen", "t_amount").alias("amount_fen"),
            pl.col("note").fill_null(""),
        )
        .sort(*KEYS)
        .group_by("rule_code", "slug", "what", maintain_order=True)
        .head(EXAMPLES)
    )
    return tuple(Unmatched(**row) for row in first.select(*Unmatched.__dataclass_fields__).to_dicts())
