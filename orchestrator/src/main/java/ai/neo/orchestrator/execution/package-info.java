/** Orders out, execution reports in; one folder per venue, and the simulated one. */
package ai.neo.orchestrator.execution;
