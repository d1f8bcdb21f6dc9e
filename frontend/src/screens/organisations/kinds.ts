/** Kinds of organisation, and under which each may stand. */

import { HomeFilled, Location, OfficeBuilding, School, User } from '@element-plus/icons-vue'
import type { Component } from 'vue'

import type { OrganisationKind } from '@/api/organisations'

interface KindEntry {
  label: string
  icon: Component
  /** What may stand below, in the order in which it is offered. */
  below: OrganisationKind[]
  codeHint: string
}

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
    below: ['department', 'doctor'],
    codeHint: '国家医保定点医药机构编码，如 H35010000001',
  },
  department: { label: '科室', icon: School, below: ['doctor'], codeHint: '科室编码' },
  doctor: { label: '医师', icon: User, below: [], codeHint: '医保医师代码' },
}

export const KIND_OPTIONS = Object.entries(KINDS).map(([value, { label }]) => ({ value, label }))
