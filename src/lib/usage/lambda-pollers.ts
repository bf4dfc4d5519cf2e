/** How Lambda asks a queue that nobody has set otherwise. */
export const LAMBDA_POLLERS = {
  /** It begins with so many for a mapping. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
  count: 5,
  /** Each asks for so long at a time. https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
  waitSeconds: 20,
} as const;
