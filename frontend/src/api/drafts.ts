/** Drafts of what is judged by, and published releases. */

import type { ListPage, ListState, Option } from '@/list/definition'

import { answer, api, type QueryOf, type Schemas } from './client'
import { asked } from './listing'

export type Draft = Schemas['DraftView']
export type DraftState = Draft['state']
export type Change = Schemas['ChangeView']
export type DraftPart = Schemas['ChangeForm']['part']
export type Told = Schemas['Told']
export type Compared = Schemas['Compared']
export type Hindrance = Schemas['Hindrance']
export type Clash = Schemas['Clash']
export type Remark = Schemas['RemarkView']
export type Release = Schemas['ReleaseView']
export type Choice = Schemas['Choice']

const at = (id: string) => ({ path: { draft_id: id } })

export function listDrafts(state: ListState, signal?: AbortSignal): Promise<ListPage<Draft>> {
  const query = asked<QueryOf<'/api/v1/drafts'>>(state)
  return answer(api.GET('/api/v1/drafts', { params: { query }, signal }))
}

export function isEditable(draft: Draft): boolean {
  return draft.state === 'editing' || draft.state === 'returned'
}

export async function draftStates(): Promise<Option[]> {
  const found = await answer(api.GET('/api/v1/drafts/states'))
  return found.map((each) => ({ value: each.state, label: each.label }))
}

export function readDraft(id: string): Promise<Draft> {
  return answer(api.GET('/api/v1/drafts/{draft_id}', { params: at(id) }))
}

export function beginDraft(form: Schemas['NewDraft']): Promise<Draft> {
  return answer(api.POST('/api/v1/drafts', { body: form }))
}

export function createDraft(title: string): Promise<Draft> {
  return beginDraft({ title, note: '' })
}

/** Drafts that can be changed now, the one changed last first. */
export async function openDrafts(): Promise<Draft[]> {
  const query = { open: true, page: 1, size: 100, sort: '-changed_at' }
  const found = await answer(api.GET('/api/v1/drafts', { params: { query } }))
  return found.items.filter(isEditable)
}

export function reviseDraft(id: string, form: Schemas['DraftRevision']): Promise<Draft> {
  return answer(api.PATCH('/api/v1/drafts/{draft_id}', { params: at(id), body: form }))
}

export function abandonDraft(id: string, reason: string): Promise<Draft> {
  return answer(api.POST('/api/v1/drafts/{draft_id}/abandon', { params: at(id), body: { reason } }))
}

/** Propose what a part of the release is to be; null takes it away. */
export function proposeChange(
  draftId: string,
  part: DraftPart,
  key: string,
  after: unknown,
  note = '',
): Promise<Change> {
  const body = { part, key, after: after as Schemas['ChangeForm']['after'], note }
  const params = { path: { draft_id: draftId } }
  return answer(api.POST('/api/v1/drafts/{draft_id}/changes', { params, body }))
}

export function changesOf(id: string, page: number, size: number): Promise<ListPage<Change>> {
  const params = { ...at(id), query: { page, size, sort: '-number' } }
  return answer(api.GET('/api/v1/drafts/{draft_id}/changes', { params }))
}

export async function undoChange(id: string, change: string): Promise<void> {
  const params = { path: { draft_id: id, change_id: change } }
  await answer(api.DELETE('/api/v1/drafts/{draft_id}/changes/{change_id}', { params }))
}

export function differenceOf(id: string, page: number, size: number): Promise<Compared> {
  return answer(
    api.GET('/api/v1/drafts/{draft_id}/difference', { params: { ...at(id), query: { page, size } } }),
  )
}

export function hindrancesOf(id: string): Promise<Hindrance[]> {
  return answer(api.GET('/api/v1/drafts/{draft_id}/hindrances', { params: at(id) }))
}

export function clashesOf(id: string): Promise<Clash[]> {
  return answer(api.GET('/api/v1/drafts/{draft_id}/clashes', { params: at(id) }))
}

export function rebaseDraft(id: string, decisions: Schemas['Decision'][]): Promise<Draft> {
  return answer(api.POST('/api/v1/drafts/{draft_id}/rebase', { params: at(id), body: { decisions } }))
}

export function remarksOf(id: string): Promise<Remark[]> {
  return answer(api.GET('/api/v1/drafts/{draft_id}/remarks', { params: at(id) }))
}

export async function remark(id: string, reason: string): Promise<void> {
  await answer(api.POST('/api/v1/drafts/{draft_id}/remarks', { params: at(id), body: { reason } }))
}

export function handIn(id: string, text: string): Promise<Draft> {
  return answer(api.POST('/api/v1/drafts/{draft_id}/hand-in', { params: at(id), body: { text } }))
}

export function takeBack(id: string): Promise<Draft> {
  return answer(api.POST('/api/v1/drafts/{draft_id}/take-back', { params: at(id), body: { text: '' } }))
}

export function sendBack(id: string, reason: string): Promise<Draft> {
  return answer(api.POST('/api/v1/drafts/{draft_id}/return', { params: at(id), body: { reason } }))
}

export function approve(id: string, text: string): Promise<Draft> {
  return answer(api.POST('/api/v1/drafts/{draft_id}/approve', { params: at(id), body: { text } }))
}

export function publish(id: string): Promise<Draft> {
  return answer(api.POST('/api/v1/drafts/{draft_id}/publish', { params: at(id), body: { text: '' } }))
}

export function schedule(id: string, moment: string): Promise<Draft> {
  return answer(api.PUT('/api/v1/drafts/{draft_id}/schedule', { params: at(id), body: { at: moment } }))
}

export function unschedule(id: string): Promise<Draft> {
  return answer(api.DELETE('/api/v1/drafts/{draft_id}/schedule', { params: at(id) }))
}

export function listReleases(state: ListState, signal?: AbortSignal): Promise<ListPage<Release>> {
  const query = asked<QueryOf<'/api/v1/releases'>>(state)
  return answer(api.GET('/api/v1/releases', { params: { query }, signal }))
}

export function compareReleases(
  before: number,
  after: number,
  page: number,
  size: number,
): Promise<Compared> {
  return answer(api.GET('/api/v1/releases/difference', { params: { query: { before, after, page, size } } }))
}

export async function restoreRelease(number: number, reason: string): Promise<number> {
  const params = { path: { number } }
  return (await answer(api.POST('/api/v1/releases/{number}/restore', { params, body: { reason } }))).number
}
