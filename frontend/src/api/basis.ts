/** 依据库: documents and their articles, tasks when one ends, and 征求意见. */

import type { ListPage, ListState, Lookup } from '@/list/definition'

import { answer, api, type QueryOf, type Schemas } from './client'
import { asked, few } from './listing'

export type BasisDocument = Schemas['DocumentView']
export type DocumentDetail = Schemas['DocumentDetail']
export type DocumentForm = Schemas['DocumentForm']
export type Article = Schemas['Article']
export type BasisTask = Schemas['TaskView']
export type Consultation = Schemas['ConsultationView']
export type ConsultationAnswer = Schemas['AnswerView']
export type Asked = Schemas['AskedView']
export type AskedDetail = Schemas['AskedDetail']
export type Stance = Schemas['Stance']

const at = (id: string) => ({ path: { document_id: id } })

export function listDocuments(state: ListState, signal?: AbortSignal): Promise<ListPage<BasisDocument>> {
  const query = asked<QueryOf<'/api/v1/basis/documents'>>(state)
  return answer(api.GET('/api/v1/basis/documents', { params: { query }, signal }))
}

export function readDocument(id: string): Promise<DocumentDetail> {
  return answer(api.GET('/api/v1/basis/documents/{document_id}', { params: at(id) }))
}

export function saveDocument(id: string | undefined, body: DocumentForm): Promise<BasisDocument> {
  return id
    ? answer(api.PUT('/api/v1/basis/documents/{document_id}', { params: at(id), body }))
    : answer(api.POST('/api/v1/basis/documents', { body }))
}

export function splitText(content: string): Promise<Article[]> {
  return answer(api.POST('/api/v1/basis/split', { body: { content } }))
}

export function attachFile(id: string, file_name: string, content: string): Promise<BasisDocument> {
  const body = { file_name, content }
  return answer(api.PUT('/api/v1/basis/documents/{document_id}/file', { params: at(id), body }))
}

export function fileAddress(id: string): string {
  return `/api/v1/basis/documents/${encodeURIComponent(id)}/file`
}

export async function citeDocument(id: string, body: Schemas['CitationForm']): Promise<void> {
  await answer(api.POST('/api/v1/basis/documents/{document_id}/citations', { params: at(id), body }))
}

export async function unciteDocument(id: string, citation: string): Promise<void> {
  const params = { path: { document_id: id, citation_id: citation } }
  await answer(api.DELETE('/api/v1/basis/documents/{document_id}/citations/{citation_id}', { params }))
}

export function endDocument(id: string, body: Schemas['EndingForm']): Promise<BasisDocument> {
  return answer(api.POST('/api/v1/basis/documents/{document_id}/end', { params: at(id), body }))
}

export function listTasks(state: ListState, signal?: AbortSignal): Promise<ListPage<BasisTask>> {
  const query = asked<QueryOf<'/api/v1/basis/tasks'>>(state)
  return answer(api.GET('/api/v1/basis/tasks', { params: { query }, signal }))
}

export function finishTask(id: string, remark: string): Promise<BasisTask> {
  const params = { path: { task_id: id } }
  return answer(api.POST('/api/v1/basis/tasks/{task_id}/done', { params, body: { remark } }))
}

export const documentLookup: Lookup = {
  find: async (text) => {
    const query = few('title', text ? { text } : {})
    const found = await answer(api.GET('/api/v1/basis/documents', { params: { query } }))
    return found.items.map(({ id, title, number }) => ({ value: id, label: title, note: number }))
  },
  named: async (id) => {
    const { document } = await readDocument(id)
    return { value: id, label: document.title, note: document.number }
  },
}

export function listConsultations(state: ListState, signal?: AbortSignal): Promise<ListPage<Consultation>> {
  const query = asked<QueryOf<'/api/v1/consultations'>>(state)
  return answer(api.GET('/api/v1/consultations', { params: { query }, signal }))
}

export function consult(body: Schemas['ConsultationForm']): Promise<Consultation> {
  return answer(api.POST('/api/v1/consultations', { body }))
}

export function answersTo(id: string): Promise<ConsultationAnswer[]> {
  const params = { path: { consultation_id: id } }
  return answer(api.GET('/api/v1/consultations/{consultation_id}/answers', { params }))
}

export function closeConsultation(id: string): Promise<Consultation> {
  const params = { path: { consultation_id: id } }
  return answer(api.POST('/api/v1/consultations/{consultation_id}/close', { params }))
}

export function listAsked(state: ListState, signal?: AbortSignal): Promise<ListPage<Asked>> {
  const query = asked<QueryOf<'/api/v1/consultations/mine'>>(state)
  return answer(api.GET('/api/v1/consultations/mine', { params: { query }, signal }))
}

const of = (row: Pick<Asked, 'id' | 'organisation_id'>) => ({
  path: { consultation_id: row.id, organisation_id: row.organisation_id },
})

export function readAsked(row: Pick<Asked, 'id' | 'organisation_id'>): Promise<AskedDetail> {
  return answer(
    api.GET('/api/v1/consultations/{consultation_id}/institutions/{organisation_id}', { params: of(row) }),
  )
}

export function answerFor(row: Asked, stance: Stance, text: string): Promise<Asked> {
  return answer(
    api.PUT('/api/v1/consultations/{consultation_id}/institutions/{organisation_id}', {
      params: of(row),
      body: { stance, answer: text },
    }),
  )
}
