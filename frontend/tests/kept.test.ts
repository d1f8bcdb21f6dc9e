import { flushPromises } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'

import { keepOfList, type Kept, keptLists } from '@/api/kept'
import { useKept } from '@/list/kept'
import { useSession } from '@/session/session'

vi.mock('@/api/kept', () => ({ keptLists: vi.fn(), keepOfList: vi.fn() }))

const SET = { name: '已停用', filters: { status: 'locked' }, sort: '-login' }

function signedIn(login: string): void {
  useSession().entered({ login, full_name: login, permissions: [] } as never)
}

describe('what a user keeps of lists', () => {
  beforeEach(() => {
    setActivePinia(createPinia())
    vi.mocked(keptLists).mockReset().mockResolvedValue({})
    vi.mocked(keepOfList)
      .mockReset()
      .mockImplementation(async (_, kept) => kept)
  })

  it('is asked for once for everybody who signs in, and is nobody else’s', async () => {
    vi.mocked(keptLists).mockResolvedValueOnce({ users: { sets: [SET], hidden: null } })
    signedIn('zhang')
    const kept = useKept()
    await Promise.all([kept.load(), kept.load()])
    expect(kept.of('users').sets).toEqual([SET])
    expect(kept.of('trail').sets).toEqual([])
    expect(keptLists).toHaveBeenCalledTimes(1)
    signedIn('li')
    await kept.load()
    expect(kept.of('users').sets).toEqual([])
  })

  it('a set of the same name is replaced, the newest stands first, and each change is stored', async () => {
    signedIn('zhang')
    const kept = useKept()
    for (const name of ['甲', '乙', '甲']) await kept.keep('users', { ...SET, name })
    expect(kept.of('users').sets.map((set) => set.name)).toEqual(['甲', '乙'])
    await kept.drop('users', '甲')
    const stored: Kept = { sets: [{ ...SET, name: '乙' }], hidden: null }
    expect(keepOfList).toHaveBeenLastCalledWith('users', stored)
  })

  it('that no column is hidden is a choice too, and can be taken back', async () => {
    signedIn('zhang')
    const kept = useKept()
    expect(kept.of('users').hidden).toBeNull()
    await kept.hide('users', [])
    expect(kept.of('users').hidden).toEqual([])
    await kept.hide('users', undefined)
    expect(kept.of('users').hidden).toBeNull()
  })

  it('a server that does not answer costs the comfort, not the list', async () => {
    vi.mocked(keptLists).mockRejectedValueOnce(new Error('gone'))
    signedIn('zhang')
    const kept = useKept()
    await kept.load()
    await flushPromises()
    expect(kept.of('users').sets).toEqual([])
    await kept.load()
    expect(keptLists).toHaveBeenCalledTimes(2)
  })
})
