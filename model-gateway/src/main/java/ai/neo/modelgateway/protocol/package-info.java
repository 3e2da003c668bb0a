/** The Open Inference Protocol over the serving catalog, as stock clients of Triton speak it. */
package ai.neo.modelgateway.protocol;
