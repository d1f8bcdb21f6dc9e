/** A part of a strategy taken out of the draft, by who meant it. */

import { proposeChange } from '@/api/drafts'
import { confirm } from '@/parts/ask'
import { currentDraft } from '@/parts/draft'
import { doing } from '@/parts/tell'

const WHAT = { rule_set: '规则集', exemption: '特例' }

/** Whether somebody meant it. */
export async function removed(part: keyof typeof WHAT, key: string): Promise<boolean> {
  const what = WHAT[part]
  const meant = await confirm(`删除${what}`, `在草稿中删除${what}“${key}”；发布后才不再起作用。`, '删除')
  if (meant) await doing(() => proposeChange(currentDraft.value, part, key, null), '已写入草稿')
  return meant
}
