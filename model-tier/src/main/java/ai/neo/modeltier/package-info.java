/** The process that hosts the model gateway and the model registry on one machine. */
package ai.neo.modeltier;
