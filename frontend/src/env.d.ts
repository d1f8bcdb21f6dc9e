/** Types of what is registered for all templates. */

import type { vLoading } from 'element-plus'

declare module 'vue' {
  interface GlobalDirectives {
    vLoading: typeof vLoading
  }
}
