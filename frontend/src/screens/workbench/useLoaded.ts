/** One part of a page: asked for by itself, so that one that fails takes no other with it. */

import { shallowRef } from 'vue'

import { asProblem, type Problem } from '@/api/problem'

export function useLoaded<Result>(ask: () => Promise<Result>) {
  const result = shallowRef<Result>()
  const problem = shallowRef<Problem>()

  async function load(): Promise<void> {
    problem.value = undefined
    try {
      result.value = await ask()
    } catch (thrown) {
      problem.value = asProblem(thrown)
    }
  }

  return { result, problem, load }
}
