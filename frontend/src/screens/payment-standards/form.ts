/** A standard as it was read, as it is sent. */

import type { ComparedStandard, StandardForm } from '@/api/paymentStandards'

type Read = NonNullable<ComparedStandard['standard']>

function decimal(value: number | null | undefined, scale: number, digits: number): string | null {
  return value == null ? null : (value / scale).toFixed(digits)
}

export function formOf({ amount_fen, points, rate, ...facts }: Read): StandardForm {
  return {
    ...facts,
    procedures: facts.procedures ?? [],
    amount: decimal(amount_fen, 100, 2),
    points: decimal(points, 10_000, 4),
    rate: decimal(rate, 1_000_000, 6),
  } as StandardForm
}
