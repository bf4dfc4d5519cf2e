/** An error as AWS answers it; each protocol writes it in its own form. */
export class ApiError extends Error {
  /** The modelled error code, e.g. `QueueDoesNotExist`. */
  readonly code: string;
  readonly status: number;
  /** The code that query-protocol clients see where it differs, e.g. `AWS.SimpleQueueService.NonExistentQueue`. */
  readonly queryCode: string | undefined;
  /** Modelled members beside the message, e.g. Lambda's `Type: 'User'`. */
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(
    code: string,
    message: string,
    options: { status?: number; queryCode?: string; fields?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = options.status ?? 400;
    this.queryCode = options.queryCode;
    this.fields = options.fields ?? {};
  }

  get type(): 'Sender' | 'Receiver' {
    return this.status < 500 ? 'Sender' : 'Receiver';
  }
}
