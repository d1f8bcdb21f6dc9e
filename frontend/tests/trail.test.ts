import { describe, expect, it } from 'vitest'

import { startOfDay } from '@/api/listing'
import { detailLines, objectName, placesIn } from '@/screens/trail/words'

const PLACE = '2fc9d039-e1f2-471d-b9d5-c8d10f78c5c9'
const words = {
  role: { first_reviewer: '初审员' },
  insurance_types: { '310': '职工基本医疗保险' },
  organisation: { [PLACE]: '仁和医院' },
}

describe('an entry of the trail is told in words', () => {
  it('grants are told by role, place and insurance, and what is not limited is left out', () => {
    const after = [
      { role: 'first_reviewer', organisation: PLACE, own: false, insurance_types: ['310', '390'] },
    ]
    expect(detailLines({ before: [], after }, words)).toEqual([
      { label: '变更前', value: '无' },
      { label: '变更后', value: '角色：初审员，机构：仁和医院，险种：职工基本医疗保险、390' },
    ])
  })

  it('what nobody has a word for stays as it is, and nothing is hidden', () => {
    expect(detailLines({ changed: ['phone', 'nickname'], other: null, flag: true }, {})).toEqual([
      { label: '改动的项', value: '电话、nickname' },
      { label: 'other', value: '无' },
      { label: 'flag', value: '是' },
    ])
  })

  it('organisations are found wherever they stand, other numbers are not taken for them', () => {
    expect(
      placesIn({ organisation: [null, PLACE], after: [{ organisation: PLACE, user: PLACE }], parent: 'x' }),
    ).toEqual([PLACE, PLACE])
  })

  it('an object is named by kind and number', () => {
    expect(objectName({ object_kind: 'user', object_id: '7' })).toBe('用户 7')
    expect(objectName({ object_kind: null, object_id: null })).toBe('')
  })
})

describe('days are days of China', () => {
  it('begin at midnight there, whatever this computer thinks', () => {
    expect(startOfDay('2026-03-01')).toBe('2026-02-28T16:00:00.000Z')
    expect(startOfDay('2026-12-31', 1)).toBe('2026-12-31T16:00:00.000Z')
  })
})
