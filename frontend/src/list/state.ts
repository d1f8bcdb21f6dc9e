/** Loads the rows that the address asks for, and changes the address when somebody filters, sorts or turns a page. */

import { computed, onActivated, onScopeDispose, ref, shallowRef, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'

import { asProblem, isAbandoned, type Problem } from '@/api/problem'

import { addressOf, sameState, stateOf } from './address'
import type { FilterValues, ListDefinition, ListState } from './definition'

export function useListState<Row>(definition: ListDefinition<Row>) {
  const route = useRoute()
  const router = useRouter()
  const screen = route.name
  const bounds = {
    filters: definition.filters,
    sort: definition.sort,
    sortable: definition.columns.filter((column) => column.sortable).map((column) => column.key),
  }

  const state = shallowRef<ListState>(stateOf(route.query, bounds))
  const rows = shallowRef<Row[]>([])
  const total = ref(0)
  const loading = ref(false)
  const loaded = ref(false)
  const problem = shallowRef<Problem>()
  const filtered = computed(() => Object.keys(state.value.filters).length > 0)
  let underway: AbortController | undefined

  async function load(): Promise<void> {
    underway?.abort()
    const mine = new AbortController()
    underway = mine
    loading.value = true
    try {
      const page = await definition.load(state.value, mine.signal)
      if (underway !== mine) return
      const last = Math.max(1, Math.ceil(page.total / state.value.size))
      if (page.items.length === 0 && state.value.page > last) {
        await change({ page: last })
        return
      }
      rows.value = page.items
      total.value = page.total
      problem.value = undefined
      loaded.value = true
    } catch (thrown) {
      if (isAbandoned(thrown) || underway !== mine) return
      problem.value = asProblem(thrown)
    } finally {
      if (underway === mine) loading.value = false
    }
  }

  async function change(part: Partial<ListState>): Promise<void> {
    const next = { ...state.value, ...part }
    if (sameState(next, state.value)) {
      await load()
      return
    }
    await router.push({ query: addressOf(next, bounds, route.query) })
  }

  function takeFromAddress(): void {
    const next = stateOf(route.query, bounds)
    if (!sameState(next, state.value)) {
      state.value = next
      void load()
    }
  }

  // A list that stays alive behind another tab must not follow that tab's address.
  watch(
    () => route.query,
    () => {
      if (route.name === screen) takeFromAddress()
    },
  )
  let shownBefore = false
  onActivated(() => {
    if (shownBefore) takeFromAddress()
    shownBefore = true
  })
  onScopeDispose(() => underway?.abort())
  void load()

  return {
    state,
    rows,
    total,
    loading,
    loaded,
    problem,
    filtered,
    reload: load,
    filterBy: (filters: FilterValues, sort?: string) =>
      change({ page: 1, filters, ...(sort ? { sort } : {}) }),
    sortBy: (sort: string) => change({ page: 1, sort: sort || definition.sort }),
    turnTo: (page: number) => change({ page }),
    resize: (size: number) => change({ page: 1, size }),
  }
}
