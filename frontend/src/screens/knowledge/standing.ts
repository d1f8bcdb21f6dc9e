/** What can be done with a point, as a sign. */

import type { Tone } from '@/parts/StateTag.vue'

export const TONES: Record<string, Tone> = {
  可判断: 'good',
  待设参数: 'waiting',
  待映射: 'waiting',
  已被替代: 'quiet',
  已停用: 'quiet',
}
