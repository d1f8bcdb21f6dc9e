/** Trials of drafts on bills of the past. */

import type { ListPage } from '@/list/definition'

import { answer, api, type Schemas } from './client'
import type { Run } from './runs'

export type Comparison = Schemas['Comparison']
export type Difference = Schemas['Difference']
export type ChangeOfFinding = Difference['change']

export function startTrial(form: Schemas['NewTrial']): Promise<Run> {
  return answer(api.POST('/api/v1/trials', { body: form }))
}

export function trialsOf(draft: string): Promise<Run[]> {
  return answer(api.GET('/api/v1/trials', { params: { query: { draft_id: draft } } }))
}

export function comparisonOf(run: string): Promise<Comparison> {
  return answer(api.GET('/api/v1/trials/{run_id}/comparison', { params: { path: { run_id: run } } }))
}

export function differencesOf(
  run: string,
  filter: { change?: ChangeOfFinding; rule?: string; institution?: string },
  page: number,
  size: number,
): Promise<ListPage<Difference>> {
  const params = { path: { run_id: run }, query: { ...filter, page, size } }
  return answer(api.GET('/api/v1/trials/{run_id}/differences', { params }))
}
