/** Datasets: what was imported, and what was wrong with its rows. */

import type { ListPage, ListState, Lookup, Option } from '@/list/definition'
import { count } from '@/parts/format'

import { answer, api, type QueryOf, type Schemas } from './client'
import { asked, few } from './listing'
import type { Run } from './runs'

export type Dataset = Schemas['DatasetView']
export type QualityNote = Schemas['QualityNote']
export type RejectedRow = Schemas['RejectedRow']

/** What an import says of one table. */
export interface TableReport {
  label: string
  kind: string
  read: number
  accepted: number
  rejected: number
  duplicates: number
  skipped: number
  unknown_columns: string[]
}

const at = (id: string) => ({ dataset_id: id })

export function tablesOf(dataset: Dataset): TableReport[] {
  return (dataset.report.tables ?? []) as TableReport[]
}

/** A number of the import's report. */
export function reported(dataset: Dataset, name: string): number {
  return Number(dataset.report[name] ?? 0)
}

export function listDatasets(state: ListState, signal?: AbortSignal): Promise<ListPage<Dataset>> {
  return answer(
    api.GET('/api/v1/datasets', { params: { query: asked<QueryOf<'/api/v1/datasets'>>(state) }, signal }),
  )
}

export function readDataset(id: string): Promise<Dataset> {
  return answer(api.GET('/api/v1/datasets/{dataset_id}', { params: { path: at(id) } }))
}

export function startImport(form: Schemas['NewDataset']): Promise<Run> {
  return answer(api.POST('/api/v1/datasets', { body: form }))
}

export function qualityOf(id: string, page: number, size: number): Promise<ListPage<QualityNote>> {
  const params = { path: at(id), query: { page, size } }
  return answer(api.GET('/api/v1/datasets/{dataset_id}/quality', { params }))
}

export function rejectsOf(
  id: string,
  table: string | undefined,
  page: number,
  size: number,
): Promise<ListPage<RejectedRow>> {
  const params = { path: at(id), query: { page, size, ...(table ? { table } : {}) } }
  return answer(api.GET('/api/v1/datasets/{dataset_id}/rejects', { params }))
}

/** Where the rejected rows of a table are fetched, to be corrected. */
export function rejectsFile(id: string, table: string): string {
  return `/api/v1/datasets/${id}/rejects/file?table=${encodeURIComponent(table)}`
}

function optionOf(dataset: Dataset): Option {
  return { value: dataset.id, label: dataset.name, note: `${count(dataset.lines)} 行` }
}

export const datasetLookup: Lookup = {
  find: async (text) => {
    const query = few('-created_at', text ? { name: text } : {})
    return (await answer(api.GET('/api/v1/datasets', { params: { query } }))).items.map(optionOf)
  },
  named: async (id) => optionOf(await readDataset(id)),
}
