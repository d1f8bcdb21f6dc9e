/** Conditions as groups of lines, and the text that says them. */

import type { ConditionNode, Over, Word } from '@/api/writing'

export interface Group {
  sort: '且' | '或' | '非'
  parts: Part[]
}

export interface Line {
  sort: '行'
  left: string
  operator: string
  right: string
}

export type Part = Group | Line

const NUMERIC = ['>', '≥', '<', '≤', '=', '≠', '未知', '已知']
const CODED = ['=', '≠', '属于', '不属于', '开头为', '开头不为', '未知', '已知']
export const UNARY = ['未知', '已知']
export const OF_LISTS = ['属于', '不属于', '开头为', '开头不为', '包含', '不包含']
const QUOTED = new Set(['代码', '文本'])

export function emptyLine(): Line {
  return { sort: '行', left: '', operator: '>', right: '' }
}

/** The operators that a value of a type can be judged with. */
export function operatorsFor(type: string): string[] {
  if (type === '代码' || type === '文本') return CODED
  if (type === '代码集') return ['包含', '不包含', '未知', '已知']
  if (type === '是否') return ['=', '未知', '已知']
  return NUMERIC
}

/** What may stand on the left: of whole bills, fields of lines stand in sums. */
export function lefts(words: Word[], over: Over): Word[] {
  if (over !== '单据') return words
  const sums: Word[] = []
  for (const word of words) {
    if (!word.of_line) continue
    const group = '费用合计'
    if (['金额', '单价', '数量', '整数'].includes(word.type))
      sums.push({ ...word, name: `合计(${word.name})`, group })
    sums.push({
      ...word,
      name: `种数(${word.name})`,
      group: '费用种数',
      type: '整数',
      unit: '',
      codes: '',
      choices: [],
    })
  }
  const lines: Word = {
    name: '行数',
    group: '费用合计',
    type: '整数',
    unit: '行',
    codes: '',
    choices: [],
    note: '',
    of_line: false,
  }
  return [...words.filter((word) => !word.of_line), lines, ...sums]
}

/** A line or group of the server, to be changed in a form: codes without the quotes of the language. */
export function partOf(node: ConditionNode): Part {
  if (node.sort === '行') {
    const right = node.right ?? ''
    const bare = /^'[^']*'$/.test(right) ? right.slice(1, -1) : right
    return { sort: '行', left: node.left ?? '', operator: node.operator ?? '', right: bare }
  }
  return { sort: node.sort as Group['sort'], parts: (node.parts ?? []).map(partOf) }
}

/** A condition as a group that lines can be added to. */
export function groupOf(node: ConditionNode | null | undefined): Group {
  if (!node) return { sort: '且', parts: [] }
  const part = partOf(node)
  return part.sort === '且' || part.sort === '或' ? part : { sort: '且', parts: [part] }
}

function typeOf(line: Line, words: Word[]): string {
  return words.find((word) => word.name === line.left)?.type ?? ''
}

function textOfLine(line: Line, words: Word[]): string {
  if (UNARY.includes(line.operator)) return `${line.left} ${line.operator}`
  if (OF_LISTS.includes(line.operator)) return `${line.left} ${line.operator} [${line.right}]`
  // The name of another word stands bare; a code is quoted, whatever it looks like.
  const known = words.some((word) => word.name === line.right)
  const quoted = QUOTED.has(typeOf(line, words)) && !known
  const right = quoted ? `'${line.right.replaceAll("'", '')}'` : line.right
  return `${line.left} ${line.operator} ${right}`
}

/** The text of lines that are filled in; those that are not yet say nothing. */
export function textOf(part: Part, words: Word[], inner = false): string {
  if (part.sort === '行') {
    const whole = part.left && (UNARY.includes(part.operator) || part.right.trim() !== '')
    return whole ? textOfLine(part, words) : ''
  }
  if (part.sort === '非') {
    const text = part.parts.map((each) => textOf(each, words)).find((each) => each !== '')
    return text ? `非 (${text})` : ''
  }
  const texts = part.parts.map((each) => textOf(each, words, true)).filter((text) => text !== '')
  const text = texts.join(` ${part.sort} `)
  return inner && texts.length > 1 ? `(${text})` : text
}
