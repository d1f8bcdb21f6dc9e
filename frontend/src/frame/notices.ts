/** What is said to us: asked at the start, every few minutes, and when we have said something ourselves. */

import { defineStore } from 'pinia'
import { shallowRef } from 'vue'

import { type Notice, noticesForMe } from '@/api/announcements'

export const useNotices = defineStore('notices', () => {
  const notices = shallowRef<Notice[]>([])

  async function load(): Promise<void> {
    // The screen itself says what is wrong with the server; an announcement waits for the next time.
    notices.value = await noticesForMe().catch(() => notices.value)
  }

  return { notices, load }
})
