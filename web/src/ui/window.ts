import type { Message, Seq } from '../protocol/types';

// Of a long timeline only so many messages are in the page at once.
export const mostShown = 400;
const step = 100;

export interface Shown {
  readonly messages: readonly Message[];
  readonly olderHidden: boolean;
  readonly newerHidden: boolean;
}

// `end`: the last seq to show; undefined follows the newest.
export function shown(messages: readonly Message[], end: Seq | undefined): Shown {
  const stop = stopOf(messages, end);
  const start = Math.max(0, stop - mostShown);
  return {
    messages: messages.slice(start, stop),
    olderHidden: start > 0,
    newerHidden: stop < messages.length,
  };
}

export function endEarlier(messages: readonly Message[], end: Seq | undefined): Seq | undefined {
  const stop = Math.max(Math.min(mostShown, messages.length), stopOf(messages, end) - step);
  return stop >= messages.length ? undefined : messages[stop - 1]?.seq;
}

export function endLater(messages: readonly Message[], end: Seq | undefined): Seq | undefined {
  const stop = stopOf(messages, end) + step;
  return stop >= messages.length ? undefined : messages[stop - 1]?.seq;
}

function stopOf(messages: readonly Message[], end: Seq | undefined): number {
  if (end === undefined) return messages.length;
  const after = messages.findIndex((message) => message.seq > end);
  return after < 0 ? messages.length : after;
}
