import { useSignal, type Signal } from '@preact/signals';
import { explain } from '../state/notices';

interface Attempt {
  busy: Signal<boolean>;
  failure: Signal<string>;
  // One at a time; what goes wrong becomes a sentence in `failure`.
  run: (what: () => Promise<void>) => Promise<void>;
}

// A form's try at something that the server may refuse.
export function useAttempt(explainFailure: (failure: unknown) => string = explain): Attempt {
  const busy = useSignal(false);
  const failure = useSignal('');
  const run = async (what: () => Promise<void>): Promise<void> => {
    if (busy.peek()) return;
    busy.value = true;
    failure.value = '';
    try {
      await what();
    } catch (problem) {
      failure.value = explainFailure(problem);
    } finally {
      busy.value = false;
    }
  };
  return { busy, failure, run };
}
