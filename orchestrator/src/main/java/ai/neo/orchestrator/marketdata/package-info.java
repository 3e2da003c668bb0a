/** Where market events come from: recorded files, or one folder per live venue. */
package ai.neo.orchestrator.marketdata;
