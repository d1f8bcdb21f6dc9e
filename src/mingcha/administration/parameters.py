"""Parameters: numbers and switches that an installation sets for itself, each with its bounds, and where they act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy import func, select

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import Invalid
from mingcha.access.labelled import Labelled
from mingcha.access.permissions import Permission
from mingcha.access.policy import Policy
from mingcha.administration.changes import NewValue, Proposal, SettingChangeView, propose
from mingcha.administration.dated import EVERYWHERE, ChangeState, SettingKind, in_force, parameters_in_force
from mingcha.knowledge.strategy.model import AFTERWARDS, SCENES
from mingcha.store.database.settings import SettingChange, SettingValue

Value = int | bool
# All parameters are one subject: one change may set several that belong together.
SUBJECT = "parameters"


class ValueKind(Labelled):
    """What a parameter's value is."""

    NUMBER = "number", "整数"
    SWITCH = "switch", "开关"


@dataclass(frozen=True)
class Parameter:
    """A number (or, without bounds, a switch) that can be set.

    Args:
        policy: the field of the policy that it sets; one of a part of it after a point.
    """

    key: str
    group: str
    label: str
    policy: str
    unit: str = ""
    at_least: int = 0
    at_most: int = 0
    about: str = ""

    @property
    def kind(self) -> ValueKind:
        """A switch has no bounds."""
        return ValueKind.NUMBER if self.at_most else ValueKind.SWITCH

    @property
    def default(self) -> Value:
        """What holds where nobody set it."""
        built_in = attrgetter(self.policy)(Policy())
        unit = _UNITS.get(self.unit)
        default: Value = built_in if unit is None else built_in // unit
        return default

    def of_policy(self, value: Value) -> Any:
        """A value as the policy counts it."""
        unit = _UNITS.get(self.unit)
        return value if unit is None else value * unit

    def check(self, value: Value) -> None:
        """Refuse what is out of bounds, or of another kind.

        Raises:
            Invalid: it is.
        """
        if self.kind is ValueKind.SWITCH:
            if not isinstance(value, bool):
                raise Invalid(f"“{self.label}”是开关", where=self.key, remedy="请选是或否")
        elif isinstance(value, bool) or not self.at_least <= value <= self.at_most:
            bounds = f"{self.at_least} 到 {self.at_most} {self.unit}"
            raise Invalid(f"“{self.label}”超出范围", where=self.key, remedy=f"请填 {bounds}")


_UNITS: dict[str, Any] = {
    "毫秒": timedelta(milliseconds=1),
    "分钟": timedelta(minutes=1),
    "小时": timedelta(hours=1),
    "天": timedelta(days=1),
    "GB": 2**30,
}
_PASSWORD, _SIGN_IN, _SESSION, _TOKEN = "口令", "登录失败", "会话", "令牌和链接"
_ALARM, _UPLOAD, _REMINDER, _DEADLINE = "异常使用报警", "上传", "事前提醒", "审核时限"
_OPINION = "人工审核"
_DISK = "磁盘和清除"

PARAMETERS = (
    Parameter("password.length", _PASSWORD, "口令最短长度", "password_length", "个字符", 8, 64),
    Parameter(
        "password.classes",
        _PASSWORD,
        "口令的字符种类",
        "password_classes",
        "类",
        2,
        4,
        "大写字母、小写字母、数字、符号中至少几类",
    ),
    Parameter(
        "password.remembered", _PASSWORD, "不得与最近几个口令相同", "passwords_remembered", "个", 1, 24
    ),
    Parameter("password.lasts", _PASSWORD, "口令有效期", "password_lasts", "天", 1, 365, "到期须先换口令"),
    Parameter("password.temporary", _PASSWORD, "临时口令有效期", "temporary_password_lasts", "小时", 1, 168),
    Parameter("sign-in.failures", _SIGN_IN, "连续失败几次后暂停登录", "failures_allowed", "次", 3, 20),
    Parameter("sign-in.locked", _SIGN_IN, "暂停登录多久", "locked_for", "分钟", 1, 1440),
    Parameter("sign-in.forgotten", _SIGN_IN, "多久没有失败就重新计数", "failures_forgotten", "小时", 1, 168),
    Parameter("session.idle", _SESSION, "多久不操作就退出", "session_idle", "分钟", 5, 480),
    Parameter("session.lasts", _SESSION, "一次登录最长多久", "session_lasts", "小时", 1, 24),
    Parameter(
        "session.single",
        _SESSION,
        "同一账号只能在一处登录",
        "session_single",
        about="打开后，在别处登录会让先前的会话退出",
    ),
    Parameter("token.lasts", _TOKEN, "API 令牌最长有效期", "token_lasts_at_most", "天", 1, 366),
    Parameter("token.count", _TOKEN, "每人有效的 API 令牌", "tokens_a_user", "个", 1, 100),
    Parameter("invitation.lasts", _TOKEN, "首批管理员设置链接的有效期", "invitation_lasts", "小时", 1, 168),
    Parameter("alarm.window", _ALARM, "统计多长时间以内的", "alarms.window", "小时", 1, 24),
    Parameter("alarm.look-ups", _ALARM, "查看个人信息超过几次报警", "alarms.look_ups", "次", 1, 10_000),
    Parameter("alarm.reveals", _ALARM, "查看完整个人信息超过几次报警", "alarms.reveals", "次", 1, 10_000),
    Parameter("alarm.exports", _ALARM, "导出超过几次报警", "alarms.exports", "次", 1, 10_000),
    Parameter("alarm.failures", _ALARM, "同一登录名失败超过几次报警", "alarms.failures", "次", 1, 10_000),
    Parameter(
        "alarm.failures-from-address",
        _ALARM,
        "同一地址失败超过几次报警",
        "alarms.failures_from_address",
        "次",
        1,
        10_000,
    ),
    Parameter("alarm.day-begins", _ALARM, "工作时间从几点起", "alarms.day_begins", "点", 1, 12),
    Parameter("alarm.day-ends", _ALARM, "工作时间到几点止", "alarms.day_ends", "点", 13, 24),
    Parameter(
        "alarm.odd-actions", _ALARM, "工作时间以外操作超过几次报警", "alarms.odd_actions", "次", 1, 10_000
    ),
    Parameter(
        "alarm.odd-window", _ALARM, "工作时间以外统计多长时间以内的", "alarms.odd_window", "小时", 1, 24
    ),
    Parameter("upload.size", _UPLOAD, "一次上传的全部文件", "upload_bytes", "GB", 1, 200),
    Parameter("upload.files", _UPLOAD, "一次上传的文件个数", "upload_files", "个", 1, 10_000),
    Parameter("upload.kept", _UPLOAD, "上传的文件保留多久", "uploads_kept", "天", 1, 3650),
    Parameter("disk.exports-kept", _DISK, "导出的文件保留多久", "exports_kept", "天", 1, 3650),
    Parameter(
        "disk.journals-kept",
        _DISK,
        "报文日志保留多久",
        "journals_kept",
        "天",
        1,
        3650,
        "报文和应答的原文只在日志里：清除以后，“事前事中记录”只看得到结论。每万次调用约 70 MB",
    ),
    Parameter("disk.low", _DISK, "磁盘剩余低于多少提醒管理员", "disk_low", "GB", 1, 1000),
    Parameter("reminder.visits", _REMINDER, "提示多少天以内的就诊", "reminders.visits_back", "天", 1, 365),
    Parameter(
        "reminder.examination",
        _REMINDER,
        "检查做过多少天以内提示不必重做",
        "reminders.examination_days",
        "天",
        1,
        180,
        "按当地检查检验结果互认的规定填写",
    ),
    Parameter(
        "reminder.laboratory",
        _REMINDER,
        "检验做过多少天以内提示不必重做",
        "reminders.laboratory_days",
        "天",
        1,
        180,
        "按当地检查检验结果互认的规定填写",
    ),
    *(
        Parameter(
            f"deadline.{scene}",
            _DEADLINE,
            f"{label}的审核时限",
            f"deadlines.scene_{scene}",
            "毫秒",
            50,
            10_000,
            "等待超过时限的不审核，先让业务继续，事后自动补审；各场景相同" if at == 0 else "",
        )
        for at, (scene, label) in enumerate(SCENES.items())
        if scene != AFTERWARDS
    ),
    *(
        one
        for care, label in (("outpatient", "门诊、购药"), ("inpatient", "住院"))
        for one in (
            Parameter(
                f"opinion.{care}.waits",
                _OPINION,
                f"{label}：人工审核最多等多久",
                f"opinions.{care}_waits",
                "分钟",
                1,
                30,
                "转人工以后，药师或医保办在这段时间内作出结论",
            ),
            Parameter(
                f"opinion.{care}.passes",
                _OPINION,
                f"{label}：人工审核超时放行",
                f"opinions.{care}_passes",
                about="是：先放行，事后复核；否：不放行，医师须修改。人工审核暂不可用时也按这里",
            ),
        )
    ),
)
_BY_KEY = {parameter.key: parameter for parameter in PARAMETERS}


@dataclass(frozen=True)
class Planned:
    """A value that is let pass and does not hold yet."""

    value: Value
    effective_from: date


@dataclass(frozen=True)
class ParameterView:
    """A parameter, what holds today, and what is to come."""

    key: str
    group: str
    label: str
    kind: ValueKind
    unit: str
    at_least: int
    at_most: int
    about: str
    default: Value
    value: Value
    since: date | None
    planned: list[Planned]
    waiting: bool


def policy_in_force(access: Access) -> Policy:
    """The policy as the parameters set it today."""
    held = parameters_in_force(access)
    policy = Policy()
    for parameter in PARAMETERS:
        if (parameter.key, EVERYWHERE) in held:
            value = parameter.of_policy(held[parameter.key, EVERYWHERE])
            policy = _with(policy, parameter.policy, value)
    return policy


def _with(whole: Any, path: str, value: Any) -> Any:
    """A policy with another value at a path of field names."""
    name, _, rest = path.partition(".")
    return replace(whole, **{name: value if not rest else _with(getattr(whole, name), rest, value)})


def parameters(access: Access, actor: Actor) -> list[ParameterView]:
    """All parameters as they are today."""
    actor.check(Permission.SETTINGS_VIEW)
    today = access.today()
    held = in_force(today)
    with access.database.reading() as session:
        now = {
            key: (value["value"], since)
            for key, value, since in session.execute(
                select(held.c.key, held.c.value, held.c.effective_from).where(
                    held.c.kind == SettingKind.PARAMETER, held.c.region == EVERYWHERE
                )
            )
        }
        coming = session.execute(
            select(SettingValue.key, SettingValue.value, SettingChange.effective_from, SettingChange.state)
            .join(SettingChange, SettingChange.id == SettingValue.change_id)
            .where(SettingValue.kind == SettingKind.PARAMETER)
            .where(
                ((SettingChange.state == ChangeState.APPROVED) & (SettingChange.effective_from > today))
                | (SettingChange.state == ChangeState.PROPOSED)
            )
            .order_by(
                SettingChange.effective_from,
                func.coalesce(SettingChange.decided_at, SettingChange.proposed_at),
            )
        ).all()
    return [_view(parameter, now.get(parameter.key), coming) for parameter in PARAMETERS]


def _view(parameter: Parameter, now: tuple[Value, date] | None, coming: Sequence[Any]) -> ParameterView:
    mine = [(row.value, row.effective_from, row.state) for row in coming if row.key == parameter.key]
    planned = {day: value for value, day, state in mine if state == ChangeState.APPROVED}
    value, since = now if now is not None else (parameter.default, None)
    return ParameterView(
        key=parameter.key,
        group=parameter.group,
        label=parameter.label,
        kind=parameter.kind,
        unit=parameter.unit,
        at_least=parameter.at_least,
        at_most=parameter.at_most,
        about=parameter.about,
        default=parameter.default,
        value=value,
        since=since,
        planned=[
            Planned(parameter.default if given is None else given["value"], day)
            for day, given in sorted(planned.items())
        ],
        waiting=any(state == ChangeState.PROPOSED for _, _, state in mine),
    )


def propose_parameters(
    access: Access, actor: Actor, values: dict[str, Value | None], effective_from: date, reason: str
) -> SettingChangeView:
    """Ask for parameters to be set from a day on; none goes back to what is built in.

    Raises:
        Invalid: an unknown one, a value out of bounds, or a day that has gone by.
    """
    actor.check(Permission.SETTINGS_EDIT)
    if effective_from < access.today():
        raise Invalid("生效日期已过", where="effective_from", remedy="参数从今天或以后的某天起生效")
    for key, value in values.items():
        if key not in _BY_KEY:
            raise Invalid("没有这个参数", where="values", remedy="请刷新页面后重试")
        if value is not None:
            _BY_KEY[key].check(value)
    new = [NewValue(key, None if value is None else {"value": value}) for key, value in values.items()]
    return propose(access, actor, Proposal(SettingKind.PARAMETER, SUBJECT, effective_from, reason, new))
