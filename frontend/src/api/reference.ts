/** What the system says of itself: roles, permissions and the words of data scopes. Asked once a visit. */

import type { Option } from '@/list/definition'

import { answer, api, type Schemas } from './client'

export type RoleEntry = Schemas['RoleView']
export type PermissionEntry = Schemas['PermissionView']

/** Asked once a visit; what failed is asked again. */
export function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined
  return () => {
    asked ??= ask().catch((thrown: unknown) => {
      // What failed is asked again the next time.
      asked = undefined
      throw thrown
    })
    return asked
  }
}

export const roles = once(() => answer(api.GET('/api/v1/roles')))

/** Words for the codes of the national lists, by the name of the list. */
export const codeLists = once(() => answer(api.GET('/api/v1/code-lists')))

/** The codes of one national list, in its order. */
export async function codesOf(list: string): Promise<Option[]> {
  const words = Object.entries((await codeLists())[list] ?? {})
  return words
    .map(([value, label]) => ({ value, label }))
    .sort((one, other) => Number(one.value) - Number(other.value))
}

export const permissions = once(async (): Promise<PermissionEntry[]> => {
  const known = new Map<string, PermissionEntry>()
  for (const role of await roles()) {
    for (const entry of role.permissions) known.set(entry.permission, entry)
  }
  return [...known.values()].sort((one, other) => (one.permission < other.permission ? -1 : 1))
})
