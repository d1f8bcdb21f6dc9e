/** The rule library: its tree, its list, the page of a rule, and its examples run and tried. */

import type { ListPage, ListState, Option } from '@/list/definition'

import { answer, api, type QueryOf, type Schemas } from './client'
import { asked, few } from './listing'
import { once } from './reference'

export type Rule = Schemas['RuleView']
export type RuleDetail = Schemas['RuleDetail']
export type Mechanism = Schemas['MechanismView']
export type Setting = Schemas['SettingView']
export type Block = Schemas['Text'] | Schemas['Items'] | Schemas['Table']
export type Branch = Schemas['Branch']
export type Example = Schemas['ExampleView']
export type Examples = Schemas['ExamplesView']
export type Tried = Schemas['Tried']
export type TryForm = Schemas['TryForm']
export type Bill = Schemas['BillView']
export type Words = Schemas['RuleWords']
export type WordField = Schemas['FieldView']
/** A value as people write it; null is unknown. */
export type Plain = string | boolean | (string | null)[] | null
export type Values = Record<string, Plain>

const at = (code: string) => ({ path: { code } })

export function listRules(state: ListState, signal?: AbortSignal): Promise<ListPage<Rule>> {
  const query = asked<QueryOf<'/api/v1/rules'>>(state)
  return answer(api.GET('/api/v1/rules', { params: { query }, signal }))
}

export function ruleTree(): Promise<Branch[]> {
  return answer(api.GET('/api/v1/rules/tree'))
}

/** By which release the library is shown. */
export function rulesBasis(): Promise<Schemas['Basis']> {
  return answer(api.GET('/api/v1/rules/basis'))
}

export function readRule(code: string): Promise<RuleDetail> {
  return answer(api.GET('/api/v1/rules/{code}', { params: at(code) }))
}

export function examplesOf(code: string, mechanism: string): Promise<Examples> {
  const params = { ...at(code), query: { mechanism } }
  return answer(api.GET('/api/v1/rules/{code}/examples', { params }))
}

/** What the rule says of an example that was changed; nothing is kept. */
export function tryExample(code: string, form: TryForm, signal: AbortSignal): Promise<Tried> {
  return answer(api.POST('/api/v1/rules/{code}/try', { params: at(code), body: form, signal }))
}

/** Fields of bills and of knowledge points, for forms. Asked once a visit. */
export const ruleWords = once((): Promise<Words> => answer(api.GET('/api/v1/rules/words')))

/** Every mechanism that judges some rule, by name. */
export async function mechanismOptions(): Promise<Option[]> {
  const known = new Map<string, Option>()
  for (let page = 1, total = 1; known.size === 0 || (page - 1) * 100 < total; page++) {
    const query = { ...few('place', {}), page, size: 100 }
    const found = await answer(api.GET('/api/v1/rules', { params: { query } }))
    total = found.total
    for (const rule of found.items) {
      for (const { slug, label } of rule.mechanisms) known.set(slug, { value: slug, label })
    }
    if (found.items.length === 0) break
  }
  return [...known.values()].sort((one, other) => one.label.localeCompare(other.label, 'zh'))
}
