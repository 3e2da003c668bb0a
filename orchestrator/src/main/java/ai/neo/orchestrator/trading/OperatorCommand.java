package ai.neo.orchestrator.trading;

/** What an operator can tell the running system. */
public enum OperatorCommand {
  /** No new entries; exits and stops work on. */
  HALT,
  /** Close every position, then no new entries. */
  FLATTEN,
  /** Cancel everything and send nothing more. */
  KILL,
  /** Trade again. */
  RESUME
}
