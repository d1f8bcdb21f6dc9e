/** Light or dark: as the computer says, until the user chooses. */

import { ref } from 'vue'

const KEY = 'mingcha.theme'

export type Theme = 'light' | 'dark'

function chosen(): Theme | undefined {
  try {
    const kept = localStorage.getItem(KEY)
    return kept === 'light' || kept === 'dark' ? kept : undefined
  } catch {
    return undefined
  }
}

const ofComputer = window.matchMedia('(prefers-color-scheme: dark)')

export const theme = ref<Theme>('light')

function show(next: Theme): void {
  theme.value = next
  document.documentElement.classList.toggle('dark', next === 'dark')
}

export function startTheme(): void {
  const follow = () => show(chosen() ?? (ofComputer.matches ? 'dark' : 'light'))
  ofComputer.addEventListener('change', follow)
  follow()
}

export function toggleTheme(): void {
  const next = theme.value === 'dark' ? 'light' : 'dark'
  try {
    localStorage.setItem(KEY, next)
  } catch {
    // Storage that is switched off: the choice holds until the page is left.
  }
  show(next)
}
