"""A library as it may be seen on some day: releases, drafts in every state, one that contradicts a later release."""

from __future__ import annotations

from mingcha.access.roles import Role
from mingcha.knowledge.changes import ChangePart
from mingcha.knowledge.point import Status
from mingcha.knowledge.release import release_of
from mingcha.knowledge.starter import starter_points, starter_settings
from mingcha.library import drafts, proposing, publishing, remarks, reviewing
from mingcha.library.proposing import Proposed
from mingcha.store import releases
from tests.support.library import SETTING, Office
from tests.support.platform import Town

LOGINS = {
    Role.RULE_ADMIN: "writer",
    Role.RE_REVIEWER: "reviewer",
    Role.DECIDER: "chief",
}


def show_library(town: Town) -> None:
    """Publish the starter pack, change it, and leave drafts behind."""
    pack = release_of(1, starter_points(), starter_settings(), with_demonstration=True)
    releases.save(town.access.home, pack)
    office = Office(town)
    first = office.draft("按某医保〔2026〕1号调整限定性别")
    office.rename(first, "阿帕他胺（写错的）")
    office.published(first)
    publishing.roll_back(town.access, office.chief, 1, "名称写错了，先退回")
    again = office.draft("更正名称")
    office.rename(again, "阿帕他胺片（新包装）")
    office.published(again)
    clashing = office.draft("容差统一为两次")
    office.set(clashing, 2)
    waiting = office.draft("四季度知识点更新")
    for at in (2, 3):
        office.rename(waiting, f"更名后的药品{at}", at)
    ending = [one for one in office.points if one.status == Status.JUDGEABLE][-1]
    values = {**vars(ending), "effective_to": ending.effective_from + 400, "reason": "文件废止"}
    wanted = Proposed(ChangePart.POINT, ending.point_id, type(ending)(**values), "某医保〔2026〕3号第五条")
    proposing.propose(town.access, office.second, waiting.id, wanted)
    other = office.draft("容差统一为三次")
    proposing.propose(town.access, office.writer, other.id, Proposed(ChangePart.SETTING, SETTING, 3))
    office.published(other)
    reviewing.hand_in(town.access, office.writer, waiting.id, "请审。")
    remarks.say(town.access, office.reviewer, waiting.id, "第三条的依据请补上文号。")
    returned = office.draft("新增本市限定频次")
    office.set(returned, 1)
    reviewing.hand_in(town.access, office.writer, returned.id)
    reviewing.send_back(town.access, office.reviewer, returned.id, "理由没有写清楚")
    drafts.abandon(town.access, office.writer, office.draft("试一试").id, "不需要了")
