/**
 * What drives the loop: recorded data against the simulated venue, or a live feed. Here are the
 * clock, the pace and the waiting that the loop itself must not know.
 */
package ai.neo.orchestrator.running;
