/** What the model sees, for others to see: the latest in Redis, the history in PostgreSQL. */
package ai.neo.orchestrator.features;
