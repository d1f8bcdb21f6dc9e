/** The tree of organisations over time. */

import type { ListPage, ListState, Lookup, Option } from '@/list/definition'
import { KINDS } from '@/screens/organisations/kinds'

import { answer, api, type QueryOf, type Schemas } from './client'
import { asked, few } from './listing'

export type Organisation = Schemas['OrganisationView']
export type OrganisationKind = Schemas['Kind']

const at = (id: string) => ({ path: { organisation_id: id } })

export function listOrganisations(state: ListState, signal?: AbortSignal): Promise<ListPage<Organisation>> {
  const query = asked<QueryOf<'/api/v1/organisations'>>(state)
  return answer(api.GET('/api/v1/organisations', { params: { query }, signal }))
}

/** What is and was true of an organisation, the oldest first. */
export function periodsOf(id: string): Promise<Organisation[]> {
  return answer(api.GET('/api/v1/organisations/{organisation_id}', { params: at(id) }))
}

/** An organisation as it is by the newest word; undefined outside the user's scope. */
export async function readOrganisation(id: string): Promise<Organisation | undefined> {
  return (await periodsOf(id)).at(-1)
}

export function createOrganisation(form: Schemas['NewOrganisation']): Promise<Organisation> {
  return answer(api.POST('/api/v1/organisations', { body: form }))
}

export function changeOrganisation(id: string, form: Schemas['OrganisationChange']): Promise<Organisation> {
  return answer(api.PATCH('/api/v1/organisations/{organisation_id}', { params: at(id), body: form }))
}

export function closeOrganisation(id: string, lastDay: string): Promise<Organisation> {
  const body = { last_day: lastDay }
  return answer(api.POST('/api/v1/organisations/{organisation_id}/close', { params: at(id), body }))
}

/** The way down to an organisation, as far up as the user's scope reaches. */
export async function pathTo(id: string): Promise<Organisation[]> {
  const path: Organisation[] = []
  for (let next: string | null = id; next !== null;) {
    const found: Organisation | undefined = await readOrganisation(next).catch(() => undefined)
    if (!found || path.some((step) => step.id === found.id)) break
    path.unshift(found)
    next = found.parent_id
  }
  return path
}

function optionOf(organisation: Organisation): Option {
  return {
    value: organisation.id,
    label: organisation.name,
    note: `${KINDS[organisation.kind].label} ${organisation.code}`,
  }
}

/** Institutions by a part of their name, each by the number under which it bills. */
export async function institutionsNamed(text: string): Promise<Option[]> {
  const query = few('code', { kind: 'institution' as const, ...(text && { name: text }) })
  const found = await answer(api.GET('/api/v1/organisations', { params: { query } }))
  return found.items.map((one) => ({ value: one.code, label: one.name }))
}

export const organisationLookup: Lookup = {
  find: async (text) => {
    const query = few('code', text ? { name: text } : {})
    return (await answer(api.GET('/api/v1/organisations', { params: { query } }))).items.map(optionOf)
  },
  named: async (id) => {
    const found = await readOrganisation(id)
    return found && optionOf(found)
  },
}
