/** What a password must fulfil, said while it is typed; the server decides. */

/** The default policy; where an installation asks for more, its server says so when the form is sent. */
const RULES = { length: 10, classes: 3 }

export interface PasswordCheck {
  text: string
  met: boolean
}

const CLASSES = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{Ll}\p{Lu}\p{Nd}]/u]

export function passwordChecks(password: string, login: string): PasswordCheck[] {
  const classes = CLASSES.filter((pattern) => pattern.test(password)).length
  const checks = [
    { text: `至少 ${RULES.length} 个字符`, met: [...password].length >= RULES.length },
    { text: `含大写字母、小写字母、数字、符号中的 ${RULES.classes} 种`, met: classes >= RULES.classes },
  ]
  if (login !== '') {
    const included = password.toLowerCase().includes(login.toLowerCase())
    checks.push({ text: '不含登录名', met: password !== '' && !included })
  }
  return checks
}
