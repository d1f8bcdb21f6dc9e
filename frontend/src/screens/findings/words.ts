/** How findings are shown in words. */

import type { Finding } from '@/api/findings'
import type { Tone } from '@/parts/StateTag.vue'
import { count } from '@/parts/format'

const TONES: Record<string, Tone> = { 明确违规: 'bad', 可疑: 'waiting', 提醒: 'quiet' }

export function toneOf(certainty: string): Tone {
  return TONES[certainty] ?? 'quiet'
}

/** An amount in fen as yuan; what is unknown as a dash. */
export function inYuan(fen: number | null | undefined): string {
  if (fen === null || fen === undefined) return '—'
  const cents = String(Math.abs(fen) % 100).padStart(2, '0')
  return `${fen < 0 ? '-' : ''}${count(Math.floor(Math.abs(fen) / 100))}.${cents}`
}

/** A large amount as people say it: 123.46 万元. */
export function inWan(fen: number): string {
  const yuan = fen / 100
  if (Math.abs(yuan) < 10_000) return `${inYuan(fen)} 元`
  const [unit, word] = Math.abs(yuan) < 100_000_000 ? [10_000, '万元'] : [100_000_000, '亿元']
  return `${count(Math.round((yuan / unit) * 100) / 100)} ${word}`
}

export function itemOf(finding: Finding): string {
  return finding.name ?? finding.code ?? '整单'
}

/** Findings as a table to paste elsewhere, one a line. */
export function asTable(findings: Finding[]): string {
  const head = [
    '疑点编号',
    '规则',
    '确定性',
    '项目编码',
    '项目',
    '医疗机构',
    '就诊',
    '日期',
    '计入金额（元）',
    '说明',
  ]
  const rows = findings.map((one) => [
    one.finding_id,
    one.rule_name,
    one.certainty,
    one.code ?? '',
    one.name ?? '',
    one.institution_name ?? one.institution_id ?? '',
    one.encounter_id,
    one.day ?? '',
    one.claimed_fen === null ? '' : inYuan(one.claimed_fen),
    one.sentence,
  ])
  return [head, ...rows].map((row) => row.map((cell) => cell.replace(/[\t\n\r]/g, ' ')).join('\t')).join('\n')
}
