/** What a screen's own address asks for. A screen is kept while another stands in front of it, with its address. */

import { computed, type ComputedRef } from 'vue'
import { useRoute } from 'vue-router'

/** A parameter of this screen's address; nothing while another screen is shown, whose parameters are not ours. */
export function useOwnParameter(name: string): ComputedRef<string | undefined> {
  const route = useRoute()
  const screen = route.name
  return computed(() => {
    const asked = route.name === screen ? route.query[name] : undefined
    return typeof asked === 'string' ? asked : undefined
  })
}
