/** The tabs on top: screens that stay alive, each where its user left it. */

import { defineStore } from 'pinia'
import { computed, ref } from 'vue'

export interface Tab {
  name: string
  title: string
  /** Where the tab was left: path with its filters and page. */
  address: string
}

export const useTabs = defineStore('tabs', () => {
  const tabs = ref<Tab[]>([])
  const alive = computed(() => tabs.value.map((tab) => tab.name))

  /** A screen is shown at an address: its tab is opened, or remembers the address. */
  function visit(tab: Tab): void {
    const open = tabs.value.find((other) => other.name === tab.name)
    if (open) {
      open.address = tab.address
    } else {
      tabs.value.push({ ...tab })
    }
  }

  /** Close a tab; answers which one to show instead, if it was the one shown. */
  function close(name: string, shown: string): Tab | undefined {
    const at = tabs.value.findIndex((tab) => tab.name === name)
    if (at < 0) return undefined
    tabs.value.splice(at, 1)
    return name === shown ? (tabs.value[at] ?? tabs.value[at - 1]) : undefined
  }

  function closeOthers(name: string): void {
    tabs.value = tabs.value.filter((tab) => tab.name === name)
  }

  function closeAll(): void {
    tabs.value = []
  }

  function addressOf(name: string): string | undefined {
    return tabs.value.find((tab) => tab.name === name)?.address
  }

  return { tabs, alive, visit, close, closeOthers, closeAll, addressOf }
})
