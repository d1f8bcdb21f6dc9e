/** Addresses: which screen they show, and to whom. */

import { shallowRef } from 'vue'
import {
  createRouter,
  createWebHistory,
  type RouteLocationNormalized,
  type RouteLocationRaw,
} from 'vue-router'

import { asProblem, type Problem } from './api/problem'
import type { Permission } from './api/users'
import { useDeployment } from './frame/deployment'
import { menuFor } from './frame/menu'
import { SCREENS } from './screens'
import type { Screen } from './screens/screen'
import { useSession } from './session/session'

declare module 'vue-router' {
  interface RouteMeta {
    title?: string
    /** Open to everybody, signed in or not. */
    public?: boolean
    permissions?: Permission[]
    module?: Screen['module']
  }
}

export const startProblem = shallowRef<Problem>()

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    {
      path: '/login',
      name: 'login',
      meta: { title: '登录', public: true },
      component: () => import('./screens/login/LoginScreen.vue'),
    },
    {
      path: '/setup',
      name: 'setup',
      meta: { title: '首次设置', public: true },
      component: () => import('./screens/login/SetupScreen.vue'),
    },
    {
      path: '/apply',
      name: 'apply',
      meta: { title: '申请账号', public: true },
      component: () => import('./screens/login/ApplyScreen.vue'),
    },
    {
      path: '/begin',
      name: 'begin',
      meta: { title: '设置口令', public: true },
      component: () => import('./screens/login/BeginScreen.vue'),
    },
    {
      path: '/sso',
      name: 'sso',
      meta: { title: '登录', public: true },
      component: () => import('./screens/login/ReturnScreen.vue'),
    },
    {
      path: '/password',
      name: 'password',
      meta: { title: '修改口令' },
      component: () => import('./screens/login/PasswordScreen.vue'),
    },
    {
      path: '/',
      component: () => import('./frame/Frame.vue'),
      children: [
        { path: '', name: 'home', component: () => import('./screens/NothingScreen.vue') },
        ...SCREENS.map((screen) => ({
          path: screen.path,
          name: screen.name,
          meta: { title: screen.title, permissions: screen.permissions, module: screen.module },
          component: screen.component,
        })),
        {
          path: ':rest(.*)*',
          name: 'missing',
          meta: { title: '没有这个页面' },
          component: () => import('./screens/MissingScreen.vue'),
        },
      ],
    },
  ],
})

/** Where an address leads this user instead; undefined where it may be shown. */
export function instead(to: RouteLocationNormalized): RouteLocationRaw | undefined {
  const session = useSession()
  if (to.meta.public) return undefined
  if (!session.me) {
    return { name: 'login', query: to.fullPath === '/' ? {} : { to: to.fullPath } }
  }
  if (session.mustChangePassword) {
    return to.name === 'password'
      ? undefined
      : { name: 'password', query: to.fullPath === '/' ? {} : { to: to.fullPath } }
  }
  if (to.name === 'home') {
    const first = menuFor(useDeployment().screens, session.may)[0]?.screens[0]
    return first && { name: first.name }
  }
  const off = useDeployment().isOff(to.meta.module)
  if (off || (to.meta.permissions && !to.meta.permissions.some(session.may))) {
    return { name: 'missing', params: { rest: to.path.split('/').slice(1) }, replace: true }
  }
  return undefined
}

router.beforeEach(async (to) => {
  try {
    const session = useSession()
    await session.restore()
    if (session.me && !useDeployment().asked) await useDeployment().load()
    startProblem.value = undefined
  } catch (thrown) {
    startProblem.value = asProblem(thrown)
    return to.meta.public ? undefined : false
  }
  return instead(to)
})

router.afterEach((to) => {
  document.title = to.meta.title ? `${to.meta.title} · 明察` : '明察'
})

/** Try again what could not start. */
export async function started(): Promise<void> {
  startProblem.value = undefined
  await router.replace(window.location.pathname + window.location.search)
}
