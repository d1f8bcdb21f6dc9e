/** How the states of a user are shown and said. */

import type { Tone } from '@/parts/StateTag.vue'

const STANDINGS: Record<string, { text: string; tone: Tone }> = {
  active: { text: '在用', tone: 'good' },
  locked: { text: '已停用', tone: 'bad' },
  left: { text: '已离职', tone: 'quiet' },
}

export function standingOf(status: string): { text: string; tone: Tone } {
  return STANDINGS[status] ?? { text: status, tone: 'quiet' }
}
