/** Bills: an encounter whole, its lines some at a time. */

import { answer, api, type Schemas } from './client'

export type Bill = Schemas['Bill']
export type BilledLine = Schemas['BilledLine']
export type SomeLines = Schemas['SomeLines']
export type SaidOf = Schemas['SaidOf']

export interface LinesWanted {
  text: string
  sort: string
}

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
    ...(dataset && { dataset }),
  }
  return answer(
    api.GET('/api/v1/bills/{encounter_id}/lines', {
      params: { path: { encounter_id: encounter }, query },
    }),
  )
}
