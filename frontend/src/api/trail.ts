/** The trail: reading and verifying it. */

import type { ListPage, ListState, Option } from '@/list/definition'

import { answer, api, type QueryOf, type Schemas } from './client'
import { asked, inMoments } from './listing'

export type TrailEntry = Schemas['Entry']
export type Verdict = Schemas['Verdict']

export function listTrail(state: ListState, signal?: AbortSignal): Promise<ListPage<TrailEntry>> {
  const query = asked<QueryOf<'/api/v1/trail'>>({ ...state, filters: inMoments(state.filters) })
  return answer(api.GET('/api/v1/trail', { params: { query }, signal }))
}

/** What the trail records, to filter by. */
export async function trailActions(): Promise<Option[]> {
  const actions = await answer(api.GET('/api/v1/trail/actions'))
  return actions.map(({ action, label }) => ({ value: action, label }))
}

export function verifyTrail(): Promise<Verdict> {
  return answer(api.POST('/api/v1/trail/verify'))
}
