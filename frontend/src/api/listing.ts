/** The state of a list as the API is asked for it. */

import type { ListState } from '@/list/definition'

export function asked<Filters>(state: ListState): Filters & { page: number; size: number; sort: string } {
  // Which filters there are, a list declares; which the API takes, its types say where this is called.
  return { ...(state.filters as Filters), page: state.page, size: state.size, sort: state.sort }
}

/** The first few that fit a text that is being typed. */
export function few<Filters>(
  sort: string,
  filters: Filters,
): Filters & { page: number; size: number; sort: string } {
  return { ...filters, page: 1, size: 20, sort }
}
