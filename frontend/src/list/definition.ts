/** What a list declares: its columns, its filters and where its rows come from. */

import type { Component } from 'vue'

import type { Exportable } from '@/api/exports'

export interface Option {
  value: string
  label: string
  /** What tells it from others of the same name. */
  note?: string
}

export interface Column<Row> {
  /** Name of the field; also the name of its sorting and of its slot `cell-<key>`. */
  key: string
  label: string
  width?: number
  minWidth?: number
  sortable?: boolean
  fixed?: 'left' | 'right'
  align?: 'left' | 'right' | 'center'
  /** The row cannot be told without this column. */
  always?: boolean
  /** Not shown until somebody chooses it. */
  optional?: boolean
  /** The cell as text, where no slot draws it. */
  text?: (row: Row) => string
}

interface FilterBase {
  key: string
  label: string
  hint?: string
}

export interface TextFilter extends FilterBase {
  kind: 'text'
}

export interface ChoiceFilter extends FilterBase {
  kind: 'choice'
  options: Option[] | (() => Promise<Option[]>)
}

/** One of too many to list: looked up as its name is typed. */
export interface LookupFilter extends FilterBase {
  kind: 'lookup'
  lookup: Lookup
}

export interface Lookup {
  find: (text: string) => Promise<Option[]>
  /** What a value that stands in the address is called; undefined where it is unknown. */
  named: (value: string) => Promise<Option | undefined>
}

export interface DayFilter extends FilterBase {
  kind: 'day'
}

export interface DaysFilter extends FilterBase {
  kind: 'days'
  /** Names of the two parameters in which `key` goes to the server. */
  from: string
  to: string
}

/** An amount in yuan from and to, either of which may be left open. */
export interface AmountsFilter extends FilterBase {
  kind: 'amounts'
  from: string
  to: string
}

export type Filter = TextFilter | ChoiceFilter | LookupFilter | DayFilter | DaysFilter | AmountsFilter

/** Filter values by parameter name; what is not filtered by is absent. */
export type FilterValues = Record<string, string>

export interface ListState {
  page: number
  size: number
  /** `field` or `-field`. */
  sort: string
  filters: FilterValues
}

export interface ListPage<Row> {
  items: Row[]
  total: number
}

export interface ListDefinition<Row> {
  /** Stable name, under which a user's columns and filter sets are kept. */
  name: string
  /** What the rows are, as in 「共 3 个用户」. */
  noun: { unit: string; name: string }
  columns: Column<Row>[]
  filters: Filter[]
  /** The order unless somebody chooses another. */
  sort: string
  rowKey: (row: Row) => string
  /** How a row is called, for those who hear the page. */
  rowName: (row: Row) => string
  load: (state: ListState, signal: AbortSignal) => Promise<ListPage<Row>>
  /** As what the server exports it: its name there, or what its filters say in the address of the server's list. */
  exported?: string | ((filters: FilterValues) => Exportable | undefined)
  /** What to do where there is nothing yet, unfiltered. */
  whenEmpty: { title: string; remedy: string; icon?: Component }
}

/** The parameter names that a filter fills. */
export function parametersOf(filter: Filter): string[] {
  return filter.kind === 'days' || filter.kind === 'amounts' ? [filter.from, filter.to] : [filter.key]
}
