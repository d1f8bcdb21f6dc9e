/** What went wrong, in the words of the server: what, where, and what to do. */

export interface ProblemBody {
  code: string
  message: string
  where?: string | null
  remedy?: string | null
}

export class Problem extends Error {
  override readonly name = 'Problem'

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly where = '',
    readonly remedy = '',
  ) {
    super(message)
  }
}

function isProblemBody(value: unknown): value is ProblemBody {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as ProblemBody).message === 'string' &&
    typeof (value as ProblemBody).code === 'string'
  )
}

/** The problem that an answer with an error status tells of. */
export function problemOf(status: number, body: unknown): Problem {
  if (isProblemBody(body)) {
    return new Problem(status, body.code, body.message, body.where ?? '', body.remedy ?? '')
  }
  return new Problem(
    status,
    'unreadable',
    `服务器没有给出可读的回答（状态 ${status}）`,
    '',
    '请稍后重试；仍然如此时，请把时间和正在做的操作告诉系统管理员',
  )
}

/** Anything thrown, as a problem: a request that never arrived is the network's. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) {
    return thrown
  }
  if (thrown instanceof TypeError) {
    return new Problem(
      0,
      'unreachable',
      '连不上服务器',
      '',
      '请检查网络；网络正常时，请稍后重试或联系系统管理员',
    )
  }
  return new Problem(
    0,
    'internal',
    '界面出了错',
    String(thrown),
    '请刷新页面重试；仍然如此时，请告诉系统管理员',
  )
}

/** Whether a request was given up by us, because a newer one replaced it. */
export function isAbandoned(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === 'AbortError'
}
