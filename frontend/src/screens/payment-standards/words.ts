/** How a standard of payment is written for people. */

import type { PaymentStandard } from '@/api/paymentStandards'

const RANKS: Record<number, string> = { 3: '三级', 2: '二级', 1: '一级', 0: '无等级' }

/** Points and rate that a standard is made from; nothing where it is an amount. */
export function madeOf({ points, rate }: PaymentStandard): string {
  return points == null || rate == null ? '' : `${points / 10_000} × ${rate / 1_000_000}`
}

/** Which institutions and insured it is for. */
export function whomFor({ institution_rank, institution_id, insurance_type }: PaymentStandard): string {
  const parts = [
    institution_rank === null ? '' : RANKS[institution_rank],
    institution_id,
    insurance_type && `险种 ${insurance_type}`,
  ]
  return parts.filter(Boolean).join('，') || '不限'
}
