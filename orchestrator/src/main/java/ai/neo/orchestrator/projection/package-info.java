/** The journal, shown in PostgreSQL: in batches, behind the loop, never in its way. */
package ai.neo.orchestrator.projection;
