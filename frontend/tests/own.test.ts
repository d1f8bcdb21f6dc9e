import { enableAutoUnmount, flushPromises, mount } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import { defineComponent, h, KeepAlive, watch } from 'vue'
import { createMemoryHistory, createRouter, RouterView } from 'vue-router'

import { useOwnParameter } from '@/list/own'

enableAutoUnmount(afterEach)

describe('a parameter of a screen that is kept', () => {
  it('is never taken from the address of another screen, and is there again on the way back', async () => {
    const seen: (string | undefined)[] = []
    const screen = defineComponent({
      name: 'datasets',
      setup() {
        watch(useOwnParameter('open'), (id) => seen.push(id), { immediate: true, flush: 'sync' })
        return () => h('p')
      },
    })
    const router = createRouter({
      history: createMemoryHistory(),
      routes: [
        { path: '/datasets', name: 'datasets', component: screen },
        { path: '/runs', name: 'runs', component: { render: () => h('p', '任务') } },
      ],
    })
    await router.push('/datasets')
    mount(
      () =>
        h(RouterView, null, {
          default: ({ Component }: { Component: never }) => h(KeepAlive, null, [Component && h(Component)]),
        }),
      { global: { plugins: [router] } },
    )
    await flushPromises()
    await router.push('/runs?open=7')
    await router.push('/datasets?open=7')
    await router.push('/runs?open=8')
    expect(seen).toEqual([undefined, '7', undefined])
  })
})
