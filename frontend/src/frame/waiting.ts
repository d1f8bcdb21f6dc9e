/** How many doctors wait for an answer: asked every few seconds, as long as the page is seen, and shown in the menu. */

import { defineStore } from 'pinia'
import { onMounted, onUnmounted, ref } from 'vue'

import { doctorsWaiting } from '@/api/secondOpinions'

const ASK_EVERY = 5_000

export const useWaiting = defineStore('waiting', () => {
  const doctors = ref(0)

  async function load(): Promise<void> {
    // The screen itself says what is wrong with the server; the number waits for the next time.
    doctors.value = await doctorsWaiting().catch(() => doctors.value)
  }

  return { doctors, load }
})

/** Keep the number as it is now, for those who may answer. */
export function useWatchedWaiting(may: boolean): void {
  if (!may) return
  const waiting = useWaiting()
  let timer: number | undefined
  const ask = () => void (document.hidden || waiting.load())

  onMounted(() => {
    ask()
    timer = window.setInterval(ask, ASK_EVERY)
    document.addEventListener('visibilitychange', ask)
  })
  onUnmounted(() => {
    window.clearInterval(timer)
    document.removeEventListener('visibilitychange', ask)
  })
}
