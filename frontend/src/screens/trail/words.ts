/** What stands in an entry of the trail, in the reader's words. */

import type { TrailEntry } from '@/api/trail'

const KINDS: Record<string, string> = {
  user: '用户',
  token: 'API 令牌',
  organisation: '机构',
  announcement: '公告',
  module: '模块',
  help: '帮助',
  setting_change: '参数或字典的变更',
  account_request: '账号申请',
  alarm: '报警',
  basis: '依据文件',
  consultation: '征求意见',
  second_opinion: '人工审核',
  budget: '科室预算',
  payment_standard: '支付标准',
  run: '任务',
  draft: '草稿',
  knowledge: '知识点',
  connection: '医院系统接入',
  call: '事前事中记录',
  embedded: '嵌入页面的链接',
  encounter: '就诊',
  person: '参保人',
  dataset: '数据集',
}

const NAMES: Record<string, string> = {
  login: '登录名',
  role: '角色',
  roles: '角色',
  organisation: '机构',
  own: '只限本人',
  insurance_types: '险种',
  factor: '验证方式',
  changed: '改动的项',
  fields: '查看的项',
  field: '查找的项',
  found: '找到人数',
  period: '期间',
  permissions: '权限',
  days: '有效天数',
  before: '变更前',
  after: '变更后',
  from: '起始日期',
  last_day: '最后一天',
  kind: '种类',
  code: '代码',
  parent: '上级',
  level: '等级',
  category: '类别',
  blocks: '块数',
  entries: '条数',
  faults: '问题数',
  title: '标题',
  institution: '机构编号',
  rule_code: '规则',
  outcome: '结论',
  verdict: '复核意见',
  on: '启用',
  subject: '改什么',
  parts: '各段',
  right: '权限',
  grade: '级别',
  file: '文件',
  list: '列表',
  rows: '行数',
  format: '格式',
  bytes: '字节',
  new: '新增',
  left: '离开',
  returned: '恢复',
  refused: '不能处理',
  uses: '份数',
  rule: '类别',
  counted: '次数',
  threshold: '阈值',
  conclusion: '结论',
  article: '条文',
  removed: '撤销',
  tasks: '任务数',
  asked: '征求家数',
  deadline: '期限',
  stance: '意见',
}

/** Values that are the same on every installation; others come with `words`. */
const VALUES: Record<string, string> = {
  full_name: '姓名',
  id_number: '证件号码',
  phone: '电话',
  password: '口令',
  totp: '口令和动态码',
  recovery: '口令和恢复码',
  oidc: '统一身份认证',
  region: '地区',
  bureau: '经办机构',
  institution: '定点医药机构',
  department: '科室',
  doctor: '医师',
  text: '正文',
  valid_from: '起始日期',
  valid_to: '最后一天',
  roles: '角色',
  parameter: '参数',
  parameters: '系统参数',
  dictionary: '字典',
  mapping: '编码对照',
  before_sign_in: '登录页显示',
  campus: '院区',
  station: '社区卫生服务站',
  ward: '病区',
  team: '医疗组',
  nurse: '护士',
  pharmacist: '药师',
  technician: '医技人员',
  insured: '医保服务资格',
  prescription: '处方权',
  antibiotic: '抗菌药物处方权',
  narcotic: '麻精药品处方权',
  dispensing: '药品调剂资格',
  prescription_review: '处方审核资格',
  agreement: '医保服务协议',
  look_ups: '查找过多',
  reveals: '查看完整信息过多',
  exports: '导出过多',
  odd_hours: '非工作时间查看或导出',
  failures_of_login: '同一登录名多次登录失败',
  failures_from_address: '同一地址多次登录失败',
  abuse: '确属违规使用',
  explained: '工作需要，已说明',
  false_alarm: '误报',
  articles: '条文',
  file: '附件',
  number: '文号',
  issuer: '发文机关',
  published: '公布',
  draft: '草案',
}

/** Words for values by the name under which they stand: roles, kinds of insurance, organisations … */
export type Words = Record<string, Record<string, string>>

export function objectName(entry: Pick<TrailEntry, 'object_kind' | 'object_id'>): string {
  if (!entry.object_kind) return ''
  return [KINDS[entry.object_kind] ?? entry.object_kind, entry.object_id ?? ''].join(' ').trim()
}

function told(name: string, value: unknown, words: Words): string {
  if (value === null || value === undefined || value === '') return '无'
  if (typeof value === 'boolean') return value ? '是' : '否'
  if (Array.isArray(value)) {
    const between = value.some((part) => typeof part === 'object') ? '；' : '、'
    return value.length ? value.map((part) => told(name, part, words)).join(between) : '无'
  }
  if (typeof value === 'object') {
    return Object.entries(value)
      .filter(([, part]) => part !== null && part !== false)
      .map(([inner, part]) => `${NAMES[inner] ?? inner}：${told(inner, part, words)}`)
      .join('，')
  }
  const text = String(value)
  return words[name]?.[text] ?? VALUES[text] ?? text
}

export function detailLines(
  details: Record<string, unknown>,
  words: Words,
): { label: string; value: string }[] {
  return Object.entries(details).map(([name, value]) => ({
    label: NAMES[name] ?? name,
    value: told(name, value, words),
  }))
}

const PLACES = new Set(['organisation', 'parent'])

/** The organisations that an entry names by their numbers only. */
export function placesIn(details: unknown, name = ''): string[] {
  if (Array.isArray(details)) return details.flatMap((part) => placesIn(part, name))
  if (typeof details === 'object' && details !== null) {
    return Object.entries(details).flatMap(([inner, part]) => placesIn(part, inner))
  }
  return PLACES.has(name) && typeof details === 'string' && /^[0-9a-f-]{36}$/.test(details) ? [details] : []
}
