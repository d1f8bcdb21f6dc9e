/** Trying as somebody types: the newest question alone is answered, older ones are given up. */

import { onScopeDispose, ref, shallowRef } from 'vue'

import { asProblem, isAbandoned, type Problem } from '@/api/problem'

const PAUSE = 350

export function useTrial<T>(ask: (signal: AbortSignal) => Promise<T>) {
  const result = shallowRef<T>()
  const problem = shallowRef<Problem>()
  const waiting = ref(false)
  let underway: AbortController | undefined
  let timer: ReturnType<typeof setTimeout> | undefined

  function soon(): void {
    clearTimeout(timer)
    waiting.value = true
    timer = setTimeout(now, PAUSE)
  }

  async function now(): Promise<void> {
    clearTimeout(timer)
    underway?.abort()
    const mine = new AbortController()
    underway = mine
    waiting.value = true
    try {
      const found = await ask(mine.signal)
      if (underway !== mine) return
      result.value = found
      problem.value = undefined
    } catch (thrown) {
      if (isAbandoned(thrown) || underway !== mine) return
      problem.value = asProblem(thrown)
    } finally {
      if (underway === mine) waiting.value = false
    }
  }

  onScopeDispose(() => {
    clearTimeout(timer)
    underway?.abort()
  })

  return { result, problem, waiting, soon, now }
}
