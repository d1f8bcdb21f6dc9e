"""What an answer must look like, field by field; each fault in a sentence.

Source: 定点医药机构接口规范, “接口报文格式” and the output tables of 【3101】.
"""

from __future__ import annotations

from typing import Any

from mingcha.gateways.conformance.sender import Answered

HTTP_OK, HTTP_UNAUTHORISED = 200, 401
_ENVELOPE = ("infcode", "inf_refmsgid", "refmsg_time", "respond_time", "err_msg", "output")
_RESULT = {
    "jr_id": 40,
    "rule_id": 40,
    "rule_name": 200,
    "vola_cont": 500,
    "patn_id": 40,
    "mdtrt_id": 40,
    "vola_evid": 500,
}
_DETAIL = {"jrd_id": 40, "patn_id": 40, "mdtrt_id": 40, "rx_id": 40}
_CODES = {"sev_deg": "123", "vola_amt_stas": "01", "vola_bhvr_type": "12"}


def good(answer: Answered) -> list[str]:
    """What is wrong with an answer that should say that all is well."""
    if answer.status != HTTP_OK:
        return [f"HTTP 状态应为 200，实为 {answer.status}"]
    said = answer.said
    faults = [f"应答缺少 {name}" for name in _ENVELOPE if name not in said]
    if said.get("infcode") != 0:
        faults.append(f"infcode 应为 0，实为 {said.get('infcode')}：{said.get('err_msg', '')}")
    return faults


def refused(answer: Answered, names: str) -> list[str]:
    """What is wrong with an answer that should refuse a message and name what was wrong with it."""
    if answer.status != HTTP_OK:
        return [f"HTTP 状态应为 200，实为 {answer.status}"]
    said = answer.said
    faults = [] if said.get("infcode") == -1 else [f"infcode 应为 -1，实为 {said.get('infcode')}"]
    if names not in str(said.get("err_msg", "")):
        faults.append(f"err_msg 应指出 {names}，实为：{said.get('err_msg', '')}")
    return faults


def unauthorised(answer: Answered) -> list[str]:
    """What is wrong with an answer that should not let a sender in."""
    if answer.status != HTTP_UNAUTHORISED or not answer.said.get("message"):
        return [f"应为 HTTP 401 和 message，实为 {answer.status}"]
    return []


def audited(answer: Answered) -> list[str]:
    """What is wrong with the answer to a bill: its envelope, and each result with its details."""
    faults = good(answer)
    if faults:
        return faults
    results = answer.said["output"].get("result")
    if not isinstance(results, list):
        return ["output.result 应为集合，没有违规时为空集合"]
    for number, result in enumerate(results):
        faults += _of_fields(result, _RESULT, f"result[{number}]")
        for name, codes in _CODES.items():
            if str(result.get(name)) not in set(codes):
                faults.append(f"result[{number}].{name} 不在码表 {'、'.join(codes)} 内：{result.get(name)!r}")
        details = result.get("judge_result_detail_dtos")
        if not isinstance(details, list) or not details:
            faults.append(f"result[{number}].judge_result_detail_dtos 应为不空的集合")
            continue
        for row, detail in enumerate(details):
            faults += _of_fields(detail, _DETAIL, f"result[{number}].judge_result_detail_dtos[{row}]")
    return faults


def _of_fields(node: dict[str, Any], lengths: dict[str, int], where: str) -> list[str]:
    faults = [f"{where} 缺少 {name}" for name in lengths if name not in node]
    return faults + [
        f"{where}.{name} 超过 {most} 位"
        for name, most in lengths.items()
        if len(str(node.get(name, ""))) > most
    ]
