/** What came of an action, said for a moment; a problem stays until it is read. */

import { ElMessage, ElNotification } from 'element-plus'

import { asProblem } from '@/api/problem'

export function tellDone(text: string): void {
  ElMessage.success(text)
}

export function tellProblem(thrown: unknown): void {
  const problem = asProblem(thrown)
  ElNotification.error({
    title: problem.message,
    message: [problem.where && `位置：${problem.where}`, problem.remedy].filter(Boolean).join('。'),
    duration: 0,
    customClass: 'problem-notification',
  })
}

/** Do something and say so; a problem is told, and the answer is undefined. */
export async function doing<T>(act: () => Promise<T>, done?: string): Promise<T | undefined> {
  try {
    const result = await act()
    if (done) tellDone(done)
    return result
  } catch (thrown) {
    tellProblem(thrown)
    return undefined
  }
}
