"""The written form of rule sets and exemptions, in the words of the people who keep them, read and written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from mingcha.domain.errors import InputError
from mingcha.domain.values import date_of, yuan
from mingcha.knowledge.point import FOREVER, Certainty
from mingcha.knowledge.reading import day_from, scaled
from mingcha.knowledge.strategy.jurisdiction import Jurisdiction, Place
from mingcha.knowledge.strategy.model import (
    SCENES,
    STAGES,
    Action,
    Exemption,
    RuleSet,
    Strategy,
    Threshold,
    Where,
)

SETS, EXEMPTIONS, ELSEWHERE = "规则集", "特例", "异地就医"
KINDS = ("急救", "特例单议", "白名单")
RANKS = {"无等级": "0", "一级": "1", "二级": "2", "三级": "3"}
SCOPE = {
    "地区": "region",
    "机构级别": "institution_rank",
    "机构类别": "institution_type",
    "机构": "institution_id",
    "科室": "department_id",
    "险种": "insurance_type",
    "医疗类别": "care_type",
}
EXEMPT = {
    "机构": "institution_id",
    "科室": "department_id",
    "医师": "doctor_id",
    "参保人": "person_id",
    "就诊": "encounter_id",
    "项目": "item",
    "医疗类别": "care_type",
}
_OF_SET = ("名称", "规则", "不含", "优先级", "启用", "停用", "范围", "场景", "参数", "动作", "门槛")
_OF_EXEMPTION = ("编号", "类型", "理由", "起", "止", "规则", *EXEMPT)
_OF_JURISDICTION = ("规则", "按", "启用", "停用")
_REMEDY = f"顶层为“{SETS}”“{EXEMPTIONS}”“{ELSEWHERE}”三个列表；用 mingcha rules sets template 看一份样例"


def strategy_of(written: object, where: str = "") -> Strategy:
    """Rule sets, exemptions and jurisdictions from their written form.

    Raises:
        InputError: something that cannot be read; the message says where and what is expected.
    """
    if written is None:
        return Strategy()
    top = _mapping(written, where, (SETS, EXEMPTIONS, ELSEWHERE))
    sets = [_set(one, f"{where} {SETS}第 {n} 个") for n, one in enumerate(_list(top.get(SETS)), 1)]
    exemptions = [
        _exemption(one, f"{where} {EXEMPTIONS}第 {n} 个")
        for n, one in enumerate(_list(top.get(EXEMPTIONS)), 1)
    ]
    elsewhere = [
        _jurisdiction(one, f"{where} {ELSEWHERE}第 {n} 个")
        for n, one in enumerate(_list(top.get(ELSEWHERE)), 1)
    ]
    _once([one.name for one in sets], "规则集名称", where)
    _once([one.id for one in exemptions], "特例编号", where)
    ordered = sorted(sets, key=lambda one: (-one.priority, one.name))
    return Strategy(tuple(ordered), tuple(sorted(exemptions, key=lambda one: one.id)), tuple(elsewhere))


def _set(written: object, where: str) -> RuleSet:
    told = _mapping(written, where, _OF_SET)
    name = _text(told, "名称", where)
    where = f"{where}“{name}”"
    starts, ends = _days(told, "启用", "停用", where)
    return RuleSet(
        name=name,
        rules=_words(told.get("规则"), where, "规则") or _lacks("规则", where),
        without=_words(told.get("不含"), where, "不含"),
        priority=_number(told.get("优先级", 0), where, "优先级"),
        scope=_where(_mapping(told.get("范围") or {}, f"{where} 范围", tuple(SCOPE)), SCOPE, where),
        scenes=_scenes(_words(told.get("场景"), where, "场景"), where),
        settings=_settings(told.get("参数") or {}, where),
        actions=_actions(told.get("动作") or {}, where),
        threshold=_threshold(told.get("门槛"), where),
        starts=starts,
        ends=ends,
    )


def _exemption(written: object, where: str) -> Exemption:
    told = _mapping(written, where, _OF_EXEMPTION)
    name = _text(told, "编号", where)
    where = f"{where}“{name}”"
    if told.get("止") is None:
        _lacks("止", where, "特例必须有截止日期")
    starts, ends = _days(told, "起", "止", where)
    found = Exemption(
        id=name,
        kind=_one_of(_text(told, "类型", where), KINDS, where, "类型"),
        reason=_text(told, "理由", where),
        where=_where(told, EXEMPT, where),
        starts=starts,
        ends=ends,
        rules=_words(told.get("规则"), where, "规则"),
    )
    if not found.where:
        raise InputError(
            "特例没有写明对象，会使全部疑点成为特例", where=where, remedy=f"至少写明一项：{'、'.join(EXEMPT)}"
        )
    return found


def _jurisdiction(written: object, where: str) -> Jurisdiction:
    told = _mapping(written, where, _OF_JURISDICTION)
    starts, ends = _days(told, "启用", "停用", where)
    return Jurisdiction(
        rules=_words(told.get("规则"), where, "规则") or _lacks("规则", where),
        by=Place(_one_of(_text(told, "按", where), tuple(one.value for one in Place), where, "按")),
        starts=starts,
        ends=ends,
    )


def _where(told: Mapping[str, Any], names: Mapping[str, str], where: str) -> Where:
    found = {fact: _words(told.get(label), where, label) for label, fact in names.items()}
    if "institution_rank" in found:
        ranks = (RANKS.get(word, word) for word in found["institution_rank"])
        found["institution_rank"] = tuple(
            _one_of(rank, tuple(RANKS.values()), where, "机构级别", tuple(RANKS)) for rank in ranks
        )
    return tuple((fact, values) for fact, values in found.items() if values)


def _scenes(words: Sequence[str], where: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for word in words:
        known = (*STAGES, *SCENES)
        _one_of(word, known, where, "场景", (*STAGES, *(f"{n} {label}" for n, label in SCENES.items())))
        found.update(dict.fromkeys(STAGES.get(word, (word,))))
    return tuple(found)


def _settings(written: object, where: str) -> dict[str, dict[str, Any]]:
    by_rule = _mapping(written, f"{where} 参数")
    return {
        str(rule): {
            str(name): tuple(value) if isinstance(value, list) else value
            for name, value in _mapping(named, f"{where} 参数 {rule}").items()
        }
        for rule, named in by_rule.items()
    }


def _actions(written: object, where: str) -> dict[str, Action]:
    certainties = tuple(one.value for one in Certainty)
    told = _mapping(written, f"{where} 动作", certainties)
    return {certainty: _action(word, f"{where} 动作 {certainty}") for certainty, word in told.items()}


def _action(word: object, where: str) -> Action:
    return Action(_one_of(str(word), tuple(one.value for one in Action), where, "动作"))


def _threshold(written: object, where: str) -> Threshold | None:
    if written is None:
        return None
    where = f"{where} 门槛"
    told = _mapping(written, where, ("金额", "以下"))
    if "金额" not in told or "以下" not in told:
        raise InputError(
            "门槛应写明“金额”（元）和“以下”的动作", where=where, remedy="如 {金额: 50, 以下: 提醒}"
        )
    return Threshold(_read(lambda: scaled(told["金额"], 100), where), _action(told["以下"], where))


def _days(told: Mapping[str, Any], first: str, last: str, where: str) -> tuple[int, int]:
    """Day numbers; the last day as written still counts."""
    start = 0 if told.get(first) is None else _read(lambda: day_from(told[first]), f"{where} {first}")
    end = FOREVER if told.get(last) is None else _read(lambda: day_from(told[last]), f"{where} {last}") + 1
    if start >= end:
        raise InputError(f"“{last}”早于“{first}”，永远不起作用", where=where, remedy="核对两个日期")
    return start, end


def _read(reading: Callable[[], int], where: str) -> int:
    try:
        return reading()
    except ValueError as error:
        raise InputError(str(error), where=where, remedy="改正后再试") from None


def _number(raw: object, where: str, label: str) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise InputError(f"“{label}”应为整数，实为“{raw}”", where=where, remedy="大者优先，如 10")
    return raw


def _text(told: Mapping[str, Any], label: str, where: str) -> str:
    value = str(told.get(label) or "").strip()
    return value or _lacks(label, where)


def _lacks(label: str, where: str, why: str = "") -> Any:
    raise InputError(why or f"缺少“{label}”", where=where, remedy=f"补上“{label}”")


def _words(raw: object, where: str, label: str) -> tuple[str, ...]:
    if raw is None:
        return ()
    if isinstance(raw, Mapping):
        raise InputError(f"“{label}”应为列表", where=where, remedy=f"如 {label}: [甲, 乙]")
    return tuple(dict.fromkeys(str(one).strip() for one in (raw if isinstance(raw, list) else [raw])))


def _one_of(word: str, known: Sequence[str], where: str, label: str, shown: Sequence[str] = ()) -> str:
    if word not in known:
        raise InputError(f"“{label}”没有“{word}”", where=where, remedy=f"可用：{'、'.join(shown or known)}")
    return word


def _mapping(written: object, where: str, known: Sequence[str] = ()) -> Mapping[str, Any]:
    if not isinstance(written, Mapping):
        raise InputError("层次不对，应为“名称: 值”", where=where, remedy=_REMEDY)
    unknown = [str(name) for name in written if known and name not in known]
    if unknown:
        raise InputError(f"不认得“{'、'.join(unknown)}”", where=where, remedy=f"可用：{'、'.join(known)}")
    return written


def _list(written: object) -> list[Any]:
    return [] if written is None else written if isinstance(written, list) else [written]


def _once(names: Sequence[str], what: str, where: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"{what}“{name}”重复", where=where, remedy="每个用自己的名称")


def written_form(strategy: Strategy) -> dict[str, list[dict[str, Any]]]:
    """The written form of a strategy; read again it is the same strategy."""
    return {
        SETS: [_written_set(one) for one in strategy.sets],
        EXEMPTIONS: [_written_exemption(one) for one in strategy.exemptions],
        # Left out where nothing is stated: what was published before there was such a list keeps its digest.
        **(
            {ELSEWHERE: [_written_jurisdiction(one) for one in held]}
            if (held := strategy.jurisdictions)
            else {}
        ),
    }


def _written_set(one: RuleSet) -> dict[str, Any]:
    threshold = one.threshold
    return _stated(
        {
            "名称": one.name,
            "优先级": one.priority,
            **_written_days(one.starts, one.ends, "启用", "停用"),
            "范围": _written_where(one.scope, SCOPE),
            "场景": list(one.scenes),
            "规则": list(one.rules),
            "不含": list(one.without),
            "参数": {rule: _plain(named) for rule, named in one.settings.items()},
            "动作": {certainty: str(action) for certainty, action in one.actions.items()},
            "门槛": threshold and {"金额": yuan(threshold.below_fen), "以下": str(threshold.action)},
        }
    )


def _written_exemption(one: Exemption) -> dict[str, Any]:
    return _stated(
        {
            "编号": one.id,
            "类型": one.kind,
            "理由": one.reason,
            **_written_days(one.starts, one.ends, "起", "止"),
            **_written_where(one.where, EXEMPT),
            "规则": list(one.rules),
        }
    )


def _written_jurisdiction(one: Jurisdiction) -> dict[str, Any]:
    days = _written_days(one.starts, one.ends, "启用", "停用")
    return {**days, "规则": list(one.rules), "按": str(one.by)}


def _written_where(where: Where, names: Mapping[str, str]) -> dict[str, list[str]]:
    held = dict(where)
    return {label: list(held[fact]) for label, fact in names.items() if fact in held}


def _written_days(start: int, end: int, first: str, last: str) -> dict[str, str]:
    return {
        **({first: date_of(start).isoformat()} if start > 0 else {}),
        **({last: (date_of(end) - timedelta(days=1)).isoformat()} if end < FOREVER else {}),
    }


def _plain(named: Mapping[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in named.items()}


def _stated(told: dict[str, Any]) -> dict[str, Any]:
    return {label: value for label, value in told.items() if value not in (None, 0, "", [], {})}


SAMPLE = """\
# 规则集：同一条规则由优先级最高、范围符合的一个规则集决定；没有规则集点名的规则不判断。
# 范围、场景省略为不限；代码、地区按前缀，机构、医师、参保人、项目按全码。日期含当日。
规则集:
- 名称: 三级医院住院
  优先级: 10
  启用: 2026-01-01
  范围: {机构级别: [三级], 医疗类别: ['21']}
  场景: [事前, 事中]          # 或触发场景代码 1 到 10；批量审核为 事后
  规则: [政策类, GZ10000301004000]   # 规则编码、机制标识、类别、分组或 全部
  不含: [window-over-limit]
  参数: {quantity-over-limit: {tolerance: 1}}   # 名称、单位见规则页的“参数”
  动作: {明确违规: 拦截, 可疑: 需说明}   # 提醒、需说明、转人工、拦截
  门槛: {金额: 50, 以下: 提醒}   # 超收不足 50 元的只提醒，不丢弃
- 名称: 其余
  规则: [全部]
  动作: {明确违规: 需说明, 可疑: 提醒}
# 特例：疑点保留而另计，不追款；必须写明理由、对象和截止日期。
特例:
- 编号: 2026-001
  类型: 特例单议              # 急救、特例单议、白名单
  理由: 经专家组同意延长疗程
  起: 2026-01-01
  止: 2027-12-31
  参保人: [P0001]
  规则: [course-over-limit]
# 异地就医：参保地与就医地的知识、参数不同时，哪些规则用哪一方的；写在前面的先决定。不写的按国家规定：
# 参保、待遇、慢特病备案、起付线、比例、封顶线按参保地，其余按就医地（医保发〔2022〕22号）。
异地就医:
- 启用: 2026-01-01
  规则: [GZ10000101011000]   # 写法同规则集
  按: 参保地
"""
"""A file to begin with."""
