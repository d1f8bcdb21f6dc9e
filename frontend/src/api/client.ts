/** The typed client of the API: says the token against forged requests, and turns refusals into problems. */

import createClient from 'openapi-fetch'

import { problemOf } from './problem'
import type { components, paths } from './schema'

export type Schemas = components['schemas']

/** What a list of the API may be asked for. */
export type QueryOf<Path extends keyof paths> = paths[Path] extends {
  get: { parameters: { query?: infer Query } }
}
  ? NonNullable<Query>
  : never

const CSRF_COOKIE = 'mingcha_csrf'
const CSRF_HEADER = 'X-CSRF-Token'
const READING = new Set(['GET', 'HEAD', 'OPTIONS'])

/** What is to happen when the server no longer knows who we are. */
let onSignedOut: () => void = () => {}

export function whenSignedOut(act: () => void): void {
  onSignedOut = act
}

function cookie(name: string): string {
  const found = document.cookie.split('; ').find((part) => part.startsWith(`${name}=`))
  return found ? decodeURIComponent(found.slice(name.length + 1)) : ''
}

/** Said with every request that a page makes by itself: it keeps no session alive. */
export const UNATTENDED = { 'X-Unattended': '1' }

/** The header that says that a change comes from a page of ours. */
export function ownPage(): Record<string, string> {
  return { [CSRF_HEADER]: cookie(CSRF_COOKIE) }
}

export const api = createClient<paths>({ baseUrl: window.location.origin, credentials: 'same-origin' })

api.use({
  onRequest({ request }) {
    if (!READING.has(request.method)) {
      request.headers.set(CSRF_HEADER, cookie(CSRF_COOKIE))
    }
    return request
  },
})

interface Answered<T> {
  data?: T | undefined
  error?: unknown
  response: Response
}

/** The body of an answer.
 *
 * @throws Problem where the server refused.
 */
export async function answer<T>(request: Promise<Answered<T>>): Promise<T> {
  const { data, error, response } = await request
  if (response.ok) return data as T
  const problem = problemOf(response.status, error)
  if (problem.code === 'not_signed_in') onSignedOut()
  throw problem
}
