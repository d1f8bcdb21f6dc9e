/** What a password must fulfil, said while it is typed; the server decides. */

/** What is built in; an installation may ask for more or less. */
export const BUILT_IN = { length: 10, classes: 3 }

export interface PasswordCheck {
  text: string
  met: boolean
}

const CLASSES = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{Ll}\p{Lu}\p{Nd}]/u]

export function passwordChecks(password: string, login: string, rules = BUILT_IN): PasswordCheck[] {
  const classes = CLASSES.filter((pattern) => pattern.test(password)).length
  const checks = [
    { text: `至少 ${rules.length} 个字符`, met: [...password].length >= rules.length },
    { text: `含大写字母、小写字母、数字、符号中的 ${rules.classes} 种`, met: classes >= rules.classes },
  ]
  if (login !== '') {
    const included = password.toLowerCase().includes(login.toLowerCase())
    checks.push({ text: '不含登录名', met: password !== '' && !included })
  }
  return checks
}
