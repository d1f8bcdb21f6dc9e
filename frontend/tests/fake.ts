/** A server of rows for the tests of the list: pages, sorts and filters as the API does, and says what it was asked. */

import type { ListDefinition, ListPage, ListState } from '@/list/definition'

export interface Fruit {
  id: string
  name: string
  weight: number
}

export class FruitServer {
  readonly asked: ListState[] = []
  readonly rows: Fruit[]
  failure: Error | undefined
  /** Answers wait here until a test lets them go. */
  gate: Promise<void> | undefined

  constructor(count: number) {
    this.rows = Array.from({ length: count }, (_, at) => ({
      id: String(at + 1),
      name: `果${at + 1}`,
      weight: (at * 37) % 100,
    }))
  }

  async answer(state: ListState, signal: AbortSignal): Promise<ListPage<Fruit>> {
    this.asked.push(state)
    await this.gate
    if (signal.aborted) throw new DOMException('given up', 'AbortError')
    if (this.failure) throw this.failure
    const field = state.sort.replace(/^-/, '') as 'name' | 'weight'
    const way = state.sort.startsWith('-') ? -1 : 1
    const found = this.rows
      .filter((row) => row.name.includes(state.filters.name ?? ''))
      .sort(
        (one, other) =>
          way * (field === 'weight' ? one.weight - other.weight : Number(one.id) - Number(other.id)),
      )
    const from = (state.page - 1) * state.size
    return { items: found.slice(from, from + state.size), total: found.length }
  }

  definition(): ListDefinition<Fruit> {
    return {
      name: 'fruit',
      noun: { unit: '个', name: '水果' },
      columns: [
        { key: 'name', label: '名称', sortable: true, always: true },
        { key: 'weight', label: '重量', sortable: true },
        { key: 'id', label: '编号', optional: true },
      ],
      filters: [{ kind: 'text', key: 'name', label: '名称' }],
      sort: 'name',
      rowKey: (row) => row.id,
      rowName: (row) => row.name,
      whenEmpty: { title: '还没有水果', remedy: '请先种一棵树' },
      load: (state, signal) => this.answer(state, signal),
    }
  }
}
