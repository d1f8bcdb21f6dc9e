/** Insured persons: found by what is known of them whole, and their care over time. */

import { answer, api, type Schemas } from './client'

export type PersonField = Schemas['PersonField']
export type FoundPersons = Schemas['FoundPersons']
export type FoundPerson = Schemas['Found']
export type PersonView = Schemas['PersonView']
export type Timeline = Schemas['Timeline']
export type Visit = Schemas['EncounterView']
export type Medication = Schemas['Medication']
export type HealthRecord = Schemas['HealthRecord']
export type HealthFact = Schemas['FactView']
export type PersonValues = Partial<Record<PersonField, string | null>>

export const PERSON_FIELDS: { value: PersonField; label: string }[] = [
  { value: 'full_name', label: '姓名' },
  { value: 'id_number', label: '证件号码' },
  { value: 'number', label: '人员编号' },
  { value: 'phone', label: '电话' },
]

/** Persons with just this value in one's scope; what is kept sealed is found exactly or not at all. */
export function findPersons(field: PersonField, value: string): Promise<FoundPersons> {
  return answer(api.POST('/api/v1/persons/find', { body: { field, value } }))
}

export function readTimeline(
  key: string,
  dataset: string | undefined,
  day: string | undefined,
): Promise<Timeline> {
  const query = { ...(dataset && { dataset }), ...(day && { day }) }
  return answer(api.GET('/api/v1/persons/{key}', { params: { path: { key }, query } }))
}

/** The health record as far as one's scope reaches; asking for it is a view that stands in the trail. */
export function readRecord(key: string, dataset: string | undefined): Promise<HealthRecord> {
  const query = { ...(dataset && { dataset }) }
  return answer(api.GET('/api/v1/persons/{key}/record', { params: { path: { key }, query } }))
}

export function revealPerson(key: string, reason: string): Promise<PersonValues> {
  const body = { fields: PERSON_FIELDS.map((field) => field.value), reason }
  return answer(api.POST('/api/v1/persons/{key}/reveal', { params: { path: { key } }, body }))
}
