import { describe, expect, it } from 'vitest'
import type { LocationQuery } from 'vue-router'

import { addressOf, sameState, SIZES, stateOf } from '@/list/address'
import type { Filter, FilterValues, ListState } from '@/list/definition'

const filters: Filter[] = [
  { kind: 'text', key: 'login', label: '登录名' },
  { kind: 'choice', key: 'status', label: '状态', options: [] },
  { kind: 'days', key: 'at', label: '时间', from: 'since', to: 'until' },
]
const bounds = { filters, sort: '-at', sortable: ['at', 'login'] }

describe('the state of a list stands in the address', () => {
  const chosen: FilterValues[] = [
    {},
    { login: '王 &=#?%' },
    { status: 'locked', since: '2026-01-01', until: '2026-01-31' },
  ]
  const states: ListState[] = SIZES.flatMap((size) =>
    ['at', '-at', 'login', '-login'].flatMap((sort) =>
      chosen.flatMap((values) => [1, 7].map((page) => ({ page, size, sort, filters: values }))),
    ),
  )

  it('every state is found again from its own address', () => {
    for (const state of states) {
      const text = new URLSearchParams(addressOf(state, bounds) as Record<string, string>).toString()
      expect(stateOf(Object.fromEntries(new URLSearchParams(text)), bounds)).toEqual(state)
    }
  })

  it('two states are the same exactly where their addresses are', () => {
    for (const one of states) {
      for (const other of states) {
        const sameAddress =
          JSON.stringify(addressOf(one, bounds)) === JSON.stringify(addressOf(other, bounds))
        expect(sameState(one, other)).toBe(sameAddress)
      }
    }
  })

  it('the usual state leaves the address bare', () => {
    expect(addressOf({ page: 1, size: 20, sort: '-at', filters: {} }, bounds)).toEqual({})
  })

  it('what makes no sense in an address is as if it were not there', () => {
    const usual = { page: 1, size: 20, sort: '-at', filters: {} }
    const senseless: LocationQuery[] = [
      { page: '0' },
      { page: '-3' },
      { page: '1.5' },
      { page: 'x' },
      { size: '1000000' },
      { sort: 'password' },
      { sort: '--at' },
      { login: '   ' },
      { unknown: 'x' },
    ]
    for (const query of senseless) {
      expect(stateOf(query, bounds)).toEqual(usual)
    }
  })

  it('parameters of others stay in the address, and a repeated one counts once', () => {
    const state = stateOf({ login: ['a', 'b'], open: '7' }, bounds)
    expect(state.filters).toEqual({ login: 'a' })
    expect(addressOf(state, bounds, { open: '7', status: 'old' })).toEqual({ open: '7', login: 'a' })
  })
})
