import { useSignal, useSignalEffect } from '@preact/signals';
import type { JSX } from 'preact';
import { useMessenger } from './context';

const patienceMs = 600; // a reconnect that is quicker needs no banner

// Says when messages cannot come or go.
export function ConnectionBanner(): JSX.Element {
  const messenger = useMessenger();
  const shown = useSignal(false);
  useSignalEffect(() => {
    const away = messenger.phaseNow.value !== 'online';
    if (!away) {
      shown.value = false;
      return undefined;
    }
    const timer = setTimeout(() => {
      shown.value = true;
    }, patienceMs);
    return () => clearTimeout(timer);
  });
  return (
    <div class="banner-place" role="status" aria-live="polite">
      {shown.value && <BannerText />}
    </div>
  );
}

function BannerText(): JSX.Element {
  const messenger = useMessenger();
  const phase = messenger.phaseNow.value;
  const unsent = messenger.unsent.value;
  const queued = unsent > 0 ? ` Your ${unsent === 1 ? 'message is' : 'messages are'} kept.` : '';
  return (
    <div class={`banner ${phase}`}>
      <span class="spinner" aria-hidden="true" />
      {phase === 'syncing' ? 'Catching up…' : `Reconnecting…${queued}`}
      {phase === 'waiting' && (
        <button type="button" class="link-button" onClick={() => messenger.nudge()}>
          Try now
        </button>
      )}
    </div>
  );
}
