import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { Seq } from '../protocol/types';
import { maySend, type ChatState } from '../state/chat-state';
import { tickOf, type Tick } from '../state/ticks';
import { find } from '../state/timeline';
import { Bubble } from './bubble';
import { useMessenger } from './context';
import { dayName, plural } from './format';
import { Icon } from './icons';
import { rowsOf, type BubbleRow, type Row } from './rows';
import { useScroll } from './scroll';
import { useUnreadDivider } from './unread-divider';
import { shown } from './window';
import { chatTitle, eventLine } from './wording';

interface MessageListProps {
  state: ChatState;
  onReply: (seq: Seq) => void;
}

export function MessageList({ state, onReply }: MessageListProps): JSX.Element {
  const messenger = useMessenger();
  const end = useSignal<Seq | undefined>(undefined);
  const divider = useUnreadDivider(state);
  const { messages } = state.timeline;
  const view = useMemo(() => shown(messages, end.value), [messages, end.value]);
  const pending = view.newerHidden ? [] : state.pending;
  const rows = useMemo(
    () => rowsOf(view.messages, pending, messenger.myId, divider),
    [view.messages, pending, divider],
  );
  const scroll = useScroll({ state, view, end, rows, divided: divider !== undefined });
  const loading = messenger.history.loadingOlder.value.has(state.chat) || !state.loaded;
  return (
    <div class="messages-frame">
      <div
        ref={scroll.frame}
        class="messages"
        role="log"
        aria-label={`Messages of ${chatTitle(state, messenger)}`}
        tabIndex={0}
        onScroll={scroll.onScroll}
      >
        <ol class="message-rows">
          {loading && !state.left && <LoadingLine />}
          {rows.map((row) => (
            <RowView key={row.key} row={row} state={state} onReply={onReply} jump={scroll.jump} />
          ))}
          {rows.length === 0 && state.loaded && <FirstWords state={state} />}
        </ol>
      </div>
      {scroll.away.value && (
        <button
          type="button"
          class="to-newest"
          aria-label={
            state.unread > 0
              ? `To the newest message, ${plural(state.unread, 'unread', 'unread')}`
              : 'To the newest message'
          }
          onClick={scroll.toNewest}
        >
          <Icon name="down" />
          {state.unread > 0 && <span class="unread-badge">{state.unread}</span>}
        </button>
      )}
    </div>
  );
}

interface RowProps {
  row: Row;
  state: ChatState;
  onReply: (seq: Seq) => void;
  jump: (seq: Seq) => void;
}

function RowView({ row, state, onReply, jump }: RowProps): JSX.Element {
  const messenger = useMessenger();
  switch (row.kind) {
    case 'day':
      return (
        <li class="day-line" data-key={row.key}>
          <span>{dayName(row.at)}</span>
        </li>
      );
    case 'unread':
      return (
        <li class="unread-line" data-key="unread">
          <span>New messages</span>
        </li>
      );
    case 'event':
      return (
        <li class="event-line" data-key={row.key} data-seq={row.message.seq}>
          <span>{eventLine(row.message, messenger)}</span>
        </li>
      );
    case 'bubble':
      return (
        <Bubble
          row={row}
          tick={tickOfRow(row, state, messenger.myId)}
          quoted={row.replyTo === undefined ? undefined : find(state.timeline, row.replyTo)}
          group={state.type === 'group'}
          chat={state.chat}
          canReply={maySend(state)}
          onReply={onReply}
          jump={jump}
        />
      );
  }
}

function tickOfRow(row: BubbleRow, state: ChatState, me: string): Tick | undefined {
  const { pending, sender, seq, at } = row;
  if (sender !== me) return undefined;
  if (pending?.failed) return 'failed';
  return seq === undefined ? 'queued' : tickOf(state, { seq, at }, me);
}

function LoadingLine(): JSX.Element {
  return (
    <li class="loading-line">
      <span class="spinner" aria-hidden="true" />
      <span class="visually-hidden">Loading messages</span>
    </li>
  );
}

function FirstWords({ state }: { state: ChatState }): JSX.Element {
  const messenger = useMessenger();
  return (
    <li class="event-line">
      <span>
        {state.type === 'direct'
          ? `This is the beginning of your chat with ${chatTitle(state, messenger)}.`
          : 'Nothing has been said here yet.'}
      </span>
    </li>
  );
}
