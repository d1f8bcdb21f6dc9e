/** Who is signed in, and what they may do. */

import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'

import { Problem } from '@/api/problem'
import type { Permission } from '@/api/users'
import { type Credentials, type Me, signIn, signOut, whoAmI } from '@/api/session'

export const useSession = defineStore('session', () => {
  const me = shallowRef<Me>()
  const asked = ref(false)
  /** Who was signed in here before, as long as the page lives. */
  const lastLogin = ref('')
  const permissions = computed(() => new Set(me.value?.permissions))

  /** Ask the server who we are, once; nobody is an answer. */
  async function restore(): Promise<void> {
    if (asked.value) return
    try {
      me.value = await whoAmI()
      lastLogin.value = me.value.login
    } catch (thrown) {
      if (!(thrown instanceof Problem) || thrown.status !== 401) throw thrown
      me.value = undefined
    }
    asked.value = true
  }

  async function enter(credentials: Credentials): Promise<void> {
    me.value = await signIn(credentials)
    lastLogin.value = me.value.login
    asked.value = true
  }

  /** Somebody was let in otherwise than by name and password. */
  function entered(somebody: Me): void {
    me.value = somebody
    lastLogin.value = somebody.login
    asked.value = true
  }

  async function leave(): Promise<void> {
    try {
      await signOut()
    } catch (thrown) {
      if (!(thrown instanceof Problem) || thrown.status !== 401) throw thrown
    }
    forget()
  }

  /** The server no longer knows us. */
  function forget(): void {
    me.value = undefined
    asked.value = true
  }

  async function refresh(): Promise<void> {
    me.value = await whoAmI()
  }

  return {
    me,
    lastLogin,
    login: computed(() => me.value?.login ?? ''),
    name: computed(() => me.value?.full_name ?? ''),
    mustChangePassword: computed(() => me.value?.must_change_password ?? false),
    may: (permission: Permission) => permissions.value.has(permission),
    restore,
    enter,
    entered,
    leave,
    forget,
    refresh,
  }
})
