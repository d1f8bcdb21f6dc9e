/** Exports: lists as files, each for whoever asked for it. */

import type { ListPage, ListState } from '@/list/definition'

import { answer, api, type QueryOf, type Schemas, UNATTENDED } from './client'
import { asked } from './listing'
import type { Run } from './runs'

export type Format = Schemas['NewExport']['format']

/** What is wanted as a file: which list, by which filters of its own address, and what to call it. */
export interface Exportable {
  list: string
  filters?: Schemas['NewExport']['filters']
  sort?: string
  name?: string
}

const at = (id: string) => ({ path: { run_id: id } })

export function startExport({ list, filters, sort, name }: Exportable, format: Format): Promise<Run> {
  const body = { list, format, filters: filters ?? {}, sort: sort ?? '', ...(name ? { name } : {}) }
  return answer(api.POST('/api/v1/exports', { body }))
}

export function listExports(state: ListState, signal?: AbortSignal): Promise<ListPage<Run>> {
  const query = asked<QueryOf<'/api/v1/exports'>>(state)
  return answer(api.GET('/api/v1/exports', { params: { query }, signal }))
}

/** Asked by the page itself. */
export function followExport(id: string): Promise<Run> {
  return answer(api.GET('/api/v1/exports/{run_id}', { params: at(id), headers: UNATTENDED }))
}

export function cancelExport(id: string): Promise<Run> {
  return answer(api.POST('/api/v1/exports/{run_id}/cancel', { params: at(id) }))
}

export function retryExport(id: string): Promise<Run> {
  return answer(api.POST('/api/v1/exports/{run_id}/retry', { params: at(id) }))
}

/** For how many days the file of an export is kept. */
export async function keptDays(): Promise<number> {
  return (await answer(api.GET('/api/v1/exports/kept'))).days
}

/** Where the file of an export is fetched. */
export function fileOf(id: string): string {
  return `/api/v1/exports/${id}/file`
}
