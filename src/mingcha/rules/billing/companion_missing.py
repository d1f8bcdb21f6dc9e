"""缺少须同时发生的项目：只能与另一项目一起使用的药品、耗材、服务，单独收费。

## 检查什么
知识点中的项目有收费，而同一次就诊（或同一天）没有须与它同时发生的项目：药品、耗材没有相应的诊疗项目，加收项没有主项，
麻醉没有手术。知识点注明“有手术操作记录亦可”的，本次就诊也没有任何手术操作编码时才报。

## 为何违规
单独收费说明该项目可能没有真实使用，或串换、错记了项目，应由医疗机构说明。

## 不报什么
任一须同时发生的项目在同一区间内有收费的，数量未知的也算；导入时有明细被拒收的就诊（缺的可能正是那一项）；
须看手术操作记录而手术操作未上传的，记为“无法判断”。须同时发生的项目在另一次就诊（如门诊购药、次日注射）收费的会被报出，
由医疗机构说明。

## 处理建议
核对医嘱和执行记录；漏收主项的补记，没有使用的退回费用。
"""

from mingcha.domain.claims import Encounter
from mingcha.knowledge.kinds.charging import RequiredCompanion
from mingcha.rules.base import Grain, Group, ItemRule, Verdicts
from mingcha.rules.settings import setting


class CompanionMissing(ItemRule[RequiredCompanion]):
    slug, version, since = "companion-missing", 1, "0.1.0"
    title = "缺少须同时发生的项目"
    grain = Grain.ENCOUNTER
    legal_basis = ("fund-regulation", "rules-2025")
    # What the importer refused may be the very item that is missed.
    needs = (Encounter.lines_rejected,)
    only_if = Encounter.lines_rejected == 0
    per = RequiredCompanion.interval
    lacks = RequiredCompanion.companions
    limit = RequiredCompanion.companion_name
    message = "收取 {item}，{interval}内没有{companion_name}"

    procedures_complete: bool = setting(False, label="手术操作已全部上传，没有编码即没有手术")

    def judge(self, group: Group[RequiredCompanion], point: RequiredCompanion) -> Verdicts:
        bill = group.encounter
        operated = bill.operated if point.record_suffices else False
        if bill.lines_rejected is None:
            yield group.cannot_judge(Encounter.lines_rejected)
        elif bill.lines_rejected > 0 or operated:
            return
        elif operated is None and not self.procedures_complete:
            yield group.cannot_judge(Encounter.operated)
        else:
            for line in group.lines:
                yield group.violates(line, limit=point.companion_name)
