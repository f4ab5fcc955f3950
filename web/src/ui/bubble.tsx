import type { JSX } from 'preact';
import type { Seq } from '../protocol/types';
import type { ChatState } from '../state/chat-state';
import type { Messenger } from '../state/messenger';
import { tickOf, type Tick } from '../state/ticks';
import { find } from '../state/timeline';
import { Avatar } from './avatar';
import { useMessenger } from './context';
import { clockTime, fullTime, toneOf } from './format';
import { Icon } from './icons';
import { MessageText } from './message-text';
import type { BubbleRow } from './rows';
import { Ticks } from './ticks';
import { kindName, nameOf } from './wording';

interface BubbleProps {
  row: BubbleRow;
  state: ChatState;
  onReply: (seq: Seq) => void;
  jump: (seq: Seq) => void;
}

export function Bubble({ row, state, onReply, jump }: BubbleProps): JSX.Element {
  const messenger = useMessenger();
  const mine = row.sender === messenger.myId;
  const named = state.type === 'group' && !mine;
  const classes = ['bubble-row', mine ? 'mine' : 'theirs'];
  if (row.starts) classes.push('starts');
  if (row.ends) classes.push('ends');
  if (named) classes.push('named');
  const { seq } = row;
  return (
    <li class={classes.join(' ')} data-key={row.key} data-seq={seq}>
      {named && row.ends && (
        <Avatar id={row.sender} name={nameOf(row.sender, messenger)} size="small" />
      )}
      <article class="bubble">
        {named && row.starts && (
          <span class={`sender tone-text-${toneOf(row.sender)}`} dir="auto">
            {nameOf(row.sender, messenger)}
          </span>
        )}
        {!named && <span class="visually-hidden">{nameOf(row.sender, messenger)}: </span>}
        {row.replyTo !== undefined && <Quote state={state} seq={row.replyTo} jump={jump} />}
        {row.content !== 'text' && <MediaLine kind={row.content} />}
        {row.text && <MessageText text={row.text} />}
        <Meta row={row} state={state} messenger={messenger} mine={mine} />
      </article>
      {seq !== undefined && !state.left && (
        <button
          type="button"
          class="icon-button reply-button"
          aria-label="Reply"
          onClick={() => onReply(seq)}
        >
          <Icon name="reply" />
        </button>
      )}
      {row.pending?.failed && <Failure row={row} messenger={messenger} />}
    </li>
  );
}

interface MetaProps {
  row: BubbleRow;
  state: ChatState;
  messenger: Messenger;
  mine: boolean;
}

function Meta({ row, state, messenger, mine }: MetaProps): JSX.Element {
  return (
    <span class="meta">
      <time dateTime={row.at} title={fullTime(row.at)}>
        {clockTime(row.at)}
      </time>
      {mine && <Ticks tick={tickOfRow(row, state, messenger.myId)} />}
    </span>
  );
}

function tickOfRow({ pending, seq, at }: BubbleRow, state: ChatState, me: string): Tick {
  if (pending?.failed) return 'failed';
  return seq === undefined ? 'queued' : tickOf(state, { seq, at }, me);
}

function Failure({ row, messenger }: { row: BubbleRow; messenger: Messenger }): JSX.Element {
  const send = row.pending!;
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
  state: ChatState;
  seq: Seq;
  jump?: (seq: Seq) => void;
}

// The message that this one answers, as far as it is loaded.
export function Quote({ state, seq, jump }: QuoteProps): JSX.Element {
  const messenger = useMessenger();
  const message = find(state.timeline, seq);
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
    <button type="button" class="quote" onClick={() => jump(seq)}>
      {content}
    </button>
  );
}
