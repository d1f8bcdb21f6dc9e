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

/** How many things of a kind wait for one, and until when where there is a last day. */
export interface Awaited {
  total: number
  deadline?: string
}

const ONE = { page: 1, size: 1 }
const counted = async (request: Promise<{ total: number }>): Promise<Awaited> => ({
  total: (await request).total,
})
const dated = async (request: Promise<Few<{ deadline: string }>>): Promise<Awaited> => {
  const { items, total } = await request
  return { total, ...(items[0] && { deadline: items[0].deadline }) }
}

export function draftsIn(state: 'in_review' | 'approved'): Promise<Awaited> {
  return counted(answer(api.GET('/api/v1/drafts', { params: { query: { ...ONE, state } } })))
}

export function changesToReview(): Promise<Awaited> {
  return counted(
    answer(api.GET('/api/v1/setting-changes', { params: { query: { ...ONE, state: 'proposed' } } })),
  )
}

export function accountsToDecide(): Promise<Awaited> {
  return counted(
    answer(api.GET('/api/v1/accounts/requests', { params: { query: { ...ONE, status: 'waiting' } } })),
  )
}

export function alarmsToHandle(): Promise<Awaited> {
  return counted(answer(api.GET('/api/v1/alarms', { params: { query: { ...ONE, handled: false } } })))
}

export function basisTasksOf(owner: string): Promise<Awaited> {
  const query = { ...ONE, open: true, owner, sort: 'deadline' }
  return dated(answer(api.GET('/api/v1/basis/tasks', { params: { query } })))
}

export function opinionsToGive(): Promise<Awaited> {
  const query = { ...ONE, unanswered: true, sort: 'deadline' }
  return dated(answer(api.GET('/api/v1/consultations/mine', { params: { query } })))
}

export function secondOpinionsIn(standing: 'waiting' | 'to_review'): Promise<Awaited> {
  return counted(answer(api.GET('/api/v1/second-opinions', { params: { query: { ...ONE, standing } } })))
}
