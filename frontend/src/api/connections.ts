/** Connections of hospitals' systems to the national gateway. */

import type { ListPage, ListState } from '@/list/definition'

import { answer, api, type QueryOf, type Schemas } from './client'
import { asked } from './listing'

export type Connection = Schemas['ConnectionView']
export type Offer = Schemas['OfferView']
export type ConnectionState = Schemas['ConnectionState']

const at = (institution: string) => ({ path: { institution_id: institution } })

export function listConnections(state: ListState, signal?: AbortSignal): Promise<ListPage<Connection>> {
  return answer(
    api.GET('/api/v1/connections', {
      params: { query: asked<QueryOf<'/api/v1/connections'>>(state) },
      signal,
    }),
  )
}

/** The services that can be subscribed to, with how much each is used. */
export function readCatalogue(): Promise<Offer[]> {
  return answer(api.GET('/api/v1/connections/services'))
}

export type JournalState = Schemas['JournalState']

/** What of calls waits to be read, what room it takes, and how much is left. */
export function readJournals(): Promise<JournalState> {
  return answer(api.GET('/api/v1/connections/journals'))
}

/** Connects an institution; its new secret is kept nowhere, and there is none where messages are not signed. */
export function connect(institution: string, form: Schemas['ConnectionForm']): Promise<Schemas['Connected']> {
  return answer(api.PUT('/api/v1/connections/{institution_id}', { params: at(institution), body: form }))
}

export function changeState(institution: string, state: ConnectionState): Promise<Connection> {
  return answer(
    api.POST('/api/v1/connections/{institution_id}/state', { params: at(institution), body: { state } }),
  )
}

/** Names the addresses whose pages may frame the embedded pages; anybody's where there is none. */
export function frameBy(institution: string, addresses: string[]): Promise<Connection> {
  return answer(
    api.PUT('/api/v1/connections/{institution_id}/framing', {
      params: at(institution),
      body: { framed_by: addresses },
    }),
  )
}
