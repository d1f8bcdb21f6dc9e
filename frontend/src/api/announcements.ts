/** Announcements: writing them, and reading what is said to oneself. */

import type { ListPage, ListState } from '@/list/definition'

import { answer, api, type QueryOf, type Schemas } from './client'
import { asked } from './listing'

export type Announcement = Schemas['AnnouncementView']
export type AnnouncementForm = Schemas['AnnouncementForm']
export type Notice = Schemas['Notice']

const at = (id: string) => ({ path: { announcement_id: id } })

export function listAnnouncements(state: ListState, signal?: AbortSignal): Promise<ListPage<Announcement>> {
  const query = asked<QueryOf<'/api/v1/announcements'>>(state)
  return answer(api.GET('/api/v1/announcements', { params: { query }, signal }))
}

export function publishAnnouncement(form: AnnouncementForm): Promise<Announcement> {
  return answer(api.POST('/api/v1/announcements', { body: form }))
}

export function changeAnnouncement(id: string, form: AnnouncementForm): Promise<Announcement> {
  return answer(api.PUT('/api/v1/announcements/{announcement_id}', { params: at(id), body: form }))
}

export function withdrawAnnouncement(id: string, reason: string): Promise<Announcement> {
  return answer(
    api.POST('/api/v1/announcements/{announcement_id}/withdraw', { params: at(id), body: { reason } }),
  )
}

/** What is said to us today, unread first. */
export function noticesForMe(): Promise<Notice[]> {
  return answer(api.GET('/api/v1/announcements/mine'))
}

/** What everybody sees who comes to sign in. */
export function noticesBeforeSignIn(): Promise<Notice[]> {
  return answer(api.GET('/api/v1/announcements/before-sign-in'))
}

export async function markRead(id: string): Promise<void> {
  await answer(api.POST('/api/v1/announcements/{announcement_id}/read', { params: at(id) }))
}
