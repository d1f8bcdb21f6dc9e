/** How a run stands, in a word and a sign. */

import type { RunSeen } from '@/api/workbench'
import { count } from '@/parts/format'
import type { Tone } from '@/parts/StateTag.vue'

const STANDINGS: Record<RunSeen['status'], { tone: Tone; text: string }> = {
  waiting: { tone: 'waiting', text: '排队' },
  running: { tone: 'waiting', text: '进行中' },
  done: { tone: 'good', text: '完成' },
  failed: { tone: 'bad', text: '失败' },
  cancelled: { tone: 'quiet', text: '已取消' },
}

export function standingOfRun(status: RunSeen['status']): { tone: Tone; text: string } {
  return STANDINGS[status]
}

/** What has been done of it, or why it ended. */
export function progressOf(run: RunSeen): string {
  if (run.problem) return run.problem.message ?? '—'
  if (run.status !== 'running') return run.dataset_name ?? '—'
  const of = run.total ? `${Math.floor((run.done / run.total) * 100)}%` : `${count(run.done)} ${run.unit}`
  return `${run.stage} ${of}`
}
