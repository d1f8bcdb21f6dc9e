"""How a hospital writes down what was staged: the tables of an export, under national names, all of them texts."""

from __future__ import annotations

import polars as pl

from mingcha.domain.values import MINUTES_A_DAY, yuan
from mingcha.sample.chance import Chance, lookup
from mingcha.sample.charges import department_name, few, told
from mingcha.sample.dirt import CLEAN, dirtied_texts, style_of, style_of_admission, with_unwanted
from mingcha.sample.lists import list_message
from mingcha.sample.moments import Calendar
from mingcha.sample.places import CITIES, NAMES, OTHER_PROVINCE, TITLES, person_name
from mingcha.sample.script import Year
from mingcha.sample.tables import OTHER_FUNDS, SEXES, Tables

_SETTLED, _SENT = 1100, 600
_FEN_A_YUAN = 100
_CODE = pl.Enum([str(code) for code in range(10)])
_FIRST_ID = 10_000_000_000
_DOCTORS, _NOBODY = 10, ""
"""More than any department of an institution has, those of scenes included; and who signs where nobody does."""
# Percent that the fund pays, by type of visit: 1 out-patient, 2 stay, 3 pharmacy (0 is no type).
_FUND_SHARES = [0, 55, 72, 0]
# Under which names the payments of the other funds stand.
_OTHER_PAYMENTS = ("hifmi_pay", "hifob_pay", "cvlserv_pay", "ma_amt")


def id_of(letter: str, number: pl.Expr) -> pl.Expr:
    """The identifier of a row: twelve characters, which Polars keeps in place."""
    return pl.format(letter + "{}", number + _FIRST_ID)


def line_id(number: pl.Expr) -> pl.Expr:
    """The identifier of a line: digits alone, as most systems have them, written in half the time."""
    return (number + _FIRST_ID).cast(pl.String)


class Export:
    """Writes the tables of one city."""

    def __init__(self, tables: Tables, year: Year, chance: Chance) -> None:
        self.tables = tables
        self.chance = chance
        self._moment = Calendar(year).moment
        self._names = few(person_name(number) for number in range(NAMES))
        doctors = tables.institutions.height * len(tables.departments) * _DOCTORS
        self._doctors = pl.concat(
            [pl.select(id_of("D", pl.int_range(doctors))).to_series(), pl.Series([_NOBODY])]
        )
        self._titles = few(tables.titles)
        self._departments = few([*tables.departments, _NOBODY])
        self._department_names = few(map(department_name, tables.departments))

    def persons(self, persons: pl.DataFrame) -> pl.DataFrame:
        """The persons of a part."""
        return persons.select(
            patn_id=id_of("P", pl.col("person")),
            patn_name=_at(self._names, pl.col("person") * 13 % NAMES),
            gend=_at(few(SEXES), pl.col("sex")),
            brdy=pl.when("born_known").then(_date(pl.col("birth"))).otherwise(pl.lit("")),
            die_date=_date(pl.col("death")).fill_null(""),
            poolarea=_at(few([*CITIES, OTHER_PROVINCE]), pl.col("city")),
        )

    def encounters(self, staged: pl.DataFrame) -> pl.DataFrame:
        """The encounters of a part with their settlements."""
        places = self.tables.institutions[staged["institution"]]
        frame = _settled(staged.rename({"institution": "place"})).hstack(places)
        style = style_of_admission(pl.col("key"), self.chance)
        last = pl.col("day") + pl.col("nights")
        ends = self._moment(last, pl.max_horizontal("ends", pl.lit(0)) + pl.col("shift"))
        stated = pl.col("deductible").is_not_null()
        return frame.select(
            mdtrt_id="encounter",
            patn_id=id_of("P", pl.col("person")),
            medins_id="medins_id",
            medins_name="medins_name",
            medins_admdvs="medins_admdvs",
            medins_type="medins_type",
            medins_lv=pl.when("states_level").then(pl.col("medins_lv").cast(pl.String)).otherwise(pl.lit("")),
            adm_date=self._moment(pl.col("day"), pl.col("starts") + pl.col("shift"), style),
            dscg_date=pl.when(pl.col("ends") >= 0).then(ends).otherwise(pl.lit("")),
            med_mdtrt_type="visit_type",
            med_type="care_type",
            insutype=_insurance(),
            adm_dept_codg=_at(self._departments, pl.col("department")),
            adm_dept_name=_at(self._department_names, pl.col("department")),
            dr_codg=_at(self._doctors, self._doctor()),
            dr_name=_at(self._names, self._doctor() * 7 % NAMES),
            matn_stas="maternity",
            wt="weight",
            dscg_way="discharge_way",
            dise_no="disease",
            dscg_main_dise_codg="main_diagnosis",
            oprn_oprt_code_cnt="procedure_count",
            reim_flag=pl.lit("2", _CODE),
            out_setl_flag=pl.when("remote").then(pl.lit("1", _CODE)).otherwise(pl.lit("0", _CODE)),
            setl_id=id_of("S", pl.col("no")),
            setl_time=self._moment(last, pl.lit(_SETTLED) + pl.col("shift")),
            medfee_sumamt=_yuan(pl.col("total")),
            inscp_scp_amt=_where(frame, stated, _yuan(pl.col("total") - pl.col("own"))),
            act_pay_dedc=_where(frame, stated, _yuan(pl.col("deductible"))),
            year_fund_paid=_where(frame, pl.col("before").is_not_null(), _yuan(pl.col("before"))),
            hifp_payamt=_yuan(pl.col("fund")),
            acct_payamt=_yuan(pl.col("account")),
            **{
                name: told(frame[fund], yuan) for fund, name in zip(OTHER_FUNDS, _OTHER_PAYMENTS, strict=True)
            },
            year_burden=_where(frame, pl.col("burden").is_not_null(), _yuan(pl.col("burden"))),
            year_assisted_burden=_where(frame, pl.col("assisted").is_not_null(), _yuan(pl.col("assisted"))),
            ownpay_amt=_yuan(pl.col("own")),
            selfpay_amt=_yuan(pl.col("left") - pl.col("account")),
        )

    def lines(self, lines: pl.DataFrame, staged: pl.DataFrame) -> pl.DataFrame:
        """The charge lines of a part, as dirty as they were drawn."""
        visits = staged.select("day", "shift", "doctor", "encounter", place="institution", visit="no")
        frame = lines.hstack(visits[lines["row"]])
        day, minute = pl.col("day") + pl.col("after"), pl.col("minute") + pl.col("shift")
        sent = minute + pl.col("uploaded_after")
        uploaded = self._moment(day + sent // MINUTES_A_DAY, sent % MINUTES_A_DAY)
        nowhere = len(self._departments) - 1
        directed = pl.when("undirected").then(nowhere).otherwise("department")
        signed = pl.when("unsigned").then(len(self._doctors) - 1).otherwise(self._doctor())
        title = pl.when(pl.col("title") >= 0).then("title").otherwise(pl.col("doctor") % len(TITLES))
        written = frame.select(
            rx_id=line_id(pl.col("no")),
            mdtrt_id="encounter",
            rxno=((pl.col("visit") + _FIRST_ID) * 100 + pl.col("prescription")).cast(pl.String),
            drord_begn_date=self._moment(day, minute, style_of(pl.col("dirt"))),
            drord_stop_date=_where(
                frame, pl.col("stopped").is_not_null(), _date(pl.col("day") + pl.col("stopped"))
            ),
            drord_dept_codg=_at(self._departments, directed),
            drord_dept_name=_at(self._department_names, pl.col("department")),
            drord_dr_codg=_at(self._doctors, signed),
            drord_dr_name=_at(self._names, self._doctor() * 7 % NAMES),
            drord_dr_profttl=_at(self._titles, title),
            crte_time=_where(frame, pl.col("uploaded_after") >= 0, uploaded),
            init_feedetl_sn=_where(frame, pl.col("back") > 0, line_id(pl.col("no") - pl.col("back"))),
        )
        return with_unwanted(written.hstack(self._texts(lines)), lines["dirt"])

    def _texts(self, lines: pl.DataFrame) -> pl.DataFrame:
        """What lines bear of their charges; those of dirty ones stand behind all others."""
        texts = self.tables.charges.texts
        dirty = lines.filter(pl.col("dirt") > CLEAN)
        said = pl.concat([texts, dirtied_texts(texts[dirty["text"]], dirty["dirt"])], rechunk=True)
        row = pl.when(pl.col("dirt") > CLEAN).then((pl.col("dirt") > CLEAN).cum_sum() + (texts.height - 1))
        return said[lines.select(row.otherwise("text")).to_series()]

    def coded(self, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The diagnoses and the procedures of a part."""
        moment = self._moment(pl.col("day") + pl.col("after"), pl.coalesce("minute", "starts"))
        rows = rows.with_columns(moment=moment)
        diagnoses = rows.filter(~pl.col("procedure")).select(
            mdtrt_id="encounter",
            dise_codg="code",
            dise_name="name",
            maindise_flag="main",
            dias_srt_no="order",
            inout_dise_type=pl.lit("1", _CODE),
            dise_date="moment",
        )
        procedures = rows.filter("procedure").select(
            mdtrt_id="encounter",
            oprn_code="code",
            oprn_name="name",
            main_oprn_flag="main",
            oprn_date="moment",
            oper_dr_code=id_of("D", pl.col("institution").cast(pl.Int64) * 1000 + 41),
        )
        return diagnoses, procedures

    def lists(self, staged: pl.DataFrame) -> list[str]:
        """The settlement lists of the stays that have one, a message each."""
        listed, last = staged.filter(pl.col("listing") >= 0), pl.col("day") + pl.col("nights")
        stays = listed.select(
            "day", "nights", "listing", "total", "encounter",
            person=id_of("P", pl.col("person")),
            settlement=id_of("S", pl.col("no")),
            institution=self.institution_of(pl.col("institution")),
            admitted=self._moment(pl.col("day"), pl.col("starts") + pl.col("shift")),
            discharged=self._moment(last, pl.col("ends") + pl.col("shift")),
            first_day=_date(pl.col("day")),
            last_day=_date(last),
            sent=self._moment(last + 1, pl.lit(_SENT)),
        )  # fmt: skip
        listings = self.tables.listings
        return [list_message(stay, listings[stay["listing"]]) for stay in stays.iter_rows(named=True)]

    def papers(self, staged: pl.DataFrame) -> dict[str, pl.DataFrame]:
        """The tables beside the bills."""
        told = staged.filter("papers")
        return {table: self._papers(table, told) for table in self.tables.papers}

    def _papers(self, table: str, staged: pl.DataFrame) -> pl.DataFrame:
        """The rows of a table, each with whom, where and which visit it is about."""
        rows = staged.join(self.tables.papers[table], on="script", maintain_order="left_right")
        rows = rows.rename({"institution": "place"}).hstack(self.tables.institutions[rows["institution"]])
        keys = {**_PAPER_KEYS, "prac_psn_code": _at(self._doctors, self._doctor())}
        told = {name: expr for name, expr in keys.items() if name in _ABOUT[table]}
        for name, type_ in self.tables.papers[table].drop("script").schema.items():
            said, column = pl.col(name), name.removeprefix("after:")
            if column != name:
                said = _date(pl.col("day") + said)
            elif type_.is_integer():
                said = _date(said)
            told[column] = pl.coalesce(said, told.get(column, pl.lit("")))
        return rows.select(**told)

    def institution_of(self, number: pl.Expr) -> pl.Expr:
        """The identifier of an institution."""
        return _at(self.tables.institutions["medins_id"], number).cast(pl.String)

    def _doctor(self) -> pl.Expr:
        """A doctor is known by institution, department and number there."""
        department = pl.col("place").cast(pl.Int64) * len(self.tables.departments) + pl.col("department")
        return department * _DOCTORS + pl.col("doctor")


def _settled(staged: pl.DataFrame) -> pl.DataFrame:
    """With what the person's own expense, the fund and the account paid."""
    total, own, deductible = pl.col("total"), pl.col("own"), pl.col("deductible")
    usual = lookup("share", _FUND_SHARES, pl.col("visit_type").cast(pl.String).cast(pl.Int64))
    # Where a scene states the deductible, the fund pays its share of what lies in scope beyond it.
    whole = pl.when(deductible.is_not_null()).then(total - own - deductible).otherwise(total)
    # Step by step: as one expression, each step would reckon those before it anew.
    staged = staged.with_columns(own=total * pl.col("own_percent") // 100)
    staged = staged.with_columns(fund=whole * pl.coalesce("fund_percent", usual) // 100 + pl.col("over"))
    staged = staged.with_columns(left=total - pl.col("fund") - own - pl.sum_horizontal(OTHER_FUNDS))
    paid = pl.when(pl.col("own_insurance") == "310").then(pl.col("left") // 2).otherwise(0)
    return staged.with_columns(account=paid)


def _at(texts: pl.Series, index: pl.Expr) -> pl.Expr:
    return pl.lit(texts).gather(index)


def _where(frame: pl.DataFrame, chosen: pl.Expr, told: pl.Expr) -> pl.Series:
    """A text in the few rows that are chosen, nothing in the others."""
    rows = frame.select(chosen.arg_true()).to_series()
    texts = frame.lazy().filter(chosen).select(told).collect().to_series()
    place = pl.int_range(1, len(rows) + 1, dtype=pl.UInt32, eager=True)
    number = pl.zeros(frame.height, pl.UInt32, eager=True).scatter(rows, place)
    return few(pl.concat([pl.Series([""]), texts])).gather(number)


def _date(day: pl.Expr) -> pl.Expr:
    return day.cast(pl.Int32).cast(pl.Date).dt.to_string("%Y-%m-%d")


def _insurance() -> pl.Expr:
    return pl.when(pl.col("insurance") != "").then("insurance").otherwise("own_insurance")


def _yuan(fen: pl.Expr) -> pl.Expr:
    return (fen.cast(pl.Decimal(18, 2)) / _FEN_A_YUAN).cast(pl.String)


# What the rows of tables beside the bills may be about, and what each table is about.
_PAPER_KEYS = {
    "mdtrt_id": pl.col("encounter"),
    "psn_no": id_of("P", pl.col("person")),
    "fixmedins_code": pl.col("medins_id").cast(pl.String),
    "reflin_medins_no": pl.col("medins_id").cast(pl.String),
    "insutype": _insurance(),
}
_ABOUT = {
    "insured-periods": ("psn_no", "insutype"),
    "person-identities": ("psn_no",),
    "entitlements": ("psn_no",),
    "institution-states": ("fixmedins_code",),
    "doctor-states": ("prac_psn_code", "fixmedins_code"),
    "identity-checks": ("mdtrt_id", "fixmedins_code"),
    "consents": ("mdtrt_id", "fixmedins_code"),
    "orders": ("mdtrt_id", "psn_no"),
    "vital-signs": ("mdtrt_id", "psn_no"),
    "fee-categories": ("mdtrt_id", "psn_no"),
    "chronic-registrations": ("psn_no",),
    "approvals": ("psn_no",),
    "stay-outcomes": ("mdtrt_id",),
    "stock-counts": ("fixmedins_code",),
    "stock-changes": ("fixmedins_code",),
    "purchases": ("fixmedins_code",),
    "sales": ("fixmedins_code",),
    "pack-factors": (),
    "directory": (),
    "referrals": ("psn_no", "reflin_medins_no"),
}
