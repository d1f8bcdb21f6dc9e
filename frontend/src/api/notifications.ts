/** What one was told. */

import type { ListPage } from '@/list/definition'

import { answer, api, type Schemas, UNATTENDED } from './client'

export type Notification = Schemas['NotificationView']

export async function unreadCount(): Promise<number> {
  return (await answer(api.GET('/api/v1/notifications/unread', { headers: UNATTENDED }))).unread
}

export function latestNotifications(): Promise<ListPage<Notification>> {
  const params = { query: { page: 1, size: 20, sort: '-at' } }
  return answer(api.GET('/api/v1/notifications', { params, headers: UNATTENDED }))
}

export async function markRead(id: string): Promise<void> {
  const params = { path: { notification_id: id } }
  await answer(api.POST('/api/v1/notifications/{notification_id}/read', { params }))
}

export async function markAllRead(): Promise<void> {
  await answer(api.POST('/api/v1/notifications/read'))
}
