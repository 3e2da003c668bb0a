/** Positions and cash: folds over fills. */
package ai.neo.orchestrator.portfolio;
