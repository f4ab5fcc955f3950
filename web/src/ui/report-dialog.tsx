import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { NewReport, ReportReason, Seq, UserId } from '../protocol/types';
import type { ChatState } from '../state/chat-state';
import { find } from '../state/timeline';
import { useAttempt } from './attempt';
import { Quote } from './bubble';
import { useMessenger } from './context';
import { Dialog } from './dialog';
import { FormError } from './form-error';
import { chatTitle, nameOf } from './wording';

const reasons: [ReportReason, string][] = [
  ['spam', 'Spam'],
  ['abuse', 'Abuse or harassment'],
  ['other', 'Something else'],
];

const mostCopied = 10; // messages that go along as evidence

interface ReportDialogProps {
  state: ChatState;
  user: UserId | undefined;
  seq: Seq | undefined;
  onClose: () => void;
}

// Tells the operators of this server about a message, a person or a group.
export function ReportDialog({ state, user, seq, onClose }: ReportDialogProps): JSX.Element {
  const messenger = useMessenger();
  const reason = useSignal<ReportReason>('spam');
  const text = useSignal('');
  const { busy, failure, run } = useAttempt();
  const copies = useSignal(true);
  const evidence = seq === undefined ? newestOf(state, user, messenger.myId) : [seq];
  const whom = user === undefined ? chatTitle(state, messenger) : nameOf(user, messenger);
  const submit = async (): Promise<void> => {
    const said = text.value.trim();
    const report: NewReport = { chat: state.chat, reason: reason.value };
    if (user !== undefined) report.user = user;
    if (copies.value && evidence.length > 0) report.seqs = evidence;
    if (said) report.text = said;
    await messenger.api.report(report);
    messenger.notices.say('Thank you. The operators of this server will look at it.');
    onClose();
  };
  return (
    <Dialog title={seq === undefined ? `Report ${whom}` : 'Report this message'} onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void run(submit);
        }}
      >
        {seq !== undefined && <Quote message={find(state.timeline, seq)} />}
        <p class="dialog-lead">
          {seq === undefined
            ? 'The operators of this server get your report.'
            : 'The operators of this server get your report and a copy of this message.'}
        </p>
        {seq === undefined && evidence.length > 0 && (
          <label class="check">
            <input
              type="checkbox"
              checked={copies.value}
              onChange={(event) => {
                copies.value = event.currentTarget.checked;
              }}
            />
            {evidence.length === 1
              ? 'With a copy of the newest message'
              : `With a copy of the newest ${evidence.length} messages`}
          </label>
        )}
        <Reasons
          chosen={reason.value}
          choose={(wanted) => {
            reason.value = wanted;
          }}
        />
        <label class="field">
          What happened? (optional)
          <textarea
            rows={3}
            maxLength={500}
            value={text.value}
            onInput={(event) => {
              text.value = event.currentTarget.value;
            }}
          />
        </label>
        <FormError text={failure.value} />
        <div class="button-row">
          <button type="submit" class="primary-button" disabled={busy.value}>
            Report
          </button>
          <button type="button" class="quiet-button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}

// What that person, or anybody else, has said last, as far as it is loaded.
function newestOf(state: ChatState, user: UserId | undefined, me: UserId): Seq[] {
  return state.timeline.messages
    .filter(({ kind, sender }) => kind !== 'event' && (user ? sender === user : sender !== me))
    .slice(-mostCopied)
    .map(({ seq }) => seq);
}

interface ReasonsProps {
  chosen: ReportReason;
  choose: (reason: ReportReason) => void;
}

function Reasons({ chosen, choose }: ReasonsProps): JSX.Element {
  return (
    <fieldset class="settings-group radios">
      <legend>Why</legend>
      {reasons.map(([value, label]) => (
        <label key={value} class="check">
          <input
            type="radio"
            name="reason"
            value={value}
            checked={chosen === value}
            onChange={() => choose(value)}
          />
          {label}
        </label>
      ))}
    </fieldset>
  );
}
