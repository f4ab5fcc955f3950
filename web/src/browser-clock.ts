import type { Clock, TimerId } from './protocol/clock';

// The page's clock; its timers run in a worker (see timer.worker.ts).
export function browserClock(): Clock {
  const worker = new Worker(new URL('./timer.worker.ts', import.meta.url), { type: 'module' });
  const waiting = new Map<TimerId, () => void>();
  let last = 0;
  worker.onmessage = ({ data }: MessageEvent<TimerId>): void => {
    const run = waiting.get(data);
    waiting.delete(data);
    run?.();
  };
  return {
    now: () => Date.now(),
    setTimeout: (run, ms) => {
      last += 1;
      waiting.set(last, run);
      worker.postMessage({ id: last, ms });
      return last;
    },
    clearTimeout: (id) => {
      if (waiting.delete(id)) worker.postMessage({ id, ms: undefined });
    },
  };
}
