/** What a user keeps of lists, asked for once after signing in; a change shows at once and is then stored. */

import { defineStore } from 'pinia'
import { shallowRef } from 'vue'

import { type FilterSet, keepOfList, type Kept, keptLists } from '@/api/kept'
import { doing } from '@/parts/tell'
import { useSession } from '@/session/session'

const MOST_SETS = 30
const NOTHING: Kept = { sets: [], hidden: null }

export const useKept = defineStore('kept', () => {
  const lists = shallowRef<Record<string, Kept>>({})
  const session = useSession()
  let whose: string | undefined

  /** Ask for what is kept, once for whoever is signed in. */
  async function load(): Promise<void> {
    const login = session.login
    if (whose === login) return
    whose = login
    lists.value = {}
    try {
      const found = await keptLists()
      if (whose === login) lists.value = found
    } catch {
      // It costs the comfort, never the list; the next list asks again.
      whose = undefined
    }
  }

  function of(list: string): Kept {
    return lists.value[list] ?? NOTHING
  }

  async function put(list: string, part: Partial<Kept>): Promise<void> {
    const kept = { ...of(list), ...part }
    lists.value = { ...lists.value, [list]: kept }
    await doing(() => keepOfList(list, kept))
  }

  return {
    load,
    of,
    /** Keep a set; one of the same name is replaced, the newest stands first. */
    keep: (list: string, set: FilterSet) =>
      put(list, {
        sets: [set, ...of(list).sets.filter((other) => other.name !== set.name)].slice(0, MOST_SETS),
      }),
    drop: (list: string, name: string) =>
      put(list, { sets: of(list).sets.filter((other) => other.name !== name) }),
    /** Columns that are not shown; undefined for those that the list itself would hide. */
    hide: (list: string, keys: string[] | undefined) => put(list, { hidden: keys ?? null }),
  }
})
