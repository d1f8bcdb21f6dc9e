/** 人工审核: what doctors ask a person of their own hospital before signing. */

import type { ListPage, ListState } from '@/list/definition'

import { answer, api, type QueryOf, type Schemas, UNATTENDED } from './client'
import { asked } from './listing'

export type Opinion = Schemas['OpinionView']
export type Conversation = Schemas['Conversation']
export type Bill = Schemas['BillSent']
export type Advice = Schemas['Advice']

const at = (id: string) => ({ path: { opinion_id: id } })

export function listOpinions(state: ListState, signal?: AbortSignal): Promise<ListPage<Opinion>> {
  const query = asked<QueryOf<'/api/v1/second-opinions'>>(state)
  return answer(api.GET('/api/v1/second-opinions', { params: { query }, signal }))
}

/** How many doctors wait now, asked by the page itself. */
export async function doctorsWaiting(): Promise<number> {
  const query = { page: 1, size: 1, standing: 'waiting' as const }
  const found = answer(api.GET('/api/v1/second-opinions', { params: { query }, headers: UNATTENDED }))
  return (await found).total
}

/** What was said so far, asked by the page itself. */
export function followConversation(id: string): Promise<Conversation> {
  return answer(api.GET('/api/v1/second-opinions/{opinion_id}', { params: at(id), headers: UNATTENDED }))
}

export function readBill(id: string): Promise<Bill | null> {
  return answer(api.GET('/api/v1/second-opinions/{opinion_id}/bill', { params: at(id) }))
}

export function say(id: string, text: string): Promise<Conversation> {
  return answer(api.POST('/api/v1/second-opinions/{opinion_id}/words', { params: at(id), body: { text } }))
}

export function decide(id: string, verdict: Advice, reason: string): Promise<Conversation> {
  const body = { verdict, reason }
  return answer(api.POST('/api/v1/second-opinions/{opinion_id}/decision', { params: at(id), body }))
}
