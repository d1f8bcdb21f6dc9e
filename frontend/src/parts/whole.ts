/** One thing whole, as a drawer shows it: read when it is opened, and never shown for another. */

import { shallowRef, watch } from 'vue'

import { asProblem, type Problem } from '@/api/problem'

/** `afresh` sets back what was done with the one before. */
export function useWhole<Whole>(
  opened: () => string | undefined,
  read: (id: string) => Promise<Whole>,
  afresh?: () => void,
) {
  const whole = shallowRef<Whole>()
  const problem = shallowRef<Problem>()
  let shown: string | undefined

  async function load(): Promise<void> {
    const id = opened()
    problem.value = undefined
    if (!id) return
    if (id !== shown) {
      shown = id
      whole.value = undefined
      afresh?.()
    }
    try {
      const found = await read(id)
      if (opened() === id) whole.value = found
    } catch (thrown) {
      if (opened() === id) problem.value = asProblem(thrown)
    }
  }

  watch(opened, load, { immediate: true })
  return { whole, problem, load }
}
