/** A request as it is written and as it is sent. */

import type { Wish } from '@/api/accounts'

import type { WishDraft } from './WishFields.vue'

export function emptyWish(): WishDraft {
  return { login: '', full_name: '', phone: '', role: '', staff_code: '', reason: '' }
}

export function wishOf(draft: WishDraft, organisationId: string): Wish {
  return {
    login: draft.login.trim(),
    full_name: draft.full_name.trim(),
    phone: draft.phone.trim() || null,
    organisation_id: organisationId,
    staff_code: draft.staff_code.trim() || null,
    role: draft.role as Wish['role'],
    reason: draft.reason.trim(),
  }
}
