/** Days on a line: where each stands between the first and the last. */

import type { Visit } from '@/api/persons'

const DAY = 86_400_000

/** A day of the calendar (2026-03-05) as a number of days. */
export function dayNumber(day: string): number {
  return Math.round(Date.parse(`${day}T00:00:00Z`) / DAY)
}

export function dayOf(number: number): string {
  return new Date(number * DAY).toISOString().slice(0, 10)
}

export interface Span {
  first: number
  last: number
}

/** From the first to the last day of an encounter; undefined where no day is known. */
export function spanOf(visit: Visit): Span | undefined {
  if (!visit.first_day) return undefined
  const first = dayNumber(visit.first_day)
  const last = visit.inpatient && visit.last_day ? dayNumber(visit.last_day) : first
  return { first, last: Math.max(first, last) }
}

/** Whether an encounter falls within so many days before or after another. */
export function near(visit: Visit, around: Visit, days: number): boolean {
  const [one, other] = [spanOf(visit), spanOf(around)]
  return !!one && !!other && one.last >= other.first - days && one.first <= other.last + days
}

/** First days of months between two days, at most so many: every month, or every second, third, sixth, twelfth. */
export function months(span: Span, most: number): { day: number; label: string }[] {
  const found: { day: number; label: string; month: number }[] = []
  const at = new Date(span.first * DAY)
  for (let year = at.getUTCFullYear(), month = at.getUTCMonth(); ; month++) {
    const first = Date.UTC(year, month, 1)
    const day = Math.round(first / DAY)
    if (day > span.last) break
    if (day >= span.first) {
      const on = new Date(first)
      found.push({ day, label: on.toISOString().slice(0, 7), month: on.getUTCMonth() })
    }
  }
  const step = [1, 2, 3, 6, 12].find((every) => found.length / every <= most) ?? 12
  return found.filter((one) => one.month % step === 0)
}
