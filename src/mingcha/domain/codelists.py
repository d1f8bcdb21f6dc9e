"""Words for the code values that findings show, as the national platform's code lists label them."""

from __future__ import annotations

CODE_LISTS: dict[str, dict[str, str]] = {
    "gend": {"0": "未知", "1": "男", "2": "女", "9": "未说明性别"},
    "insutype": {
        "310": "职工基本医疗保险",
        "320": "公务员医疗补助",
        "330": "大额医疗费用补助",
        "340": "离休人员医疗保障",
        "350": "一至六级残废军人医疗补助",
        "360": "老红军医疗保障",
        "370": "企业补充医疗保险",
        "380": "新型农村合作医疗",
        "390": "城乡居民基本医疗保险",
        "391": "城镇居民基本医疗保险",
        "392": "城乡居民大病医疗保险",
        "399": "其他特殊人员医疗保障",
        "410": "长期照护保险",
        "510": "生育保险",
    },
    "med_type": {
        "11": "普通门诊",
        "1103": "癌症筛查",
        "13": "急诊",
        "1301": "急诊抢救",
        "14": "门诊慢特病",
        "18": "特药购药",
        "2101": "普通住院",
        "2102": "单病种住院",
        "2105": "康复治疗住院",
        "2106": "生育平产(居民)",
        "2107": "生育剖宫产(居民)",
        "2109": "新生儿抢救",
        "21303": "精神病住院",
        "22": "外伤住院",
        "28": "日间手术",
        "41": "定点药店购药",
        "51": "生育门诊",
        "52": "生育住院",
        "71": "家庭病床",
        "9901": "门诊两病",
        "990101": "门诊单病种",
        "990103": "新冠病毒核酸检测",
        "9903": "意外伤害门诊",
        "9904": "大病特药",
    },
    "med_mdtrt_type": {"1": "门诊", "2": "住院", "3": "购药", "4": "其他"},
    "hosp_lv": {
        "1": "三级特等",
        "2": "三级甲等",
        "3": "三级乙等",
        "4": "三级丙等",
        "5": "二级甲等",
        "6": "二级乙等",
        "7": "二级丙等",
        "8": "一级甲等",
        "9": "一级乙等",
        "10": "一级丙等",
        "11": "无等级",
        "12": "三级无等",
        "13": "二级无等",
        "14": "一级无等",
    },
    "list_type": {
        "101": "西药中成药",
        "102": "中药饮片",
        "103": "自制剂",
        "104": "民族药",
        "105": "其他",
        "106": "中药配方颗粒",
        "201": "医疗服务项目",
        "301": "医用耗材",
    },
    "chrgitm_lv": {"01": "甲类", "02": "乙类", "03": "丙类"},
    "tcmdrug_used_way": {"1": "复方", "2": "单方"},
    "maindiag_flag": {"0": "否", "1": "是"},
    # Ours: what tables beside the bill come to (ingest.beside), and 医院等级 (engine.facts).
    "identity_result": {"0": "未通过", "1": "通过", "9": "无核验记录"},
    "directory_class": {"01": "甲类", "02": "乙类", "03": "丙类", "0": "当日不在目录有效期内"},
    "institution_rank": {"0": "无等级", "1": "一级", "2": "二级", "3": "三级"},
}


def word(list_name: str, code: str) -> str:
    """The label of a code value; the code itself where its list says nothing of it.

    A list named `a/b` stands for a pair of codes that is written `x/y`: both labels, joined.
    """
    if "/" not in list_name:
        return CODE_LISTS.get(list_name, {}).get(code, code)
    parts = zip(list_name.split("/"), code.split("/"), strict=False)
    return "、".join(word(part_list, part) for part_list, part in parts)
