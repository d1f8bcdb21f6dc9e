/** Single keys that work on a screen while nobody is typing and no dialog is open. */

import { onActivated, onDeactivated, onMounted, onUnmounted } from 'vue'

const TYPING = 'input, textarea, select, [contenteditable="true"]'

export type Shortcuts = Record<string, () => void>

/** Whether a key belongs to what has the focus, not to the screen. */
export function isTaken(event: KeyboardEvent): boolean {
  const target = event.target
  return (
    event.defaultPrevented ||
    event.ctrlKey ||
    event.metaKey ||
    event.altKey ||
    event.isComposing ||
    (target instanceof Element && target.closest(TYPING) !== null) ||
    document.querySelector('.el-overlay:not([style*="display: none"]) [aria-modal="true"]') !== null
  )
}

export function useShortcuts(shortcuts: Shortcuts): void {
  function onKey(event: KeyboardEvent): void {
    const act = shortcuts[event.key]
    if (act && !isTaken(event)) {
      event.preventDefault()
      act()
    }
  }
  const listen = () => window.addEventListener('keydown', onKey)
  const stop = () => window.removeEventListener('keydown', onKey)
  // A screen behind another tab hears nothing.
  onMounted(listen)
  onActivated(listen)
  onDeactivated(stop)
  onUnmounted(stop)
}
