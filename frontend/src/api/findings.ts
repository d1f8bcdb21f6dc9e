/** Findings of finished audits: lists, counts, one whole. */

import type { FilterValues, ListPage, ListState, Lookup } from '@/list/definition'

import { answer, api, type QueryOf, type Schemas } from './client'
import { asked } from './listing'

export type Finding = Schemas['FindingRow']
export type FindingDetail = Schemas['FindingDetail']
export type Facets = Schemas['Facets']
export type Facet = Schemas['Facet']
export type FacetValue = Schemas['FacetValue']
export type AuditedRun = Schemas['AuditedRun']
export type BillLine = Schemas['BillLine']

type Query = QueryOf<'/api/v1/findings'>
// People write yuan; the server counts fen.
const YUAN: Record<string, string> = { claimed_from: 'claimed_from_fen', claimed_to: 'claimed_to_fen' }

function fen(text: string): number | undefined {
  const amount = Number(text)
  return text.trim() === '' || !Number.isFinite(amount) ? undefined : Math.round(amount * 100)
}

/** Filters as people set them, as the server takes them. */
export function query(run: string, filters: FilterValues): Query {
  const wanted: Record<string, unknown> = { run }
  for (const [name, value] of Object.entries(filters)) {
    const inFen = YUAN[name]
    wanted[inFen ?? name] = inFen ? fen(value) : value
  }
  // Which filters there are, the screen declares; a wrong one is refused by the server.
  return wanted as Query
}

export function listFindings(
  run: string,
  state: ListState,
  signal?: AbortSignal,
): Promise<ListPage<Finding>> {
  const { page, size, sort } = state
  const wanted = { ...query(run, state.filters), page, size, sort }
  return answer(api.GET('/api/v1/findings', { params: { query: wanted }, signal }))
}

export function countFindings(run: string, filters: FilterValues, signal?: AbortSignal): Promise<Facets> {
  return answer(api.GET('/api/v1/findings/facets', { params: { query: query(run, filters) }, signal }))
}

export function readFinding(run: string, id: string, days: number): Promise<FindingDetail> {
  const params = { path: { finding_id: id }, query: { run, days } }
  return answer(api.GET('/api/v1/findings/{finding_id}', { params }))
}

export function auditedRuns(): Promise<AuditedRun[]> {
  return answer(api.GET('/api/v1/findings/runs'))
}

export type RuleHits = Schemas['RuleHits']

/** What a rule found in the newest audit that one may read; nothing where there is none. */
export async function newestHits(code: string): Promise<{ run: AuditedRun; hits?: RuleHits } | undefined> {
  const [run] = await auditedRuns()
  if (!run) return undefined
  const found = await answer(api.GET('/api/v1/findings/by-rule', { params: { query: { run: [run.id] } } }))
  const hits = found.find((one) => one.rule_code === code)
  return { run, ...(hits && { hits }) }
}

export type Comparison = Schemas['Comparison']
export type Counted = Schemas['Counted']
export type Difference = Schemas['Difference']
export type ChangeOfFinding = Difference['change']

export function compareRuns(before: string, after: string, signal?: AbortSignal): Promise<Comparison> {
  return answer(api.GET('/api/v1/findings/comparison', { params: { query: { before, after } }, signal }))
}

export function listDifferences(
  before: string,
  after: string,
  state: ListState,
  signal?: AbortSignal,
): Promise<ListPage<Difference>> {
  const wanted = { ...asked<QueryOf<'/api/v1/findings/differences'>>(state), before, after }
  return answer(api.GET('/api/v1/findings/differences', { params: { query: wanted }, signal }))
}

/** One of the many values of a facet, found by a part of its code or name. */
export function facetLookup(run: () => string | undefined, facet: string): Lookup {
  async function values(text: string): Promise<FacetValue[]> {
    const of = run()
    if (!of) return []
    const wanted = { run: of, facet, ...(text ? { holding: text } : {}) }
    return (await answer(api.GET('/api/v1/findings/values', { params: { query: wanted } }))).values
  }
  const option = (value: FacetValue) => ({
    value: value.value,
    label: value.label,
    note: value.institution_name ?? (value.label === value.value ? undefined : value.value),
  })
  return {
    find: async (text) => (await values(text)).map(option),
    named: async (code) => (await values(code)).map(option).find((found) => found.value === code),
  }
}
