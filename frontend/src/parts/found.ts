/** Options found by what somebody types: the newest question alone is answered. */

import { ref } from 'vue'

import type { Option } from '@/list/definition'

export function useFound(find: (text: string) => Promise<Option[]>) {
  const options = ref<Option[]>([])
  const searching = ref(false)
  let asked = 0

  async function search(text: string): Promise<void> {
    const mine = ++asked
    searching.value = true
    // The list or form around it says what is wrong with the server.
    const found = await find(text.trim()).catch(() => [])
    if (mine !== asked) return
    options.value = found
    searching.value = false
  }

  return { options, searching, search }
}
