/** What a screen's own address asks for. A screen is kept while another stands in front of it, with its address. */

import { computed, type ComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'

/** A parameter of this screen's address; nothing while another screen is shown, whose parameters are not ours. */
export function useOwnParameter(name: string): ComputedRef<string | undefined> {
  const route = useRoute()
  const screen = route.name
  return computed(() => {
    const asked = route.name === screen ? route.query[name] : undefined
    return typeof asked === 'string' ? asked : undefined
  })
}

/**
 * The row that this screen's address has opened, and how to open another one, or none. `part` is the part of the
 * row to begin with. A drawer that closes because its screen is left changes nothing in the address of the next.
 */
export function useOpened(): {
  shown: ComputedRef<string | undefined>
  open: (id: string | undefined, part?: string) => void
} {
  const route = useRoute()
  const router = useRouter()
  const screen = route.name
  const shown = useOwnParameter('open')

  function open(id: string | undefined, part?: string): void {
    if (route.name !== screen) return
    const { open: _, part: __, ...rest } = route.query
    void router.replace({ query: id ? { ...rest, open: id, ...(part ? { part } : {}) } : rest })
  }

  return { shown, open }
}
