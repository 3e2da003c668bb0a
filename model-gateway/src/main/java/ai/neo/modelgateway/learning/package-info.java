/** Training, learning from outcomes, and who may become champion. */
package ai.neo.modelgateway.learning;
