/** A visit as the doctor has it before them: what is entered, what was answered; the latest answer wins. */

import { computed, reactive, ref, shallowRef, watch } from 'vue'

import { asProblem, type Problem } from '@/api/problem'
import {
  audit,
  type AuditForm,
  type Audited,
  type BudgetState,
  type StayPayment,
  callIn,
  type Coded,
  type Earlier,
  type Example,
  type Exchange,
  feedBack,
  type Finding,
  type GoingOn,
  type Item,
  type ItemReminder,
  listPatients,
  type OpenVisit,
  type PatientReminder,
  remind,
  type Scene,
} from '@/api/simulator'

type Step = AuditForm['step']

/** One line as it is typed: numbers are texts until they are sent. */
export interface OrderLine {
  number: number
  code: string
  name: string
  list_type: string
  charge_type: string
  payment_class: string
  unit: string
  specification: string
  price: string
  quantity: string
  dose: string
  frequency: string
  route: string
  days: string
}

export const SCENES: { value: Scene; label: string }[] = [
  { value: 'outpatient', label: '门诊' },
  { value: 'chronic', label: '门特(慢)' },
  { value: 'inpatient', label: '住院' },
]

export const CLASSES: Record<string, string> = { '01': '甲', '02': '乙', '03': '丙' }
const PAUSE = 400
const HERB = '102'
export const BLOCKED = '拦截'
export const HANDED_OVER = '转人工'

/** What was found when an order was to be signed or settled, and in which message. */
export interface Signing {
  step: Step
  about: { institution_id: string; message_id: string }
  findings: Finding[]
}
const KEPT = 12

export function amountOf(line: OrderLine): number {
  const amount = Number(line.price) * Number(line.quantity)
  return Number.isFinite(amount) ? amount : 0
}

/** An order of an example as it is typed. */
function lineOf({ days, ...order }: Example['orders'][number]): OrderLine {
  return { ...order, days: days === null ? '' : String(days) }
}

/** A line as it is sent. */
function orderOf({ days, ...line }: OrderLine): AuditForm['orders'][number] {
  return { ...line, days: days === '' ? null : Number(days) }
}

/** Of a herb so many grams a dose, and a dose a day. */
export function weigh(line: OrderLine): void {
  const grams = /^(\d+(?:\.\d+)?)\s*(?:g|克)$/u.exec(line.dose.trim())?.[1]
  if (line.list_type !== HERB || !grams || !/^\d+$/u.test(line.days)) return
  line.quantity = String(Number((Number(grams) * Number(line.days)).toFixed(4)))
}

function complete(line: OrderLine): boolean {
  return Number(line.quantity) > 0 && Number(line.price) >= 0 && line.price !== ''
}

export function useVisit() {
  const institution = ref('')
  const scene = ref<Scene>('outpatient')
  const opened = shallowRef<OpenVisit>()
  const diagnoses = ref<Coded[]>([])
  const operations = ref<Coded[]>([])
  const orders = ref<OrderLine[]>([])
  const earlier = shallowRef<Earlier[]>([])
  const patient = shallowRef<PatientReminder>()
  const budgets = shallowRef<BudgetState[]>([])
  const payment = shallowRef<StayPayment[]>([])
  const items = reactive(new Map<string, ItemReminder>())
  const advice = shallowRef<Audited>()
  const problem = shallowRef<Problem>()
  const waiting = ref(false)
  const busy = ref(false)
  /** What was found when it was signed or settled, until the doctor says what to do. */
  const asked = shallowRef<Signing>()
  const state = ref<'open' | 'signed' | 'settled'>('open')
  const exchanges = ref<Exchange[]>([])

  let numbers = 0
  let latest = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  const total = computed(() => orders.value.reduce((sum, line) => sum + amountOf(line), 0))
  const whole = computed(() => orders.value.length > 0 && orders.value.every(complete))
  const maySign = computed(() => whole.value && diagnoses.value.length > 0 && state.value === 'open')

  function note(exchange: Exchange): void {
    exchanges.value = [exchange, ...exchanges.value].slice(0, KEPT)
  }

  function form(step: Step): AuditForm {
    const visit = opened.value as OpenVisit
    return {
      ...about(visit),
      step,
      diagnoses: diagnoses.value,
      operations: operations.value,
      orders: orders.value.map(orderOf),
      earlier: earlier.value,
    }
  }

  function about(visit: OpenVisit) {
    return {
      institution_id: institution.value,
      patient: visit.patient.key,
      encounter_id: visit.encounter_id,
      scene: scene.value,
      started_at: visit.started_at,
    }
  }

  /** Somebody is called in: what stood there before goes. */
  async function begin(key: string, filled?: Example): Promise<void> {
    clearTimeout(timer)
    latest += 1
    busy.value = true
    problem.value = undefined
    try {
      const made = await callIn(institution.value, key, scene.value)
      opened.value = undefined
      state.value = 'open'
      advice.value = undefined
      patient.value = undefined
      budgets.value = []
      payment.value = []
      asked.value = undefined
      items.clear()
      numbers = filled?.orders.length ?? 0
      diagnoses.value = [...(filled?.diagnoses ?? [])]
      operations.value = [...(filled?.operations ?? [])]
      orders.value = (filled?.orders ?? []).map(lineOf)
      earlier.value = (filled?.earlier ?? []) as Earlier[]
      opened.value = made
      await Promise.all([reminded(), drafted()])
    } catch (thrown) {
      problem.value = asProblem(thrown)
    } finally {
      busy.value = false
    }
  }

  /** An example with the first patient that it fits. */
  async function fill(example: Example): Promise<void> {
    try {
      const found = await listPatients(institution.value, (example.sex as '1' | '2' | null) ?? undefined)
      const first = found[0]
      if (!first) throw new Error('没有合适的患者')
      scene.value = example.scene
      await begin(first.key, example)
    } catch (thrown) {
      problem.value = asProblem(thrown)
    }
  }

  function add(item: Item): OrderLine {
    numbers += 1
    const isDrug = item.list_type.startsWith('1')
    const { kind: _, ...facts } = item
    const line = { ...facts, number: numbers, quantity: '1', dose: '', frequency: '', route: '', days: '' }
    if (item.list_type === HERB) Object.assign(line, { frequency: '每日一剂', route: '水煎服', days: '7' })
    else if (isDrug) Object.assign(line, { frequency: 'qd', route: '口服', days: '7' })
    orders.value.push(line)
    return line
  }

  function remove(line: OrderLine): void {
    orders.value = orders.value.filter((one) => one.number !== line.number)
  }

  async function reminded(): Promise<void> {
    const visit = opened.value
    if (!visit) return
    const codes = [...new Set(orders.value.map((line) => line.code))]
    const told = await remind({ ...about(visit), items: codes })
    if (opened.value !== visit) return
    patient.value = told.reminder.patient
    budgets.value = told.reminder.budgets ?? []
    payment.value = told.reminder.payment ?? []
    for (const item of told.reminder.items ?? []) items.set(item.code, item)
    note(told.exchange)
  }

  /** Audit what is written; an answer that comes after a newer question is dropped. */
  async function drafted(): Promise<void> {
    const mine = ++latest
    if (!opened.value || !whole.value) {
      advice.value = undefined
      waiting.value = false
      return
    }
    waiting.value = true
    try {
      const found = await audit(form('draft'))
      if (mine !== latest) return
      advice.value = found
      problem.value = undefined
      note(found.exchange)
    } catch (thrown) {
      if (mine === latest) problem.value = asProblem(thrown)
    } finally {
      if (mine === latest) waiting.value = false
    }
  }

  /** Sign or settle; where something is found, the doctor is asked first. */
  async function send(step: 'sign' | 'settle'): Promise<void> {
    if (!opened.value || busy.value || (step === 'sign' ? !maySign.value : state.value !== 'signed')) return
    clearTimeout(timer)
    latest += 1
    waiting.value = false
    busy.value = true
    try {
      const found = await audit(form(step))
      problem.value = undefined
      advice.value = found
      note(found.exchange)
      const sent = { institution_id: institution.value, message_id: found.exchange.message_id }
      if (found.findings.length > 0) asked.value = { step, about: sent, findings: found.findings }
      else done(step)
    } catch (thrown) {
      problem.value = asProblem(thrown)
    } finally {
      busy.value = false
    }
  }

  function done(step: Step): void {
    asked.value = undefined
    state.value = step === 'settle' ? 'settled' : 'signed'
  }

  /** The doctor's answer goes out as feedback, for each result why. */
  async function answer(way: 'go_on' | 'take_back', answers: GoingOn[]): Promise<boolean> {
    const question = asked.value
    if (!question) return false
    const settling = question.step === 'settle'
    try {
      const told = await feedBack({ ...question.about, way, answers, settling })
      note(told.exchange)
    } catch (thrown) {
      problem.value = asProblem(thrown)
      return false
    }
    if (way === 'go_on') done(question.step)
    else {
      asked.value = undefined
      state.value = 'open'
    }
    return true
  }

  function leave(): void {
    clearTimeout(timer)
    latest += 1
    opened.value = undefined
    diagnoses.value = []
    operations.value = []
    orders.value = []
    earlier.value = []
    advice.value = undefined
    patient.value = undefined
    budgets.value = []
    payment.value = []
    problem.value = undefined
    state.value = 'open'
  }

  // As it is typed: what was signed and is changed must be signed again.
  watch(
    () => JSON.stringify([diagnoses.value, operations.value, orders.value]),
    () => {
      if (!opened.value || busy.value || state.value === 'settled') return
      state.value = 'open'
      clearTimeout(timer)
      waiting.value = whole.value
      timer = setTimeout(() => void drafted(), PAUSE)
    },
  )
  watch(
    () => orders.value.map((line) => line.code).join(),
    () => {
      if (opened.value && !busy.value) void reminded().catch(() => undefined)
    },
  )

  return {
    institution,
    scene,
    opened,
    diagnoses,
    operations,
    orders,
    earlier,
    patient,
    budgets,
    payment,
    items,
    advice,
    problem,
    waiting,
    busy,
    asked,
    state,
    exchanges,
    total,
    maySign,
    begin,
    fill,
    add,
    remove,
    send,
    answer,
    leave,
  }
}

export type Visit = ReturnType<typeof useVisit>
