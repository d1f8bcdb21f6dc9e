import { enableAutoUnmount, flushPromises, mount } from '@vue/test-utils'
import ElementPlus from 'element-plus'
import { createPinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h, KeepAlive } from 'vue'
import { createMemoryHistory, createRouter, RouterView, type Router } from 'vue-router'

import { Problem } from '@/api/problem'
import type { ListDefinition } from '@/list/definition'
import DataList from '@/list/DataList.vue'

import { type Fruit, FruitServer } from './fake'

vi.mock('@/api/kept', () => ({ keptLists: async () => ({}), keepOfList: async () => undefined }))

enableAutoUnmount(afterEach)
beforeEach(() => localStorage.clear())

async function shown(server: FruitServer, address = '/fruit') {
  const opened: string[] = []
  const screen = defineComponent({
    name: 'fruit',
    render: () =>
      h(
        DataList as unknown as new () => { $props: { definition: ListDefinition<Fruit>; batch: boolean } },
        { definition: server.definition(), batch: true, onOpen: (row: Fruit) => opened.push(row.name) },
        {
          actions: () => h('button', '新建'),
          batch: ({ rows }: { rows: Fruit[] }) =>
            h('b', { class: 'together' }, rows.map((row) => row.name).join('+')),
        },
      ),
  })
  const router: Router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/fruit', name: 'fruit', component: screen },
      { path: '/other', name: 'other', component: { render: () => h('p', '别的') } },
    ],
  })
  await router.push(address)
  const root = defineComponent({
    render: () =>
      h(RouterView, null, {
        default: ({ Component }: { Component: never }) => h(KeepAlive, null, [Component && h(Component)]),
      }),
  })
  const page = mount(root, {
    attachTo: document.body,
    global: { plugins: [createPinia(), router, ElementPlus] },
  })
  await flushPromises()
  const names = () => page.findAll('tbody tr').map((row) => row.find('td:nth-child(2)').text())
  return { page, router, names, opened }
}

describe('a list', () => {
  it('shows the page that its address asks for, and says how many there are', async () => {
    const { page, names } = await shown(new FruitServer(45), '/fruit?page=3&sort=-name')
    expect(names()).toEqual(['果5', '果4', '果3', '果2', '果1'])
    expect(page.find('.paging').text()).toContain('共 45 个')
  })

  it('filtering goes back to the first page and stands in the address; walking back undoes it', async () => {
    const server = new FruitServer(45)
    const { page, names, router } = await shown(server, '/fruit?page=2')
    await page.find('input').setValue('果4')
    await page.find('form').trigger('submit')
    await flushPromises()
    expect(router.currentRoute.value.query).toEqual({ name: '果4' })
    expect(names()).toEqual(['果4', '果40', '果41', '果42', '果43', '果44', '果45'])
    router.back()
    await flushPromises()
    await new Promise((done) => setTimeout(done))
    await flushPromises()
    expect(server.asked.at(-1)).toMatchObject({ page: 2, filters: {} })
    expect((page.find('input').element as HTMLInputElement).value).toBe('')
  })

  it('a page behind the last one shows the last one', async () => {
    const { names, router } = await shown(new FruitServer(21), '/fruit?page=9')
    expect(router.currentRoute.value.query.page).toBe('2')
    expect(names()).toEqual(['果21'])
  })

  it('an answer that comes after a newer question is not shown', async () => {
    const server = new FruitServer(45)
    const { names, router } = await shown(server)
    let open = () => {}
    server.gate = new Promise((done) => (open = done))
    await router.push('/fruit?name=果9')
    await flushPromises()
    server.gate = undefined
    await router.push('/fruit?name=果8')
    await flushPromises()
    open()
    await flushPromises()
    expect(names()).toEqual(['果8'])
  })

  it('a failure says what to do, keeps the rows, and goes away when trying again works', async () => {
    const server = new FruitServer(3)
    const { page, names } = await shown(server)
    server.failure = new Problem(503, 'busy', '服务器忙', '', '请稍后重试')
    await page.findAll('.view button')[0]!.trigger('click')
    await flushPromises()
    expect(page.find('[role=alert]').text()).toContain('请稍后重试')
    expect(names()).toHaveLength(3)
    server.failure = undefined
    await page.find('[role=alert] button').trigger('click')
    await flushPromises()
    expect(page.find('[role=alert]').exists()).toBe(false)
  })

  it('nothing found and nothing there are told apart, each with what to do', async () => {
    const nothing = await shown(new FruitServer(0))
    expect(nothing.page.text()).toContain('还没有水果')
    expect(nothing.page.text()).toContain('请先种一棵树')
    const notFound = await shown(new FruitServer(3), '/fruit?name=梨')
    expect(notFound.page.text()).toContain('没有符合条件的水果')
    await notFound.page.find('.empty button').trigger('click')
    await flushPromises()
    expect(notFound.names()).toHaveLength(3)
  })

  it('is used by keyboard: arrows choose a row, Enter opens it, space marks it', async () => {
    const { page, opened } = await shown(new FruitServer(3))
    const table = page.find('[role=region]')
    await table.trigger('keydown', { key: 'ArrowDown' })
    await table.trigger('keydown', { key: 'ArrowDown' })
    await table.trigger('keydown', { key: 'Enter' })
    expect(opened).toEqual(['果2'])
    await table.trigger('keydown', { key: ' ' })
    expect(page.find('.together').text()).toBe('果2')
    expect(page.find('.chosen').text()).toContain('已选 1 个')
  })

  it('a list behind another tab does not follow the address of that tab', async () => {
    const server = new FruitServer(45)
    const { router, names } = await shown(server, '/fruit?page=2')
    const asked = server.asked.length
    await router.push('/other?page=3&name=x')
    await flushPromises()
    await router.push('/fruit?page=2')
    await flushPromises()
    expect(server.asked).toHaveLength(asked)
    expect(names()[0]).toBe('果21')
  })

  it('optional columns are hidden until chosen', async () => {
    const { page } = await shown(new FruitServer(1))
    const heads = page.findAll('thead th').map((head) => head.text())
    expect(heads).toContain('重量')
    expect(heads).not.toContain('编号')
  })
})
