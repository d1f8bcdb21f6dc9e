import { describe, expect, it } from 'vitest'

import { asProblem, isAbandoned, Problem, problemOf } from '@/api/problem'
import { onward } from '@/screens/login/onward'
import { passwordChecks } from '@/screens/login/password'

describe('where to after signing in', () => {
  it('a path of the application is followed with its filters', () => {
    expect(onward('/users?status=locked&page=2')).toBe('/users?status=locked&page=2')
  })

  it('nothing leads out of the application, or back to signing in', () => {
    for (const to of [
      undefined,
      '',
      'users',
      '//elsewhere.example',
      '/\\elsewhere.example',
      '/\t/elsewhere.example',
      '/\n/elsewhere.example',
      'https://elsewhere.example/',
      'javascript:alert(1)',
      '/login?to=/users',
      ['https://elsewhere.example'],
      7,
    ]) {
      expect(onward(to)).toBe('/')
    }
  })
})

describe('what a password must fulfil', () => {
  const unmet = (password: string, login = 'zhangsan') =>
    passwordChecks(password, login)
      .filter((check) => !check.met)
      .map((check) => check.text)

  it('length, kinds of characters and the name of its owner are each looked at', () => {
    expect(unmet('Correct-horse-1')).toEqual([])
    expect(unmet('Ab1-')).toEqual(['至少 10 个字符'])
    expect(unmet('onlylowercase')).toEqual(['含大写字母、小写字母、数字、符号中的 3 种'])
    expect(unmet('ZhangSan-2026')).toEqual(['不含登录名'])
    expect(unmet('')).toHaveLength(3)
  })
})

describe('problems', () => {
  it('an answer of the server keeps its words', () => {
    const problem = problemOf(423, {
      code: 'locked_out',
      message: '登录失败次数过多',
      where: null,
      remedy: '请 15 分钟后再试',
    })
    expect([problem.status, problem.code, problem.message, problem.where, problem.remedy]).toEqual([
      423,
      'locked_out',
      '登录失败次数过多',
      '',
      '请 15 分钟后再试',
    ])
  })

  it('an answer in any other shape still says what to do', () => {
    for (const body of [undefined, null, '<html>', { detail: 'x' }, { code: 1, message: 'x' }]) {
      expect(problemOf(502, body)).toMatchObject({ status: 502, code: 'unreadable' })
      expect(problemOf(502, body).remedy).not.toBe('')
    }
  })

  it('a request that never arrived is the network’s, one given up is nobody’s', () => {
    expect(asProblem(new TypeError('Failed to fetch'))).toMatchObject({ code: 'unreachable' })
    const known = new Problem(404, 'not_found', '没有找到用户')
    expect(asProblem(known)).toBe(known)
    expect(isAbandoned(new DOMException('x', 'AbortError'))).toBe(true)
    expect(isAbandoned(known)).toBe(false)
  })
})
