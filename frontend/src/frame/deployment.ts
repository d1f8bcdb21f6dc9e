/** What this installation does without, and what it says in its help. */

import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'

import { type Deployment, type HelpPart, readDeployment } from '@/api/deployment'
import { SCREENS } from '@/screens'
import type { Screen } from '@/screens/screen'

const NOTHING: Deployment = { modules_off: [], help: {} }

export const useDeployment = defineStore('deployment', () => {
  const known = shallowRef<Deployment>(NOTHING)
  const asked = ref(false)

  /** Ask anew: at the start, and when something was switched or rewritten. */
  async function load(): Promise<void> {
    known.value = await readDeployment()
    asked.value = true
  }

  function offers(screen: Pick<Screen, 'module'>): boolean {
    return !screen.module || !known.value.modules_off.includes(screen.module)
  }

  return {
    asked,
    load,
    offers,
    /** The screens that are in use here. */
    screens: computed(() => SCREENS.filter(offers)),
    isOff: (module: Screen['module']) => !offers({ module }),
    helpOf: (screen: Screen): HelpPart[] => known.value.help[screen.name] ?? screen.help,
    isRewritten: (screen: Screen): boolean => screen.name in known.value.help,
  }
})
