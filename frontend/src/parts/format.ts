/** Numbers and moments as Chinese readers write them. */

const COUNT = new Intl.NumberFormat('zh-CN')

export function count(number: number): string {
  return COUNT.format(number)
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0')
}

/** A moment of the server (ISO 8601 with zone) in this computer's time, to the second or minute. */
export function moment(text: string | null | undefined, to: 'minute' | 'second' = 'minute'): string {
  if (!text) return '—'
  const at = new Date(text)
  if (Number.isNaN(at.getTime())) return text
  const day = `${at.getFullYear()}-${twoDigits(at.getMonth() + 1)}-${twoDigits(at.getDate())}`
  const time = `${twoDigits(at.getHours())}:${twoDigits(at.getMinutes())}`
  return to === 'minute' ? `${day} ${time}` : `${day} ${time}:${twoDigits(at.getSeconds())}`
}

/** This computer's day, as the server writes days. */
export function today(): string {
  return moment(new Date().toISOString()).slice(0, 10)
}
