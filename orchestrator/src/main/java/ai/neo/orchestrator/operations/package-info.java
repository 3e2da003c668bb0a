/** What a run needs around it: a data directory, servers, the model tier's process. */
package ai.neo.orchestrator.operations;
