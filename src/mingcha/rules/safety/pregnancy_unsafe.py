"""妊娠期、哺乳期用药：妊娠期或哺乳期禁用的药品，用于处于该状态的妇女。

## 检查什么
知识点列出的药品出现在明细中，参保人为育龄女性，而上传的生育状态或本次就诊的诊断表明她处于禁用的状态。
诊断编码按前缀比较；哪些诊断表明妊娠期、哺乳期，由地区参数给出。

## 为何违规
可能伤害胎儿或婴儿，不符合说明书，属于不合理使用；先作可疑，听取机构说明。

## 不报什么
男性；用药当日不在育龄（缺省十五至四十九周岁）的；生育状态为 0、1、2 而诊断没有表明的（0 虽写作“未知”，
各地常作缺省值上传，既不报，也不计为无法判断）。流产与异位妊娠（O00–O08）、分娩与产褥期的诊断缺省不算妊娠期：
其中一些药品正用于治疗它们。育龄妇女的生育状态为空而诊断没有表明的，或一条诊断也没有而生育状态没有表明的，记为“无法判断”。

## 处理建议
首先核对患者安全并告知开单医师；生育状态或诊断登记有误的更正，权衡后确需使用的上传知情同意与病程记录，其余退回该笔费用。
"""

from typing import Any

from mingcha.domain.claims import Encounter, Line, Person
from mingcha.domain.conditions import Age, Constant
from mingcha.knowledge.kinds.medication import PregnancyLimit
from mingcha.rules.base import Grain, ItemRule
from mingcha.rules.settings import setting

FEMALE = "2"
age_that_day = Age(Person.birth_date, Line.day, Constant("岁"))


class PregnancyUnsafe(ItemRule[PregnancyLimit]):
    slug, version, since = "pregnancy-unsafe", 1, "0.1.0"
    title = "妊娠期、哺乳期用药"
    grain = Grain.LINE
    legal_basis = ("fund-regulation", "rules-2025")

    fertile_from: Any = setting(15, label="育龄下限（含）", unit="岁", at_least=10, at_most=18)
    fertile_below: Any = setting(50, label="育龄上限（不含）", unit="岁", at_least=45, at_most=65)
    pregnancy_diagnoses: Any = setting(
        ("O1", "O2", "O3", "O4", "Z33", "Z34", "Z35"), label="表明妊娠期的诊断编码"
    )
    lactation_diagnoses: Any = setting(("O91", "O92", "Z39.1"), label="表明哺乳期的诊断编码")

    forbids = (
        (Person.sex == FEMALE)
        & (age_that_day >= fertile_from)
        & (age_that_day < fertile_below)
        & (
            (Encounter.maternity_state == PregnancyLimit.state)
            | ~Encounter.diagnoses.has_none_of(PregnancyLimit.diagnoses)
        )
    )
    value, limit = Encounter.maternity_state, PregnancyLimit.state
    message = "{item} 在{limit}禁用，生育状态或诊断表明参保人处于{limit}"
