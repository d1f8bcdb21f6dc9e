/** Rule sets, exemptions and care elsewhere, and which rules a bill would get. Their written form bears the words of those who keep them. */

import { answer, api, type Schemas } from './client'

export type StrategyView = Schemas['StrategyView']
export type StrategyWords = Schemas['StrategyWords']
export type CheckedPart = Schemas['CheckedPart']
export type DecidedRule = Schemas['DecidedRule']
export type Choice = Schemas['WordChoice']

/** A written form: what is left out says nothing. */
export type Written = Record<string, unknown>

const of = (draft: string) => ({ params: { query: draft ? { draft_id: draft } : {} } })

export function readStrategy(draft: string): Promise<StrategyView> {
  return answer(api.GET('/api/v1/strategy', of(draft)))
}

export function strategyWords(draft: string): Promise<StrategyWords> {
  return answer(api.GET('/api/v1/strategy/words', of(draft)))
}

export function checkPart(
  draft: string,
  part: Schemas['PartForm']['part'],
  written: Written,
  replaces: string,
  signal: AbortSignal,
): Promise<CheckedPart> {
  const body = { draft_id: draft || null, part, written: written as Schemas['PartForm']['written'], replaces }
  return answer(api.POST('/api/v1/strategy/check', { body, signal }))
}

export function previewRules(form: Schemas['PreviewForm'], signal: AbortSignal): Promise<DecidedRule[]> {
  return answer(api.POST('/api/v1/strategy/preview', { body: form, signal }))
}
