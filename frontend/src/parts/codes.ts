/** Words for national codes on a screen; a code that its list does not know stands for itself. */

import { shallowRef } from 'vue'

import { codesOf } from '@/api/reference'
import type { Option } from '@/list/definition'

export function useCodes(list: string) {
  const options = shallowRef<Option[]>([])
  // Without the words the codes are shown: the screen says itself what is wrong with the server.
  codesOf(list)
    .then((found) => (options.value = found))
    .catch(() => undefined)

  function word(code: string | null | undefined): string {
    if (!code) return ''
    return options.value.find((option) => option.value === code)?.label ?? code
  }

  return { options, word }
}
