import { fileURLToPath } from 'node:url'

import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [vue()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    outDir: '../src/mingcha/web/ui',
    emptyOutDir: true,
    // A strict Content-Security-Policy allows no inlined data but images.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      output: {
        // Libraries change seldom: a new version of ours leaves them in the browser's cache.
        codeSplitting: {
          groups: [
            { name: 'vue', test: /node_modules\/(@vue|vue|vue-router|pinia)\// },
            {
              name: 'element-plus',
              test: /node_modules\/(element-plus|@element-plus|@floating-ui|dayjs|async-validator)\//,
            },
          ],
        },
      },
    },
  },
  server: {
    proxy: { '/api': process.env.MINGCHA_SERVER ?? 'http://127.0.0.1:8000' },
  },
  test: {
    environment: 'happy-dom',
    include: ['tests/**/*.test.ts'],
  },
})
