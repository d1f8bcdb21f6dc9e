/** How far a draft has come, as a sign. */

import type { DraftState } from '@/api/drafts'
import type { Tone } from '@/parts/StateTag.vue'

export const TONES: Record<DraftState, Tone> = {
  editing: 'quiet',
  in_review: 'waiting',
  returned: 'bad',
  approved: 'good',
  published: 'good',
  abandoned: 'quiet',
}
