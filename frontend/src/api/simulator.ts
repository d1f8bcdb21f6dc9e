/** The simulator: a hospital's system that is not there, before the real gateway. */

import { answer, api, type Schemas, UNATTENDED } from './client'

export type Simulated = Schemas['Simulated']
export type Desk = Schemas['Desk']
export type Example = Schemas['Example']
export type Scene = Schemas['Scene']
export type PatientLine = Schemas['PatientLine']
export type OpenVisit = Schemas['OpenVisit']
export type Item = Schemas['Item']
export type Coded = Schemas['Coded']
export type Exchange = Schemas['Exchange']
export type Audited = Schemas['Audited']
export type Finding = Schemas['AuditFinding']
export type Reminded = Schemas['Reminded']
export type PatientReminder = Schemas['PatientReminder']
export type BudgetState = Schemas['BudgetState']
export type StayPayment = Schemas['StayPayment']
export type ItemReminder = Schemas['ItemReminder']
export type AuditForm = Schemas['AuditForm']
export type Earlier = Schemas['EarlierForm']
type ReminderAsked = Schemas['ReminderAskedForm']
export type GoingOn = Schemas['SimulatedAnswer']
export type OpinionAnswer = Schemas['OpinionAnswer']
/** Which result a person is asked about. */
export type OpinionAbout = { institution_id: string; message_id: string; result_id: string }
type Answered = Schemas['SimulatedAnswersForm']

export function beginSimulating(): Promise<Simulated> {
  return answer(api.GET('/api/v1/simulator'))
}

export function listPatients(institution: string, sex?: '1' | '2'): Promise<PatientLine[]> {
  return answer(api.GET('/api/v1/simulator/patients', { params: { query: { institution, sex } } }))
}

export function findItems(text: string): Promise<Item[]> {
  return answer(api.GET('/api/v1/simulator/items', { params: { query: { text } } }))
}

export function findDiagnoses(text: string): Promise<Coded[]> {
  return answer(api.GET('/api/v1/simulator/diagnoses', { params: { query: { text } } }))
}

export function findOperations(text: string): Promise<Coded[]> {
  return answer(api.GET('/api/v1/simulator/operations', { params: { query: { text } } }))
}

export function callIn(institution: string, patient: string, scene: Scene): Promise<OpenVisit> {
  return answer(
    api.POST('/api/v1/simulator/visits', { body: { institution_id: institution, patient, scene } }),
  )
}

export function remind(body: ReminderAsked): Promise<Reminded> {
  return answer(api.POST('/api/v1/simulator/reminders', { body }))
}

export function audit(body: AuditForm): Promise<Audited> {
  return answer(api.POST('/api/v1/simulator/audits', { body }))
}

export function feedBack(body: Answered): Promise<Schemas['FedBack']> {
  return answer(api.POST('/api/v1/simulator/feedback', { body }))
}

/** Asks a person about a result before signing, or says more. */
export function askOpinion(body: OpinionAbout & { text: string }): Promise<OpinionAnswer> {
  return answer(api.POST('/api/v1/simulator/opinions', { body }))
}

/** How it stands, asked by the page itself. */
export function followOpinion({
  institution_id: institution,
  message_id: message,
  result_id: result,
}: OpinionAbout): Promise<OpinionAnswer> {
  const query = { institution, message, result }
  return answer(api.GET('/api/v1/simulator/opinions', { params: { query }, headers: UNATTENDED }))
}
