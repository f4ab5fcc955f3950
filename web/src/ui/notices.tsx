import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Notice, Notices } from '../state/notices';
import { Icon } from './icons';

const shownMs = 7_000;

export function NoticeList({ notices }: { notices: Notices }): JSX.Element {
  return (
    <div class="notices" role="status" aria-live="polite">
      {notices.list.value.map((notice) => (
        <NoticeLine key={notice.id} notice={notice} dismiss={() => notices.dismiss(notice.id)} />
      ))}
    </div>
  );
}

function NoticeLine({ notice, dismiss }: { notice: Notice; dismiss: () => void }): JSX.Element {
  useEffect(() => {
    const timer = setTimeout(dismiss, shownMs);
    return () => clearTimeout(timer);
  }, [notice.id]);
  return (
    <div class="notice">
      <span>{notice.text}</span>
      <button type="button" class="icon-button" aria-label="Dismiss" onClick={dismiss}>
        <Icon name="close" />
      </button>
    </div>
  );
}
