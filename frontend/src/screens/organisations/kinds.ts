/** Kinds of organisation, and under which each may stand. */

import {
  FirstAidKit,
  Guide,
  HomeFilled,
  House,
  Location,
  OfficeBuilding,
  Place,
  School,
  User,
  UserFilled,
} from '@element-plus/icons-vue'
import type { Component } from 'vue'

import type { OrganisationKind } from '@/api/organisations'

interface KindEntry {
  label: string
  icon: Component
  /** What may stand below, in the order in which it is offered. */
  below: OrganisationKind[]
  codeHint: string
}

const STAFF: OrganisationKind[] = ['doctor', 'nurse', 'pharmacist', 'technician']
const OF_STAFF = new Set(STAFF)

export const KINDS: Record<OrganisationKind, KindEntry> = {
  region: {
    label: '地区',
    icon: Location,
    below: ['region', 'bureau', 'institution'],
    codeHint: '6 位行政区划代码，如 350100',
  },
  bureau: { label: '经办机构', icon: OfficeBuilding, below: [], codeHint: '经办机构代码' },
  institution: {
    label: '定点医药机构',
    icon: HomeFilled,
    below: ['department', 'campus', 'station', 'ward', ...STAFF],
    codeHint: '国家医保定点医药机构编码，如 H35010000001',
  },
  campus: { label: '院区', icon: Place, below: ['department', 'ward', ...STAFF], codeHint: '院区编码' },
  station: {
    label: '社区卫生服务站',
    icon: House,
    below: ['department', ...STAFF],
    codeHint: '服务站编码',
  },
  department: { label: '科室', icon: School, below: ['ward', 'team', ...STAFF], codeHint: '科室编码' },
  ward: { label: '病区', icon: Guide, below: ['team', ...STAFF], codeHint: '病区编码' },
  team: { label: '医疗组', icon: UserFilled, below: [...STAFF], codeHint: '医疗组编码' },
  doctor: { label: '医师', icon: User, below: [], codeHint: '医保医师代码' },
  nurse: { label: '护士', icon: User, below: [], codeHint: '医保护士代码' },
  pharmacist: { label: '药师', icon: FirstAidKit, below: [], codeHint: '医保药师代码' },
  technician: { label: '医技人员', icon: User, below: [], codeHint: '医保医技人员代码或工号' },
}

export const isStaff = (kind: OrganisationKind) => OF_STAFF.has(kind)
export const STAFF_OPTIONS = STAFF.map((value) => ({ value, label: KINDS[value].label }))

export const KIND_OPTIONS = Object.entries(KINDS).map(([value, { label }]) => ({ value, label }))
