/** The Open Inference Protocol over gRPC. */
package ai.neo.modelgateway.protocol;
