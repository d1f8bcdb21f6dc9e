/** The trail: reading and verifying it. */

import type { ListPage, ListState, Option } from '@/list/definition'

import { answer, api, type Schemas } from './client'
import { asked } from './listing'

export type TrailEntry = Schemas['Entry']
export type Verdict = Schemas['Verdict']

// One zone for the whole country, without daylight saving.
const CHINA = '+08:00'

/** The first moment of a day, or of the day after. */
export function startOfDay(day: string, after = 0): string {
  const moment = new Date(`${day}T00:00:00${CHINA}`)
  moment.setUTCDate(moment.getUTCDate() + after)
  return moment.toISOString()
}

/** Days as people choose them, the last one included, as moments. */
export function listTrail(state: ListState, signal?: AbortSignal): Promise<ListPage<TrailEntry>> {
  const { since, until, ...filters } = state.filters
  const query = {
    ...asked<Record<string, string>>({ ...state, filters }),
    ...(since && { since: startOfDay(since) }),
    ...(until && { until: startOfDay(until, 1) }),
  }
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
