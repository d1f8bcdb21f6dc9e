/** What the states of calls are called. */

import type { Tone } from '@/parts/StateTag.vue'

export const OUTCOMES: Record<string, { text: string; tone: Tone }> = {
  audited: { text: '已审核', tone: 'good' },
  audited_later: { text: '事后补审', tone: 'good' },
  not_audited: { text: '未审核', tone: 'waiting' },
  refused: { text: '报文有误', tone: 'bad' },
  taken: { text: '已接收', tone: 'quiet' },
}

export const SCENES = [
  { value: '1', label: '门诊挂号' },
  { value: '2', label: '门诊收费登记' },
  { value: '3', label: '住院登记' },
  { value: '4', label: '住院收费登记' },
  { value: '5', label: '住院执行医嘱' },
  { value: '6', label: '门诊结算' },
  { value: '7', label: '门诊预结算' },
  { value: '8', label: '住院结算' },
  { value: '9', label: '住院预结算' },
  { value: '10', label: '购药划卡' },
]

export const TRANSACTIONS = [
  { value: '3101', label: '3101 事前分析' },
  { value: '3102', label: '3102 事中分析' },
  { value: '3103', label: '3103 处理反馈' },
  { value: '4301', label: '4301 门急诊诊疗记录' },
  { value: '4302', label: '4302 急诊留观手术及抢救' },
  { value: '4401', label: '4401 住院病案首页' },
  { value: '4402', label: '4402 住院医嘱' },
  { value: '4501', label: '4501 检查报告' },
  { value: '4502', label: '4502 检验报告' },
  { value: '4503', label: '4503 细菌培养' },
  { value: '4504', label: '4504 药敏' },
  { value: '4505', label: '4505 病理' },
  { value: '9001', label: '9001 签到' },
  { value: '9002', label: '9002 签退' },
]

/** Microseconds as milliseconds. */
export function milliseconds(took: number): string {
  return (took / 1000).toFixed(took < 10_000 ? 1 : 0)
}

export const TRIALS = [
  { value: 'false', label: '上线' },
  { value: 'true', label: '联调、未签名' },
]
