/** Drafts: in which somebody proposes what is to be judged by. */

import { answer, api, type Schemas } from './client'

export type Draft = Schemas['DraftView']
export type DraftPart = Schemas['ChangeForm']['part']

/** Drafts that can be changed now, the one changed last first. */
export async function openDrafts(): Promise<Draft[]> {
  const query = { open: true, page: 1, size: 100, sort: '-changed_at' }
  const found = await answer(api.GET('/api/v1/drafts', { params: { query } }))
  return found.items.filter((draft) => draft.state === 'editing' || draft.state === 'returned')
}

export function createDraft(title: string): Promise<Draft> {
  return answer(api.POST('/api/v1/drafts', { body: { title, note: '' } }))
}

/** Propose what a part of the release is to be; null takes it away. */
export function proposeChange(
  draftId: string,
  part: DraftPart,
  key: string,
  after: unknown,
  note = '',
): Promise<Schemas['ChangeView']> {
  const body = { part, key, after: after as Schemas['ChangeForm']['after'], note }
  const params = { path: { draft_id: draftId } }
  return answer(api.POST('/api/v1/drafts/{draft_id}/changes', { params, body }))
}
