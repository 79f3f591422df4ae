/** What every device is to the machine: a name, a reset, and a state that can be compared. It says nothing of buses. */

/** State as JSON holds it. */
export type State =
  | number
  | string
  | boolean
  | null
  | readonly State[]
  | { readonly [name: string]: State | undefined };

export interface Device {
  readonly name: string;
  /** As after power-up: registers at their defaults, timers disarmed, interrupt lines low. */
  reset(): void;
  /**
   * Everything that what happens next depends on, for comparing two runs and for people who look: registers, queues,
   * deadlines in cycles. Equal states behave alike.
   */
  state(): State;
}
