/** Benchmarks, each with the decision it supports. */
package ai.neo.benchmarks;
