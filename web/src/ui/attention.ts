import { signal } from '@preact/signals';

// Whether somebody is looking: the page is visible and has the focus.
export const attention = signal(looking());

function looking(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus();
}

export function followAttention(): void {
  const update = (): void => {
    attention.value = looking();
  };
  for (const event of ['focus', 'blur']) window.addEventListener(event, update);
  document.addEventListener('visibilitychange', update);
}
