/** What is shown to the outside: snapshots of a run, over HTTP and WebSocket. */
package ai.neo.orchestrator.api;
