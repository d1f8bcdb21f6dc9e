import { enableAutoUnmount, flushPromises, mount } from '@vue/test-utils'
import ElementPlus from 'element-plus'
import { afterEach, describe, expect, it } from 'vitest'
import { h } from 'vue'

import FormDialog from '@/parts/FormDialog.vue'

enableAutoUnmount(afterEach)

async function opened(given: Record<string, unknown> = {}) {
  const dialog = mount(FormDialog, {
    attachTo: document.body,
    global: { plugins: [ElementPlus] },
    props: {
      title: '写一份',
      modelValue: false,
      begin: () => {},
      save: () => Promise.resolve('七'),
      'onUpdate:modelValue': (open: boolean) => dialog.setProps({ modelValue: open }),
      ...given,
    },
    slots: { default: () => h('input') },
  })
  await dialog.setProps({ modelValue: true })
  await flushPromises()
  return dialog
}

const form = () => document.querySelector('form')!
const alert = () => document.querySelector('[role=alert]')?.textContent

async function enter(): Promise<void> {
  form().requestSubmit()
  await flushPromises()
}

describe('a form in a dialog', () => {
  it('begins each time it opens, and says what it could not read until that was tried again', async () => {
    let times = 0
    const dialog = await opened({
      begin: async () => {
        times += 1
        if (times === 1) throw new Error('没有连上')
      },
    })
    expect(alert()).toContain('重试')
    document.querySelector<HTMLButtonElement>('[role=alert] button')!.click()
    await flushPromises()
    expect(alert()).toBeUndefined()
    await dialog.setProps({ modelValue: false })
    await dialog.setProps({ modelValue: true })
    expect(times).toBe(3)
  })

  it('closes before it says what was saved', async () => {
    const order: unknown[] = []
    const dialog = await opened({
      'onUpdate:modelValue': (open: boolean) => order.push(open),
      onSaved: (saved: string) => order.push(saved),
    })
    await enter()
    expect(order).toEqual([false, '七'])
    expect(dialog.emitted('saved')).toEqual([['七']])
  })

  it('stays with what was written where the act is refused, and does not offer to read again', async () => {
    const dialog = await opened({ save: () => Promise.reject(new Error('不行')) })
    document.querySelector('input')!.value = '写好的'
    await enter()
    expect(dialog.props('modelValue')).toBe(true)
    expect(alert()).toContain('不行')
    expect(document.querySelector('[role=alert] button')).toBeNull()
    expect(document.querySelector('input')!.value).toBe('写好的')
  })

  it('lets the keyboard act by the very button of its foot, and only when that may be pressed', async () => {
    const dialog = await opened({ disabled: true })
    const button = () => document.querySelector<HTMLButtonElement>(`button[form="${form().id}"]`)!
    expect(button().type).toBe('submit')
    expect(button().disabled).toBe(true)
    await dialog.setProps({ disabled: false })
    expect(button().disabled).toBe(false)
  })
})
