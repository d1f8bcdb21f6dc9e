/** The state of a list as the API is asked for it. */

import type { FilterValues, ListState } from '@/list/definition'

// One zone for the whole country, without daylight saving.
const CHINA = '+08:00'

export function asked<Filters>(state: ListState): Filters & { page: number; size: number; sort: string } {
  // Which filters there are, a list declares; which the API takes, its types say where this is called.
  return { ...(state.filters as Filters), page: state.page, size: state.size, sort: state.sort }
}

/** The first moment of a day, or of the day after. */
export function startOfDay(day: string, after = 0): string {
  const moment = new Date(`${day}T00:00:00${CHINA}`)
  moment.setUTCDate(moment.getUTCDate() + after)
  return moment.toISOString()
}

/** Days as people choose them, the last one included, as moments. */
export function inMoments({ since, until, ...filters }: FilterValues): FilterValues {
  return {
    ...filters,
    ...(since && { since: startOfDay(since) }),
    ...(until && { until: startOfDay(until, 1) }),
  }
}

/** The first few that fit a text that is being typed. */
export function few<Filters>(
  sort: string,
  filters: Filters,
): Filters & { page: number; size: number; sort: string } {
  return { ...filters, page: 1, size: 20, sort }
}
