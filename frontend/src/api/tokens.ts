/** API tokens of the own account. */

import type { ListPage, ListState } from '@/list/definition'

import { answer, api, type QueryOf, type Schemas } from './client'
import { asked } from './listing'

export type Token = Schemas['TokenView']

export function listTokens(state: ListState, signal?: AbortSignal): Promise<ListPage<Token>> {
  return answer(
    api.GET('/api/v1/tokens', { params: { query: asked<QueryOf<'/api/v1/tokens'>>(state) }, signal }),
  )
}

/** Makes a token; its secret is kept nowhere. */
export async function createToken(form: Schemas['NewToken']): Promise<string> {
  return (await answer(api.POST('/api/v1/tokens', { body: form }))).secret
}

export async function revokeToken(id: string): Promise<void> {
  await answer(api.DELETE('/api/v1/tokens/{token_id}', { params: { path: { token_id: id } } }))
}
