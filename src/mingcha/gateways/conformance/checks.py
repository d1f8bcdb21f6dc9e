"""The checks of the kit, in the order of the access standard (docs/access-standard.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from mingcha.gateways.conformance.expectations import audited, good, refused, unauthorised
from mingcha.gateways.conformance.sender import Sender
from mingcha.gateways.national.signing import SIGNATURE, TIMESTAMP
from mingcha.knowledge.strategy.model import SCENES

Bill = Callable[[int], dict[str, Any]]
_TOO_LARGE = 16 * 1024 * 1024 + 1
_HTTP_TOO_LARGE = 413


@dataclass
class Trial:
    """What a check has at hand.

    Args:
        bill: the `input` of a bill by number; every number is another person.
    """

    sender: Sender
    bill: Bill

    def audit(self, number: int, infno: str = "3101", **data: Any) -> dict[str, Any]:
        """A message with a bill, some of the `data` of which is changed."""
        content = deepcopy(self.bill(number))
        content["data"].update(data)
        return self.sender.message(infno, content)


@dataclass(frozen=True)
class Check:
    """One promise: `faults` sends what it takes and says how the answers fall short of it."""

    number: str
    title: str
    faults: Callable[[Trial], list[str]]
    signed_only: bool = False


def patient_of(message: dict[str, Any]) -> dict[str, Any]:
    """The first patient of a bill."""
    found = message["input"]["data"]["patient_dtos"]
    patient: dict[str, Any] = found[0] if isinstance(found, list) else found
    return patient


def encounter_of(message: dict[str, Any]) -> dict[str, Any]:
    """The first encounter of a bill."""
    found = patient_of(message)["fsi_encounter_dtos"]
    encounter: dict[str, Any] = found[0] if isinstance(found, list) else found
    return encounter


def _signing_in(trial: Trial) -> list[str]:
    sender = trial.sender
    asked = {"signIn": {"opter_no": "CONFORMANCE", "mac": "00-00-00-00-00-00", "ip": "127.0.0.1"}}
    given = sender.send(sender.message("9001", asked))
    if faults := good(given):
        return faults
    number = given.said["output"].get("signinoutb", {}).get("sign_no", "")
    if not number:
        return ["output.signinoutb.sign_no 是空的"]
    ended = sender.send(
        sender.message("9002", {"signOut": {"sign_no": number, "opter_no": "CONFORMANCE"}}, sign_no=number)
    )
    return good(ended)


def _scenes(trial: Trial) -> list[str]:
    told = []
    for scene in sorted((one for one in SCENES if one.isdigit()), key=int):
        answer = trial.sender.send(trial.audit(int(scene), trig_scen=scene))
        told += [f"场景 {scene}：{fault}" for fault in audited(answer)]
    return told


def _during(trial: Trial) -> list[str]:
    return audited(trial.sender.send(trial.audit(11, "3102", trig_scen="6")))


def _one_or_many(trial: Trial) -> list[str]:
    """A node that is alone may stand as an object or in a list."""
    alone, listed = trial.audit(12), trial.audit(12)
    alone["input"]["data"]["patient_dtos"] = {**patient_of(alone), "fsi_encounter_dtos": encounter_of(alone)}
    listed["input"]["data"]["patient_dtos"] = [
        {**patient_of(listed), "fsi_encounter_dtos": [encounter_of(listed)]}
    ]
    answers = [trial.sender.send(message) for message in (alone, listed)]
    faults = [fault for answer in answers for fault in audited(answer)]
    if not faults and answers[0].said["output"] != answers[1].said["output"]:
        faults.append("同一张单据写成对象和写成集合，结果不同")
    return faults


def _nothing_is_empty(trial: Trial) -> list[str]:
    message = trial.audit(13)
    encounter_of(message).update({"dscg_main_dise_codg": "", "drord_dr_codg": "0"})
    return audited(trial.sender.send(message))


def _named_rules(trial: Trial) -> list[str]:
    found = trial.sender.send(trial.audit(14))
    if faults := audited(found):
        return faults
    rules = sorted({one["rule_id"] for one in found.said["output"]["result"]})
    asked = rules[:1] or ["MC000000"]
    again = trial.sender.send(trial.audit(14, rule_ids=asked))
    if faults := audited(again):
        return faults
    named = {one["rule_id"] for one in again.said["output"]["result"]}
    return (
        [] if named <= set(asked) else [f"只要求规则 {'、'.join(asked)}，却答了 {'、'.join(sorted(named))}"]
    )


def _sent_again(trial: Trial) -> list[str]:
    message = trial.audit(15)
    first, second = trial.sender.send(message), trial.sender.send(message)
    faults = audited(first)
    if not faults and first.content != second.content:
        faults.append("同一个 msgid 再发，应答与第一次不同")
    return faults


def _feedback(trial: Trial) -> list[str]:
    sender, told = trial.sender, []
    for way, reason in (("1", "病情需要"), ("2", "")):
        row = {"warn_rslt_id": "CONFORMANCE", "dspo_way": way, "dspo_way_rea": reason}
        answer = sender.send(sender.message("3103", {"data": {"warn_type": "1", "warns": [row]}}))
        told += [f"处理方式 {way}：{fault}" for fault in good(answer)]
    row = {"warn_rslt_id": "CONFORMANCE", "dspo_way": "1", "dspo_way_rea": ""}
    silent = sender.send(sender.message("3103", {"data": {"warn_type": "1", "warns": [row]}}))
    return told + [f"继续执行而不写原因：{fault}" for fault in refused(silent, "dspo_way_rea")]


def _faulty(trial: Trial) -> list[str]:
    told = []
    for what, name, change in _FAULTS:
        message = trial.audit(16)
        change(message)
        told += [f"{what}：{fault}" for fault in refused(trial.sender.send(message), name)]
    broken = trial.sender.send(b'{"infno":"3101","input":{"data":', trial.sender.headers("3101"))
    if broken.said.get("infcode") == 0:
        told.append("不完整的 JSON 被当作正确的报文")
    return told


def _no_patient(message: dict[str, Any]) -> None:
    patient_of(message)["patn_id"] = ""


def _no_day(message: dict[str, Any]) -> None:
    encounter_of(message)["adm_date"] = "2026-02-31 08:00:00"


_FAULTS: tuple[tuple[str, str, Callable[[dict[str, Any]], None]], ...] = (
    ("没有参保人", "patn_id", _no_patient),
    ("没有这一天", "adm_date", _no_day),
)


def _unknown_transaction(trial: Trial) -> list[str]:
    sender = trial.sender
    return refused(sender.send(sender.message("2207", {"data": {}})), "2207")


def _too_large(trial: Trial) -> list[str]:
    answer = trial.sender.send(b" " * _TOO_LARGE, trial.sender.headers("3101"))
    return [] if answer.status == _HTTP_TOO_LARGE else [f"应为 HTTP 413，实为 {answer.status}"]


def _wrongly_signed(trial: Trial) -> list[str]:
    sender, message = trial.sender, trial.audit(17)
    right = sender.headers("3101")
    past = str(int((sender.clock() - timedelta(minutes=31)).timestamp() * 1000))
    tried = {
        "签名被改过": {**right, SIGNATURE: right[SIGNATURE][::-1]},
        "没有签名": {name: value for name, value in right.items() if name != SIGNATURE},
        "时间戳过了 30 分钟": sender.headers("3101", **{TIMESTAMP: past}),
    }
    told = [
        f"{what}：{fault}"
        for what, headers in tried.items()
        for fault in unauthorised(sender.send(message, headers))
    ]
    other = sender.send({**message, "fixmedins_code": "H99999999999"})
    return told + [f"用别家机构的编号：{fault}" for fault in unauthorised(other)]


def _care(trial: Trial) -> list[str]:
    """A report of an examination: taken whole, refused without its number. Who did not subscribe may not send it."""
    bill, sender = trial.audit(18), trial.sender
    report = {
        "mdtrt_id": encounter_of(bill)["mdtrt_id"],
        "psn_no": patient_of(bill)["patn_id"],
        "rpotc_no": "CONFORMANCE",
        "exam_item_name": "胸部CT",
        "exam_date": f"{sender.clock():%Y-%m-%d}",
        "vali_flag": "1",
    }
    taken = sender.send(sender.message("4501", {"examinfo": report}))
    if "没有开通交易 4501" in str(taken.said.get("err_msg", "")):
        return []
    nameless = sender.send(sender.message("4501", {"examinfo": {**report, "rpotc_no": ""}}))
    return good(taken) + [f"没有报告单号：{fault}" for fault in refused(nameless, "rpotc_no")]


CHECKS = (
    Check("1.1", "签到、签退（9001、9002）", _signing_in),
    Check("2.1", "事前审核：十个触发场景都得到应答（3101）", _scenes),
    Check("2.2", "事中审核（3102）", _during),
    Check("2.3", "单个节点写成对象或集合，结果相同", _one_or_many),
    Check("2.4", "空文字和 0 作为没有填", _nothing_is_empty),
    Check("2.5", "rule_ids 只答所列的规则", _named_rules),
    Check("2.6", "同一个 msgid 再发，得到第一次的应答", _sent_again),
    Check("3.1", "反馈：返回修改，写明原因的继续（3103）", _feedback),
    Check("4.1", "报文有误，应答指出哪个字段", _faulty),
    Check("4.2", "不提供的交易", _unknown_transaction),
    Check("4.3", "超过 16 MB 的报文", _too_large),
    Check("5.1", "签名不对、过时、冒用别家的都不受理", _wrongly_signed, signed_only=True),
    Check("6.1", "病历与检查（4501；没有开通的不查）", _care),
)


def checks_for(sender: Sender) -> Iterator[Check]:
    """The checks that apply to how a sender is connected."""
    return (check for check in CHECKS if sender.secret is not None or not check.signed_only)
