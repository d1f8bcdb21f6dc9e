/** Budgets of departments, and how far each is spent. */

import type { ListPage, ListState, Option } from '@/list/definition'

import { answer, api, type QueryOf, type Schemas } from './client'
import { asked } from './listing'

export type Budget = Schemas['BudgetView']
export type BudgetChange = Schemas['BudgetChange']
export type ComparedBudget = Schemas['ComparedBudget']
export type Department = Schemas['DepartmentView']
export type BudgetForm = Schemas['BudgetForm']

const at = (id: string) => ({ path: { budget_id: id } })

export function listBudgets(state: ListState, signal?: AbortSignal): Promise<ListPage<Budget>> {
  const query = asked<QueryOf<'/api/v1/budgets'>>(state)
  return answer(api.GET('/api/v1/budgets', { params: { query }, signal }))
}

export function listDepartments(): Promise<Department[]> {
  return answer(api.GET('/api/v1/budgets/departments'))
}

/** The institutions of some departments, each once. */
export function institutionsOf(departments: readonly Department[]): Option[] {
  const found = new Map(departments.map((one) => [one.institution_id, one.institution_name]))
  return [...found].map(([value, label]) => ({ value, label }))
}

export function setBudgets(form: Schemas['BudgetsForm']): Promise<Schemas['BudgetsSet']> {
  return answer(api.POST('/api/v1/budgets', { body: form }))
}

export function previewBudgets(form: Schemas['BudgetFileForm']): Promise<ComparedBudget[]> {
  return answer(api.POST('/api/v1/budgets/preview', { body: form }))
}

export function readHistory(id: string): Promise<BudgetChange[]> {
  return answer(api.GET('/api/v1/budgets/{budget_id}/history', { params: at(id) }))
}

export function undoBudget(id: string, reason: string): Promise<unknown> {
  return answer(api.POST('/api/v1/budgets/{budget_id}/undo', { params: at(id), body: { reason } }))
}
