/** What the workbench shows of runs, findings, notifications and the trail: a few of each. */

import { answer, api, type QueryOf, type Schemas } from './client'

export type RunSeen = Schemas['RunView']
export type FoundInAll = Schemas['Facets']
export type Told = Schemas['NotificationView']
export type Done = Schemas['Entry']

export interface Few<Item> {
  items: Item[]
  total: number
}

export function someRuns(query: QueryOf<'/api/v1/runs'>): Promise<Few<RunSeen>> {
  return answer(api.GET('/api/v1/runs', { params: { query: { page: 1, sort: '-created_at', ...query } } }))
}

/** Counts and sums of an audit's findings in one's scope. */
export function foundBy(run: string): Promise<FoundInAll> {
  return answer(api.GET('/api/v1/findings/facets', { params: { query: { run } } }))
}

export function unreadTold(): Promise<Few<Told>> {
  const query = { unread: true, page: 1, size: 6, sort: '-at' }
  return answer(api.GET('/api/v1/notifications', { params: { query } }))
}

export function lastDone(): Promise<Few<Done>> {
  return answer(api.GET('/api/v1/trail', { params: { query: { page: 1, size: 8, sort: '-id' } } }))
}
