"""Checks of what was charged and what was paid."""

from __future__ import annotations

from mingcha.domain.claims import Settlement
from mingcha.domain.settlement_list import FundPayment, ListedCharges
from mingcha.domain.values import QUANTITY_SCALE
from mingcha.knowledge.settlement_list.checks.check import Entered
from mingcha.knowledge.settlement_list.sent import Row, SentList

FEN = QUANTITY_SCALE // 100
CHECKS = Entered()


@CHECKS.check("F901", FundPayment.amount, "不为负数")
def _negative_payment(row: Row, _sent: SentList) -> bool:
    return (row.value(FundPayment.amount) or 0) < 0


@CHECKS.check("F902", FundPayment.amount, "各项基金支付合计不超过总费用", of_list=True)
def _paid_beyond_total(_row: Row, sent: SentList) -> bool:
    paid = sum(row.value(FundPayment.amount) or 0 for row in sent.nodes.get("payinfo", ()))
    return paid > 0 and paid > int(sent.fact(Settlement.total_amount)) * FEN


@CHECKS.check("I901", ListedCharges.amount, "等于甲类、乙类、全自费与其他金额之和")
def _charges_do_not_add_up(row: Row, _sent: SentList) -> bool:
    parts = [
        row.value(part)
        for part in (
            ListedCharges.class_a,
            ListedCharges.class_b,
            ListedCharges.own_expense,
            ListedCharges.other,
        )
    ]
    whole = row.value(ListedCharges.amount)
    return whole is not None and None not in parts and whole != sum(part or 0 for part in parts)


@CHECKS.check("I902", ListedCharges.amount, "各收费类别金额合计等于总费用", of_list=True)
def _charges_miss_total(_row: Row, sent: SentList) -> bool:
    amounts = [row.value(ListedCharges.amount) for row in sent.nodes.get("iteminfo", ())]
    if not amounts or None in amounts:
        return False
    return sum(amount or 0 for amount in amounts) != int(sent.fact(Settlement.total_amount)) * FEN
