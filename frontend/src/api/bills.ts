/** Bills: an encounter whole, its lines some at a time. */

import { answer, api, type Schemas } from './client'

export type Bill = Schemas['Bill']
export type BilledLine = Schemas['BilledLine']
export type SomeLines = Schemas['SomeLines']
export type FindingOfBill = Schemas['FindingRow']

export interface LinesWanted {
  text: string
  sort: string
  /** Only these, by their keys. */
  keys?: string[]
}

export interface FoundOnBill {
  run: string
  name: string
  findings: FindingOfBill[]
  total: number
}

const MOST_FINDINGS = 100

export function readBill(encounter: string, dataset: string | undefined): Promise<Bill> {
  return answer(
    api.GET('/api/v1/bills/{encounter_id}', {
      params: { path: { encounter_id: encounter }, query: dataset ? { dataset } : {} },
    }),
  )
}

export function readLines(
  encounter: string,
  dataset: string | undefined,
  wanted: LinesWanted,
  offset: number,
  limit: number,
): Promise<SomeLines> {
  const query = {
    offset,
    limit,
    sort: wanted.sort,
    ...(wanted.text && { text: wanted.text }),
    ...(wanted.keys && { line: wanted.keys }),
    ...(dataset && { dataset }),
  }
  return answer(
    api.GET('/api/v1/bills/{encounter_id}/lines', {
      params: { path: { encounter_id: encounter }, query },
    }),
  )
}

/** What an audit, or the newest of the dataset, found on a bill; nothing where there was none. */
export async function findingsOfBill(
  encounter: string,
  dataset: string,
  run: string | undefined,
): Promise<FoundOnBill | undefined> {
  const newest = { kind: 'audit', status: 'done' as const, dataset_id: dataset, size: 1 }
  // An audit that is named may be another's run: its findings are within one's scope all the same.
  const audit = run
    ? { id: run, name: '' }
    : (await answer(api.GET('/api/v1/runs', { params: { query: newest } }))).items[0]
  if (!audit) return undefined
  const query = { run: audit.id, encounter: [encounter], size: MOST_FINDINGS }
  const found = await answer(api.GET('/api/v1/findings', { params: { query } }))
  return { run: audit.id, name: audit.name, findings: found.items, total: found.total }
}
