/** What people of each kind begin with: the screens that are there and open to them. */

import type { Permission } from '@/api/users'
import type { Screen } from '@/screens/screen'

export interface Way {
  label: string
  address: string
}

interface Beginning {
  label: string
  /** Name of the screen that it opens, and what is asked for there. */
  screen: string
  query?: string
  permission: Permission
}

const BEGINNINGS: Beginning[] = [
  { label: '导入一批单据', screen: 'datasets', permission: 'data.import' },
  { label: '开始一次审核', screen: 'runs', permission: 'runs.start' },
  { label: '看金额最大的疑点', screen: 'findings', permission: 'findings.view' },
  { label: '找一位参保人', screen: 'persons', permission: 'persons.find' },
  { label: '打开一张单据', screen: 'persons', permission: 'bills.view' },
  { label: '停用的账号', screen: 'users', query: '?status=locked', permission: 'users.lock' },
  { label: '建立一个账号', screen: 'users', permission: 'users.edit' },
  { label: '给人授予角色', screen: 'users', permission: 'grants.edit' },
  { label: '维护机构树', screen: 'organisations', permission: 'organisations.edit' },
  {
    label: '看谁查看过个人信息',
    screen: 'trail',
    query: '?action=person.revealed',
    permission: 'trail.view',
  },
  { label: '核对记录是否完整', screen: 'trail', permission: 'trail.verify' },
]

/** At most one way into each screen and question. */
export function waysFor(screens: Screen[], may: (permission: Permission) => boolean): Way[] {
  const found: Way[] = []
  for (const { label, screen: name, query = '', permission } of BEGINNINGS) {
    const screen = screens.find((other) => other.name === name)
    if (!screen || !may(permission) || !screen.permissions.some(may)) continue
    const address = screen.path + query
    if (!found.some((way) => way.address === address)) found.push({ label, address })
  }
  return found
}
