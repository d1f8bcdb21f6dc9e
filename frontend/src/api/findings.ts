/** Findings of finished audits: lists, counts, one whole. */

import type { FilterValues, ListPage, ListState, Lookup } from '@/list/definition'

import { answer, api, type QueryOf, type Schemas } from './client'

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
  const asked: Record<string, unknown> = { run }
  for (const [name, value] of Object.entries(filters)) {
    const inFen = YUAN[name]
    asked[inFen ?? name] = inFen ? fen(value) : value
  }
  // Which filters there are, the screen declares; a wrong one is refused by the server.
  return asked as Query
}

export function listFindings(
  run: string,
  state: ListState,
  signal?: AbortSignal,
): Promise<ListPage<Finding>> {
  const { page, size, sort } = state
  const asked = { ...query(run, state.filters), page, size, sort }
  return answer(api.GET('/api/v1/findings', { params: { query: asked }, signal }))
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

/** One of the many values of a facet, found by a part of its code or name. */
export function facetLookup(run: () => string | undefined, facet: string): Lookup {
  async function values(text: string): Promise<FacetValue[]> {
    const of = run()
    if (!of) return []
    const asked = { run: of, facet, ...(text ? { holding: text } : {}) }
    return (await answer(api.GET('/api/v1/findings/values', { params: { query: asked } }))).values
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
