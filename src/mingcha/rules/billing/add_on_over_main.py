"""加收项目超次：加收的次数多于同时收费的主项目所允许的次数。

## 检查什么
同一次就诊（或同一天），加收项目的数量合计（退费先冲抵）超过“主项目数量×每一主项目可加收数量”。主项目不足一次的按一次计。

## 为何违规
加收依附于主项目，超出主项目允许次数的加收属于超标准收费。

## 不报什么
一个主项目也没有的（见“加收项目无主项”）；恰好等于允许次数的；加收数量或主项目数量未知，不足以断定的，记为“无法判断”。

## 处理建议
核对手术、检查记录中的部位和次数；超出部分退回，主项目漏记的补记。
"""

from mingcha.domain.claims import Line
from mingcha.domain.conditions import total
from mingcha.knowledge.kinds.charging import AddOnLimit
from mingcha.rules.base import Grain, Group, ItemRule, Verdicts

ONE = 10_000


class AddOnOverMain(ItemRule[AddOnLimit]):
    slug, version, since = "add-on-over-main", 1, "0.1.0"
    title = "加收项目超次"
    grain = Grain.ENCOUNTER
    legal_basis = ("fund-regulation", "rules-2025")
    needs = (Line.quantity,)
    per = AddOnLimit.interval
    companions = AddOnLimit.mains
    only_if = total(Line.quantity) > AddOnLimit.allowed
    value, limit = Line.quantity, AddOnLimit.allowed
    message = "{item} {interval}加收 {value}，同时收费的主项目允许加收 {limit}，超 {excess}"

    def judge(self, group: Group[AddOnLimit], point: AddOnLimit) -> Verdicts:
        mains = [line.quantity for line in group.companions]
        known = sum(quantity for quantity in mains if quantity is not None)
        billed, allowed = group.known_quantity, max(known, ONE) * point.allowed // ONE
        if billed > allowed and None not in mains:
            yield group.violates(
                excess=billed - allowed, value=billed, limit=allowed, related=group.companions
            )
        elif billed > allowed or group.lacks_quantity:
            yield group.cannot_judge(Line.quantity)
