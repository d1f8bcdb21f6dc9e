/** What a user keeps of lists: named sets of filters, and which columns are shown; it goes with the account. */

import { answer, api, type Schemas } from './client'

export type FilterSet = Schemas['FilterSet']
export type Kept = Schemas['KeptList']

export function keptLists(): Promise<Record<string, Kept>> {
  return answer(api.GET('/api/v1/kept-lists'))
}

export function keepOfList(name: string, kept: Kept): Promise<Kept> {
  const body = { sets: kept.sets, hidden: kept.hidden ?? null }
  return answer(api.PUT('/api/v1/kept-lists/{name}', { params: { path: { name } }, body }))
}
