/** Knowledge points: found, read whole, and written in a draft. */

import type { ListPage, ListState, Lookup, Option } from '@/list/definition'

import { answer, api, type QueryOf, type Schemas } from './client'
import type { Change } from './drafts'
import { asked } from './listing'

export type Found = Schemas['FoundPoint']
export type Point = Schemas['PointView']
export type PointKind = Schemas['KindOfPoint']
export type PointField = Schemas['PointFieldView']

export function listPoints(state: ListState, signal?: AbortSignal): Promise<ListPage<Found>> {
  const query = asked<QueryOf<'/api/v1/knowledge/points'>>(state)
  return answer(api.GET('/api/v1/knowledge/points', { params: { query }, signal }))
}

let known: Promise<PointKind[]> | undefined

/** All kinds of point; they change with the program only. */
export function pointKinds(): Promise<PointKind[]> {
  known ??= answer(api.GET('/api/v1/knowledge/kinds')).catch((thrown: unknown) => {
    known = undefined
    throw thrown
  })
  return known
}

/** The values of a filter that the newest release has, those with the most points first. */
async function values(name: string): Promise<Option[]> {
  const found = await answer(api.GET('/api/v1/knowledge/facets'))
  return (found[name] ?? []).map((each) => ({
    value: each.value,
    label: each.label,
    note: `${each.points} 条`,
  }))
}

export const kindOptions = (): Promise<Option[]> => values('kind')
export const statusOptions = (): Promise<Option[]> => values('status')

function lookupIn(name: string): Lookup {
  return {
    async find(text) {
      const found = await values(name)
      return found.filter((each) => each.label.includes(text) || each.value.includes(text)).slice(0, 50)
    },
    async named(value) {
      return (await values(name)).find((each) => each.value === value)
    },
  }
}

export const ruleLookup = lookupIn('rule_code')
export const sourceLookup = lookupIn('source')

export function readPoint(id: string, release?: number): Promise<Point> {
  return answer(api.GET('/api/v1/knowledge/point', { params: { query: { point_id: id, release } } }))
}

export function writePoint(draft: string, form: Schemas['PointForm']): Promise<Change> {
  const params = { path: { draft_id: draft } }
  return answer(api.POST('/api/v1/knowledge/drafts/{draft_id}/points', { params, body: form }))
}

export function endPoint(draft: string, form: Schemas['EndForm']): Promise<Change> {
  const params = { path: { draft_id: draft } }
  return answer(api.POST('/api/v1/knowledge/drafts/{draft_id}/ends', { params, body: form }))
}

export type Mapping = Schemas['ProposedMapping']
export type DiseaseTable = Schemas['DiseaseTable']

/** Which table of diagnoses proposals are made from. */
export function readDiseases(): Promise<DiseaseTable> {
  return answer(api.GET('/api/v1/knowledge/diseases'))
}

/** Put a table of diagnoses in place of the one before. */
export function takeDiseases(file: File): Promise<DiseaseTable> {
  return answer(
    api.PUT('/api/v1/knowledge/diseases', { params: { query: { name: file.name } }, ...asSent(file) }),
  )
}

/** What is proposed for the text of an indication. */
export function readMapping(id: string): Promise<Mapping> {
  return answer(api.GET('/api/v1/knowledge/point/mapping', { params: { query: { point_id: id } } }))
}

export function approveMapping(draft: string, form: Schemas['IndicationForm']): Promise<Change> {
  const params = { path: { draft_id: draft } }
  return answer(api.POST('/api/v1/knowledge/drafts/{draft_id}/mappings', { params, body: form }))
}

export type Imported = Schemas['Imported']

/** Where the empty template is fetched. */
export const TEMPLATE_FILE = '/api/v1/knowledge/template'

/** Read a table of knowledge into a draft. */
export function importFile(draft: string, file: File): Promise<Imported> {
  const params = { path: { draft_id: draft }, query: { name: file.name } }
  return answer(api.POST('/api/v1/knowledge/drafts/{draft_id}/imports', { params, ...asSent(file) }))
}

/** A body that is the file itself; the description knows it as binary text. */
function asSent(file: File) {
  return {
    body: file as unknown as string,
    bodySerializer: (body: string) => body,
    headers: { 'Content-Type': 'application/octet-stream' },
  }
}
