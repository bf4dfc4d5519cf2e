/** What the choice of an engine depends on; a plan and the flags of a replay give it. */
export interface EngineQuestion {
  readonly fifo: boolean;
  /** Messages that wait, about. */
  readonly messages: number;
  /** Where the messages go is where AWS would move them by itself: back to their source. */
  readonly toSource: boolean;
  /** Something chooses among the messages: a filter, a group, a maximum, a saved plan. */
  readonly chooses: boolean;
  readonly edits: boolean;
  /** Messages a second; null without a limit. */
  readonly rate: number | null;
  /** A canary, a limit of returns, an order of expiry: what needs a hand on each message. */
  readonly steers: boolean;
  /** A verdict is wanted. */
  readonly verifies: boolean;
  /** Goes on with a run that has a ledger. */
  readonly resumes: boolean;
}

export interface EngineAdvice {
  /** What `--engine auto` takes. */
  readonly engine: 'client' | 'native';
  /** A move task could do what is asked, but for the verdict. */
  readonly possible: boolean;
  /** Worth saying so: the backlog is one that AWS moves better. */
  readonly nativeIsBetter: boolean;
  /** Why, in words that go into a plan; the deciding ones first. */
  readonly reasons: readonly string[];
}

/**
 * From here on a backlog is large: its bodies no longer pass through this machine and its ledger for nothing.
 * The move task itself is no faster: 500 messages a second at most.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
 */
const LARGE = 100_000;
const FASTEST_TASK = 500;

/**
 * Which engine fits. The client is the rule: it proves each copy before it deletes, keeps a ledger, and gives a verdict.
 * A move task gives none of these, because it answers no MessageIds; what it gives is that nothing of a large backlog passes
 * through this machine, and that it goes on without it. So it is better only where all goes back as it is, there is much of
 * it, and no order can break; and it is taken without being asked for only when no verdict is wanted either.
 */
export function recommendEngine(question: EngineQuestion): EngineAdvice {
  const obstacles = whyNotNative(question);
  const possible = obstacles.length === 0;
  if (!possible) return { engine: 'client', possible, nativeIsBetter: false, reasons: obstacles };
  if (question.fifo) {
    const reasons = ['a move task mixes FIFO groups with live traffic and gives no verdict'];
    return { engine: 'client', possible, nativeIsBetter: false, reasons };
  }
  if (question.messages <= LARGE) {
    const reasons = ['the client proves each copy before it deletes, and gives a verdict'];
    return { engine: 'client', possible, nativeIsBetter: false, reasons };
  }
  const large = `about ${question.messages.toLocaleString('en-US')} messages go back as they are: AWS moves them without this machine`;
  return question.verifies
    ? {
        engine: 'client',
        possible,
        nativeIsBetter: true,
        reasons: [large, 'but a move task gives no verdict: pass --engine native to do without one'],
      }
    : { engine: 'native', possible, nativeIsBetter: true, reasons: [large, 'and no verdict is asked for'] };
}

function whyNotNative(question: EngineQuestion): readonly string[] {
  const reasons: string[] = [];
  if (question.chooses) reasons.push('a move task takes all messages, and only some are to be replayed');
  if (question.edits) reasons.push('a move task cannot edit');
  if (question.steers) reasons.push('a move task cannot hold a canary, a limit of returns or an order');
  if (!question.toSource)
    reasons.push('a move task started here goes back to the source, and --to names another queue');
  if (question.resumes) reasons.push('a run with a ledger goes on as it began');
  if (question.rate !== null && (question.rate > FASTEST_TASK || !Number.isInteger(question.rate))) {
    reasons.push(`a move task takes whole rates up to ${FASTEST_TASK}/s`);
  }
  return reasons;
}
