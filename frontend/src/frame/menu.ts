/** The left menu: the screens that the user may open, in groups, in the order in which they are declared. */

import type { Permission } from '@/api/users'
import type { Screen } from '@/screens/screen'

export interface MenuGroup {
  title: string
  screens: Screen[]
}

export function menuFor(screens: Screen[], may: (permission: Permission) => boolean): MenuGroup[] {
  const groups: MenuGroup[] = []
  for (const screen of screens) {
    if (screen.within || !screen.permissions.some(may)) continue
    const group = groups.find((other) => other.title === screen.group)
    if (group) {
      group.screens.push(screen)
    } else {
      groups.push({ title: screen.group, screens: [screen] })
    }
  }
  return groups
}
