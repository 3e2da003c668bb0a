/** One process for gateway and registry; the only place that knows both. */
package ai.neo.modeltier;
