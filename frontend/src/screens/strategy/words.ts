/** What a strategy says, as people read it. */

import type { StrategyWords, Written } from '@/api/strategy'

const RANKS: Record<string, string> = { '0': '无等级', '1': '一级', '2': '二级', '3': '三级' }

/** Where a set applies. */
export function scope(words: StrategyWords, written: Written): string {
  const held = { ...((written['范围'] ?? {}) as Written) }
  const ranks = held['机构级别']
  if (Array.isArray(ranks)) held['机构级别'] = ranks.map((rank) => RANKS[String(rank)] ?? rank)
  const scenes = Array.isArray(written['场景']) ? written['场景'] : []
  const called = scenes.map((scene) => words.scenes.find(({ value }) => value === scene)?.label ?? scene)
  return [text(held), called.length && `场景 ${text(called)}`].filter(Boolean).join('；') || '各处'
}

export function inWords(written: Written, names: string[]): string {
  return names
    .filter((name) => written[name] !== undefined)
    .map((name) => `${name} ${text(written[name])}`)
    .join('；')
}

export function text(value: unknown): string {
  if (Array.isArray(value)) return value.map(text).join('、')
  if (value && typeof value === 'object') {
    return Object.entries(value)
      .map(([name, held]) => `${name} ${text(held)}`)
      .join('，')
  }
  return value === undefined ? '' : String(value)
}

/** The rules that are named, the first four where they are more. */
export function named(words: StrategyWords, value: unknown): string {
  const labels = (Array.isArray(value) ? value : []).map(
    (one) => words.rules.find((each) => each.value === one)?.label ?? String(one),
  )
  return labels.length > 4 ? `${labels.slice(0, 4).join('、')} 等 ${labels.length} 项` : labels.join('、')
}

export function period(written: Written, from: string, until: string): string {
  const [first, last] = [written[from], written[until]]
  return first || last ? `${text(first) || '一直'} 至 ${text(last) || '长期'}` : '长期'
}
