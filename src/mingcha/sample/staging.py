"""From drawn visits to the tables a hospital would export: encounters, lines, coded rows, and the truth."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from mingcha.domain.values import MINUTES_A_DAY, date_of
from mingcha.sample.chance import Chance, lookup
from mingcha.sample.dirt import BY_THE_WHOLE_BILL, dirtied_lines, draw_dirt, stray_lines, written_oddly
from mingcha.sample.lists import list_message
from mingcha.sample.places import CITIES, DEPARTMENTS, DOCTORS_A_DEPARTMENT, NAMES, TITLES, person_name
from mingcha.sample.script import Year
from mingcha.sample.tables import LEFT_OUT_ONE_IN, SEXES, Tables

# Numbers of a part begin here, so that ids are unique over all parts and have one length.
PERSONS_A_PART, ENCOUNTERS_A_PART, LINES_A_PART = 2_000_000, 4_000_000, 10_000_000
_MARGIN_DAYS = 400


@dataclass(frozen=True)
class Part:
    """The tables of one part, as they are written, and what was planted in it."""

    persons: pl.DataFrame
    encounters: pl.DataFrame
    lines: pl.DataFrame
    diagnoses: pl.DataFrame
    procedures: pl.DataFrame
    lists: list[str]
    beside: dict[str, pl.DataFrame]
    truth: pl.DataFrame
    known_lines: int
    dirty_lines: int


class Staging:
    """Makes parts of one city."""

    def __init__(self, tables: Tables, year: Year, chance: Chance) -> None:
        self.tables = tables
        self.chance = chance
        self._first_day = year.start - _MARGIN_DAYS
        days = range(self._first_day, year.end + _MARGIN_DAYS)
        self._dates = pl.Series("date", [date_of(day).isoformat() for day in days])
        minutes = [f" {m // 60:02d}:{m % 60:02d}:00" for m in range(MINUTES_A_DAY)]
        self._times = pl.Series("time", minutes)
        self._names = [person_name(number) for number in range(NAMES)]
        self._department_names = [DEPARTMENTS.get(code, code + "科室") for code in tables.departments]

    def part(self, number: int, persons: pl.DataFrame, visits: pl.DataFrame) -> Part:
        """All tables of a part, from its persons and their visits."""
        staged = self._encounters(number, visits)
        lines = self._chosen_lines(number, staged)
        totals = lines.filter(~pl.col("broken")).group_by("row").agg(pl.col("fen").sum())
        staged = staged.join(totals, on="row", how="left", maintain_order="left").with_columns(
            total=pl.col("fen").fill_null(0) + pl.col("total_off")
        )
        coded = self._coded(staged)
        dirty = lines.filter(pl.col("dirt") > 0)
        clean = self._line_table(lines.filter(pl.col("dirt") == 0), staged)
        return Part(
            persons=self._person_table(persons),
            encounters=self._encounter_table(staged),
            lines=pl.concat(
                [
                    clean,
                    dirtied_lines(self._line_table(dirty, staged), dirty["dirt"]),
                    stray_lines(clean),
                ]
            ),
            diagnoses=_diagnosis_table(coded.filter(~pl.col("procedure"))),
            procedures=_procedure_table(coded.filter(pl.col("procedure"))),
            lists=self._lists(staged),
            beside={table: self._papers(table, staged) for table in self.tables.papers},
            truth=self._truth(number, lines, coded, staged),
            known_lines=int(lines["known"].sum()),
            dirty_lines=dirty.height,
        )

    def _encounters(self, number: int, visits: pl.DataFrame) -> pl.DataFrame:
        # In the order in which the year went by, as an export is; the key settles days of equal standing.
        staged = visits.sort("day", "key").with_row_index("row")
        script = self.tables.visits[staged["script"]]
        staged = pl.concat([staged.rename({"insurance": "own_insurance"}), script], how="horizontal")
        draw, key = self.chance, pl.col("key")
        group = pl.col("group")
        size = lookup("size", self.tables.groups["size"].to_list(), group)
        step = lookup("step", self.tables.groups["step"].to_list(), group)
        offset = lookup("offset", self.tables.groups["offset"].to_list(), group)
        # The visits of a person have consecutive keys, sixty-four at most; the first is the one that is returned to.
        chosen = pl.when("returning").then(key // 64 * 64).otherwise(key)
        place = draw.early(chosen, "institution", size // step) * step
        place = place + pl.when(step > 1).then(pl.col("city")).otherwise(0)
        return staged.with_columns(
            institution=lookup("member", self.tables.members, offset + place),
            doctor=pl.coalesce("own_doctor", draw.below(key, "doctor", DOCTORS_A_DEPARTMENT)),
            shift=draw.below(key, "minute", pl.col("jitter")),
            no=pl.col("row").cast(pl.Int64) + number * ENCOUNTERS_A_PART,
        )

    def _chosen_lines(self, number: int, staged: pl.DataFrame) -> pl.DataFrame:
        """One row a line, numbers only: which charge of the script, of which encounter, with what dirt."""
        lines = staged.select(
            "row", "day", "shift",
            charge=pl.int_ranges(pl.col("first_charge"), pl.col("first_charge") + pl.col("charges")),
        ).explode("charge", empty_as_null=False)  # fmt: skip
        charges = self.tables.charges
        picked = charges.select("good", "day", "minute", "fixed", "fen", "back", "truth")[lines["charge"]]
        picked = picked.rename({"day": "after"})
        lines = pl.concat([lines, picked], how="horizontal").with_columns(
            no=pl.int_range(pl.len(), dtype=pl.Int64) + number * LINES_A_PART
        )
        key = pl.col("no").cast(pl.UInt64)
        lines = lines.filter(pl.col("fixed") | ~self.chance.one_in(key, "left out", LEFT_OUT_ONE_IN))
        known = pl.lit(self.tables.goods["known"]).gather(pl.col("good"))
        mechanisms = pl.lit(self.tables.truths["mechanism"]).gather(pl.col("truth"))
        lines = lines.with_columns(known=known, mechanism=mechanisms)
        return draw_dirt(lines, self.chance)

    def _line_table(self, lines: pl.DataFrame, staged: pl.DataFrame) -> pl.DataFrame:
        charge, good = lines["charge"], lines["good"]
        encounters = staged.select(encounter=_id("E", pl.col("no")), place="institution", doctor="doctor")[
            lines["row"]
        ]
        goods, charges = self.tables.goods, self.tables.charges
        columns = pl.concat(
            [
                lines.select("no", "day", "shift", "after", "minute", "back"),
                encounters,
                goods.drop("known")[good],
                charges.select(
                    "cnt", "pric", "sumamt", "hilist_pric", "supply_days", "first_line", "herb_use",
                    "approved", "payment_class",
                    "title", "antibiotic_right", "executor",
                    "prescription", "department", "blank", "uploaded_after", "in_scope",
                    "dose", "frequency", "way", "own_spec", "take_home",
                )[charge],
            ],
            how="horizontal",
        )  # fmt: skip
        return columns.select(
            rx_id=_id("L", pl.col("no")),
            mdtrt_id="encounter",
            rxno=pl.col("encounter").str.slice(1) + pl.lit("R") + pl.col("prescription").cast(pl.String),
            hilist_code="hilist_code",
            hilist_name="hilist_name",
            hosplist_code="hosplist_code",
            hosplist_name="hosplist_name",
            hilist_type="hilist_type",
            chrg_type="chrg_type",
            hilist_lv="payment_class",
            hosp_appr_flag="approved",
            hilist_pric="hilist_pric",
            drord_begn_date=self._moment(pl.col("day") + pl.col("after"), pl.col("minute") + pl.col("shift")),
            cnt="cnt",
            pric=_unless_blank("pric", pl.col("pric")),
            sumamt="sumamt",
            inscp_scp_amt="in_scope",
            spec=_unless_blank("spec", pl.when(pl.col("own_spec") != "").then("own_spec").otherwise("spec")),
            spec_unt="spec_unt",
            drord_dept_codg=_unless_blank(
                "drord_dept_codg", lookup("dept", self.tables.departments, pl.col("department"))
            ),
            drord_dept_name=lookup("dept_name", self._department_names, pl.col("department")),
            drord_dr_codg=_unless_blank("drord_dr_codg", _id("D", _doctor_number())),
            drord_dr_name=lookup("doctor", self._names, _doctor_number() * 7 % len(self._names)),
            drord_dr_profttl=pl.when(pl.col("title") != "")
            .then("title")
            .otherwise(lookup("own_title", TITLES, pl.col("doctor") % len(TITLES))),
            antibiotic_right="antibiotic_right",
            orders_dr_code="executor",
            crte_time=self._uploaded(),
            o_prdDays="supply_days",
            o_firstItemFlag="first_line",
            tcmdrug_used_way="herb_use",
            o_sinDosDscr="dose",
            o_used_frqu_dscr="frequency",
            medc_way_dscr="way",
            dscg_tkdrug_flag="take_home",
            init_feedetl_sn=pl.when(pl.col("back") > 0)
            .then(_id("L", pl.col("no") - pl.col("back")))
            .otherwise(pl.lit("")),
        )

    def _moment(self, day: pl.Expr, minute: pl.Expr) -> pl.Expr:
        dates = pl.lit(self._dates).gather((day - self._first_day).cast(pl.UInt32))
        return dates + pl.lit(self._times).gather(minute.cast(pl.UInt32))

    def _uploaded(self) -> pl.Expr:
        """When the centre got a line, where the scene says how many minutes after it was charged."""
        minute = pl.col("minute") + pl.col("shift") + pl.col("uploaded_after")
        day = pl.col("day") + pl.col("after") + minute // MINUTES_A_DAY
        sent = pl.col("uploaded_after") >= 0
        moment = self._moment(pl.when(sent).then(day), pl.when(sent).then(minute % MINUTES_A_DAY))
        return moment.fill_null("")

    def _person_table(self, persons: pl.DataFrame) -> pl.DataFrame:
        return persons.select(
            patn_id=_id("P", pl.col("person")),
            patn_name=lookup("name", self._names, pl.col("person") * 13 % len(self._names)),
            gend=lookup("sex", list(SEXES), pl.col("sex")),
            brdy=pl.when("born_known").then(_date(pl.col("birth"))).otherwise(pl.lit("")),
            die_date=_date(pl.col("death")).fill_null(""),
            poolarea=lookup("region", list(CITIES), pl.col("city")),
        )

    def _encounter_table(self, staged: pl.DataFrame) -> pl.DataFrame:
        places = self.tables.institutions[staged["institution"]]
        frame = pl.concat([staged.rename({"institution": "place"}), places], how="horizontal")
        total = pl.col("total")
        usual = lookup("share", _FUND_SHARES, pl.col("visit_type").cast(pl.Int64))
        own = total * pl.col("own_percent") // 100
        stated = pl.col("deductible").is_not_null()
        # Where a scene states the deductible, the fund pays its share of what lies in scope beyond it.
        whole = pl.when(stated).then(total - own - pl.col("deductible")).otherwise(total)
        fund = whole * pl.coalesce("fund_percent", usual) // 100 + pl.col("over")
        account = pl.when(pl.col("own_insurance") == "310").then((total - fund - own) // 2).otherwise(0)
        ended = pl.when(pl.col("ends") >= 0)
        settled_day = pl.col("day") + pl.col("nights")
        return frame.select(
            mdtrt_id=_id("E", pl.col("no")),
            patn_id=_id("P", pl.col("person")),
            medins_id="medins_id",
            medins_name="medins_name",
            medins_admdvs="medins_admdvs",
            medins_type="medins_type",
            medins_lv=pl.when("states_level").then("medins_lv").otherwise(pl.lit("")),
            adm_date=written_oddly(
                self._moment(pl.col("day"), pl.col("starts") + pl.col("shift")), pl.col("key"), self.chance
            ),
            dscg_date=ended.then(
                self._moment(settled_day, pl.max_horizontal("ends", pl.lit(0)) + pl.col("shift"))
            ).otherwise(pl.lit("")),
            med_mdtrt_type="visit_type",
            med_type="care_type",
            insutype=_insurance(),
            adm_dept_codg=lookup("dept", self.tables.departments, pl.col("department")),
            adm_dept_name=lookup("dept_name", self._department_names, pl.col("department")),
            dr_codg=_id("D", _doctor_number()),
            dr_name=lookup("doctor", self._names, _doctor_number() * 7 % len(self._names)),
            matn_stas="maternity",
            dscg_way="discharge_way",
            dise_no=pl.when((pl.col("care_type") == "14") & (pl.col("disease") == ""))
            .then(pl.lit("M03900"))
            .otherwise("disease"),
            dscg_main_dise_codg="main_diagnosis",
            oprn_oprt_code_cnt="procedure_count",
            reim_flag=pl.lit("2"),
            out_setl_flag=pl.when("remote").then(pl.lit("1")).otherwise(pl.lit("0")),
            setl_id=_id("S", pl.col("no")),
            setl_time=self._moment(settled_day, pl.lit(1100) + pl.col("shift")),
            medfee_sumamt=_yuan(total),
            inscp_scp_amt=pl.when(stated).then(_yuan(total - own)).otherwise(pl.lit("")),
            act_pay_dedc=pl.when(stated).then(_yuan(pl.col("deductible"))).otherwise(pl.lit("")),
            year_fund_paid=_yuan(pl.col("before")).fill_null(""),
            hifp_payamt=_yuan(fund),
            acct_payamt=_yuan(account),
            ma_amt=pl.lit("0.00"),
            ownpay_amt=_yuan(own),
            selfpay_amt=_yuan(total - fund - own - account),
        )

    def _institution_of(self, number: pl.Expr) -> pl.Expr:
        return pl.lit(self.tables.institutions["medins_id"]).gather(number)

    def _lists(self, staged: pl.DataFrame) -> list[str]:
        """The settlement lists of the stays that have one, a message each."""
        listed = staged.filter(pl.col("listing") >= 0)
        stays = listed.select(
            "day", "nights", "listing", "total", "first_coded", "coded",
            encounter=_id("E", pl.col("no")),
            person=_id("P", pl.col("person")),
            settlement=_id("S", pl.col("no")),
            institution=self._institution_of(pl.col("institution")),
            starts=pl.col("starts") + pl.col("shift"),
            ends=pl.col("ends") + pl.col("shift"),
        )  # fmt: skip
        return [
            list_message(
                stay,
                self.tables.coded[stay["first_coded"] : stay["first_coded"] + stay["coded"]].to_dicts(),
                self.tables.listings[stay["listing"]],
            )
            for stay in stays.iter_rows(named=True)
        ]

    def _papers(self, table: str, staged: pl.DataFrame) -> pl.DataFrame:
        """The rows of a table beside the bills, each with whom, where and which visit it is about."""
        rows = staged.join(self.tables.papers[table], on="script", maintain_order="left_right")
        rows = pl.concat(
            [rows.rename({"institution": "place"}), self.tables.institutions[rows["institution"]]],
            how="horizontal",
        )
        told = {name: expr for name, expr in _PAPER_KEYS.items() if name in _ABOUT[table]}
        for name, type_ in self.tables.papers[table].drop("script").schema.items():
            said, column = pl.col(name), name.removeprefix("after:")
            if column != name:
                said = _date(pl.col("day") + said)
            elif type_.is_integer():
                said = _date(said)
            told[column] = pl.coalesce(said, told.get(column, pl.lit("")))
        return rows.select(**told)

    def _coded(self, staged: pl.DataFrame) -> pl.DataFrame:
        rows = staged.select(
            "no", "day", "starts", "institution",
            coded=pl.int_ranges(pl.col("first_coded"), pl.col("first_coded") + pl.col("coded")),
        ).explode("coded", empty_as_null=False)  # fmt: skip
        rows = pl.concat(
            [rows.rename({"coded": "script"}), self.tables.coded[rows["coded"]]], how="horizontal"
        )
        return rows.with_columns(
            mdtrt_id=_id("E", pl.col("no")),
            moment=self._moment(pl.col("day") + pl.col("after"), pl.coalesce("minute", "starts")),
        )

    def _truth(
        self, number: int, lines: pl.DataFrame, coded: pl.DataFrame, staged: pl.DataFrame
    ) -> pl.DataFrame:
        no_code = pl.lit(None, pl.String)
        # A bill of which a row must be rejected does not come whole: whoever reads it cannot judge what it lacks.
        broken = lines.filter("broken")["row"].implode()
        lacking = pl.col("mechanism").is_in(BY_THE_WHOLE_BILL) & pl.col("row").is_in(broken)
        on_lines = lines.filter(pl.col("truth").is_not_null()).select(
            "truth",
            encounter_id=_id("E", pl.col("row").cast(pl.Int64) + number * ENCOUNTERS_A_PART),
            line_id=_id("L", pl.col("no")),
            diagnosis_code=no_code,
            procedure_code=no_code,
            on_dirty_row=(pl.col("dirt") > 0) | lacking,
        )
        on_rows = coded.filter(pl.col("truth").is_not_null()).select(
            "truth",
            encounter_id="mdtrt_id",
            line_id=no_code,
            diagnosis_code=pl.when("procedure").then(no_code).otherwise("code"),
            procedure_code=pl.when("procedure").then("code").otherwise(no_code),
            on_dirty_row=pl.lit(False),
        )
        on_bills = staged.filter(pl.col("truth").is_not_null()).select(
            pl.col("truth").cast(pl.Int32),
            encounter_id=_id("E", pl.col("no")),
            line_id=no_code,
            diagnosis_code=no_code,
            procedure_code=no_code,
            on_dirty_row=pl.col("row").is_in(broken),
            institution_id=self._institution_of(pl.col("institution")),
        )
        found = pl.concat([on_lines, on_rows, on_bills], how="diagonal")
        declared = self.tables.truths[found["truth"]]
        return pl.concat([found.drop("truth"), declared], how="horizontal").select(
            "rule_code", "mechanism", "encounter_id", "line_id", "diagnosis_code", "procedure_code",
            excess_quantity="excess", amount_fen="amount", certain="certain", planted="planted",
            on_dirty_row="on_dirty_row", note="note", part="part",
            institution_id=pl.when("of_institution").then("institution_id"),
        )  # fmt: skip


# Percent that the fund pays, by type of visit: 1 out-patient, 2 stay, 3 pharmacy (0 is no type).
_FUND_SHARES = [0, 55, 72, 0]


def _doctor_number() -> pl.Expr:
    """A doctor is known by institution, department and number there."""
    return (pl.col("place").cast(pl.Int64) * 100 + pl.col("department")) * 10 + pl.col("doctor")


def _date(day: pl.Expr) -> pl.Expr:
    return day.cast(pl.Int32).cast(pl.Date).dt.to_string("%Y-%m-%d")


def _insurance() -> pl.Expr:
    return pl.when(pl.col("insurance") != "").then("insurance").otherwise("own_insurance")


def _unless_blank(column: str, value: pl.Expr) -> pl.Expr:
    """The value of a column, empty where a scene leaves it out."""
    return pl.when(pl.col("blank") == column).then(pl.lit("")).otherwise(value)


def _id(letter: str, number: pl.Expr) -> pl.Expr:
    return pl.lit(letter) + (number + 1_000_000_000_000).cast(pl.String)


def _yuan(fen: pl.Expr) -> pl.Expr:
    return (fen // 100).cast(pl.String) + pl.lit(".") + (fen % 100).cast(pl.String).str.zfill(2)


# What the rows of tables beside the bills may be about, and what each table is about.
_PAPER_KEYS = {
    "mdtrt_id": _id("E", pl.col("no")),
    "psn_no": _id("P", pl.col("person")),
    "fixmedins_code": pl.col("medins_id"),
    "reflin_medins_no": pl.col("medins_id"),
    "insutype": _insurance(),
    "prac_psn_code": _id("D", _doctor_number()),
}
_ABOUT = {
    "insured-periods": ("psn_no", "insutype"),
    "entitlements": ("psn_no",),
    "institution-states": ("fixmedins_code",),
    "doctor-states": ("prac_psn_code", "fixmedins_code"),
    "identity-checks": ("mdtrt_id", "fixmedins_code"),
    "consents": ("mdtrt_id", "fixmedins_code"),
    "chronic-registrations": ("psn_no",),
    "approvals": ("psn_no",),
    "stay-outcomes": ("mdtrt_id",),
    "stock-counts": ("fixmedins_code",),
    "stock-changes": ("fixmedins_code",),
    "purchases": ("fixmedins_code",),
    "directory": (),
    "referrals": ("psn_no", "reflin_medins_no"),
}


def _diagnosis_table(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(
        mdtrt_id="mdtrt_id",
        dise_codg="code",
        dise_name="name",
        maindise_flag=pl.when(pl.col("order") == 1).then(pl.lit("1")).otherwise(pl.lit("0")),
        dias_srt_no=pl.col("order").cast(pl.String),
        inout_dise_type=pl.lit("1"),
        dise_date="moment",
    )


def _procedure_table(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(
        mdtrt_id="mdtrt_id",
        oprn_code="code",
        oprn_name="name",
        main_oprn_flag=pl.when(pl.col("order") == 1).then(pl.lit("1")).otherwise(pl.lit("0")),
        oprn_date="moment",
        oper_dr_code=_id("D", pl.col("institution").cast(pl.Int64) * 1000 + 41),
    )
