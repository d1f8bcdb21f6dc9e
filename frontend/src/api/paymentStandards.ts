/** Standards of payment: DRG, DIP, 单病种. */

import type { ListPage, ListState } from '@/list/definition'

import { answer, api, type QueryOf, type Schemas } from './client'
import { asked } from './listing'

export type PaymentStandard = Schemas['StandardView']
export type PaymentScheme = Schemas['Scheme']
export type ComparedStandard = Schemas['ComparedStandard']
export type StandardForm = Schemas['StandardForm']

export const SCHEMES: Record<PaymentScheme, string> = { drg: 'DRG', dip: 'DIP', single_disease: '单病种' }

const at = (id: string) => ({ path: { standard_id: id } })

export function listStandards(state: ListState, signal?: AbortSignal): Promise<ListPage<PaymentStandard>> {
  const query = asked<QueryOf<'/api/v1/payment-standards'>>(state)
  return answer(api.GET('/api/v1/payment-standards', { params: { query }, signal }))
}

export function addStandards(rows: StandardForm[]): Promise<Schemas['StandardsAdded']> {
  return answer(api.POST('/api/v1/payment-standards', { body: { rows } }))
}

export function previewStandards(form: Schemas['StandardFileForm']): Promise<ComparedStandard[]> {
  return answer(api.POST('/api/v1/payment-standards/preview', { body: form }))
}

export function withdrawStandard(id: string, reason: string): Promise<PaymentStandard> {
  return answer(
    api.POST('/api/v1/payment-standards/{standard_id}/withdraw', { params: at(id), body: { reason } }),
  )
}

export function putBackStandard(id: string, reason: string): Promise<PaymentStandard> {
  return answer(
    api.POST('/api/v1/payment-standards/{standard_id}/put-back', { params: at(id), body: { reason } }),
  )
}
