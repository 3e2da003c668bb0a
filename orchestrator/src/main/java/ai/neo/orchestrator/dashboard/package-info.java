/** The web page: its static files, its libraries and the headers that keep both strict. */
package ai.neo.orchestrator.dashboard;
