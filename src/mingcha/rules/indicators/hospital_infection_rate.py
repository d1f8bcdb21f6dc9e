"""院内感染发生率偏高：一家机构一个周期内发生院内感染的出院人次比例，明显高于同类机构或超过设定上限。

## 检查什么
按机构和统计周期，有提示院内感染的诊断（院内情况、操作后感染、输注及装置引起的感染等，编码前缀可设）的出院人次除以出院人次。
与同一周期、同级别、同类别的其他机构的中位数比较。

## 为何违规
院内感染延长住院、增加基金支出，比例明显偏高说明感染控制或诊疗操作有问题；也可能是收治病种较重，须先听取机构说明。

## 不报什么
未出院的；就诊数不足、同类机构不足的；机构级别或类别未知、又没有设定上限的；没有上传诊断的住院全部算作感染才会超过界限的，
记为“无法判断”。入院前已有的感染与院内发生的感染，诊断编码不能完全区分，因此只作可疑提示。

## 处理建议
调取这些住院的病案核对感染发生时间；比例过低的机构可能漏报，不在本规则之内。没有全国统一的上限，缺省只与同类机构比较，宁可少报。
"""

from typing import Any

from mingcha.domain.claims import Encounter
from mingcha.domain.values import PER_CENT
from mingcha.rules.period import PeerRule
from mingcha.rules.settings import setting

# ICD-10: 院内情况; infections after infusion, procedures, by devices and implants; of obstetric wounds.
INFECTIONS = (
    "Y95", "T80.2", "T81.4", "T82.6", "T82.7", "T83.5", "T83.6", "T84.5", "T84.6", "T84.7", "T85.7", "O86.0",
)  # fmt: skip


class HospitalInfectionRate(PeerRule):
    slug, version, since = "hospital-infection-rate", 1, "0.2.0"
    title = "院内感染发生率"
    legal_basis = ("rules-2025", "diagnosis-codes")

    codes: Any = setting(INFECTIONS, label="提示院内感染的诊断编码前缀")
    margin: Any = setting(
        200, label="至少高出同类中位数", unit="个百分点", scale=PER_CENT, at_least=0, at_most=10_000
    )

    when = (Encounter.inpatient == True) & ~Encounter.last_day.is_missing()
    part = ~Encounter.diagnoses.has_none_of(codes)
    message = "院内感染发生率 {value}，界限为 {limit}"
