/** Models that other Open Inference servers compute: which there are, and how they are asked. */
package ai.neo.modelgateway.forward;
