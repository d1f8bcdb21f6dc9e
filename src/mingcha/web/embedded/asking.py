"""Where a result goes to a person: the words of both sides, which refresh by themselves, and what the doctor may do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from html import escape

from mingcha.access.context import CHINA
from mingcha.gateways.rest.answering import AuditFinding
from mingcha.knowledge.strategy.model import Action
from mingcha.review.conversations import GOES_ON, MOST_CHARACTERS, Conversation, Ending, Spoken

REFRESH_SECONDS = 3
# So that a page stays small.
_MOST_WORDS, _MOST_OF_A_REASON = 15, 120
_ENDED = {
    Ending.AGREED: "审核同意继续",
    Ending.CHANGE: "审核建议修改",
    Ending.PASSED: "等待超时，可先继续，事后复核",
    Ending.HELD: "等待超时，按规定不放行，请修改",
    Ending.WITHDRAWN: "已返回修改",
}


@dataclass(frozen=True)
class InFrame:
    """What was asked about a result, and the address at which its words are read."""

    conversation: Conversation
    address: str


def is_handed_over(findings: Iterable[AuditFinding]) -> bool:
    """Whether a person is to be asked about a result."""
    return any(one.action == Action.HAND_OVER for one in findings)


def handed_over(finding: AuditFinding, sent: str, asked: InFrame | None, *, charging: bool) -> str:
    """What the doctor may do about such a result; to go on is offered when a person, or the time, has let it pass.

    Args:
        sent: what each form sends along.
    """
    back, on = ("不收费，返回修改", "仍然收费") if charging else ("返回修改", "继续")
    take_back = f'<button name="way" value="take_back">{back}</button>'
    begin = f'<form method="post" action="/embedded/answers">{sent}'
    name = escape(finding.rule_name)
    if asked is None:
        note = f'<p class="quiet">须由本院药师或医保办审核后才能{on}。</p>'
        words = _box(f"{name}：想说明的情况", "想说明的情况，可以不写")
        return f'{note}{begin}{words}<button class="main" name="way" value="ask">请人工审核</button>{take_back}</form>'
    view = asked.conversation.opinion
    if view.outcome is None:
        frame = f'<iframe src="{escape(asked.address)}" title="{name}：人工审核的对话"></iframe>'
        words = _box(f"{name}：再说一句", "再说一句")
        return (
            f'{frame}{begin}{words}<button name="way" value="ask">发送</button>{take_back}'
            f'<button class="main" name="way" value="look">看结论</button></form>'
        )
    go_on = f'<button class="main" name="way" value="go_on">{on}</button>' if view.outcome in GOES_ON else ""
    reasons = "".join(
        _word(replace(one, text=_shortened(one.text))) for one in asked.conversation.words if one.decides
    )
    return f'<div class="words">{_state(asked.conversation)}{reasons}</div>{begin}{go_on}{take_back}</form>'


def conversation_page(asked: Conversation) -> str:
    """The words of both sides in a frame, again and again as long as nobody has decided."""
    waits = asked.opinion.outcome is None
    refresh = f'<meta http-equiv="refresh" content="{REFRESH_SECONDS}">' if waits else ""
    then = "" if waits else '<p class="quiet">请按“看结论”接着处理。</p>'
    return (
        f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8">{refresh}<title>人工审核的对话</title>'
        f'<link rel="stylesheet" href="/embedded/page.css"></head>'
        f'<body class="words">{_said(asked)}{then}</body></html>'
    )


def _box(label: str, hint: str) -> str:
    return f'<input class="wide" name="text" maxlength="{MOST_CHARACTERS}" aria-label="{label}" placeholder="{hint}">'


def _said(asked: Conversation) -> str:
    """How it stands, then the newest words first: what is new is seen without moving."""
    return _state(asked) + "".join(_word(one) for one in reversed(asked.words[-_MOST_WORDS:]))


def _state(asked: Conversation) -> str:
    view = asked.opinion
    if view.outcome is None:
        minutes, seconds = divmod(view.seconds_left, 60)
        state = f"等待答复，还有 {minutes} 分 {seconds:02d} 秒"
    else:
        state = _ENDED[view.outcome]
    by = f"（{escape(view.decided_by)}）" if view.decided_by else ""
    return f'<p class="state">{state}{by}</p>'


def _shortened(text: str) -> str:
    return text if len(text) <= _MOST_OF_A_REASON else text[: _MOST_OF_A_REASON - 1] + "…"


def _word(one: Spoken) -> str:
    sign = f'<span class="sign">{one.decides.label}</span>' if one.decides else ""
    return (
        f'<p class="{one.side.value}">{sign}<b>{escape(one.author)}</b> '
        f'<span class="quiet">{one.at.astimezone(CHINA):%H:%M:%S}</span><br>{escape(one.text)}</p>'
    )
