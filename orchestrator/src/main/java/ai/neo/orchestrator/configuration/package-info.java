/**
 * What can be set, how its text is read, and where each value comes from: a file, the environment,
 * the command line. Knows nobody that uses it.
 */
package ai.neo.orchestrator.configuration;
