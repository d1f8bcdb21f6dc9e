/** Follows runs that have not ended: asks for each of them every two seconds, as long as the page is seen. */

import { onActivated, onDeactivated, onMounted, onUnmounted, shallowRef } from 'vue'

import { followRun, type Run } from '@/api/runs'

import { isOpen } from './standing'

const ASK_EVERY = 2_000

export function useLiveRuns(
  shown: () => Run[],
  ended: (run: Run) => void,
  follow: (id: string) => Promise<Run> = followRun,
) {
  const newest = shallowRef(new Map<string, Run>())
  let timer: number | undefined

  function now(run: Run): Run {
    const known = newest.value.get(run.id)
    // What the list was told later counts.
    return known && isOpen(run) && known.attempt === run.attempt ? known : run
  }

  async function ask(): Promise<void> {
    if (document.hidden) return
    const open = shown().filter((run) => isOpen(now(run)))
    if (open.length === 0) return
    const told = await Promise.all(open.map((run) => follow(run.id).catch(() => run)))
    newest.value = new Map([...newest.value, ...told.map((run) => [run.id, run] as const)])
    told.filter((run) => !isOpen(run)).forEach(ended)
  }

  function start(): void {
    stop()
    timer = window.setInterval(() => void ask(), ASK_EVERY)
  }

  function stop(): void {
    window.clearInterval(timer)
  }

  onMounted(start)
  onActivated(start)
  onDeactivated(stop)
  onUnmounted(stop)
  return { now }
}
