/** The model gateway as a server: ports, threads, and what is served on them. */
package ai.neo.modelgateway;
