import type { Message, Seq } from '../protocol/types';

// What is loaded of a chat: one run of messages without holes, and what arrived beyond a hole.
export interface Timeline {
  readonly messages: readonly Message[]; // oldest first, each seq once
  readonly ahead: readonly Message[]; // newer than a hole that history has yet to fill
  readonly complete: boolean; // nothing older is to be had
}

export const emptyTimeline: Timeline = { messages: [], ahead: [], complete: false };

export function lowest(timeline: Timeline): Seq | undefined {
  return timeline.messages[0]?.seq;
}

export function highest(timeline: Timeline): Seq | undefined {
  return timeline.messages.at(-1)?.seq;
}

export function find(timeline: Timeline, seq: Seq): Message | undefined {
  const { messages } = timeline;
  let low = 0;
  let high = messages.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const at = messages[middle]!.seq;
    if (at === seq) return messages[middle];
    if (at < seq) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
}

// A message of the live stream. A repeat leaves the timeline as it is (the same object).
export function accept(timeline: Timeline, message: Message): Timeline {
  const top = highest(timeline);
  if (top === undefined || message.seq === top + 1) {
    return closeHole({ ...timeline, messages: [...timeline.messages, message] });
  }
  if (message.seq <= top) return timeline;
  if (timeline.ahead.some((other) => other.seq === message.seq)) return timeline;
  return { ...timeline, ahead: union(timeline.ahead, [message]) };
}

// The seq after which history is wanted, when a hole is known.
export function holeAfter(timeline: Timeline): Seq | undefined {
  return timeline.ahead.length > 0 ? highest(timeline) : undefined;
}

// A page of history that begins after the run. Should it not reach across the hole, the newer
// side becomes the run and scrolling back will load what lies between.
export function fill(timeline: Timeline, page: readonly Message[]): Timeline {
  const messages = union(timeline.messages, page);
  const next = timeline.ahead[0]?.seq;
  const top = messages.at(-1)?.seq ?? 0;
  if (next === undefined || next <= top + 1) return closeHole({ ...timeline, messages });
  return { messages: timeline.ahead, ahead: [], complete: false };
}

// A page of history that ends before the run.
export function prepend(
  timeline: Timeline,
  page: readonly Message[],
  complete: boolean,
): Timeline {
  return { ...timeline, messages: union(page, timeline.messages), complete };
}

// The newest page of history, beside whatever the stream has brought meanwhile.
export function newest(timeline: Timeline, page: readonly Message[], complete: boolean): Timeline {
  const low = lowest(timeline);
  const top = highest(timeline);
  const first = page[0]?.seq;
  const last = page.at(-1)?.seq;
  if (first === undefined || last === undefined) return { ...timeline, complete };
  if (low === undefined || top === undefined || first > top + 1) {
    const rest = timeline.ahead.filter((message) => message.seq > last);
    return closeHole({ messages: [...page], ahead: rest, complete });
  }
  if (last >= low - 1) {
    const messages = union(page, timeline.messages);
    return closeHole({ ...timeline, messages, complete: complete || timeline.complete });
  }
  return { messages: [...page], ahead: union(timeline.messages, timeline.ahead), complete };
}

// Keeps the newest `keep` messages of a chat that is not being looked at.
export function trim(timeline: Timeline, keep: number): Timeline {
  if (timeline.messages.length <= keep) return timeline;
  return { ...timeline, messages: timeline.messages.slice(-keep), complete: false };
}

function closeHole(timeline: Timeline): Timeline {
  const top = highest(timeline) ?? 0;
  const ahead = timeline.ahead.filter((message) => message.seq > top);
  if (ahead.length === 0 || ahead[0]!.seq > top + 1) return { ...timeline, ahead };
  let joined = 0;
  while (ahead[joined]?.seq === top + 1 + joined) joined += 1;
  return {
    ...timeline,
    messages: [...timeline.messages, ...ahead.slice(0, joined)],
    ahead: ahead.slice(joined),
  };
}

function union(one: readonly Message[], other: readonly Message[]): Message[] {
  const bySeq = new Map<Seq, Message>();
  for (const message of [...one, ...other]) bySeq.set(message.seq, message);
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}
