/** What a change is about, in words: parameters and codes by their names. */

import { shallowRef } from 'vue'

import {
  type Change,
  type Dictionary,
  listDictionaries,
  listParameters,
  type Parameter,
} from '@/api/settings'
import type { Tone } from '@/parts/StateTag.vue'
import { inWords } from '@/screens/parameters/values'

export const KINDS: Record<Change['kind'], string> = {
  parameter: '参数',
  dictionary: '字典',
  mapping: '编码对照',
}

export const STATES: Record<Change['state'], { text: string; tone: Tone }> = {
  proposed: { text: '待复核', tone: 'waiting' },
  approved: { text: '已通过', tone: 'good' },
  rejected: { text: '已驳回', tone: 'bad' },
  withdrawn: { text: '已撤回', tone: 'quiet' },
}

type Value = Record<string, unknown> | null | undefined

export function useSettingWords() {
  const parameters = shallowRef<Parameter[]>([])
  const dictionaries = shallowRef<Dictionary[]>([])
  // Without the words keys are shown: the screen says itself what is wrong with the server.
  listParameters()
    .then((found) => (parameters.value = found))
    .catch(() => undefined)
  listDictionaries()
    .then((found) => (dictionaries.value = found))
    .catch(() => undefined)

  function subject(change: Change): string {
    if (change.kind === 'parameter') return '系统参数'
    return dictionaries.value.find((each) => each.name === change.subject)?.label ?? change.subject
  }

  function key(change: Change, code: string): string {
    return change.kind === 'parameter'
      ? (parameters.value.find((each) => each.key === code)?.label ?? code)
      : code
  }

  function value(change: Change, code: string, held: Value): string {
    if (!held) return change.kind === 'parameter' ? '内置的值' : '没有'
    if (change.kind === 'parameter') {
      const parameter = parameters.value.find((each) => each.key === code)
      return inWords(parameter, held.value as number | boolean)
    }
    return held.national ? `${String(held.label)} → 国家编码 ${String(held.national)}` : String(held.label)
  }

  return { dictionaries, subject, key, value }
}
