/** What became of findings between two audits, in words and signs. */

import type { ChangeOfFinding } from '@/api/findings'
import type { Tone } from '@/parts/StateTag.vue'

export const CHANGES: Record<ChangeOfFinding, { text: string; tone: Tone }> = {
  new: { text: '新增', tone: 'bad' },
  gone: { text: '消失', tone: 'quiet' },
  changed: { text: '变化', tone: 'waiting' },
}
