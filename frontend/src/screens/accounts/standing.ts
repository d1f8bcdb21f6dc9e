/** How the states of a request are shown and said. */

import type { AccountRequest } from '@/api/accounts'
import type { Tone } from '@/parts/StateTag.vue'

export const STANDINGS: Record<string, { text: string; tone: Tone }> = {
  waiting: { text: '待处理', tone: 'waiting' },
  granted: { text: '已同意', tone: 'good' },
  refused: { text: '已驳回', tone: 'bad' },
}

export function standingOf(request: AccountRequest): { text: string; tone: Tone } {
  return STANDINGS[request.status] ?? { text: request.status, tone: 'quiet' }
}
