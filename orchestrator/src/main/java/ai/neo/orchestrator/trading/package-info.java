/**
 * The loop: one thread, events in, commands out, time as an argument.
 *
 * <p>Nothing here knows Vert.x, gRPC, SQL, Redis, a clock or an unseeded random.
 */
package ai.neo.orchestrator.trading;
