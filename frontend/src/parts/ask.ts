/** Questions before something is done that cannot be taken back, or that the trail wants a reason for. */

import { ElMessageBox } from 'element-plus'

/** The reason that somebody gives; undefined where they think better of it. */
export async function askReason(
  title: string,
  explanation: string,
  act: string,
): Promise<string | undefined> {
  try {
    const answer = await ElMessageBox.prompt(explanation, title, {
      confirmButtonText: act,
      cancelButtonText: '取消',
      inputType: 'textarea',
      inputPlaceholder: '请写明原因，会记入操作记录',
      inputValidator: (value) => ((value ?? '').trim().length >= 4 ? true : '请写明原因（至少四个字）'),
      closeOnClickModal: false,
    })
    return (answer as { value: string }).value.trim()
  } catch {
    return undefined
  }
}

/** Whether somebody really means it. */
export async function confirm(title: string, explanation: string, act: string): Promise<boolean> {
  try {
    await ElMessageBox.confirm(explanation, title, {
      confirmButtonText: act,
      cancelButtonText: '取消',
      type: 'warning',
      closeOnClickModal: false,
    })
    return true
  } catch {
    return false
  }
}
