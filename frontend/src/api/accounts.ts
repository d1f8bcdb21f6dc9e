/** Accounts that are asked for, and the links by which people ask and begin. */

import type { ListPage, ListState } from '@/list/definition'

import { answer, api, type QueryOf, type Schemas } from './client'
import { asked } from './listing'

export type AccountRequest = Schemas['RequestView']
export type Wish = Schemas['WishForm']
export type Granted = Schemas['Granted']
export type Invites = Schemas['Invites']
export type Link = Schemas['Link']

const at = (id: string) => ({ path: { request_id: id } })

export function listRequests(state: ListState, signal?: AbortSignal): Promise<ListPage<AccountRequest>> {
  return answer(
    api.GET('/api/v1/accounts/requests', {
      params: { query: asked<QueryOf<'/api/v1/accounts/requests'>>(state) },
      signal,
    }),
  )
}

export function askForAccount(form: Wish): Promise<AccountRequest> {
  return answer(api.POST('/api/v1/accounts/requests', { body: form }))
}

export function grantRequest(id: string, reason: string): Promise<Granted> {
  return answer(
    api.POST('/api/v1/accounts/requests/{request_id}/grant', { params: at(id), body: { reason } }),
  )
}

export function refuseRequest(id: string, reason: string): Promise<AccountRequest> {
  return answer(
    api.POST('/api/v1/accounts/requests/{request_id}/refuse', { params: at(id), body: { reason } }),
  )
}

export function inviteToAsk(form: Schemas['InvitationForm']): Promise<Link> {
  return answer(api.POST('/api/v1/accounts/invitations', { body: form }))
}

/** Whose invitation a link is, and what may be asked for by it. */
export function readInvites(token: string): Promise<Invites> {
  return answer(api.POST('/api/v1/accounts/invited', { body: { token } }))
}

export async function askInvited(form: Schemas['InvitedWishForm']): Promise<void> {
  await answer(api.POST('/api/v1/accounts/invited/requests', { body: form }))
}

/** Whose account a set-up link is for. */
export async function readOwner(token: string): Promise<string> {
  return (await answer(api.POST('/api/v1/accounts/link', { body: { token } }))).login
}

export async function setUpAccount(token: string, password: string): Promise<void> {
  await answer(api.POST('/api/v1/accounts/set-up', { body: { token, password } }))
}
