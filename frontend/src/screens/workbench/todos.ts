/** What waits for people of each kind: how many, until when, and the list that it counts. */

import type { Permission } from '@/api/users'
import {
  accountsToDecide,
  alarmsToHandle,
  type Awaited,
  basisTasksOf,
  changesToReview,
  draftsIn,
  opinionsToGive,
  secondOpinionsIn,
} from '@/api/workbench'

export interface Todo {
  label: string
  permission: Permission
  screen: string
  query: Record<string, string>
  count: () => Promise<Awaited>
}

export interface CountedTodo {
  todo: Todo
  waits: Awaited
}

function todosOf(login: string): Todo[] {
  return [
    {
      label: '待答复的人工审核',
      permission: 'opinions.give',
      screen: 'second-opinions',
      query: { standing: 'waiting' },
      count: () => secondOpinionsIn('waiting'),
    },
    {
      label: '待事后复核的人工审核',
      permission: 'opinions.give',
      screen: 'second-opinions',
      query: { standing: 'to_review' },
      count: () => secondOpinionsIn('to_review'),
    },
    {
      label: '待复核的草稿',
      permission: 'releases.review',
      screen: 'drafts',
      query: { state: 'in_review' },
      count: () => draftsIn('in_review'),
    },
    {
      label: '待发布的草稿',
      permission: 'releases.publish',
      screen: 'drafts',
      query: { state: 'approved' },
      count: () => draftsIn('approved'),
    },
    {
      label: '待复核的变更',
      permission: 'settings.review',
      screen: 'setting-changes',
      query: { state: 'proposed' },
      count: changesToReview,
    },
    {
      label: '待处理的账号申请',
      permission: 'accounts.decide',
      screen: 'account-requests',
      query: { status: 'waiting' },
      count: accountsToDecide,
    },
    {
      label: '待处理的报警',
      permission: 'alarms.handle',
      screen: 'alarms',
      query: { handled: 'false' },
      count: alarmsToHandle,
    },
    {
      label: '依据变化待处理',
      permission: 'basis.edit',
      screen: 'basis-tasks',
      query: { open: 'true', owner: login },
      count: () => basisTasksOf(login),
    },
    {
      label: '待答复的征求意见',
      permission: 'consultation.answer',
      screen: 'opinions',
      query: { unanswered: 'true' },
      count: opinionsToGive,
    },
  ]
}

/** The todos of somebody, counted; a kind that is refused, because it is another office's, is left out. */
export async function countTodos(
  login: string,
  may: (permission: Permission) => boolean,
): Promise<CountedTodo[]> {
  const own = todosOf(login).filter((todo) => may(todo.permission))
  const counted = await Promise.allSettled(own.map(async (todo) => ({ todo, waits: await todo.count() })))
  return counted.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
}
