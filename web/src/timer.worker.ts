// Browsers slow down the timers of hidden pages, to one a minute at worst, but not those of
// workers. A heartbeat that late would end the session, so the clock's timers run here.
interface Order {
  id: number;
  ms: number | undefined; // undefined: cancel
}

const timers = new Map<number, ReturnType<typeof setTimeout>>();

self.onmessage = ({ data: { id, ms } }: MessageEvent<Order>): void => {
  clearTimeout(timers.get(id));
  timers.delete(id);
  if (ms === undefined) return;
  timers.set(
    id,
    setTimeout(() => {
      timers.delete(id);
      self.postMessage(id);
    }, ms),
  );
};

export {};
