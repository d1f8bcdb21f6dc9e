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

/** An amount in fen as yuan, its thousands set apart; unknown is no zero. */
export function yuan(fen: number | null | undefined): string {
  if (fen === null || fen === undefined) return '—'
  const cents = String(Math.abs(fen) % 100).padStart(2, '0')
  return `${fen < 0 ? '-' : ''}${count(Math.floor(Math.abs(fen) / 100))}.${cents}`
}

/** An amount that is decimal text in yuan already, its thousands set apart. */
export function setApart(amount: string): string {
  return amount.replace(/\B(?=(?:\d{3})+(?:\.|$))/gu, ',')
}

/** How long something takes, to the unit that matters: 8 秒, 3 分 20 秒, 2 小时 5 分. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return `${whole} 秒`
  if (whole < 3600) return `${Math.floor(whole / 60)} 分${whole % 60 ? ` ${whole % 60} 秒` : ''}`
  const minutes = Math.round(whole / 60)
  return `${Math.floor(minutes / 60)} 小时${minutes % 60 ? ` ${minutes % 60} 分` : ''}`
}

/** The size of a file. */
export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  const units = ['KB', 'MB', 'GB', 'TB']
  let value = bytes / 1024
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`
}
