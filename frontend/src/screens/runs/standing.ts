/** How the state of a run is shown and said. */

import type { Run, RunStatus } from '@/api/runs'
import { count, duration } from '@/parts/format'
import type { Tone } from '@/parts/StateTag.vue'

const STANDINGS: Record<RunStatus, { text: string; tone: Tone }> = {
  waiting: { text: '排队', tone: 'waiting' },
  running: { text: '进行中', tone: 'waiting' },
  done: { text: '完成', tone: 'good' },
  failed: { text: '失败', tone: 'bad' },
  cancelled: { text: '已取消', tone: 'quiet' },
}

export const STATUSES = Object.entries(STANDINGS).map(([value, { text }]) => ({ value, label: text }))

export function standingOf(run: Run): { text: string; tone: Tone } {
  return run.cancelling ? { text: '正在取消', tone: 'waiting' } : STANDINGS[run.status]
}

export function isOpen(run: Run): boolean {
  return run.status === 'waiting' || run.status === 'running'
}

/** How far a run is, of a hundred; undefined where nobody knows yet. */
export function percentOf(run: Run): number | undefined {
  if (run.status === 'done') return 100
  if (run.status !== 'running' || !run.total) return undefined
  return Math.min(99, Math.floor((run.done / run.total) * 100))
}

/** Where a run is, in words: 审核 1,200,000 / 5,000,000 行，310,000 行/秒，还要 12 秒. */
export function wayOf(run: Run): string {
  if (run.status === 'waiting') return '等待后台进程'
  if (run.status !== 'running') return ''
  const parts = [run.stage || '开始']
  if (run.unit === '行' && run.done) {
    parts[0] += ` ${count(run.done)}${run.total ? ` / ${count(run.total)}` : ''} 行`
    if (run.rate) parts.push(`${count(run.rate)} 行/秒`)
  }
  if (run.seconds_left !== null && run.seconds_left !== undefined) {
    parts.push(`还要约 ${duration(run.seconds_left)}`)
  }
  return parts.join('，')
}

/** How long it took, or has taken so far. */
export function lasted(run: Run): string {
  if (!run.started_at) return '—'
  const end = run.finished_at ? new Date(run.finished_at) : new Date()
  return duration((end.getTime() - new Date(run.started_at).getTime()) / 1000)
}
