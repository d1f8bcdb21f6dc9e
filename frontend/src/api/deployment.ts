/** This installation: its modules, and what its help says. */

import { answer, api, type Schemas } from './client'

export type Module = Schemas['Module']
export type ModuleView = Schemas['ModuleView']
export type HelpPart = Schemas['HelpPart']
export type Deployment = Schemas['Deployment']

export function readDeployment(): Promise<Deployment> {
  return answer(api.GET('/api/v1/deployment'))
}

export function listModules(): Promise<ModuleView[]> {
  return answer(api.GET('/api/v1/deployment/modules'))
}

export function switchModule(module: Module, on: boolean, reason: string): Promise<ModuleView> {
  const call = { params: { path: { module } }, body: { reason } }
  return answer(
    on
      ? api.POST('/api/v1/deployment/modules/{module}/switch-on', call)
      : api.POST('/api/v1/deployment/modules/{module}/switch-off', call),
  )
}

/** Lets the help of a screen say this; nothing brings back what is built in. */
export async function rewriteHelp(screen: string, parts: HelpPart[]): Promise<void> {
  await answer(api.PUT('/api/v1/deployment/help/{screen}', { params: { path: { screen } }, body: { parts } }))
}
