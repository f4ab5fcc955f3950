import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { ChatState } from '../state/chat-state';
import { tickOf, type Tick } from '../state/ticks';
import { Avatar } from './avatar';
import { useMessenger } from './context';
import { fullTime, listTime, plural } from './format';
import { chatAddress } from './routes';
import { Ticks } from './ticks';
import { chatTitle, eventLine, kindName, nameOf } from './wording';

export function ChatRow({ state }: { state: ChatState }): JSX.Element {
  const messenger = useMessenger();
  const row = useRef<HTMLLIElement>(null);
  useDetails(row, state);
  const title = chatTitle(state, messenger);
  const open = messenger.openChat.value === state.chat;
  const online = state.peer && messenger.people.presence(state.peer)?.status === 'online';
  const at = state.pending.at(-1)?.at ?? state.last?.at;
  const unread = open || state.left ? 0 : state.unread;
  return (
    <li ref={row}>
      <a
        class={`chat-row ${open ? 'open' : ''} ${unread > 0 ? 'has-unread' : ''}`}
        href={chatAddress(state.chat)}
        aria-current={open ? 'page' : undefined}
      >
        <Avatar
          id={state.peer ?? state.chat}
          name={title}
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
        {unread > 0 && (
          <span
            class="unread-badge"
            aria-label={plural(unread, 'unread message', 'unread messages')}
          >
            {unread > 999 ? '999+' : unread}
          </span>
        )}
        {online && <span class="visually-hidden">online</span>}
      </a>
    </li>
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
    const named = state.type === 'group' ? `${nameOf(typing[0]!, messenger)} is ` : '';
    const who = `${named}typing…`;
    return <span class="chat-row-preview typing">{who}</span>;
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
