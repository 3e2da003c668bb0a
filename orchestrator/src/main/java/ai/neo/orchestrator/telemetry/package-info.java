/**
 * What Neo shows of itself to the outside: traces, logs, metrics and health.
 *
 * <p>All of it is taken at the edges of the loop, on its thread and in its order; the loop knows
 * nothing of it, and what it decides does not depend on it.
 */
package ai.neo.orchestrator.telemetry;
