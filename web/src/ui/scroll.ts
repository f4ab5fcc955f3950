import { useSignal, type Signal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Seq } from '../protocol/types';
import type { ChatState } from '../state/chat-state';
import { attention } from './attention';
import { useMessenger } from './context';
import type { Row } from './rows';
import { endEarlier, endLater, type Shown } from './window';

const nearPixels = 600; // how close to an edge more is loaded
const bottomPixels = 48; // how close to the end counts as following it

interface ScrollInput {
  state: ChatState;
  view: Shown;
  end: Signal<Seq | undefined>;
  rows: readonly Row[];
  divided: boolean;
}

export interface Scroll {
  frame: RefObject<HTMLDivElement | null>;
  away: Signal<boolean>; // not at the newest message
  onScroll: () => void;
  toNewest: () => void;
  jump: (seq: Seq) => void;
}

interface Anchor {
  key: string;
  top: number;
}

// Keeps a conversation where its reader is: at the newest message while he follows it, else at
// the line he looks at, whatever is added above or below. Loads more near the edges, and marks
// as read what has been on the screen while somebody looked.
export function useScroll(input: ScrollInput): Scroll {
  const messenger = useMessenger();
  const frame = useRef<HTMLDivElement | null>(null);
  const following = useRef(true);
  const placed = useRef(false);
  const anchor = useRef<Anchor | undefined>(undefined);
  const away = useSignal(false);
  const latest = useRef(input);
  latest.current = input;

  const settle = (): void => {
    const element = frame.current!;
    const { view } = latest.current;
    const rest = element.scrollHeight - element.scrollTop - element.clientHeight;
    following.current = rest < bottomPixels && !view.newerHidden;
    away.value = !following.current;
    anchor.current = following.current ? undefined : firstVisible(element);
  };
  const look = (): void => loadNear(frame.current!, latest.current, messenger.history.older);
  const read = (): void => {
    const seq = lastSeen(frame.current!, latest.current, following.current);
    if (attention.value && placed.current && seq)
      messenger.markRead(latest.current.state.chat, seq);
  };

  // While the backlog is still arriving, the first unread message is not where it will be.
  const ready = input.state.loaded && messenger.phaseNow.value !== 'syncing';
  useLayoutEffect(() => {
    const element = frame.current!;
    if (!placed.current && ready) {
      placed.current = true;
      following.current = !placeAtDivider(element, input.divided);
      anchor.current = undefined;
    }
    if (following.current) element.scrollTop = element.scrollHeight;
    else restore(element, anchor.current);
    settle();
    look();
    read();
  }, [input.rows, ready, attention.value]);

  const toNewest = (): void => {
    input.end.value = undefined;
    following.current = true;
    frame.current!.scrollTop = frame.current!.scrollHeight;
  };
  const jump = useCallback((seq: Seq) => highlight(frame.current!, seq), []);
  useResize(frame, (element) => {
    if (following.current) element.scrollTop = element.scrollHeight;
  });
  useGrowth(input.state.pending.length, toNewest); // what the user sends, he wants to see
  return {
    frame,
    away,
    toNewest,
    onScroll: () => {
      settle();
      look();
      read();
    },
    jump,
  };
}

// A keyboard that opens on a phone must not push the newest message out of sight.
function useResize(
  frame: RefObject<HTMLDivElement | null>,
  react: (element: HTMLElement) => void,
): void {
  useEffect(() => {
    if (typeof ResizeObserver === 'undefined') return undefined;
    const element = frame.current!;
    const observer = new ResizeObserver(() => react(element));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
}

function useGrowth(count: number, react: () => void): void {
  const before = useRef(count);
  useLayoutEffect(() => {
    if (count > before.current) react();
    before.current = count;
  }, [count]);
}

function loadNear(
  element: HTMLElement,
  { state, view, end }: ScrollInput,
  older: (chat: string) => Promise<void>,
): void {
  if (!state.loaded || element.clientHeight === 0) return;
  const { messages, complete } = state.timeline;
  const below = element.scrollHeight - element.scrollTop - element.clientHeight;
  if (element.scrollTop < nearPixels) {
    if (view.olderHidden) end.value = endEarlier(messages, end.value);
    else if (!complete && !state.left) void older(state.chat);
  } else if (below < nearPixels && view.newerHidden) {
    end.value = endLater(messages, end.value);
  }
}

function rowsIn(element: HTMLElement): HTMLElement[] {
  return [...element.querySelectorAll<HTMLElement>('[data-key]')];
}

function firstVisible(element: HTMLElement): Anchor | undefined {
  const top = element.getBoundingClientRect().top;
  for (const row of rowsIn(element)) {
    const box = row.getBoundingClientRect();
    if (box.bottom > top) return { key: row.dataset['key']!, top: box.top - top };
  }
  return undefined;
}

function restore(element: HTMLElement, anchor: Anchor | undefined): void {
  const row = anchor && rowsIn(element).find((one) => one.dataset['key'] === anchor.key);
  if (!row) return;
  const now = row.getBoundingClientRect().top - element.getBoundingClientRect().top;
  element.scrollTop += now - anchor.top;
}

// True when there is a divider to begin at, and more below it than fits.
function placeAtDivider(element: HTMLElement, divided: boolean): boolean {
  const line = divided ? element.querySelector<HTMLElement>('[data-key="unread"]') : null;
  if (!line) return false;
  const offset = line.getBoundingClientRect().top - element.getBoundingClientRect().top;
  const wanted = element.scrollTop + offset - element.clientHeight / 4;
  element.scrollTop = wanted;
  return wanted < element.scrollHeight - element.clientHeight - bottomPixels;
}

// The newest seq that is on the screen or above it.
function lastSeen(
  element: HTMLElement,
  { state }: ScrollInput,
  following: boolean,
): Seq | undefined {
  if (following) return state.timeline.messages.at(-1)?.seq;
  const bottom = element.getBoundingClientRect().bottom;
  let seen: Seq | undefined;
  for (const row of rowsIn(element)) {
    if (row.getBoundingClientRect().bottom > bottom + 8) break;
    if (row.dataset['seq']) seen = Number(row.dataset['seq']);
  }
  return seen;
}

function highlight(element: HTMLElement, seq: Seq): void {
  const row = element.querySelector<HTMLElement>(`[data-seq="${seq}"]`);
  if (!row) return;
  row.scrollIntoView({ block: 'center', behavior: 'smooth' });
  row.classList.remove('pointed-out');
  // Reading a layout value in between makes the animation start again.
  void row.offsetWidth;
  row.classList.add('pointed-out');
}
