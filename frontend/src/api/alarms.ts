/** Alarms about abnormal use. */

import type { ListPage, ListState } from '@/list/definition'

import { answer, api, type QueryOf, type Schemas } from './client'
import { asked } from './listing'

export type Alarm = Schemas['AlarmView']
export type AlarmDetail = Schemas['AlarmDetail']
export type Conclusion = Schemas['Conclusion']

const at = (id: string) => ({ path: { alarm_id: id } })

export function listAlarms(state: ListState, signal?: AbortSignal): Promise<ListPage<Alarm>> {
  return answer(
    api.GET('/api/v1/alarms', { params: { query: asked<QueryOf<'/api/v1/alarms'>>(state) }, signal }),
  )
}

export function readAlarm(id: string): Promise<AlarmDetail> {
  return answer(api.GET('/api/v1/alarms/{alarm_id}', { params: at(id) }))
}

export function handleAlarm(id: string, conclusion: Conclusion, note: string): Promise<Alarm> {
  const body = { conclusion, note }
  return answer(api.POST('/api/v1/alarms/{alarm_id}/handle', { params: at(id), body }))
}

/** Take whole personal values and exports from a user at once, or give them back. */
export async function restrictUser(id: string, restrict: boolean, reason: string): Promise<void> {
  const params = { path: { user_id: id } }
  const body = { reason }
  await (restrict
    ? answer(api.POST('/api/v1/alarms/users/{user_id}/restrict', { params, body }))
    : answer(api.POST('/api/v1/alarms/users/{user_id}/lift', { params, body })))
}
