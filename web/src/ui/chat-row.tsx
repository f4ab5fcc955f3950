import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { isMuted, manages, type ChatState } from '../state/chat-state';
import { tickOf, type Tick } from '../state/ticks';
import { Avatar } from './avatar';
import { chatActions } from './chat-actions';
import { useMessenger } from './context';
import { fullTime, listTime, plural } from './format';
import { Icon, type IconName } from './icons';
import { Menu } from './menu';
import { chatAddress } from './routes';
import { Ticks } from './ticks';
import { chatTitle, eventLine, kindName, nameOf, typistLine } from './wording';

export function ChatRow({ state }: { state: ChatState }): JSX.Element {
  const messenger = useMessenger();
  const row = useRef<HTMLLIElement>(null);
  useDetails(row, state);
  const title = chatTitle(state, messenger);
  const open = messenger.openChat.value === state.chat;
  const online = state.peer && messenger.people.presence(state.peer)?.status === 'online';
  const at = state.pending.at(-1)?.at ?? state.last?.at;
  const unread = open || state.left ? 0 : state.unread;
  const muted = isMuted(state, messenger.chats.now.value);
  const asking = manages(state) ? messenger.requests.in(state.chat).length : 0;
  return (
    <li ref={row} class="chat-item">
      <a
        class={`chat-row ${open ? 'open' : ''} ${unread > 0 && !muted ? 'has-unread' : ''}`}
        href={chatAddress(state.chat)}
        aria-current={open ? 'page' : undefined}
      >
        <Avatar
          id={state.peer ?? state.chat}
          name={title}
          picture={state.picture}
          group={state.type === 'group'}
          online={online === true}
        />
        <span class="chat-row-title" dir="auto">
          {title}
        </span>
        {at && (
          <time class="chat-row-time" dateTime={at} title={fullTime(at)}>
            {listTime(at)}
          </time>
        )}
        <PreviewLine state={state} />
        <span class="chat-row-marks">
          {muted && <Mark icon="mute" label="muted" />}
          {state.kept.pinned && <Mark icon="pin" label="pinned" />}
          {asking > 0 && (
            <span class="asking-badge" aria-label={plural(asking, 'request', 'requests')}>
              {`+${asking}`}
            </span>
          )}
          {unread > 0 && (
            <span
              class={muted ? 'unread-badge muted' : 'unread-badge'}
              aria-label={plural(unread, 'unread message', 'unread messages')}
            >
              {unread > 999 ? '999+' : unread}
            </span>
          )}
        </span>
        {online && <span class="visually-hidden">online</span>}
      </a>
      <Menu
        class="row-menu"
        icon="down"
        label={`What to do with ${title}`}
        items={chatActions(state, messenger)}
      />
    </li>
  );
}

function Mark({ icon, label }: { icon: IconName; label: string }): JSX.Element {
  return (
    <span class="chat-row-mark" title={label}>
      <Icon name={icon} />
      <span class="visually-hidden">{label}</span>
    </span>
  );
}

// What a row shows beyond the chat list itself is loaded when the row comes into view.
function useDetails(row: { current: HTMLLIElement | null }, state: ChatState): void {
  const { history } = useMessenger();
  const wants = history.wantsDetails(state);
  useEffect(() => {
    if (!wants) return undefined;
    if (typeof IntersectionObserver === 'undefined') {
      history.loadDetails(state.chat);
      return undefined;
    }
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      history.loadDetails(state.chat);
    });
    observer.observe(row.current!);
    return () => observer.disconnect();
  }, [state.chat, wants]);
}

function PreviewLine({ state }: { state: ChatState }): JSX.Element {
  const messenger = useMessenger();
  const typing = messenger.typingBoard.in(state.chat);
  if (typing.length > 0) {
    return (
      <span class="chat-row-preview typing">
        {typistLine(state, typing.slice(0, 1), messenger)}
      </span>
    );
  }
  const draft = messenger.drafts.text(state.chat).trim();
  if (draft && messenger.openChat.value !== state.chat) {
    return (
      <span class="chat-row-preview">
        <span class="chat-row-text" dir="auto">
          <strong class="draft-mark">Draft: </strong>
          {draft}
        </span>
      </span>
    );
  }
  const tick = lastTick(state, messenger.myId);
  return (
    <span class="chat-row-preview">
      {tick && <Ticks tick={tick} />}
      <span class="chat-row-text" dir="auto">
        {previewText(state)}
      </span>
    </span>
  );
}

function lastTick(state: ChatState, me: string): Tick | undefined {
  const pending = state.pending.at(-1);
  if (pending) return pending.failed ? 'failed' : 'queued';
  const { last } = state;
  if (!last?.seq || !last.at || last.sender !== me || last.kind === 'event') return undefined;
  return tickOf(state, { seq: last.seq, at: last.at }, me);
}

function previewText(state: ChatState): string {
  const messenger = useMessenger();
  const pending = state.pending.at(-1);
  if (pending) return pending.text;
  const { last } = state;
  if (!last) return state.type === 'direct' ? 'Say hello' : '';
  if (last.message?.event) return eventLine(last.message, messenger);
  const text = last.text || (last.kind && last.kind !== 'text' ? kindName(last.kind) : '');
  const named = state.type === 'group' && last.sender && last.sender !== messenger.myId;
  return named && text ? `${firstName(nameOf(last.sender!, messenger))}: ${text}` : text;
}

function firstName(name: string): string {
  return name.split(' ')[0] ?? name;
}
