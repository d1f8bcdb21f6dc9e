/** What a user keeps of a list in this browser: named sets of filters, and which columns are shown. */

import type { FilterValues } from './definition'

export interface FilterSet {
  name: string
  filters: FilterValues
  sort: string
}

const MOST_SETS = 30

function read<T>(key: string, otherwise: T, fits: (value: unknown) => value is T): T {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? 'null')
    return fits(value) ? value : otherwise
  } catch {
    // Storage that is switched off or spoilt costs the comfort, never the list.
    return otherwise
  }
}

function write(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value))
  } catch {
    // As above.
  }
}

function areFilterSets(value: unknown): value is FilterSet[] {
  return (
    Array.isArray(value) &&
    value.every(
      (set) =>
        typeof set?.name === 'string' && typeof set?.filters === 'object' && typeof set?.sort === 'string',
    )
  )
}

function areNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string')
}

export class KeptOfList {
  readonly #sets: string
  readonly #columns: string

  constructor(user: string, list: string) {
    this.#sets = `mingcha.${user}.${list}.filters`
    this.#columns = `mingcha.${user}.${list}.columns`
  }

  sets(): FilterSet[] {
    return read(this.#sets, [], areFilterSets)
  }

  /** Keep a set; one of the same name is replaced, the newest stands first. */
  keep(set: FilterSet): FilterSet[] {
    const sets = [set, ...this.sets().filter((other) => other.name !== set.name)].slice(0, MOST_SETS)
    write(this.#sets, sets)
    return sets
  }

  drop(name: string): FilterSet[] {
    const sets = this.sets().filter((set) => set.name !== name)
    write(this.#sets, sets)
    return sets
  }

  /** Keys of the columns that are not shown; undefined where nobody has chosen. */
  hidden(): string[] | undefined {
    const names = read<string[]>(this.#columns, ['\0'], areNames)
    return names[0] === '\0' ? undefined : names
  }

  hide(keys: string[] | undefined): void {
    if (keys === undefined) {
      try {
        localStorage.removeItem(this.#columns)
      } catch {
        // As above.
      }
    } else {
      write(this.#columns, keys)
    }
  }
}
