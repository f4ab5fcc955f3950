import type { JSX } from 'preact';
import type { Tick } from '../state/ticks';

const labels: Record<Tick, string> = {
  queued: 'Waiting to be sent',
  failed: 'Not sent',
  sent: 'Sent',
  delivered: 'Delivered',
  read: 'Read',
};

const single = 'M5.5 6.2 8.6 9.3 14.5 2.8';
const double = 'M1.5 6.2 4.6 9.3 10.5 2.8M7.8 8.5 8.6 9.3 14.5 2.8';
const clock = 'M8 11A5 5 0 1 0 8 1a5 5 0 0 0 0 10zM8 3.5V6l1.8 1.2';
const warning = 'M8 11A5 5 0 1 0 8 1a5 5 0 0 0 0 10zM8 3.3v3.4M8 8.7v.01';

const shapes: Record<Tick, string> = {
  queued: clock,
  failed: warning,
  sent: single,
  delivered: double,
  read: double,
};

// How far a message has come: a clock, one tick, two, two in blue.
export function Ticks({ tick }: { tick: Tick }): JSX.Element {
  return (
    <svg class={`ticks ${tick}`} viewBox="0 0 16 12" role="img" aria-label={labels[tick]}>
      <path d={shapes[tick]} />
    </svg>
  );
}
