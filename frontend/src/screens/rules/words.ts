/** What the rule library says in colours and words. */

import type { Plain, Setting } from '@/api/rules'
import type { Option } from '@/list/definition'
import type { Tone } from '@/parts/StateTag.vue'

const TONES: Record<string, Tone> = {
  可判断: 'good',
  待知识点: 'waiting',
  待参数或映射: 'waiting',
  草稿: 'waiting',
  尚未实现: 'quiet',
  停用: 'quiet',
}

export function toneOf(state: string): Tone {
  return TONES[state] ?? 'quiet'
}

export const STATES: Option[] = Object.keys(TONES).map((value) => ({ value, label: value }))
export const CERTAINTIES: Option[] = ['明确违规', '可疑', '提醒'].map((value) => ({ value, label: value }))
export const ORIGINS: Option[] = [
  { value: 'official', label: '官方规则' },
  { value: 'own', label: '自有规则' },
  { value: 'defined', label: '自建规则' },
]

/** A value of a parameter as people read it, with its unit. */
export function settingText(setting: Setting, value: unknown): string {
  if (value === null || value === undefined || value === '') return '没有设定'
  if (value === true) return '是'
  if (value === false) return '否'
  if (Array.isArray(value)) return value.join('、') || '（空）'
  const text = String(value)
  return setting.unit && !text.endsWith(setting.unit) ? `${text} ${setting.unit}` : text
}

/** The sort of input that a parameter takes. */
export function fieldOfSetting(setting: Setting | undefined) {
  const type = setting?.kind === 'flag' ? '是否' : setting?.kind === 'codes' ? '代码集' : '文本'
  return { label: setting?.label ?? '', type, codes: setting?.codes ?? '', choices: setting?.choices ?? [] }
}

/** A value as it is written: 50 of a parameter in per cent is 50%, because half a per cent would be 0.5%. */
export function writtenSetting(setting: Setting, value: Plain): Plain {
  return setting.unit === '%' && typeof value === 'string' && /^\d+(\.\d+)?$/.test(value.trim())
    ? `${value.trim()}%`
    : value
}
