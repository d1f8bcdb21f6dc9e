import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'

import { menuFor } from '@/frame/menu'
import { useTabs } from '@/frame/tabs'
import type { Permission } from '@/api/users'
import type { Screen } from '@/screens/screen'
import { SCREENS } from '@/screens'

function screen(name: string, group: string, ...permissions: string[]): Screen {
  return {
    name,
    group,
    permissions: permissions as Permission[],
    path: name,
    title: name,
    icon: {},
    help: [],
    component: () => Promise.reject(new Error('not shown here')),
  }
}

describe('the menu', () => {
  const screens = [
    screen('a', '甲', 'a.view'),
    screen('b', '乙', 'b.view', 'b.edit'),
    screen('c', '甲', 'c.view'),
  ]
  const shown = (...permissions: string[]) =>
    menuFor(screens, (permission) => permissions.includes(permission)).map((group) => [
      group.title,
      group.screens.map((each) => each.name),
    ])

  it('shows only what permissions allow, and no empty group', () => {
    expect(shown()).toEqual([])
    expect(shown('c.view')).toEqual([['甲', ['c']]])
    expect(shown('b.edit', 'a.view', 'c.view')).toEqual([
      ['甲', ['a', 'c']],
      ['乙', ['b']],
    ])
  })

  it('every screen of the product has its own name and address, help, and asks for a permission', () => {
    expect(new Set(SCREENS.map((each) => each.name)).size).toBe(SCREENS.length)
    expect(new Set(SCREENS.map((each) => each.path)).size).toBe(SCREENS.length)
    for (const each of SCREENS) {
      expect(each.permissions.length, each.name).toBeGreaterThan(0)
      expect(each.help.length, each.name).toBeGreaterThan(0)
    }
  })

  it('the component of a screen bears its name, else it would not stay alive', async () => {
    for (const each of SCREENS) {
      const { default: component } = await each.component()
      expect(component.name, each.path).toBe(each.name)
    }
  }, 60_000) // every screen is compiled for it
})

describe('the tabs', () => {
  beforeEach(() => setActivePinia(createPinia()))

  function open(...names: string[]) {
    const tabs = useTabs()
    for (const name of names) tabs.visit({ name, title: name, address: `/${name}` })
    return tabs
  }

  it('a screen has one tab, which remembers where it was left', () => {
    const tabs = open('a', 'b')
    tabs.visit({ name: 'a', title: 'a', address: '/a?page=2' })
    expect(tabs.tabs.map((tab) => tab.address)).toEqual(['/a?page=2', '/b'])
    expect(tabs.addressOf('a')).toBe('/a?page=2')
  })

  it('closing the shown tab shows its neighbour, closing another changes nothing shown', () => {
    const tabs = open('a', 'b', 'c')
    expect(tabs.close('b', 'a')).toBeUndefined()
    expect(tabs.close('c', 'c')?.name).toBe('a')
    expect(tabs.close('a', 'a')).toBeUndefined()
    expect(tabs.alive).toEqual([])
  })

  it('a closed tab is forgotten, so that it starts anew', () => {
    const tabs = open('a', 'b')
    tabs.closeOthers('b')
    expect(tabs.alive).toEqual(['b'])
    expect(tabs.addressOf('a')).toBeUndefined()
  })
})
