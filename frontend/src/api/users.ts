/** Users and what they may do. */

import type { ListPage, ListState, Lookup, Option } from '@/list/definition'

import { answer, api, type QueryOf, type Schemas } from './client'
import { asked, few } from './listing'

export type User = Schemas['UserView']
export type Grant = Schemas['GrantView']
export type GrantForm = Schemas['GrantForm']
export type Permission = Schemas['Permission']
export type PersonalField = Schemas['PersonalField']
export type Personal = Partial<Record<PersonalField, string | null>>
export type TemporaryPassword = Schemas['TemporaryPassword']

export const PERSONAL_FIELDS: PersonalField[] = ['full_name', 'id_number', 'phone']

const at = (id: string) => ({ path: { user_id: id } })

export function listUsers(state: ListState, signal?: AbortSignal): Promise<ListPage<User>> {
  const query = asked<QueryOf<'/api/v1/users'>>(state)
  return answer(api.GET('/api/v1/users', { params: { query }, signal }))
}

export function readUser(id: string): Promise<User> {
  return answer(api.GET('/api/v1/users/{user_id}', { params: at(id) }))
}

export function createUser(form: Schemas['NewUser']): Promise<Schemas['Created']> {
  return answer(api.POST('/api/v1/users', { body: form }))
}

export function changeUser(id: string, form: Schemas['UserChange']): Promise<User> {
  return answer(api.PATCH('/api/v1/users/{user_id}', { params: at(id), body: form }))
}

/** Users with just this value; what is kept sealed is found exactly or not at all. */
export function findUsers(field: PersonalField, value: string): Promise<User[]> {
  return answer(api.POST('/api/v1/users/find', { body: { field, value } }))
}

export function revealUser(id: string, reason: string): Promise<Personal> {
  const body = { fields: PERSONAL_FIELDS, reason }
  return answer(api.POST('/api/v1/users/{user_id}/reveal', { params: at(id), body }))
}

export function lockUser(id: string, reason: string): Promise<User> {
  return answer(api.POST('/api/v1/users/{user_id}/lock', { params: at(id), body: { reason } }))
}

export function unlockUser(id: string, reason: string): Promise<User> {
  return answer(api.POST('/api/v1/users/{user_id}/unlock', { params: at(id), body: { reason } }))
}

export function resetPassword(id: string, reason: string): Promise<TemporaryPassword> {
  return answer(api.POST('/api/v1/users/{user_id}/reset-password', { params: at(id), body: { reason } }))
}

export function resetSecondFactor(id: string, reason: string): Promise<User> {
  return answer(api.POST('/api/v1/users/{user_id}/reset-second-factor', { params: at(id), body: { reason } }))
}

export function grantsOf(id: string): Promise<Grant[]> {
  return answer(api.GET('/api/v1/users/{user_id}/grants', { params: at(id) }))
}

export function replaceGrants(id: string, grants: GrantForm[]): Promise<Grant[]> {
  return answer(api.PUT('/api/v1/users/{user_id}/grants', { params: at(id), body: { grants } }))
}

function optionOf(user: User): Option {
  return { value: user.id, label: user.login, note: user.full_name }
}

export const userLookup: Lookup = {
  find: async (text) => {
    const query = few('login', text ? { login: text } : {})
    return (await answer(api.GET('/api/v1/users', { params: { query } }))).items.map(optionOf)
  },
  named: async (id) => optionOf(await readUser(id)),
}
