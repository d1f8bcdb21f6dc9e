/** Signing in and out, and the own account. */

import { answer, api, type Schemas } from './client'

export type Credentials = Schemas['SignInForm']
export type Me = Schemas['Me']
export type Enrolment = Schemas['Enrolment']
export type Duty = Schemas['Duty']

export function signIn(credentials: Credentials): Promise<Me> {
  return answer(api.POST('/api/v1/session', { body: credentials }))
}

export async function signOut(): Promise<void> {
  await answer(api.DELETE('/api/v1/session'))
}

export function whoAmI(): Promise<Me> {
  return answer(api.GET('/api/v1/session'))
}

export async function changePassword(form: Schemas['PasswordForm']): Promise<void> {
  await answer(api.POST('/api/v1/session/password', { body: form }))
}

export function startSecondFactor(): Promise<Enrolment> {
  return answer(api.POST('/api/v1/session/second-factor'))
}

/** Puts the second factor in force; the recovery codes are shown once. */
export async function confirmSecondFactor(code: string): Promise<string[]> {
  return (await answer(api.POST('/api/v1/session/second-factor/confirm', { body: { code } }))).codes
}

export async function removeSecondFactor(code: string): Promise<void> {
  await answer(api.POST('/api/v1/session/second-factor/remove', { body: { code } }))
}

/** What the unit's identity provider is called; nothing where there is none. */
export async function providerName(): Promise<string | null> {
  return (await answer(api.GET('/api/v1/session/provider'))).name
}

/** Where the browser goes to sign in by the provider, or to link the own account to it. */
export async function awayToProvider(linking: boolean): Promise<string> {
  const asked = linking
    ? answer(api.POST('/api/v1/session/provider/link'))
    : answer(api.POST('/api/v1/session/provider'))
  return (await asked).address
}

export function backFromProvider(form: Schemas['Returned']): Promise<Me> {
  return answer(api.POST('/api/v1/session/provider/return', { body: form }))
}

export async function linkedAtProvider(form: Schemas['Returned']): Promise<void> {
  await answer(api.POST('/api/v1/session/provider/link/return', { body: form }))
}

export async function unlinkFromProvider(): Promise<void> {
  await answer(api.DELETE('/api/v1/session/provider/link'))
}

/** For which duty a link of the first set-up is. */
export function readInvitation(token: string): Promise<Duty> {
  return answer(api.POST('/api/v1/setup/link', { body: { token } }))
}

export async function acceptInvitation(form: Schemas['FirstForm']): Promise<void> {
  await answer(api.POST('/api/v1/setup', { body: form }))
}

/** What a new password must fulfil here. */
export function passwordPolicy(): Promise<Schemas['PasswordPolicy']> {
  return answer(api.GET('/api/v1/session/password-policy'))
}
