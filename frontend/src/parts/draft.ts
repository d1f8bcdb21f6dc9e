/** The draft that somebody works in: chosen once, the same on every screen, until the browser is closed. */

import { ref, watch } from 'vue'

const KEY = 'mingcha.draft'

function kept(): string {
  try {
    return sessionStorage.getItem(KEY) ?? ''
  } catch {
    return ''
  }
}

export const currentDraft = ref(kept())

watch(currentDraft, (id) => {
  try {
    sessionStorage.setItem(KEY, id)
  } catch {
    // Without storage it is chosen again after a reload.
  }
})
