import { beforeEach, describe, expect, it } from 'vitest'

import { KeptOfList } from '@/list/kept'

describe('what a user keeps of a list', () => {
  beforeEach(() => localStorage.clear())

  it('a set is found again by the same user at the same list, and by nobody else', () => {
    const set = { name: '已停用', filters: { status: 'locked' }, sort: '-login' }
    new KeptOfList('zhang', 'users').keep(set)
    expect(new KeptOfList('zhang', 'users').sets()).toEqual([set])
    expect(new KeptOfList('li', 'users').sets()).toEqual([])
    expect(new KeptOfList('zhang', 'trail').sets()).toEqual([])
  })

  it('a set of the same name is replaced, and the newest stands first', () => {
    const kept = new KeptOfList('zhang', 'users')
    for (const [name, status] of [
      ['甲', 'locked'],
      ['乙', 'left'],
      ['甲', 'active'],
    ]) {
      kept.keep({ name: name!, filters: { status: status! }, sort: 'login' })
    }
    expect(kept.sets().map((set) => [set.name, set.filters.status])).toEqual([
      ['甲', 'active'],
      ['乙', 'left'],
    ])
    expect(kept.drop('甲').map((set) => set.name)).toEqual(['乙'])
  })

  it('spoilt storage costs the comfort, not the list', () => {
    for (const spoilt of ['{', '7', '[{"name":1}]', '"x"']) {
      localStorage.setItem('mingcha.zhang.users.filters', spoilt)
      localStorage.setItem('mingcha.zhang.users.columns', spoilt)
      const kept = new KeptOfList('zhang', 'users')
      expect(kept.sets()).toEqual([])
      expect(kept.hidden()).toBeUndefined()
    }
  })

  it('that no column is hidden is a choice too, and can be taken back', () => {
    const kept = new KeptOfList('zhang', 'users')
    expect(kept.hidden()).toBeUndefined()
    kept.hide([])
    expect(kept.hidden()).toEqual([])
    kept.hide(['phone'])
    expect(kept.hidden()).toEqual(['phone'])
    kept.hide(undefined)
    expect(kept.hidden()).toBeUndefined()
  })
})
