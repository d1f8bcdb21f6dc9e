/** Staff, what each may do by date, and a hospital's own lists. */

import type { ListPage, ListState } from '@/list/definition'

import { answer, api, type QueryOf, type Schemas } from './client'
import { asked } from './listing'

export type StaffMember = Schemas['StaffView']
export type StaffRight = Schemas['RightView']
export type RightName = Schemas['Right']
export type Register = Schemas['RegisterForm']
export type Looked = Schemas['Looked']
export type Difference = Schemas['StaffDifference']
export type Applied = Schemas['Applied']

const at = (id: string) => ({ path: { organisation_id: id } })

export function listStaff(state: ListState, signal?: AbortSignal): Promise<ListPage<StaffMember>> {
  return answer(
    api.GET('/api/v1/staff', { params: { query: asked<QueryOf<'/api/v1/staff'>>(state) }, signal }),
  )
}

/** All that somebody, or an institution, may and might do, the newest first. */
export function rightsOf(id: string): Promise<StaffRight[]> {
  return answer(api.GET('/api/v1/organisations/{organisation_id}/rights', { params: at(id) }))
}

export function giveRight(id: string, form: Schemas['RightForm']): Promise<StaffRight> {
  return answer(api.POST('/api/v1/organisations/{organisation_id}/rights', { params: at(id), body: form }))
}

export function withdrawRight(id: string, form: Schemas['WithdrawalForm']): Promise<StaffRight> {
  const path = '/api/v1/organisations/{organisation_id}/rights/withdraw'
  return answer(api.POST(path, { params: at(id), body: form }))
}

/** What a list would change; nothing is kept of it. */
export function lookAtRegister(id: string, form: Register): Promise<Looked> {
  const path = '/api/v1/organisations/{organisation_id}/sync/preview'
  return answer(api.POST(path, { params: at(id), body: form }))
}

/** Apply a list just as it was looked at. */
export function applyRegister(id: string, form: Register, digest: string): Promise<Applied> {
  const path = '/api/v1/organisations/{organisation_id}/sync'
  return answer(api.POST(path, { params: at(id), body: { ...form, digest } }))
}
