import { defineConfig } from 'vitest/config';

// `npm run dev` talks to a running server; it must list this page's origin in `allowed_origins`.
const server = process.env['BANTER_URL'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    // The server's Content-Security-Policy is `default-src 'self'`: no data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  worker: { format: 'es' },
  server: { proxy: { '/v1': { target: server, ws: true } } },
  test: {
    // Only the tests of components need a document; they ask for it themselves.
    environment: 'node',
    include: ['tests/**/*.test.{ts,tsx}'],
    setupFiles: ['tests/setup.ts'],
    restoreMocks: true,
  },
});
