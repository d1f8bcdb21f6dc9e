"""What hospitals send besides the bill: settlement lists with one fault each, and charges that are sent late."""

from __future__ import annotations

from mingcha.sample.goods import CONSUMABLE
from mingcha.sample.scenes.writing import Circumstances, Writer
from mingcha.sample.script import (
    ADULT,
    FEMALE,
    NEAR_MISS,
    VIOLATION,
    Age,
    At,
    Change,
    Coded,
    Play,
    Truth,
    Visit,
    units,
)

LIST, DIAGNOSES, OPERATIONS = "settlement-list-fault", "diagnosis-list-fault", "procedure-list-fault"
RULES = {LIST: "GZ10000201001000", DIAGNOSES: "GZ10000201003000", OPERATIONS: "GZ10000201004000"}
LATE, LATE_RULE = "uploaded-late", "GZ10000201007000"
NIGHTS = 4
NEWBORN = Age(10, "天")
PNEUMONIA = (Coded("J18.900", "肺炎"), Coded("I10.x00x002", "高血压"))
Listing = tuple[Change, ...]


def write_uploads(writer: Writer) -> None:
    """All plays of settlement lists and of late uploads."""
    scene = Uploads(writer)
    code = writer.goods.plain(CONSUMABLE)[0].code
    _heads(scene, code)
    _diagnoses(scene, code)
    _operations(scene, code)
    _late(scene, code)


class Uploads:
    """Writes plays of one visit each."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer

    def listed(
        self, mechanism: str, code: str, note: str, listing: Listing, at: str = "", age: Age | None = ADULT
    ) -> None:
        """A stay with a settlement list; `at` is the check that is broken and where, "" if none is."""
        planted = VIOLATION if at else NEAR_MISS
        around = Circumstances(care_type="2101", age=age, diagnoses=PNEUMONIA)
        visit = self.writer.visit(around, [self.writer.charge(code, units(1))], company=0, nights=NIGHTS)
        truth = Truth(RULES[mechanism], mechanism, False, planted, None, 0, note, at)
        self.stage(mechanism, planted, note, visit._replace(listing=listing, truth=truth), age)

    def stage(self, mechanism: str, planted: str, note: str, visit: Visit, age: Age | None = ADULT) -> None:
        """Add a play of one visit on any day of the year."""
        year = self.writer.year
        last = year.end - 12 - visit.nights
        self.writer.script.add(Play(mechanism, planted, (visit,), year.start + 2, last, FEMALE, age, note))


def head(**values: str | At) -> Listing:
    """Values of the head of a list."""
    return tuple(Change("setlinfo", 0, field, value) for field, value in values.items())


def row(node: str, number: int, **values: str | At) -> Listing:
    """Values of one row of a node."""
    return tuple(Change(node, number, field, value) for field, value in values.items())


def _heads(scene: Uploads, code: str) -> None:
    newborn = head(nwb_adm_type="1", nwb_adm_wt="3200", age_days="10")
    intensive = row(
        "icuinfo", 0, scs_cutd_ward_type="1",
        scs_cutd_inpool_time=At(1, 600), scs_cutd_exit_time=At(2, 600),
    )  # fmt: skip
    lasted = "scs_cutd_sum_dura"
    for note, listing, at, age in (
        ("职业未填", head(prfs=""), "A071 setlinfo.prfs", ADULT),
        ("票据号码未填", head(bill_no=""), "A491 setlinfo.bill_no", ADULT),
        ("离院方式不是字典中的代码", head(dscg_way="7"), "A453 setlinfo.dscg_way", ADULT),
        ("结算结束早于开始", head(setl_end_date=At(-1)), "A905 setlinfo.setl_end_date", ADULT),
        ("有再住院计划而无目的", head(days_rinp_flag_31="2"), "A906 setlinfo.days_rinp_pup_31", ADULT),
        ("护理天数多于住院天数", head(lv1_nurscare_days="1.5"), "A907 setlinfo.spga_nurscare_days", ADULT),
        ("重症监护时长不符", intensive + row("icuinfo", 0, **{lasted: "1/2/0"}), f"U903 icuinfo[1].{lasted}", ADULT),
        ("新生儿入院类型未填", head(nwb_adm_wt="3200"), "A909 setlinfo.nwb_adm_type", NEWBORN),
        ("新生儿体重不到 10 克", (*newborn, *head(nwb_adm_wt="3205")), "A913 setlinfo.nwb_adm_wt", NEWBORN),
    ):  # fmt: skip
        scene.listed(LIST, code, note, listing, at, age)
    lawful: tuple[tuple[str, Listing, Age | None], ...] = (
        ("填写无误", (), ADULT),
        ("有再住院计划和目的", head(days_rinp_flag_31="2", days_rinp_pup_31="取内固定"), ADULT),
        ("护理天数恰为住院天数", head(lv1_nurscare_days="1"), ADULT),
        ("重症监护时长相差一小时", intensive + row("icuinfo", 0, **{lasted: "1/1/0"}), ADULT),
        ("新生儿填写齐全", newborn, NEWBORN),
        ("出生日期缺失，不知是否新生儿", (), None),
    )
    for note, listing, whose in lawful:
        scene.listed(LIST, code, note, listing, age=whose)


def _diagnoses(scene: Uploads, code: str) -> None:
    second = "diseinfo", 1
    chinese = row("diseinfo", 2, diag_type="2", diag_code="A04.01.01", diag_name="咳嗽病", adm_cond_type="1")
    for note, listing, at in (
        ("没有主要诊断", row("diseinfo", 0, maindiag_flag="0"), "D902 diseinfo.maindiag_flag"),
        ("两条主要诊断", row(*second, maindiag_flag="1"), "D903 diseinfo[2].maindiag_flag"),
        ("同一诊断两次", row(*second, diag_code="J18.900"), "D904 diseinfo[2].diag_code"),
        ("主要诊断入院时没有", row("diseinfo", 0, adm_cond_type="4"), "D905 diseinfo[1].adm_cond_type"),
        ("诊断编码写法不对", row(*second, diag_code="I10"), "D906 diseinfo[2].diag_code"),
        ("诊断名称未填", row(*second, diag_name=""), "D031 diseinfo[2].diag_name"),
    ):
        scene.listed(DIAGNOSES, code, note, listing, at)
    for note, listing in (
        ("填写无误", ()),
        ("其他诊断入院时没有", row(*second, adm_cond_type="4")),
        ("中医诊断不按西医写法", (*chinese, *row("diseinfo", 2, maindiag_flag="0"))),
    ):
        scene.listed(DIAGNOSES, code, note, listing)


def _operations(scene: Uploads, code: str) -> None:
    first = "oprninfo", 0
    operated = row(
        *first, oprn_oprt_type="1", oprn_oprt_name="支气管镜检查", oprn_oprt_code="33.2300",
        oper_dr_code="D1", anst_way="1", anst_dr_code="D2",
        oprn_oprt_begntime=At(1, 540), oprn_oprt_endtime=At(1, 600),
    )  # fmt: skip
    again = row(
        "oprninfo",
        1,
        oprn_oprt_type="2",
        oprn_oprt_name="静脉输注",
        oprn_oprt_code="99.1800",
        oper_dr_code="D1",
    )
    second = "oprninfo", 1
    for note, changed, at in (
        ("两台主要手术", row(*second, oprn_oprt_type="1"), "P902 oprninfo[2].oprn_oprt_type"),
        ("手术结束早于开始", row(*first, oprn_oprt_endtime=At(1, 539)), "P905 oprninfo[1].oprn_oprt_endtime"),
        ("全身麻醉没有麻醉医师", row(*first, anst_dr_code=""), "P908 oprninfo[1].anst_dr_code"),
        ("手术编码写法不对", row(*first, oprn_oprt_code="34.04"), "P904 oprninfo[1].oprn_oprt_code"),
        ("出院次日手术", row(*second, oprn_oprt_begntime=At(NIGHTS + 1, 30)), "P907 oprninfo[2].oprn_oprt_begntime"),
    ):  # fmt: skip
        scene.listed(OPERATIONS, code, note, (*operated, *again, *changed), at)
    for note, listing in (
        ("没有手术", ()),
        ("手术填写无误", (*operated, *again)),
        ("局部麻醉没有麻醉医师", (*operated, *row(*first, anst_way="35", anst_dr_code=""))),
    ):
        scene.listed(OPERATIONS, code, note, listing)


def _late(scene: Uploads, code: str) -> None:
    hours = {
        name: scene.writer.library.setting(LATE, name, default)
        for name, default in (("visit_hours", 72), ("stay_hours", 168))
    }
    for care_type, allowed, nights in (("11", hours["visit_hours"], 0), ("2101", hours["stay_hours"], 3)):
        for planted, minutes, note in (
            (VIOLATION, allowed * 60 + 1, "超过时限一分钟"),
            (NEAR_MISS, allowed * 60, "恰好在时限之内"),
        ):
            charge = scene.writer.charge(code, units(1), uploaded_after=minutes)
            visit = scene.writer.visit(Circumstances(care_type=care_type), [charge], company=0, nights=nights)
            truth = Truth(LATE_RULE, LATE, False, planted, None, 0, note)
            scene.stage(LATE, planted, note, visit._replace(truth=truth))
