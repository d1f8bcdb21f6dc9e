/** Parameters and dictionaries: what holds, and changes that a second person lets pass. */

import type { ListPage, ListState, Option } from '@/list/definition'

import { answer, api, type QueryOf, type Schemas } from './client'
import { asked } from './listing'

export type Parameter = Schemas['ParameterView']
export type ParameterValue = number | boolean
export type Change = Schemas['SettingChangeView']
export type ChangeDetail = Schemas['ChangeDetail']
export type Dictionary = Schemas['DictionaryView']
export type DictionaryCode = Schemas['CodeView']
export type DictionaryMapping = Schemas['MappingView']
export type What = Schemas['What']
export type RowForm = Schemas['RowForm']
export type Compared = Schemas['ComparedRow']

const at = (id: string) => ({ path: { change_id: id } })
const of = (name: string) => ({ path: { name } })

export function listParameters(): Promise<Parameter[]> {
  return answer(api.GET('/api/v1/parameters'))
}

export function proposeParameters(form: Schemas['ParametersForm']): Promise<Change> {
  return answer(api.POST('/api/v1/parameters/changes', { body: form }))
}

export function listChanges(state: ListState, signal?: AbortSignal): Promise<ListPage<Change>> {
  const query = asked<QueryOf<'/api/v1/setting-changes'>>(state)
  return answer(api.GET('/api/v1/setting-changes', { params: { query }, signal }))
}

export function readChange(id: string): Promise<ChangeDetail> {
  return answer(api.GET('/api/v1/setting-changes/{change_id}', { params: at(id) }))
}

export function approveChange(id: string): Promise<Change> {
  return answer(api.POST('/api/v1/setting-changes/{change_id}/approve', { params: at(id), body: {} }))
}

export function rejectChange(id: string, reason: string): Promise<Change> {
  return answer(api.POST('/api/v1/setting-changes/{change_id}/reject', { params: at(id), body: { reason } }))
}

export function withdrawChange(id: string): Promise<Change> {
  return answer(api.POST('/api/v1/setting-changes/{change_id}/withdraw', { params: at(id) }))
}

export function listDictionaries(): Promise<Dictionary[]> {
  return answer(api.GET('/api/v1/dictionaries'))
}

export function listCodes(
  name: string,
  state: ListState,
  signal?: AbortSignal,
): Promise<ListPage<DictionaryCode>> {
  const params = { ...of(name), query: asked<{ text?: string }>(state) }
  return answer(api.GET('/api/v1/dictionaries/{name}/codes', { params, signal }))
}

export function listMappings(
  name: string,
  state: ListState,
  signal?: AbortSignal,
): Promise<ListPage<DictionaryMapping>> {
  const params = { ...of(name), query: asked<{ text?: string }>(state) }
  return answer(api.GET('/api/v1/dictionaries/{name}/mappings', { params, signal }))
}

/** Codes of a dictionary that fit a text that is being typed. */
export async function findCodes(name: string, text: string): Promise<Option[]> {
  const query = { page: 1, size: 50, sort: 'code', ...(text ? { text } : {}) }
  const found = await answer(api.GET('/api/v1/dictionaries/{name}/codes', { params: { ...of(name), query } }))
  return found.items.map(({ code, label }) => ({ value: code, label: `${code} ${label}` }))
}

export function previewRows(name: string, form: Schemas['FileForm']): Promise<Compared[]> {
  return answer(api.POST('/api/v1/dictionaries/{name}/preview', { params: of(name), body: form }))
}

export function proposeRows(name: string, form: Schemas['RowsForm']): Promise<Change> {
  return answer(api.POST('/api/v1/dictionaries/{name}/changes', { params: of(name), body: form }))
}
