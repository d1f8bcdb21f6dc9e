/** Calls of hospitals' systems: what was asked before and during care, found, answered and done. */

import type { ListPage, ListState } from '@/list/definition'

import { answer, api, type QueryOf, type Schemas } from './client'
import { asked, inMoments } from './listing'

export type Call = Schemas['CallView']
export type CallDetail = Schemas['CallShown']

export function listCalls(state: ListState, signal?: AbortSignal): Promise<ListPage<Call>> {
  const query = asked<QueryOf<'/api/v1/calls'>>({ ...state, filters: inMoments(state.filters) })
  return answer(api.GET('/api/v1/calls', { params: { query }, signal }))
}

export function readCall(id: string): Promise<CallDetail> {
  return answer(api.GET('/api/v1/calls/{call_id}', { params: { path: { call_id: id } } }))
}
