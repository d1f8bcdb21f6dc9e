/** What the states of 人工审核 are called. */

import type { Opinion } from '@/api/secondOpinions'
import type { Tone } from '@/parts/StateTag.vue'

export const OUTCOMES: Record<NonNullable<Opinion['outcome']>, { text: string; tone: Tone }> = {
  agreed: { text: '同意继续', tone: 'good' },
  change: { text: '建议修改', tone: 'bad' },
  passed: { text: '超时放行', tone: 'waiting' },
  held: { text: '超时不放行', tone: 'bad' },
  withdrawn: { text: '医师已返回修改', tone: 'quiet' },
}

export const STANDINGS = [
  { value: 'waiting', label: '待答复' },
  { value: 'to_review', label: '待事后复核' },
  { value: 'done', label: '已结束' },
]

/** What is decided, or holds by time; and what was thought of it afterwards. */
export function endOf(opinion: Opinion): { text: string; tone: Tone } {
  if (!opinion.outcome) return { text: '待答复', tone: 'waiting' }
  const end = OUTCOMES[opinion.outcome]
  if (opinion.standing === 'to_review') return { ...end, text: `${end.text}，待复核` }
  return opinion.review ? { ...end, text: `${end.text}，复核：${OUTCOMES[opinion.review].text}` } : end
}
