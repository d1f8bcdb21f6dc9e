/** Values of parameters in words. */

import type { Parameter, ParameterValue } from '@/api/settings'

export function inWords(
  parameter: Pick<Parameter, 'kind' | 'unit'> | undefined,
  value: ParameterValue,
): string {
  if (typeof value === 'boolean') return value ? '是' : '否'
  return [value, parameter?.unit].filter((part) => part !== undefined && part !== '').join(' ')
}
