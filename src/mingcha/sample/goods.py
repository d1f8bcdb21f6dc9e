"""What is billed: items with knowledge and plain ones that no point speaks about, each with a price and a name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from zlib import crc32

from mingcha.domain.values import PRICE_SCALE
from mingcha.sample.library import Library

DRUG, HERB, SERVICE, CONSUMABLE = "101", "102", "201", "301"

_PLAIN_DRUGS = (
    "阿莫西林胶囊 头孢呋辛酯片 头孢克肟分散片 左氧氟沙星片 阿奇霉素片 布洛芬缓释胶囊 对乙酰氨基酚片 奥美拉唑肠溶胶囊 "
    "雷贝拉唑钠肠溶片 多潘立酮片 蒙脱石散 双歧杆菌三联活菌胶囊 苯磺酸氨氯地平片 缬沙坦胶囊 厄贝沙坦片 美托洛尔缓释片 "
    "阿托伐他汀钙片 瑞舒伐他汀钙片 阿司匹林肠溶片 氯吡格雷片 二甲双胍缓释片 格列美脲片 阿卡波糖片 甘精胰岛素注射液 "
    "氯雷他定片 西替利嗪片 沙丁胺醇气雾剂 布地奈德混悬液 氨溴索口服溶液 呋塞米片 螺内酯片 0.9%氯化钠注射液 "
    "5%葡萄糖注射液 氯化钾缓释片 维生素C片 叶酸片 钙尔奇片 甲钴胺片 头孢曲松钠注射剂 地塞米松磷酸钠注射液 "
    "硝苯地平控释片 比索洛尔片 单硝酸异山梨酯缓释片 利格列汀片 甲状腺素片 碘伏溶液 莫匹罗星软膏 红霉素软膏"
).split()
_PLAIN_PATENT = (
    "感冒灵颗粒 连花清瘟胶囊 板蓝根颗粒 双黄连口服液 藿香正气液 六味地黄丸 逍遥丸 复方丹参滴丸 速效救心丸 血府逐瘀胶囊 "
    "银黄颗粒 蒲地蓝消炎片 保和丸 香砂六君丸 云南白药胶囊 三七片 麝香保心丸 脑心通胶囊 牛黄解毒片 川贝枇杷膏"
).split()
_PLAIN_SERVICES = (
    "普通门诊诊查费 专家门诊诊查费 挂号费 血细胞分析 尿液分析 粪便常规 血清谷丙转氨酶测定 血清肌酐测定 血糖测定 "
    "血清总胆固醇测定 血清甘油三酯测定 C反应蛋白测定 降钙素原检测 凝血酶原时间测定 乙肝表面抗原测定 常规心电图检查 "
    "胸部正侧位摄影 腹部彩色超声 甲状腺彩色超声 心脏彩色超声 头颅CT平扫 胸部CT平扫 腰椎磁共振平扫 静脉采血 静脉输液 "
    "肌肉注射 皮内注射 雾化吸入 吸氧 换药(小) 换药(中) 清创缝合 导尿 灌肠 针刺治疗 艾灸 拔罐 推拿 红外线治疗 中频脉冲电治疗 "
    "无创血糖监测 体温监测 二级护理 三级护理 口腔护理 压疮护理 三人间床位费 空调费 膳食指导 出院指导 血型鉴定 "
    "交叉配血 输血 电解质测定 血气分析 心肌酶谱 肿瘤标志物筛查 幽门螺杆菌检测 骨密度测定 眼底检查"
).split()
_PLAIN_HERBS = (
    "黄芪 当归 白术 茯苓 甘草 陈皮 半夏 川芎 白芍 熟地黄 柴胡 黄芩 连翘 金银花 桔梗 薄荷 防风 荆芥 麻黄 桂枝 生石膏 "
    "知母 栀子 丹皮 泽泻 山药 山茱萸 麦冬 五味子 酸枣仁"
).split()
_PLAIN_CONSUMABLES = (
    "一次性输液器 一次性注射器 静脉留置针 采血针 真空采血管 医用敷料贴 纱布绷带 一次性手套 引流袋 导尿包 吸氧管 "
    "雾化面罩 心电电极片 缝合线 一次性中单 三通阀 止血带 换药包 胃管 气管插管固定器"
).split()

_CHARGE_TYPES = {HERB: "10", CONSUMABLE: "08"}
_UNITS = {DRUG: "盒", HERB: "克", SERVICE: "次", CONSUMABLE: "个"}
_SPECS = ("0.25g×24片/盒", "10mg×14片/盒", "100ml/瓶", "5ml×10支/盒", "20mg×7粒/盒", "10g×10袋/盒")
_PRICE_RANGES = {DRUG: (680, 16_800), HERB: (5, 90), SERVICE: (300, 18_000), CONSUMABLE: (80, 9_000)}


@dataclass(frozen=True)
class Good:
    """An item as a hospital's catalogue has it; the price is in millionths of a yuan, whole fen."""

    code: str
    name: str
    list_type: str
    price: int
    known: bool

    @property
    def charge_type(self) -> str:
        """收费类别, from the kind of item; services by their first digits as far as this city goes."""
        if self.list_type == DRUG:
            return "11" if self.code.startswith("Z") else "09"
        if self.list_type == SERVICE:
            return {"0011": "02", "0012": "07", "0021": "03", "0025": "04", "0033": "06"}.get(
                self.code[:4], "05"
            )
        return _CHARGE_TYPES[self.list_type]

    @property
    def payment_class(self) -> str:
        """甲 or 乙; 丙 is paid by nobody and stays out of this city's bills."""
        return "01" if crc32(self.code.encode()) % 3 else "02"

    @property
    def unit(self) -> str:
        return _UNITS[self.list_type]

    @property
    def spec(self) -> str:
        return _SPECS[crc32(self.code.encode()) % len(_SPECS)] if self.list_type == DRUG else "-"

    @property
    def local_code(self) -> str:
        return f"HIS{crc32(self.code.encode()):010d}"


class Goods(Mapping[str, Good]):
    """All items of the city by code."""

    def __init__(self, library: Library) -> None:
        self._by_code = {good.code: good for good in _plain()}
        for code in library.item_codes():
            self._by_code[code] = _known(library, code)

    def __getitem__(self, code: str) -> Good:
        return self._by_code[code]

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(self._by_code)

    def __len__(self) -> int:
        return len(self._by_code)

    @cached_property
    def index(self) -> dict[str, int]:
        """The position of each code in iteration order."""
        return {code: number for number, code in enumerate(self._by_code)}

    def plain(self, list_type: str) -> list[Good]:
        """The items of a kind that no point speaks about."""
        return [good for good in self._by_code.values() if good.list_type == list_type and not good.known]


def list_type_of(code: str) -> str:
    """目录类别 by the first letter of the code; services are all digits."""
    return {"X": DRUG, "Z": DRUG, "T": HERB, "C": CONSUMABLE}.get(code[:1], SERVICE)


def _known(library: Library, code: str) -> Good:
    price = _price(code, list_type_of(code))
    at_most = library.terms(code).price_at_most
    if at_most is not None and price * 4 > at_most:
        price = at_most // 4 // (PRICE_SCALE // 100) * (PRICE_SCALE // 100)
    return Good(code, library.name_of(code), list_type_of(code), price, known=True)


def _price(code: str, list_type: str) -> int:
    low, high = _PRICE_RANGES[list_type]
    # Cheap things are common: the square of an even draw, in whole fen.
    draw = crc32(code.encode()) % 1000
    return (low + (high - low) * draw * draw // 1_000_000) * (PRICE_SCALE // 100)


def _plain() -> list[Good]:
    # Codes of the right form in a range that the national catalogue does not use: no point can speak about them.
    goods = []
    for names, list_type, pattern in (
        (_PLAIN_DRUGS, DRUG, "XV09ZZZ{0:03d}A001010{0:06d}"),
        (_PLAIN_PATENT, DRUG, "ZV09ZZZ{0:04d}010{0:06d}"),
        (_PLAIN_SERVICES, SERVICE, "0099{0:011d}"),
        (_PLAIN_HERBS, HERB, "T0099{0:05d}"),
        (_PLAIN_CONSUMABLES, CONSUMABLE, "C98{0:017d}"),
    ):
        for number, name in enumerate(names, 1):
            code = pattern.format(number)
            goods.append(Good(code, name, list_type, _price(code, list_type), known=False))
    return goods
