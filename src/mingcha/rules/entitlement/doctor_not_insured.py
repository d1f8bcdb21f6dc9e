"""非医保医师开单：开单医师当日在本机构没有医保服务资格。

## 检查什么
明细的开单医师，在医师状态资料中，计费当日在本机构不是医保医师、服务协议无效，或不在有效期内。

## 为何违规
医保基金只支付具有医保服务资格的医师提供的服务；被暂停或取消资格期间的费用不予支付。

## 不报什么
没有医师状态资料，医师在本机构没有记录，或没有开单医师编码的，记为“无法判断”；
退费后没有余量的明细。

## 处理建议
核对医师资格的暂停与恢复文书；急诊、抢救按规定可以支付的上传依据，其余退回基金支付部分。
"""

from mingcha.domain.claims import Line
from mingcha.rules.base import Grain, LineRule


class DoctorNotInsured(LineRule):
    slug, version, since = "doctor-not-insured", 1, "0.2.0"
    title = "非医保医师开单"
    grain = Grain.LINE
    legal_basis = ("fund-regulation", "designated-institutions")
    forbids = Line.doctor_insured == False
    value = Line.doctor_id
    message = "{item} 的开单医师 {value} 当日没有医保服务资格"
