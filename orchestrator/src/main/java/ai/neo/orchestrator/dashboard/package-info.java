/** The page. */
package ai.neo.orchestrator.dashboard;
