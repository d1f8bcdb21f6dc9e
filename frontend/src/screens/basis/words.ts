/** Words for documents of the 依据库. */

import type { BasisDocument, Stance } from '@/api/basis'
import type { Option } from '@/list/definition'
import type { Tone } from '@/parts/StateTag.vue'

export const KINDS: Record<BasisDocument['kind'], string> = {
  policy: '政策法规',
  guideline: '指南规范',
  leaflet: '药品说明书',
  other: '其他',
}

export const STATES: Record<BasisDocument['state'], { text: string; tone: Tone }> = {
  draft: { text: '草案', tone: 'waiting' },
  planned: { text: '未施行', tone: 'waiting' },
  current: { text: '现行', tone: 'good' },
  replaced: { text: '已被取代', tone: 'bad' },
  over: { text: '已失效', tone: 'bad' },
}

export const STANCES: Record<Stance, { text: string; tone: Tone }> = {
  agrees: { text: '同意', tone: 'good' },
  with_changes: { text: '修改后同意', tone: 'waiting' },
  disagrees: { text: '不同意', tone: 'bad' },
}

export function optionsOf(words: Record<string, string | { text: string }>): Option[] {
  return Object.entries(words).map(([value, word]) => ({
    value,
    label: typeof word === 'string' ? word : word.text,
  }))
}
