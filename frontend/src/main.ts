/** Starts the application. */

import 'element-plus/dist/index.css'
import 'element-plus/theme-chalk/dark/css-vars.css'
import './style/theme.css'
import './style/base.css'

import ElementPlus from 'element-plus'
import zhCn from 'element-plus/es/locale/lang/zh-cn'
import { createPinia } from 'pinia'
import { createApp } from 'vue'

import { whenSignedOut } from './api/client'
import App from './App.vue'
import { startTheme } from './frame/theme'
import { router } from './router'
import { useSession } from './session/session'

startTheme()

const app = createApp(App)
app.use(createPinia())
app.use(router)
app.use(ElementPlus, { locale: zhCn })

whenSignedOut(() => {
  const session = useSession()
  const route = router.currentRoute.value
  // Who is not signed in here in the first place is told by the page itself.
  if (session.me === undefined || route.meta.public) return
  session.forget()
  void router.push({ name: 'login', query: { to: route.fullPath, why: 'ended' } })
})

app.mount('#app')
