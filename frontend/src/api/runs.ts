/** Runs in the background: imports, audits, exports. */

import type { ListPage, ListState } from '@/list/definition'

import { answer, api, type QueryOf, type Schemas, UNATTENDED } from './client'
import { asked } from './listing'

export type Run = Schemas['RunView']
export type RunStatus = Schemas['Status']
export type Outcome = Schemas['Outcome']
export type ReleaseChoice = Schemas['ReleaseChoice']
export type Background = Schemas['Background']

const at = (id: string) => ({ path: { run_id: id } })

export function listRuns(state: ListState, signal?: AbortSignal): Promise<ListPage<Run>> {
  return answer(api.GET('/api/v1/runs', { params: { query: asked<QueryOf<'/api/v1/runs'>>(state) }, signal }))
}

export function readRun(id: string): Promise<Run> {
  return answer(api.GET('/api/v1/runs/{run_id}', { params: at(id) }))
}

/** The same, asked by the page itself. */
export function followRun(id: string): Promise<Run> {
  return answer(api.GET('/api/v1/runs/{run_id}', { params: at(id), headers: UNATTENDED }))
}

export function background(): Promise<Background> {
  return answer(api.GET('/api/v1/runs/background', { headers: UNATTENDED }))
}

let kinds: Promise<Map<string, string>> | undefined

/** What kinds of run are called; asked once, because they change with the program only. */
export function kindNames(): Promise<Map<string, string>> {
  kinds ??= background().then((said) => new Map(said.kinds.map((kind) => [kind.kind, kind.label])))
  kinds.catch(() => (kinds = undefined))
  return kinds
}

export function releaseChoices(): Promise<ReleaseChoice[]> {
  return answer(api.GET('/api/v1/runs/audits/releases'))
}

export function startAudit(form: Schemas['NewAudit']): Promise<Run> {
  return answer(api.POST('/api/v1/runs/audits', { body: form }))
}

export function cancelRun(id: string): Promise<Run> {
  return answer(api.POST('/api/v1/runs/{run_id}/cancel', { params: at(id) }))
}

export function retryRun(id: string): Promise<Run> {
  return answer(api.POST('/api/v1/runs/{run_id}/retry', { params: at(id) }))
}

export function outcomeOf(id: string): Promise<Outcome> {
  return answer(api.GET('/api/v1/runs/{run_id}/outcome', { params: at(id) }))
}

/** Where a workbook of an audit is fetched. */
export function workbookOf(id: string, part: number): string {
  return `/api/v1/runs/${id}/workbook?part=${part}`
}
