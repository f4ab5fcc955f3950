import type { JSX } from 'preact';
import type { ChatId, Message, PendingSend, Seq } from '../protocol/types';
import type { Messenger } from '../state/messenger';
import type { Tick } from '../state/ticks';
import { Avatar } from './avatar';
import { useMessenger } from './context';
import { clockTime, fullTime, toneOf } from './format';
import { Icon } from './icons';
import { memo, shallowEqual } from './memo';
import { Menu, type MenuItem } from './menu';
import { MessageText } from './message-text';
import { ask } from './overlays';
import type { BubbleRow } from './rows';
import { Ticks } from './ticks';
import { kindName, nameOf } from './wording';

export interface BubbleProps {
  row: BubbleRow;
  tick: Tick | undefined; // of one's own messages
  quoted: Message | undefined; // what it answers, as far as that is loaded
  group: boolean;
  chat: ChatId;
  canReply: boolean;
  onReply: (seq: Seq) => void;
  jump: (seq: Seq) => void;
}

// A conversation has hundreds of them, and most stay as they are when one is added.
export const Bubble = memo(PlainBubble, (before, after) => {
  const { row: old, ...rest } = before;
  const { row, ...restAfter } = after;
  return shallowEqual(old, row) && shallowEqual(rest, restAfter);
});

function PlainBubble(props: BubbleProps): JSX.Element {
  const messenger = useMessenger();
  const { row, tick, quoted, group, chat, canReply, onReply, jump } = props;
  const mine = row.sender === messenger.myId;
  const named = group && !mine;
  const classes = ['bubble-row', mine ? 'mine' : 'theirs'];
  if (row.starts) classes.push('starts');
  if (row.ends) classes.push('ends');
  if (named) classes.push('named');
  const { seq, replyTo } = row;
  const name = nameOf(row.sender, messenger);
  return (
    <li class={classes.join(' ')} data-key={row.key} data-seq={seq}>
      {named && row.ends && <Avatar id={row.sender} name={name} size="small" />}
      <article class="bubble">
        {named && row.starts && (
          <span class={`sender tone-text-${toneOf(row.sender)}`} dir="auto">
            {name}
          </span>
        )}
        {!named && <span class="visually-hidden">{name}: </span>}
        {replyTo !== undefined && <Quote message={quoted} jump={() => jump(replyTo)} />}
        {row.content !== 'text' && <MediaLine kind={row.content} />}
        {row.text && <MessageText text={row.text} />}
        <Meta at={row.at} tick={tick} />
      </article>
      {seq !== undefined && canReply && (
        <button
          type="button"
          class="icon-button reply-button"
          aria-label="Reply"
          onClick={() => onReply(seq)}
        >
          <Icon name="reply" />
        </button>
      )}
      {seq !== undefined && (
        <Menu
          class="bubble-menu"
          label="What to do with this message"
          items={actionsOf(row, chat, seq, mine)}
        />
      )}
      {row.pending?.failed && <Failure send={row.pending} messenger={messenger} />}
    </li>
  );
}

function actionsOf(row: BubbleRow, chat: ChatId, seq: Seq, mine: boolean): MenuItem[] {
  const actions: MenuItem[] = [];
  if (row.text && 'clipboard' in navigator) {
    const copy = (): void => void navigator.clipboard.writeText(row.text);
    actions.push({ label: 'Copy text', icon: 'copy', run: copy });
  }
  const info = (): void => ask({ kind: 'message-info', chat, seq });
  actions.push({ label: 'Message info', icon: 'read', run: info });
  if (!mine) {
    const report = (): void => ask({ kind: 'report', chat, user: row.sender, seq });
    actions.push({ label: 'Report…', icon: 'flag', danger: true, run: report });
  }
  return actions;
}

function Meta({ at, tick }: { at: string; tick: Tick | undefined }): JSX.Element {
  return (
    <span class="meta">
      <time dateTime={at} title={fullTime(at)}>
        {clockTime(at)}
      </time>
      {tick && <Ticks tick={tick} />}
    </span>
  );
}

interface FailureProps {
  send: PendingSend;
  messenger: Messenger;
}

function Failure({ send, messenger }: FailureProps): JSX.Element {
  return (
    <p class="send-failure" role="alert">
      {send.failed}
      <button type="button" class="link-button" onClick={() => messenger.retry(send)}>
        Try again
      </button>
      <button type="button" class="link-button" onClick={() => messenger.discard(send)}>
        Discard
      </button>
    </p>
  );
}

function MediaLine({ kind }: { kind: string }): JSX.Element {
  return (
    <span class="media-line">
      <Icon name="media" />
      {kindName(kind)}
    </span>
  );
}

interface QuoteProps {
  message: Message | undefined;
  jump?: () => void;
}

// The message that another one answers.
export function Quote({ message, jump }: QuoteProps): JSX.Element {
  const messenger = useMessenger();
  const who = message ? nameOf(message.sender, messenger) : 'An earlier message';
  const tone = message ? `tone-text-${toneOf(message.sender)}` : '';
  const content = (
    <>
      <strong class={tone}>{who}</strong>
      <span dir="auto">{message ? message.text || kindName(message.kind) : '…'}</span>
    </>
  );
  if (!jump) return <span class="quote">{content}</span>;
  return (
    <button type="button" class="quote" onClick={jump}>
      {content}
    </button>
  );
}
