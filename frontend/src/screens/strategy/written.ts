/** Forms of sets and exemptions, and their written form; what is empty is left out of it. */

import type { Written } from '@/api/strategy'
import type { Plain } from '@/api/rules'

export interface SetForm {
  name: string
  rules: string[]
  without: string[]
  priority: number
  from: string
  until: string
  scope: Record<string, string[]>
  scenes: string[]
  settings: { rule: string; name: string; value: Plain }[]
  actions: Record<string, string>
  below: string
  milder: string
}

export interface ExemptionForm {
  number: string
  kind: string
  reason: string
  from: string
  until: string
  where: Record<string, string[]>
  rules: string[]
}

export interface ElsewhereForm {
  rules: string[]
  by: string
  from: string
  until: string
}

function stated(told: Written): Written {
  return Object.fromEntries(
    Object.entries(told).filter(
      ([, value]) =>
        value !== '' &&
        value !== null &&
        value !== undefined &&
        !(Array.isArray(value) && value.length === 0) &&
        !(typeof value === 'object' && !Array.isArray(value) && Object.keys(value as object).length === 0),
    ),
  )
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : value ? [String(value)] : []
}

function lists(value: unknown): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries((value ?? {}) as Written).map(([name, held]) => [name, texts(held)]),
  )
}

// Kept by their number, chosen by their word.
const RANKS: Record<string, string> = { '0': '无等级', '1': '一级', '2': '二级', '3': '三级' }

function withRanks(scope: Record<string, string[]>): Record<string, string[]> {
  const ranks = scope['机构级别']
  return ranks ? { ...scope, 机构级别: ranks.map((rank) => RANKS[rank] ?? rank) } : scope
}

export function formOfSet(written: Written): SetForm {
  const threshold = (written['门槛'] ?? {}) as Written
  const settings = (written['参数'] ?? {}) as Record<string, Record<string, Plain>>
  return {
    name: String(written['名称'] ?? ''),
    rules: texts(written['规则']),
    without: texts(written['不含']),
    priority: Number(written['优先级'] ?? 0),
    from: String(written['启用'] ?? ''),
    until: String(written['停用'] ?? ''),
    scope: withRanks(lists(written['范围'])),
    scenes: texts(written['场景']),
    settings: Object.entries(settings).flatMap(([rule, named]) =>
      Object.entries(named).map(([name, value]) => ({
        rule,
        name,
        value: typeof value === 'number' ? String(value) : value,
      })),
    ),
    actions: Object.fromEntries(Object.entries((written['动作'] ?? {}) as Record<string, string>)),
    below: String(threshold['金额'] ?? ''),
    milder: String(threshold['以下'] ?? ''),
  }
}

export function writtenSet(form: SetForm): Written {
  const settings: Record<string, Record<string, Plain>> = {}
  for (const one of form.settings) {
    if (one.rule && one.name && one.value !== null && one.value !== '') {
      ;(settings[one.rule] ??= {})[one.name] = one.value
    }
  }
  return stated({
    名称: form.name.trim(),
    优先级: form.priority || null,
    启用: form.from,
    停用: form.until,
    范围: stated(form.scope),
    场景: form.scenes,
    规则: form.rules,
    不含: form.without,
    参数: settings,
    动作: stated(form.actions),
    门槛: form.below || form.milder ? stated({ 金额: form.below, 以下: form.milder }) : null,
  })
}

const OF_EXEMPTION = new Set(['编号', '类型', '理由', '起', '止', '规则'])

export function formOfExemption(written: Written): ExemptionForm {
  const where = Object.entries(written).filter(([name]) => !OF_EXEMPTION.has(name))
  return {
    number: String(written['编号'] ?? ''),
    kind: String(written['类型'] ?? ''),
    reason: String(written['理由'] ?? ''),
    from: String(written['起'] ?? ''),
    until: String(written['止'] ?? ''),
    where: lists(Object.fromEntries(where)),
    rules: texts(written['规则']),
  }
}

export function writtenExemption(form: ExemptionForm): Written {
  return stated({
    编号: form.number.trim(),
    类型: form.kind,
    理由: form.reason.trim(),
    起: form.from,
    止: form.until,
    ...form.where,
    规则: form.rules,
  })
}

export function formOfElsewhere(written: Written): ElsewhereForm {
  return {
    rules: texts(written['规则']),
    by: String(written['按'] ?? ''),
    from: String(written['启用'] ?? ''),
    until: String(written['停用'] ?? ''),
  }
}

export function writtenElsewhere(form: ElsewhereForm): Written {
  return stated({ 规则: form.rules, 按: form.by, 启用: form.from, 停用: form.until })
}
