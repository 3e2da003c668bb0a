/** The command line. */
package ai.neo.orchestrator.cli;
