/** What a screen declares of itself: menu, address, tab, breadcrumb, help and permission all come from here. */

import type { Component } from 'vue'

import type { HelpPart, Module } from '@/api/deployment'
import type { Permission } from '@/api/users'

export interface Screen {
  /** Name of the route and of the component that stays alive. */
  name: string
  path: string
  title: string
  group: string
  icon: Component
  /** Any of these lets a user in. */
  permissions: Permission[]
  /** An installation that does without this module has no such screen. */
  module?: Module
  help: HelpPart[]
  /** One thing of another screen, opened from there or by its address: not in the menu. */
  within?: string
  component: () => Promise<{ default: Component }>
}
