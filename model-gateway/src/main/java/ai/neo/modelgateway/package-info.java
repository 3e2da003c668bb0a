/** The gateway: serves predictions and learns from outcomes, over gRPC. */
package ai.neo.modelgateway;
