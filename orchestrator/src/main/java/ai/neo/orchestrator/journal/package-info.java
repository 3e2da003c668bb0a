/**
 * What the loop heard and said, written down in order: the truth from which everything else can be
 * rebuilt. The format is described at {@link ai.neo.orchestrator.journal.Frame}.
 */
package ai.neo.orchestrator.journal;
