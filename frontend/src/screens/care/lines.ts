/** Lines of a bill, fetched as they come into sight: a bill of twenty thousand is scrolled like one of twenty. */

import { computed, shallowRef, triggerRef } from 'vue'

import { type BilledLine, type LinesWanted, readLines } from '@/api/bills'
import { asProblem, type Problem } from '@/api/problem'

const PART = 200

/** A row of the table: a line, or the place of one that is on its way. */
export interface Place {
  at: number
  line?: BilledLine
}

export function useLines() {
  const places = shallowRef<Place[]>([])
  const amount = shallowRef(0)
  const problem = shallowRef<Problem>()
  const loading = shallowRef(false)
  let asked = new Set<number>()
  let of: { encounter: string; dataset: string | undefined; wanted: LinesWanted } | undefined

  async function part(number: number): Promise<void> {
    if (!of || asked.has(number)) return
    const mine = of
    asked.add(number)
    try {
      const found = await readLines(mine.encounter, mine.dataset, mine.wanted, number * PART, PART)
      if (of !== mine) return
      if (places.value.length !== found.total) {
        places.value = Array.from({ length: found.total }, (_, at) => ({ at }))
      }
      amount.value = found.amount_fen
      found.items.forEach((line, at) => (places.value[number * PART + at] = { at: number * PART + at, line }))
      triggerRef(places)
    } catch (thrown) {
      if (of !== mine) return
      asked.delete(number)
      problem.value = asProblem(thrown)
    }
  }

  /** Begin anew with other lines, or in another order. */
  async function show(encounter: string, dataset: string | undefined, wanted: LinesWanted): Promise<void> {
    of = { encounter, dataset, wanted }
    asked = new Set()
    problem.value = undefined
    loading.value = true
    places.value = []
    await part(0)
    loading.value = false
  }

  /** These rows are in sight. */
  function seen(first: number, last: number): void {
    for (let number = Math.floor(first / PART); number <= Math.floor(last / PART); number++) void part(number)
  }

  return { places, total: computed(() => places.value.length), amount, problem, loading, show, seen }
}
