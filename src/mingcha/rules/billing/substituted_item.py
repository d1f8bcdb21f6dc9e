"""疑似串换项目：收了高价项目，却没有它必有的项目，只有低价项目才用的项目。

## 检查什么
同一天（或同一次就诊），高价项目有收费，它必有的项目（专用耗材、药品、检查）一项也没有，而只有低价项目才用的项目有收费。
多收金额为高价项目的金额减去按低价项目单价计算的金额。

## 为何违规
票据上的痕迹与所收项目不符，可能实际做的是低价项目，属于串换项目的疑点。

## 不报什么
高价项目必有的项目有任一项收费的；没有低价项目痕迹的；高价项目不比低价项目贵的；导入时有明细被拒收的就诊；数量或金额未知的
记为“无法判断”。低价项目单价未知的仍列出，多收金额记为零。

## 处理建议
调阅手术、治疗记录和耗材使用登记；确为低价项目的按低价项目重新计费。
"""

from mingcha.domain.claims import Encounter, Line
from mingcha.knowledge.kinds.charging import Substitution
from mingcha.rules.base import Excess, Grain, Group, ItemRule, Verdicts

FEN = 100_000_000  # price (10⁻⁶ yuan) × quantity (10⁻⁴) in one fen


class SubstitutedItem(ItemRule[Substitution]):
    slug, version, since = "substituted-item", 1, "0.1.0"
    title = "疑似串换项目"
    grain = Grain.ENCOUNTER
    legal_basis = ("fund-regulation", "rules-2025")
    excess = Excess.PRICE
    # What the importer refused may be the very item that is missed.
    needs = (Encounter.lines_rejected, Line.quantity, Line.amount)
    only_if = Encounter.lines_rejected == 0
    per = Substitution.interval
    companions = Substitution.traces
    lacks = Substitution.evidence
    value, limit = Substitution.trace_name, Substitution.evidence_name
    message = "收取 {item}，{interval}内没有{limit}，却有{cheap_name}才用的{value}，多收 {amount} 元"

    def judge(self, group: Group[Substitution], point: Substitution) -> Verdicts:
        lost = group.encounter.lines_rejected
        if lost is None:
            yield group.cannot_judge(Encounter.lines_rejected)
        for line in group.lines if lost == 0 else ():
            if line.quantity is None or line.amount is None:
                yield group.cannot_judge(Line.quantity if line.quantity is None else Line.amount, line)
                continue
            price: int | None = point.cheap_price
            cheap = line.amount if price is None else -(-price * line.quantity // FEN)
            if price is None or line.amount > cheap:
                yield group.violates(
                    line,
                    excess_amount=line.amount - cheap,
                    value=point.trace_name,
                    limit=point.evidence_name,
                    related=group.companions,
                )
