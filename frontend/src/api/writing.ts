/** Writing a rule without code: what it may be made of, what to begin with, and what is wrong while somebody writes. */

import { answer, api, type Schemas } from './client'

export type Word = Schemas['Word']
export type WritingWords = Schemas['WritingWords']
export type Begun = Schemas['BegunRule']
export type Checked = Schemas['Checked']
export type Fault = Schemas['WritingFault']
export type ConditionNode = Schemas['Node']
export type CaseForm = Schemas['CaseView']
export type Over = Schemas['Over']
type Written = Record<string, unknown>

export function writingWords(over: Over, kind: string, parameters: Written): Promise<WritingWords> {
  const body = { over, kind, parameters: parameters as Schemas['WordsForm']['parameters'] }
  return answer(api.POST('/api/v1/own-rules/words', { body }))
}

export interface Beginning {
  draft: string
  over?: Over
  mechanism?: string
  code?: string
  copy?: boolean
}

export function beginRule(from: Beginning): Promise<Begun> {
  const body = {
    draft_id: from.draft || null,
    over: from.over ?? null,
    mechanism: from.mechanism ?? '',
    code: from.code ?? '',
    as_copy: from.copy ?? false,
  }
  return answer(api.POST('/api/v1/own-rules/begin', { body }))
}

export function checkRule(written: Written, examples: CaseForm[], signal: AbortSignal): Promise<Checked> {
  const body = { written: written as Schemas['CheckForm']['written'], examples }
  return answer(api.POST('/api/v1/own-rules/check', { body, signal }))
}

export function retireRule(draft: string, code: string, reason: string): Promise<unknown> {
  const params = { path: { code } }
  return answer(api.POST('/api/v1/own-rules/{code}/retire', { params, body: { draft_id: draft, reason } }))
}
