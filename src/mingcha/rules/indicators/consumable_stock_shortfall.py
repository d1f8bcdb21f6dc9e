"""医用耗材进销存异常：两次盘存之间，医保计费的医用耗材数量多于账面上可供使用的数量。

## 检查什么
按机构、医用耗材编码和相邻两次盘存之间的时间：可供数量为前次盘存加上其间的采购入库和其他入库，减去退货、其他出库、自费销售和后次盘存；
与同一时间内医保计费的数量（退费冲抵后）比较，超过可供数量并超出允差的指出。

## 为何违规
用掉的不可能多于有过的。计费多于可供，常见于串换（用便宜的报贵的）、虚记或回流医用耗材；也可能是入库漏记，须先核对进货单据。

## 不报什么
没有前后两次盘存的；机构没有采购记录或没有库存变更记录的；拆零的变更、销售当日没有包装换算的；变更类型或退货标志未知的；账面可供为负（入库漏记）的，
都记为“无法判断”。盘存、变更和计费按最小计价包装单位，拆零的按当日的包装换算折算，零头从宽；不知是否自费的销售不减，因此只会少报。

## 处理建议
核对该医用耗材的采购发票、随货同行单与出入库记录，再抽查计费病例的医嘱和执行记录。允差没有全国统一值，缺省百分之五，宁可少报。
"""

from mingcha.rules.period import StockRule
from mingcha.rules.shares import is_consumable


class ConsumableStockShortfall(StockRule):
    slug, version, since = "consumable-stock-shortfall", 1, "0.2.0"
    title = "医用耗材进销存异常"
    legal_basis = ("rules-2025", "fund-regulation", "interface-specification")

    when = is_consumable
    message = "两次盘存之间计费 {value}，账面可供（含允差）{limit}"
