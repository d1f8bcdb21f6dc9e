/** A rule without code as its form holds it, and its written form. */

import type { Plain, Values } from '@/api/rules'
import type { Begun, CaseForm, Over, Word } from '@/api/writing'

import { type Group, textOf } from './condition'

export interface Parameter {
  name: string
  type: string
  standard: string
  unit: string
  least: string
  most: string
}

export interface RuleForm {
  code: string
  name: string
  certainty: string
  over: Over
  mechanism: string
  when: Group
  condition: Group
  /** The text of the condition while it is written as text; undefined while it is written in lines. */
  asText: string | undefined
  value: string
  limit: string
  kind: string
  points: Values[]
  parameters: Parameter[]
  settings: Values
  message: string
  sources: string[]
  sections: Record<string, string>
  examples: CaseForm[]
}

export const SECTIONS = ['检查什么', '为何违规', '不报什么', '处理建议']

type Written = Record<string, unknown>

function text(value: unknown): string {
  return value === undefined || value === null ? '' : String(value)
}

/** What the server puts where somebody is still to write is shown as an empty box. */
function unlessToWrite(value: unknown): string {
  const said = text(value)
  return /^（.*）$/.test(said) ? '' : said
}

function withoutStandIns(examples: CaseForm[]): CaseForm[] {
  const held = structuredClone(examples)
  for (const one of held) one.name = unlessToWrite(one.name)
  return held
}

export function formOf(begun: Begun): RuleForm {
  const told = begun.written as Written
  const mechanism = text(told['机制'])
  const held = (told['参数'] ?? {}) as Record<string, unknown>
  return {
    code: text(told['编码']),
    name: unlessToWrite(told['名称']),
    certainty: text(told['确定性']) || '可疑',
    over: (text(told['判断']) || '明细') as Over,
    mechanism,
    when: { sort: '且', parts: [] },
    condition: { sort: '且', parts: [] },
    asText: text(told['条件']),
    value: text(told['读到']),
    limit: text(told['限定']),
    kind: text(told['知识点种类']),
    points: structuredClone((told['知识点'] ?? []) as Values[]),
    parameters: mechanism
      ? []
      : Object.entries(held as Record<string, Written>).map(([name, one]) => ({
          name,
          type: text(one['类型']) || '整数',
          standard: text(one['缺省']),
          unit: text(one['单位']),
          least: text(one['最小']),
          most: text(one['最大']),
        })),
    settings: mechanism
      ? Object.fromEntries(
          Object.entries(held).map(([name, value]) => [
            name,
            typeof value === 'number' ? String(value) : (value as Plain),
          ]),
        )
      : {},
    message: text(told['提示']),
    sources: Array.isArray(told['依据']) ? told['依据'].map(String) : [],
    sections: Object.fromEntries(
      SECTIONS.map((name) => [name, unlessToWrite(((told['说明'] ?? {}) as Written)[name])]),
    ),
    examples: withoutStandIns(begun.examples),
  }
}

/** Parameters of a condition as they are written. */
export function writtenParameters(parameters: Parameter[]): Record<string, Written> {
  return Object.fromEntries(
    parameters
      .filter((one) => one.name.trim())
      .map((one) => [
        one.name.trim(),
        Object.fromEntries(
          Object.entries({
            类型: one.type,
            缺省: one.standard,
            单位: one.unit,
            最小: one.least,
            最大: one.most,
          }).filter(([, value]) => value !== ''),
        ),
      ]),
  )
}

export function conditionText(form: RuleForm, words: Word[]): string {
  return form.asText ?? textOf(form.condition, words)
}

/** The written form without the examples; what is empty is left out by the server. */
export function writtenRule(form: RuleForm, words: Word[], whenWords: Word[]): Written {
  const own = form.mechanism
    ? { 机制: form.mechanism, 参数: form.settings }
    : {
        判断: form.over,
        条件: conditionText(form, words),
        读到: form.value,
        限定: form.limit,
        参数: writtenParameters(form.parameters),
      }
  return {
    编码: form.code,
    名称: form.name.trim(),
    确定性: form.certainty,
    前提: textOf(form.when, whenWords),
    ...own,
    知识点种类: form.kind,
    知识点: form.points.map((point) =>
      Object.fromEntries(Object.entries(point).filter(([, value]) => value !== null && value !== '')),
    ),
    提示: form.message,
    依据: form.sources,
    说明: form.sections,
  }
}
