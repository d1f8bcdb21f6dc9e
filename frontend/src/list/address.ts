/** The state of a list in the address, so that it can be bookmarked, sent to a colleague, and walked back. */

import type { LocationQuery, LocationQueryRaw } from 'vue-router'

import { type Filter, type FilterValues, type ListState, parametersOf } from './definition'

export const SIZES = [20, 50, 100]
export const DEFAULT_SIZE = 20

interface Bounds {
  filters: Filter[]
  sort: string
  sortable: string[]
}

function single(query: LocationQuery, name: string): string {
  const value = query[name]
  return (Array.isArray(value) ? value[0] : value) ?? ''
}

/** The state that an address asks for; what makes no sense is as if it were not said. */
export function stateOf(query: LocationQuery, bounds: Bounds): ListState {
  const page = Number(single(query, 'page'))
  const size = Number(single(query, 'size'))
  const sort = single(query, 'sort')
  const filters: FilterValues = {}
  for (const name of bounds.filters.flatMap(parametersOf)) {
    const value = single(query, name).trim()
    if (value !== '') {
      filters[name] = value
    }
  }
  return {
    page: Number.isInteger(page) && page > 0 ? page : 1,
    size: SIZES.includes(size) ? size : DEFAULT_SIZE,
    sort: bounds.sortable.includes(sort.replace(/^-/, '')) ? sort : bounds.sort,
    filters,
  }
}

/** The address of a state; what is as usual is left out. Parameters that are not the list's are kept. */
export function addressOf(state: ListState, bounds: Bounds, current: LocationQuery = {}): LocationQueryRaw {
  const own = new Set(['page', 'size', 'sort', ...bounds.filters.flatMap(parametersOf)])
  const query: LocationQueryRaw = {}
  for (const [name, value] of Object.entries(current)) {
    if (!own.has(name)) {
      query[name] = value
    }
  }
  Object.assign(query, state.filters)
  if (state.page !== 1) query.page = String(state.page)
  if (state.size !== DEFAULT_SIZE) query.size = String(state.size)
  if (state.sort !== bounds.sort) query.sort = state.sort
  return query
}

/** Whether two states show the same rows in the same order. */
export function sameState(one: ListState, other: ListState): boolean {
  const names = new Set([...Object.keys(one.filters), ...Object.keys(other.filters)])
  return (
    one.page === other.page &&
    one.size === other.size &&
    one.sort === other.sort &&
    [...names].every((name) => (one.filters[name] ?? '') === (other.filters[name] ?? ''))
  )
}
