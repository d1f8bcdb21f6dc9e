/** Where to after signing in: a path of this application and nothing else. */

export function onward(to: unknown): string {
  const wanted = Array.isArray(to) ? to[0] : to
  if (typeof wanted !== 'string' || !/^\/(?![/\\])/.test(wanted)) return '/'
  // "/\t/elsewhere" and the like are read by browsers as another host.
  const url = URL.canParse(wanted, window.location.origin)
    ? new URL(wanted, window.location.origin)
    : undefined
  return url?.origin === window.location.origin && url.pathname !== '/login' ? url.pathname + url.search : '/'
}
